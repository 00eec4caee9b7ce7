export const id = 245;
export const ids = [245];
export const modules = {

/***/ 1245:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   createCommandRung: () => (/* binding */ createCommandRung),
/* harmony export */   setUpCommand: () => (/* binding */ setUpCommand)
/* harmony export */ });
/* harmony import */ var _support_text_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5240);

/** The `command` rung as it is configured, or why there is none. */
function setUpCommand({ settings, env, platform, exec }) {
    const commandLine = settings['rollback-command'];
    return commandLine === undefined
        ? { kind: 'skip', reason: 'not configured: `rollback-command` is not set' }
        : createCommandRung({ commandLine, env, platform, exec });
}
/** How much of each output is kept; only its last line is shown. */
const KEPT_OUTPUT = 8192;
/** So many lines of the command are shown in the log. */
const SHOWN_LINES = 200;
/** For looking only: a shell that does not answer in this time will not run the command either. */
const LOOK_TIMEOUT_MS = 10_000;
/**
 * The `command` rung: the user's own command line. Exit code 0 is its word for success; any other end leaves open what it
 * has changed.
 */
function createCommandRung(options) {
    const { commandLine, exec, platform } = options;
    const shell = platform === 'win32' ? windowsShell : posixShell;
    const shown = (0,_support_text_js__WEBPACK_IMPORTED_MODULE_0__/* .clip */ .$)((0,_support_text_js__WEBPACK_IMPORTED_MODULE_0__/* .neutralise */ .s)(commandLine), 500);
    const look = (args, signal) => exec(shell.program, args, {
        env: options.env,
        signal,
        timeoutMs: LOOK_TIMEOUT_MS,
        maxOutput: KEPT_OUTPUT,
        verbatimArguments: shell.verbatim,
    });
    /** The first word, when it can be told without the shell and the shell does not know it. */
    const missingProgram = async (signal) => {
        const word = programOf(commandLine);
        if (word === undefined || shell.lookUp === undefined)
            return undefined;
        const result = await look(shell.lookUp(word), signal);
        // Only a shell's own "no" counts: 1 or 127 with bash and dash. A look that was cut off says nothing.
        return result.code === null || result.code === 0 ? undefined : word;
    };
    return {
        kind: 'rung',
        id: 'command',
        async preflight(signal) {
            const error = (message, fix) => [
                { level: 'error', subject: 'command', message, fix },
            ];
            const checked = await look(shell.check(commandLine), signal);
            if (checked.spawnError !== undefined) {
                return error(`rollback-command cannot be run: ${checked.spawnError.message}`, `install ${shell.program} on the runner`);
            }
            if (checked.code !== null && checked.code !== 0) {
                return error(`rollback-command is not understood by ${shell.program}: ${lastLine(checked)}`, 'correct the command line');
            }
            const missing = await missingProgram(signal);
            return missing === undefined
                ? []
                : error(`rollback-command: ${missing}: not found`, 'install it, or give its full path');
        },
        async plan(request, signal) {
            const missing = await missingProgram(signal);
            if (missing !== undefined)
                return { kind: 'skip', reason: `${missing}: not found` };
            const env = variablesFor(request);
            return {
                kind: 'plan',
                steps: [
                    `run: ${shell.program} ${shell.flags.join(' ')} ${shown}`,
                    `with ${Object.keys(env).join(', ')} in its environment`,
                ],
                env,
            };
        },
        async execute(plan, context) {
            context.beforeChange();
            const result = await exec(shell.program, shell.run(commandLine), {
                env: { ...options.env, ...plan.env },
                signal: context.signal,
                maxOutput: KEPT_OUTPUT,
                verbatimArguments: shell.verbatim,
                onLine: boundedProgress(context),
            });
            return resultOf(result, context.signal);
        },
    };
}
const posixShell = {
    program: 'sh',
    flags: ['-c'],
    verbatim: false,
    run: (line) => ['-c', line],
    // POSIX sh, -n: read commands, do not execute them.
    check: (line) => ['-n', '-c', line],
    lookUp: (word) => ['-c', 'command -v -- "$1" >/dev/null', 'sh', word],
};
/** `/d`: no AutoRun from the registry; `/s`: takes the outer quotes off and leaves all others as they are (`cmd /?`). */
const windowsShell = {
    program: 'cmd',
    flags: ['/d', '/s', '/c'],
    verbatim: true,
    run: (line) => ['/d', '/s', '/c', `"${line}"`],
    // cmd has no way to check a line without running it.
    check: () => ['/d', '/s', '/c', '"exit 0"'],
};
/**
 * The program of a command line that is one simple command: plain words, no operators, quotes, expansions or assignments.
 * Of all others only the shell can tell.
 */
function programOf(line) {
    const trimmed = line.trim();
    return /^[\w./@%+,:-][\w./@%+,:= \t-]*$/.test(trimmed)
        ? /^[^\s=]+(?=\s|$)/.exec(trimmed)?.[0]
        : undefined;
}
function variablesFor(request) {
    return Object.fromEntries([
        ['ROLLGATE_TARGET', request.target],
        ['ROLLGATE_VERDICT', request.verdict],
        ['ROLLGATE_REASON', request.reason],
        ['ROLLGATE_REVISION', request.revision],
        ['ROLLGATE_IMAGE', request.image],
    ].flatMap(([name, value]) => 
    // No environment can hold a NUL; neutralised text has none.
    name === undefined || value === undefined ? [] : [[name, (0,_support_text_js__WEBPACK_IMPORTED_MODULE_0__/* .neutralise */ .s)(value)]]));
}
function boundedProgress(context) {
    let lines = 0;
    return (line) => {
        const text = (0,_support_text_js__WEBPACK_IMPORTED_MODULE_0__/* .clip */ .$)((0,_support_text_js__WEBPACK_IMPORTED_MODULE_0__/* .neutralise */ .s)(line));
        if (text === '' || lines > SHOWN_LINES)
            return;
        lines++;
        context.progress(lines > SHOWN_LINES
            ? `rollback-command: more than ${String(SHOWN_LINES)} lines; the rest is not shown`
            : `  ${text}`);
    };
}
function resultOf(result, signal) {
    if (result.spawnError !== undefined) {
        return {
            outcome: 'failed',
            detail: `rollback-command was not run: ${result.spawnError.message}.`,
            versionConfirmed: null,
        };
    }
    const last = lastLine(result);
    const said = last === '' ? '' : `: ${last}`;
    if (result.code === 0 && result.stopped === undefined) {
        return {
            outcome: 'verified',
            detail: `rollback-command exited with code 0${said}`,
            versionConfirmed: null,
        };
    }
    const how = result.stopped !== undefined
        ? `was ended before it was done (${signal.reason instanceof Error ? signal.reason.message : 'stopped'})`
        : result.code === null
            ? `was ended by ${result.signal ?? 'a signal'}`
            : `exited with code ${String(result.code)}`;
    return {
        outcome: 'triggered',
        detail: `rollback-command ${how}; what it changed until then is not known${said}`,
        versionConfirmed: null,
    };
}
/** What the command said last: on standard error, else on standard output. */
function lastLine(result) {
    for (const text of [result.stderr, result.stdout]) {
        const line = (0,_support_text_js__WEBPACK_IMPORTED_MODULE_0__/* .neutralise */ .s)(text).trim().split('\n').at(-1) ?? '';
        if (line !== '')
            return (0,_support_text_js__WEBPACK_IMPORTED_MODULE_0__/* .clip */ .$)(line);
    }
    return '';
}


/***/ })

};
