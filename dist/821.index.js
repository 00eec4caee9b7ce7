export const id = 821;
export const ids = [821];
export const modules = {

/***/ 2859:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   d: () => (/* binding */ withoutRung),
/* harmony export */   l: () => (/* binding */ withoutCheck)
/* harmony export */ });
/** Something must be looked at. */
function withoutCheck(checks) {
    if (checks.length > 0)
        return [];
    return [
        {
            subject: 'checks',
            message: 'there is nothing to check',
            fix: 'set `url` (and `health-url`), and leave at least one of the checks on',
        },
    ];
}
/** Something must be there to roll back with. */
function withoutRung(configured) {
    if (configured > 0)
        return [];
    return [
        {
            subject: 'rollback',
            message: 'no rung of the rollback chain is configured',
            fix: 'name `ci` in `rollback` (or set `ci-system`), or set `rollback-command` and `rollback: command`; to judge only, set `on-unhealthy: report`',
        },
    ];
}


/***/ }),

/***/ 5577:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  A: () => (/* binding */ buildLinks)
});

// EXTERNAL MODULE: ./src/inputs/configured.ts
var configured = __webpack_require__(2561);
// EXTERNAL MODULE: ./src/inputs/table.ts + 9 modules
var table = __webpack_require__(1822);
;// CONCATENATED MODULE: ./src/rollback/registry.ts
/** The rungs that this version has. Each is loaded only when it is used: CI jobs pay for one, not for all. */
const rungFactories = {
    ci: async (dependencies) => (await Promise.all(/* import() */[__webpack_require__.e(891), __webpack_require__.e(92)]).then(__webpack_require__.bind(__webpack_require__, 6092))).setUpCi(dependencies),
    command: async (dependencies) => (await __webpack_require__.e(/* import() */ 245).then(__webpack_require__.bind(__webpack_require__, 1245))).setUpCommand(dependencies),
};

// EXTERNAL MODULE: ./src/support/exec.ts
var exec = __webpack_require__(6894);
;// CONCATENATED MODULE: ./src/commands/links.ts




async function buildLinks(session, isRollbackRun) {
    const { entry, settings, info, resolution } = session;
    const ciSystem = ciSystemOf(session);
    const links = [];
    const findings = [];
    const rungs = (0,configured/* configuredRungs */.w)(resolution);
    for (const { id, configured, because } of rungs) {
        if (!configured) {
            links.push({ id, rung: { kind: 'skip', reason: because } });
            continue;
        }
        const create = rungFactories[id];
        const rung = create === undefined
            ? {
                kind: 'skip',
                reason: `rollgate ${entry.version} does not have this rung yet`,
            }
            : await create({
                settings,
                ciSystem,
                ownRunId: ciSystem === info.system ? info.runId : null,
                isRollbackRun,
                env: entry.env,
                platform: entry.platform,
                fetch: session.fetch(),
                exec: exec/* run */.e,
                clock: entry.clock,
                random: entry.random,
            });
        links.push({ id, rung });
        if (rung.kind === 'skip')
            findings.push({ level: 'error', subject: id, message: rung.reason });
    }
    if (resolution.givenByUser('rollback-command') && !rungs.some(({ id }) => id === 'command'))
        findings.push({
            level: 'warning',
            subject: 'command',
            message: '`rollback-command` is set, but `rollback` does not name `command`',
            fix: 'add `command` to `rollback` where it belongs in the chain',
        });
    return { links, findings, configured: rungs.filter(({ configured }) => configured).length };
}
/** The explicit system; else the one that we run in; else the only one whose inputs were given. */
function ciSystemOf({ settings, info, resolution }) {
    const explicit = settings['ci-system'];
    if (explicit !== undefined)
        return explicit === 'none' ? undefined : explicit;
    if (info.system !== 'local')
        return info.system;
    const given = new Set(table/* inputIds */.Zp
        .filter((id) => resolution.givenByUser(id))
        .map((id) => (0,table/* inputOf */.wg)(id).group)
        .filter((group) => systems.includes(group)));
    return given.size === 1 ? [...given][0] : undefined;
}
const systems = ['github', 'gitlab', 'jenkins', 'circleci', 'azure'];


/***/ }),

/***/ 5821:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   preflight: () => (/* binding */ preflight)
/* harmony export */ });
/* harmony import */ var _checks_registry_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1224);
/* harmony import */ var _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7014);
/* harmony import */ var _support_errors_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(7700);
/* harmony import */ var _completeness_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(2859);
/* harmony import */ var _links_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(5577);
/* harmony import */ var _preflighting_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(1821);






/** Proves that every configured check and rung would work. Changes nothing. */
async function preflight(session) {
    if (session.problems.length > 0)
        throw new _support_errors_js__WEBPACK_IMPORTED_MODULE_2__/* .UsageError */ .e(session.problems);
    const { entry, settings, console } = session;
    const checks = (0,_checks_registry_js__WEBPACK_IMPORTED_MODULE_0__/* .createChecks */ .S)({ settings, clock: entry.clock, http: session.http, leastRate: 0 });
    const built = await (0,_links_js__WEBPACK_IMPORTED_MODULE_3__/* .buildLinks */ .A)(session, false);
    const missing = [
        ...(0,_completeness_js__WEBPACK_IMPORTED_MODULE_5__/* .withoutCheck */ .l)(checks),
        ...(settings['on-unhealthy'] === 'rollback' ? (0,_completeness_js__WEBPACK_IMPORTED_MODULE_5__/* .withoutRung */ .d)(built.configured) : []),
    ];
    const findings = [
        ...built.findings,
        ...missing.map((problem) => ({ level: 'error', ...problem })),
    ];
    findings.push(...(await (0,_preflighting_js__WEBPACK_IMPORTED_MODULE_4__/* .preflightAll */ .JV)(session, checks, built.links)));
    (0,_preflighting_js__WEBPACK_IMPORTED_MODULE_4__/* .printFindings */ .c2)(session, findings);
    const errors = findings.filter(({ level }) => level === 'error').length;
    const rungs = built.links.filter(({ rung }) => rung.kind === 'rung').map(({ id }) => id);
    if (errors > 0) {
        console.line(`preflight: ${String(errors)} of these would keep the gate from doing its work`);
        return _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_1__/* .exitCodes */ .h.usage;
    }
    console.line(`preflight: everything would work (checks: ${checks.map(({ id }) => id).join(', ')}; rollback: ${rungs.length === 0 ? 'none' : rungs.join(', ')})`);
    return _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_1__/* .exitCodes */ .h.healthy;
}


/***/ }),

/***/ 1821:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   IC: () => (/* binding */ findingInWords),
/* harmony export */   JV: () => (/* binding */ preflightAll),
/* harmony export */   c2: () => (/* binding */ printFindings),
/* harmony export */   oS: () => (/* binding */ planInWords),
/* harmony export */   sL: () => (/* binding */ usableRungs)
/* harmony export */ });
/* harmony import */ var _support_abort_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(9261);
/* harmony import */ var _support_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7700);
/* harmony import */ var _support_format_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(864);



/** One check or rung must be proven within this time, milliseconds. */
const TIMEOUT = 45_000;
/** Asks every check and every usable rung whether it would work, side by side. */
async function preflightAll(session, checks, links) {
    const rungs = links.flatMap(({ rung }) => (rung.kind === 'skip' ? [] : [rung]));
    const found = await Promise.all([...checks, ...rungs].map((part) => preflightOne(session, part)));
    return found.flat();
}
async function preflightOne({ entry }, part) {
    const limited = (0,_support_abort_js__WEBPACK_IMPORTED_MODULE_0__/* .deadline */ .nl)(entry.clock, TIMEOUT, `preflight of ${part.id}`, entry.signal);
    try {
        return await (0,_support_abort_js__WEBPACK_IMPORTED_MODULE_0__/* .raceSignal */ .WU)(part.preflight(limited.signal), limited.signal);
    }
    catch (error) {
        if ((0,_support_abort_js__WEBPACK_IMPORTED_MODULE_0__/* .isCancelled */ .mm)(entry.signal))
            throw error;
        return [
            {
                level: 'error',
                subject: part.id,
                message: `it could not be proven to work: ${(0,_support_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .messageOf */ .b)(error)}`,
            },
        ];
    }
    finally {
        limited.clear();
    }
}
/** The rungs that preflight has found nothing against. */
function usableRungs(links, findings) {
    const broken = new Set(findings.filter((f) => f.level === 'error').map((f) => f.subject));
    return links.filter(({ id, rung }) => rung.kind !== 'skip' && !broken.has(id));
}
function findingInWords(finding) {
    return `${finding.subject}: ${finding.message}${finding.fix === undefined ? '' : ` → ${finding.fix}`}`;
}
/** What preflight found, worst first; nothing at all when it found nothing. */
function printFindings({ console }, findings) {
    for (const level of ['error', 'warning', 'notice'])
        for (const finding of findings.filter((f) => f.level === level))
            if (level === 'notice')
                console.line(`note: ${findingInWords(finding)}`);
            else
                console.annotate(level, 'Rollgate preflight', findingInWords(finding));
}
function planInWords(settings) {
    const warmUp = settings['warm-up'] > 0 ? `${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_2__/* .formatDuration */ .a3)(settings['warm-up'])} of warm-up and ` : '';
    return `${warmUp}${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_2__/* .formatDuration */ .a3)(settings.duration)}, looked at every ${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_2__/* .formatDuration */ .a3)(settings.interval)}`;
}


/***/ }),

/***/ 6894:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   e: () => (/* binding */ run)
/* harmony export */ });
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1421);
/* harmony import */ var node_child_process__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_child_process__WEBPACK_IMPORTED_MODULE_0__);

/** A process that has ended, but whose output is held open by something it left behind, is let go after this. */
const DRAIN_MS = 500;
/** After the forced end nothing can be done but wait this long for the system. */
const LAST_WAIT_MS = 1000;
const LONGEST_LINE = 4096;
/**
 * Runs one program, without a shell, and resolves when it has ended and its output is read.
 *
 * When the signal is aborted or the time is over, the whole process group is asked to end (SIGTERM; on Windows the
 * tree is ended at once), and ended by force after the grace: a shell that dies alone leaves its children working.
 *
 * @throws only for misuse: `maxOutput` below 1, arguments that no program can take (a NUL character).
 */
const run = async (command, args, options) => {
    if (!(options.maxOutput >= 1))
        throw new RangeError('maxOutput must be at least 1');
    const stdout = new Tail(options.maxOutput, (line) => options.onLine?.(line, 'stdout'));
    const stderr = new Tail(options.maxOutput, (line) => options.onLine?.(line, 'stderr'));
    const nothing = { code: null, signal: null, stdout: '', stderr: '' };
    if (options.signal.aborted) {
        return {
            ...nothing,
            stopped: 'aborted',
            spawnError: { code: 'ABORTED', message: 'stopped before it was started' },
        };
    }
    let child;
    try {
        child = (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawn)(command, args, {
            env: { ...options.env },
            ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
            stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
            // A group of its own, so that it can be ended as a whole. On Windows it would open a console.
            detached: process.platform !== 'win32',
            windowsHide: true,
            windowsVerbatimArguments: options.verbatimArguments ?? false,
        });
    }
    catch (thrown) {
        // Node throws, instead of emitting `error`, for some errors of the system, e.g. E2BIG.
        const code = codeOf(thrown);
        if (code === undefined || code.startsWith('ERR_'))
            throw thrown;
        return { ...nothing, spawnError: { code, message: `${command}: ${code}` } };
    }
    return new Promise((resolve) => {
        let stopped;
        let exit;
        const timers = new Set();
        const after = (ms, act) => {
            timers.add(setTimeout(act, ms));
        };
        const settle = (result) => {
            for (const timer of timers)
                clearTimeout(timer);
            options.signal.removeEventListener('abort', onAbort);
            child.stdout?.destroy();
            child.stderr?.destroy();
            child.removeAllListeners();
            child.on('error', () => undefined);
            child.unref();
            stdout.end();
            stderr.end();
            resolve({
                ...result,
                stdout: stdout.text,
                stderr: stderr.text,
                ...(stopped === undefined ? {} : { stopped }),
            });
        };
        const finish = () => {
            // What ignored the request to end, and has closed its output, is still there.
            if (stopped !== undefined)
                endGroup(child, 'SIGKILL');
            settle(exit ?? { code: null, signal: 'SIGKILL' });
        };
        const stop = (why) => {
            if (stopped !== undefined)
                return;
            stopped = why;
            endGroup(child, 'SIGTERM');
            after(options.graceMs ?? 2000, () => {
                endGroup(child, 'SIGKILL');
                after(LAST_WAIT_MS, finish);
            });
        };
        const onAbort = () => {
            stop('aborted');
        };
        child.stdout?.setEncoding('utf8').on('data', (text) => {
            stdout.add(text);
        });
        child.stderr?.setEncoding('utf8').on('data', (text) => {
            stderr.add(text);
        });
        // The program may end without reading its input (EPIPE); its exit code tells what matters.
        child.stdin?.on('error', () => undefined);
        child.stdin?.end(options.input);
        child.on('error', (error) => {
            // Also emitted when a signal could not be sent; then the process exists and will be reported by `exit`.
            if (child.pid !== undefined)
                return;
            const code = codeOf(error) ?? 'UNKNOWN';
            settle({ code: null, signal: null, spawnError: { code, message: `${command}: ${code}` } });
        });
        child.on('exit', (code, signal) => {
            exit = { code, signal };
            if (stopped === undefined)
                after(DRAIN_MS, finish);
        });
        child.on('close', finish);
        options.signal.addEventListener('abort', onAbort, { once: true });
        if (options.timeoutMs !== undefined) {
            after(options.timeoutMs, () => {
                stop('timeout');
            });
        }
    });
};
function endGroup(child, signal) {
    if (child.pid === undefined)
        return;
    if (process.platform === 'win32') {
        (0,node_child_process__WEBPACK_IMPORTED_MODULE_0__.spawn)('taskkill', ['/pid', String(child.pid), '/t', '/f'], {
            stdio: 'ignore',
            windowsHide: true,
        }).on('error', () => child.kill());
        return;
    }
    try {
        process.kill(-child.pid, signal);
    }
    catch {
        // ESRCH: the whole group has ended already.
    }
}
function codeOf(thrown) {
    const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
    return typeof code === 'string' ? code : undefined;
}
/** Keeps the end of a stream of text, and tells its lines. */
class Tail {
    max;
    onLine;
    text = '';
    line = '';
    constructor(max, onLine) {
        this.max = max;
        this.onLine = onLine;
    }
    add(text) {
        this.text = (this.text + text).slice(-this.max);
        const lines = (this.line + text).split(/\r?\n/);
        this.line = (lines.pop() ?? '').slice(0, LONGEST_LINE);
        for (const line of lines)
            this.onLine(line.slice(0, LONGEST_LINE));
    }
    end() {
        if (this.line !== '')
            this.onLine(this.line);
        this.line = '';
    }
}


/***/ })

};
