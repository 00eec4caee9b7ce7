export const id = 557;
export const ids = [557];
export const modules = {

/***/ 4557:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  demo: () => (/* binding */ demo)
});

// EXTERNAL MODULE: ./src/inputs/exit-codes.ts
var exit_codes = __webpack_require__(7014);
// EXTERNAL MODULE: ./src/inputs/argv.ts
var argv = __webpack_require__(7175);
// EXTERNAL MODULE: ./src/support/abort.ts
var abort = __webpack_require__(9261);
// EXTERNAL MODULE: ./src/support/exec.ts
var exec = __webpack_require__(6894);
// EXTERNAL MODULE: ./src/support/format.ts
var format = __webpack_require__(864);
// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
;// CONCATENATED MODULE: ./src/commands/demo/service.ts

/** From the deploy of version 2 until it goes bad, milliseconds. */
const GOES_BAD_AFTER = 8000;
/** Of this many requests to a bad version ... */
const OUT_OF = 10;
/** ... this many fail. */
const FAIL = 4;
/**
 * The small service of the demo, in a process of its own: `PUT /version` deploys, everything else is its business.
 * Version 1 is fine. Version 2 is fine too, until it is not.
 *
 * @returns when it is told to stop
 */
async function serve(entry) {
    let version = '1';
    let deployedAt = entry.clock.monotonic();
    let answered = 0;
    const isBad = () => version !== '1' && entry.clock.monotonic() - deployedAt > GOES_BAD_AFTER;
    const server = (0,external_node_http_.createServer)((request, response) => {
        if (request.method === 'PUT' && request.url?.startsWith('/version/') === true) {
            version = request.url.slice('/version/'.length);
            deployedAt = entry.clock.monotonic();
            response.end(`version ${version} is live\n`);
            return;
        }
        answered += 1;
        const fails = request.url !== '/health' && isBad() && answered % OUT_OF < FAIL;
        response.statusCode = fails ? 503 : 200;
        response.end(fails ? 'the basket is on fire\n' : `hello from version ${version}\n`);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    entry.write(`http://127.0.0.1:${String(server.address().port)}\n`);
    await new Promise((resolve) => {
        entry.signal.addEventListener('abort', () => {
            resolve();
        });
    });
    server.closeAllConnections();
    server.close();
    return 0;
}

// EXTERNAL MODULE: ./src/commands/main.ts + 11 modules
var main = __webpack_require__(1165);
;// CONCATENATED MODULE: ./src/commands/demo.ts







/** One request of the demo to its own service, milliseconds. */
const REQUEST_TIMEOUT = 5000;
/** The variables that a program needs to start; what configures a real gate must not leak into the demo. */
const NEEDED = /^(PATH|HOME|TMPDIR|TEMP|TMP|SystemRoot|ComSpec|PATHEXT|TERM|NODE_[A-Z_]+)$/i;
/**
 * The whole story on this machine: a small service, a deploy that goes bad, the gate that catches it, takes it back and
 * makes sure. `demo service` is the service, `demo deploy URL VERSION` what rolls it back; the demo starts both itself.
 */
async function demo(session) {
    const { operands } = (0,argv/* parseArgv */.S)(session.entry.argv);
    const [part, url, version] = operands;
    if (part === 'service')
        return serve(session.entry);
    if (part === 'deploy' && url !== undefined && version !== undefined) {
        session.entry.write(await deploy(session, url, version));
        return exit_codes/* exitCodes */.h.healthy;
    }
    return tell(session);
}
async function tell(session) {
    const { entry, console } = session;
    const began = entry.clock.monotonic();
    const service = await startService(entry);
    try {
        console.line(`A small shop runs at ${service.url}, in a process of its own. Nothing leaves this machine.`);
        console.line((await deploy(session, service.url, '1')).trim());
        console.line(`Now version 2 is deployed. It looks fine, and ${(0,format/* formatDuration */.a3)(GOES_BAD_AFTER)} later 4 of 10 requests fail.`);
        await deploy(session, service.url, '2');
        const argv = [
            ...['run', '--url', service.url, '--health-url', `${service.url}/health`],
            ...[
                '--requests-per-second',
                '10',
                '--warm-up',
                '3s',
                '--duration',
                '40s',
                '--interval',
                '2s',
            ],
            ...['--rollback', 'command', '--rollback-command', deployCommand(entry, service.url)],
            ...['--verify-timeout', '15s', '--report-dir', 'rollgate-report/demo'],
            ...['--snapshot-file', 'rollgate-report/demo/snapshot.json'],
        ];
        console.line(`$ rollgate ${argv.slice(0, 15).join(' ')} ...`);
        console.line('');
        const code = await (0,main.main)({ ...entry, argv, env: onlyNeeded(entry.env) });
        console.line('');
        const took = (0,format/* formatDuration */.a3)(Math.round((entry.clock.monotonic() - began) / 1000) * 1000);
        if (code !== exit_codes/* exitCodes */.h.rolledBack) {
            console.line(`The demo did not go as told: exit code ${String(code)} instead of 1 (after ${took}).`);
            return code === exit_codes/* exitCodes */.h.healthy ? exit_codes/* exitCodes */.h.internal : code;
        }
        console.line(`Told in ${took}. In a pipeline this would have ended with exit code 1: rolled back and verified.`);
        console.line('Open rollgate-report/demo/summary.md for what a job summary shows, report.json for every number.');
        return exit_codes/* exitCodes */.h.healthy;
    }
    finally {
        await service.stop();
    }
}
/** The service as a process of its own; it says on its first line where it listens. */
async function startService(entry) {
    const stop = new AbortController();
    const { node, script } = entry.self;
    let listening = () => undefined;
    const url = new Promise((resolve) => {
        listening = resolve;
    });
    const ended = (0,exec/* run */.e)(node, [script, 'demo', 'service'], {
        env: onlyNeeded(entry.env),
        signal: AbortSignal.any([stop.signal, entry.signal]),
        maxOutput: 1000,
        onLine: (line) => {
            listening(line.trim());
        },
    });
    const died = ended.then(({ stderr }) => {
        throw new Error(`the service of the demo did not start: ${stderr.trim()}`);
    });
    died.catch(() => undefined);
    return {
        url: await Promise.race([url, died]),
        stop: async () => {
            stop.abort(new abort/* NoLongerNeeded */.ev());
            await ended;
        },
    };
}
async function deploy(session, url, version) {
    const answer = await session.http().request({
        method: 'PUT',
        url: `${url}/version/${encodeURIComponent(version)}`,
        timeoutMs: REQUEST_TIMEOUT,
        signal: session.entry.signal,
    });
    if (answer.status !== 200)
        throw new Error(`the service answered ${String(answer.status)}`);
    return answer.body.toString('utf8');
}
/** What a user would write into `rollback-command`: here it deploys version 1 again. */
function deployCommand({ self }, url) {
    return [self.node, self.script].map((word) => `"${word}"`).join(' ') + ` demo deploy ${url} 1`;
}
function onlyNeeded(env) {
    return Object.fromEntries(Object.entries(env).filter(([name]) => NEEDED.test(name)));
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
