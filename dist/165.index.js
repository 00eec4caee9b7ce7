export const id = 165;
export const ids = [165];
export const modules = {

/***/ 6164:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   F: () => (/* binding */ exitCodeOf),
/* harmony export */   n: () => (/* binding */ processExitCode)
/* harmony export */ });
/* harmony import */ var _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7014);

/** The code of one target's outcome. */
function exitCodeOf(verdict, rollback) {
    switch (rollback) {
        case 'verified':
            return _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .exitCodes */ .h.rolledBack;
        case 'unverified':
        case 'still-unhealthy':
        case 'failed':
            return _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .exitCodes */ .h.needsPerson;
        case 'withheld':
            return _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .exitCodes */ .h.withheld;
        case 'not-needed':
            break;
    }
    switch (verdict) {
        case 'healthy':
        case 'not-judged':
            return _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .exitCodes */ .h.healthy;
        case 'unhealthy':
            return _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .exitCodes */ .h.withheld;
        case 'inconclusive':
            return _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .exitCodes */ .h.inconclusive;
        case 'cancelled':
            return _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .exitCodes */ .h.cancelled;
    }
}
/**
 * What the process exits with: a verdict that `fail-on` does not name does not fail the job. A run without a verdict
 * (bad configuration, cancelled, internal error) always keeps its code.
 */
function processExitCode(code, verdict, failOn) {
    if (verdict !== 'unhealthy' && verdict !== 'inconclusive')
        return code;
    return failOn.includes(verdict) ? code : _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .exitCodes */ .h.healthy;
}


/***/ }),

/***/ 7136:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  O9: () => (/* binding */ finish),
  zY: () => (/* binding */ makeDirectoryOf),
  mC: () => (/* binding */ removeOldReport)
});

// UNUSED EXPORTS: reportOf

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./src/inputs/effective.ts
var effective = __webpack_require__(3252);
// EXTERNAL MODULE: ./src/report/files.ts + 3 modules
var files = __webpack_require__(7330);
// EXTERNAL MODULE: ./src/support/text.ts
var support_text = __webpack_require__(5240);
// EXTERNAL MODULE: ./src/report/rungs.ts
var rungs = __webpack_require__(3805);
;// CONCATENATED MODULE: ./src/report/outputs.ts


/** The outputs, in the order in which every page and wrapper lists them. */
const outputTable = [
    {
        id: 'verdict',
        description: '`healthy`, `unhealthy`, `inconclusive`, `cancelled`, or `not-judged` in a rollback run. Empty when the run ended before there could be one.',
    },
    { id: 'reason', description: 'Why, in one sentence with numbers.' },
    {
        id: 'rolled-back',
        description: '`true` only when the rollback is verified, else `false`.',
    },
    {
        id: 'rollback-status',
        description: '`not-needed`, `verified`, `unverified`, `still-unhealthy`, `failed` or `withheld`.',
    },
    {
        id: 'rollback-rung',
        description: 'The rung that rolled back: `kubernetes`, `helm`, `compose`, `ci`, `scale-down` or `command`.',
    },
    {
        id: 'rollback-url',
        description: 'The run or object of the rollback, to look at.',
    },
    { id: 'rollback-run-id', description: 'The id of the rollback run.' },
    { id: 'success-rate', description: 'Successful requests in percent, e.g. `97.00`.' },
    { id: 'errors-per-minute', description: 'Failed requests per minute, e.g. `0.75`.' },
    {
        id: 'detection-seconds',
        description: 'Seconds from the start of the watch to the verdict, e.g. `31.2`.',
    },
    { id: 'report', description: 'The path of `report.json`.' },
];
/**
 * The outputs of a run: all of them, always, each on one line; empty where there is no data. They speak of the
 * first unhealthy target, else of the first one.
 */
function outputsOf(report, reportPath) {
    const target = report.targets.find((t) => t.verdict === 'unhealthy') ?? report.targets[0];
    const rollback = target?.rollback;
    const rung = rollback && (0,rungs/* decisiveRung */.h)(rollback);
    const run = rollback && (0,rungs/* startedRun */.D)(rollback);
    const successRate = worst(target, 'success-rate', Math.min);
    return {
        verdict: report.verdict ?? '',
        // A dotenv file, `$BASH_ENV` and Azure's variables hold one line each.
        reason: (0,support_text/* clip */.$)(report.reason, 1000),
        'rolled-back': String(rollback?.status === 'verified'),
        'rollback-status': rollback?.status ?? '',
        'rollback-rung': rung?.id ?? '',
        'rollback-url': run?.url ?? '',
        'rollback-run-id': run?.runId ?? '',
        'success-rate': decimals(successRate === null ? null : successRate * 100, 2),
        'errors-per-minute': decimals(worst(target, 'errors-per-minute', Math.max), 2),
        'detection-seconds': decimals(report.detectionSeconds, 1),
        report: reportPath,
    };
}
function worst(target, metric, pick) {
    const values = (target?.checks ?? [])
        .filter((check) => check.metric === metric)
        .map((check) => check.value)
        .filter((value) => value !== null);
    return values.length === 0 ? null : pick(...values);
}
function decimals(value, digits) {
    return value === null || !Number.isFinite(value) ? '' : value.toFixed(digits);
}

// EXTERNAL MODULE: ./src/report/summary.ts + 2 modules
var summary = __webpack_require__(8474);
// EXTERNAL MODULE: ./src/report/terminal.ts
var terminal = __webpack_require__(7496);
// EXTERNAL MODULE: ./src/support/errors.ts
var errors = __webpack_require__(7700);
// EXTERNAL MODULE: ./src/commands/exit.ts
var exit = __webpack_require__(6164);
;// CONCATENATED MODULE: ./src/commands/finish.ts








/** A command whose outcome is a report. */
function reportOf(session, outcome) {
    const { entry, info, resolution } = session;
    const report = {
        schema: 1,
        tool: { name: 'rollgate', version: entry.version },
        command: session.command,
        host: {
            system: info.system,
            runUrl: info.runUrl,
            runId: info.runId,
            attempt: info.attempt,
        },
        verdict: outcome.verdict,
        exitCode: outcome.exitCode,
        reason: outcome.reason,
        startedAt: new Date(session.startedAt).toISOString(),
        endedAt: new Date(entry.clock.now()).toISOString(),
        detectedAt: outcome.detectedAt === undefined || outcome.detectedAt === null
            ? null
            : new Date(outcome.detectedAt).toISOString(),
        detectionSeconds: outcome.detectionSeconds ?? null,
        targets: outcome.targets ?? [],
        findings: outcome.findings ?? [],
        notices: session.notices,
        config: (0,effective/* effective */.C)(resolution),
    };
    return session.redactor.redactAll(report);
}
/**
 * Writes the report, hands the outputs to the host, says the last words, and gives the code to exit with. Nothing that
 * goes wrong here changes the outcome; it is said, and the rest is done all the same.
 */
async function finish(session, outcome) {
    const { console, host, settings, entry } = session;
    const report = reportOf(session, outcome);
    const directory = settings['report-dir'];
    const path = (0,files/* reportPath */.eG)(directory);
    await attempt(session, 'the report could not be written', () => (0,files/* writeReport */.u5)(report, directory, entry.files));
    await attempt(session, 'the outputs could not be set', () => host.setOutputs(outputsOf(report, path)));
    await attempt(session, 'the job summary could not be written', () => host.writeSummary((0,summary/* renderSummary */.B)(report)));
    const code = (0,exit/* processExitCode */.n)(outcome.exitCode, outcome.verdict, settings['fail-on']);
    annotate(session, report, code);
    for (const line of (0,terminal/* finalLines */.Qc)(report, path, { colour: console.hasLive }))
        console.line(line);
    return code;
}
async function attempt({ console }, what, work) {
    try {
        await work();
    }
    catch (error) {
        console.annotate('warning', 'Rollgate', `${what}: ${(0,errors/* messageOf */.b)(error)}`);
    }
}
/** One line where people look first; the log has the rest. */
function annotate({ console }, report, code) {
    const title = `Rollgate: ${report.verdict ?? 'no verdict'}`;
    if (report.exitCode === 0)
        return;
    if (code === 0)
        console.annotate('warning', title, `${report.reason} (fail-on does not name this verdict: the job goes on; the code would be ${String(report.exitCode)})`);
    else
        console.annotate('error', title, report.reason);
}
/** The last run's report must not be taken for this one's, should this one be killed before it can write its own. */
function removeOldReport({ entry, settings }) {
    entry.files.remove((0,files/* reportPath */.eG)(settings['report-dir']));
}
/** Makes the directory that a file is to be written to. */
async function makeDirectoryOf(session, path) {
    await session.entry.files.mkdir((0,external_node_path_.dirname)(path), { recursive: true });
}


/***/ }),

/***/ 1165:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  main: () => (/* binding */ main)
});

// EXTERNAL MODULE: ./src/inputs/exit-codes.ts
var exit_codes = __webpack_require__(7014);
// EXTERNAL MODULE: ./src/support/errors.ts
var errors = __webpack_require__(7700);
// EXTERNAL MODULE: ./src/commands/finish.ts + 1 modules
var finish = __webpack_require__(7136);
;// CONCATENATED MODULE: ./src/hosts/detection/types.ts
/** The variable's value; `null` when it is unset or empty. */
function types_valueOf(env, name) {
    const value = env[name];
    return value === undefined || value === '' ? null : value;
}
/** The variable as a whole number from 1; `null` when it is none. */
function numberOf(env, name) {
    const value = types_valueOf(env, name);
    return value !== null && /^[1-9]\d{0,8}$/.test(value) ? Number(value) : null;
}

;// CONCATENATED MODULE: ./src/hosts/detection/azure.ts

// https://learn.microsoft.com/azure/devops/pipelines/build/variables
const azure = {
    system: 'azure',
    sign: (env) => (env.TF_BUILD === 'True' || env.TF_BUILD === 'true' ? 'TF_BUILD' : undefined),
    info: (env) => ({
        runUrl: runUrl(env),
        runId: types_valueOf(env, 'BUILD_BUILDID'),
        attempt: numberOf(env, 'SYSTEM_JOBATTEMPT'),
        pullRequest: env.BUILD_REASON === 'PullRequest' ||
            types_valueOf(env, 'SYSTEM_PULLREQUEST_PULLREQUESTID') !== null,
        rollbackMarker: null,
        notices: [],
    }),
};
/** There is no variable with the address of the run; this is the one that the agent's own links have. */
function runUrl(env) {
    const collection = types_valueOf(env, 'SYSTEM_COLLECTIONURI') ?? types_valueOf(env, 'SYSTEM_TEAMFOUNDATIONCOLLECTIONURI');
    const project = types_valueOf(env, 'SYSTEM_TEAMPROJECT');
    const build = types_valueOf(env, 'BUILD_BUILDID');
    if (collection === null || project === null || build === null)
        return null;
    return `${collection.replace(/\/$/, '')}/${encodeURIComponent(project)}/_build/results?buildId=${encodeURIComponent(build)}`;
}

;// CONCATENATED MODULE: ./src/hosts/detection/circleci.ts

// https://circleci.com/docs/reference/variables/#built-in-environment-variables
const circleci = {
    system: 'circleci',
    sign: (env) => (env.CIRCLECI === 'true' ? 'CIRCLECI' : undefined),
    info: (env) => ({
        runUrl: types_valueOf(env, 'CIRCLE_BUILD_URL'),
        // All jobs of a workflow share it, and a re-run has another.
        runId: types_valueOf(env, 'CIRCLE_WORKFLOW_ID'),
        attempt: null,
        pullRequest: ['CIRCLE_PULL_REQUEST', 'CIRCLE_PULL_REQUESTS', 'CIRCLE_PR_NUMBER'].some((name) => types_valueOf(env, name) !== null),
        rollbackMarker: null,
        notices: [],
    }),
};

;// CONCATENATED MODULE: ./src/hosts/detection/github.ts


// https://docs.github.com/en/actions/reference/workflows-and-actions/variables
const github = {
    system: 'github',
    sign: (env) => (env.GITHUB_ACTIONS === 'true' ? 'GITHUB_ACTIONS' : undefined),
    info(env, readFile) {
        const { event, notices } = readEvent(env, readFile);
        const server = types_valueOf(env, 'GITHUB_SERVER_URL');
        const repository = types_valueOf(env, 'GITHUB_REPOSITORY');
        const runId = types_valueOf(env, 'GITHUB_RUN_ID');
        return {
            runUrl: server !== null && repository !== null && runId !== null
                ? `${server}/${repository}/actions/runs/${runId}`
                : null,
            runId,
            attempt: numberOf(env, 'GITHUB_RUN_ATTEMPT'),
            pullRequest: isPullRequest(env, event),
            rollbackMarker: isYes(field(field(event, 'inputs'), 'rollback'))
                ? `the input \`rollback\` of the ${types_valueOf(env, 'GITHUB_EVENT_NAME') ?? 'GitHub'} event`
                : null,
            notices,
        };
    },
};
/** The payload of the event: https://docs.github.com/en/webhooks/webhook-events-and-payloads */
function readEvent(env, readFile) {
    const path = types_valueOf(env, 'GITHUB_EVENT_PATH');
    if (path === null)
        return { event: undefined, notices: [] };
    try {
        return { event: JSON.parse(readFile(path)), notices: [] };
    }
    catch (error) {
        // The message of a failed JSON.parse shows a piece of the text, which is not ours to print.
        const why = error instanceof SyntaxError ? 'it is not JSON' : (0,errors/* messageOf */.b)(error);
        const notice = `The event file of GITHUB_EVENT_PATH could not be read (${why}): its input \`rollback\` is not known.`;
        return { event: undefined, notices: [notice] };
    }
}
/**
 * Besides the events of the pull request itself: a comment on one, and a workflow that follows one
 * (`workflow_run`), may work on the files of a stranger too.
 */
function isPullRequest(env, event) {
    return ((types_valueOf(env, 'GITHUB_EVENT_NAME') ?? '').startsWith('pull_request') ||
        types_valueOf(env, 'GITHUB_HEAD_REF') !== null ||
        isObject(field(event, 'pull_request')) ||
        isObject(field(field(event, 'issue'), 'pull_request')) ||
        String(field(field(event, 'workflow_run'), 'event')).startsWith('pull_request'));
}
/** An input of type boolean comes as a boolean or as text, depending on how the run was started. */
function isYes(value) {
    return value === true || (typeof value === 'string' && /^(true|1|yes)$/i.test(value.trim()));
}
function field(value, name) {
    return isObject(value) ? value[name] : undefined;
}
function isObject(value) {
    return typeof value === 'object' && value !== null;
}

;// CONCATENATED MODULE: ./src/hosts/detection/gitlab.ts

// https://docs.gitlab.com/ci/variables/predefined_variables/
const gitlab = {
    system: 'gitlab',
    sign: (env) => (env.GITLAB_CI === 'true' ? 'GITLAB_CI' : undefined),
    info: (env) => ({
        runUrl: types_valueOf(env, 'CI_PIPELINE_URL'),
        runId: types_valueOf(env, 'CI_PIPELINE_ID'),
        attempt: null,
        pullRequest: ['merge_request_event', 'external_pull_request_event'].includes(env.CI_PIPELINE_SOURCE ?? '') ||
            types_valueOf(env, 'CI_MERGE_REQUEST_IID') !== null ||
            types_valueOf(env, 'CI_EXTERNAL_PULL_REQUEST_IID') !== null,
        rollbackMarker: null,
        notices: [],
    }),
};

;// CONCATENATED MODULE: ./src/hosts/detection/jenkins.ts

// https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables
const jenkins = {
    system: 'jenkins',
    // JENKINS_URL is missing where the root address is not configured.
    sign: (env) => types_valueOf(env, 'JENKINS_URL') !== null
        ? 'JENKINS_URL'
        : types_valueOf(env, 'JENKINS_HOME') !== null && types_valueOf(env, 'BUILD_TAG') !== null
            ? 'JENKINS_HOME'
            : undefined,
    info: (env) => ({
        runUrl: types_valueOf(env, 'BUILD_URL'),
        // A build number alone is not unique: every job counts from 1. The tag holds the name of the job too.
        runId: types_valueOf(env, 'BUILD_TAG') ?? types_valueOf(env, 'BUILD_NUMBER'),
        attempt: null,
        pullRequest: types_valueOf(env, 'CHANGE_ID') !== null,
        rollbackMarker: null,
        notices: [],
    }),
};

;// CONCATENATED MODULE: ./src/hosts/detect.ts





/**
 * The first that matches is taken. Jenkins is last: its agents run inside jobs of other systems, and its address is
 * a variable that users set.
 */
const detections = [github, gitlab, circleci, azure, jenkins];
/** Gitea and Forgejo set all of GitHub's variables beside their own one, and have neither its address nor all of its commands. */
const lookalikes = ['GITEA_ACTIONS', 'FORGEJO_ACTIONS'];
/** Where we run, by the environment alone. `readFile` reads the event file that GitHub names. */
function detectHost(env, readFile) {
    const lookalike = lookalikes.find((name) => env[name] === 'true');
    if (lookalike !== undefined) {
        const info = github.info(env, readFile);
        const notice = `${lookalike} is set: this is not GitHub, though its variables are there. The log is plain; set \`ci-system\` when the rollback is a pipeline.`;
        return { system: 'local', ...info, runUrl: null, notices: [notice, ...info.notices] };
    }
    const found = detections.flatMap((detection) => {
        const sign = detection.sign(env);
        return sign === undefined ? [] : [{ detection, sign }];
    });
    const taken = found[0];
    if (taken === undefined)
        return nowhere;
    const info = taken.detection.info(env, readFile);
    const { system } = taken.detection;
    if (found.length === 1)
        return { system, ...info };
    const signs = found.map(({ detection, sign }) => `${detection.system} (${sign})`).join(', ');
    const notice = `The environment has the signs of several CI systems: ${signs}. ${system} is taken; set \`ci-system\` when the rollback is a pipeline of another.`;
    return { system, ...info, notices: [notice, ...info.notices] };
}
const nowhere = {
    system: 'local',
    runUrl: null,
    runId: null,
    attempt: null,
    pullRequest: false,
    rollbackMarker: null,
    notices: [],
};

;// CONCATENATED MODULE: ./src/hosts/local.ts
// SGR codes, ECMA-48 8.3.117.
const colours = { notice: 36, warning: 33, error: 31 };
/**
 * Plain lines: a terminal, and every CI system for which there is no host of its own. Masking is the redactor's work here;
 * outputs and the summary are in the report's files.
 */
function createLocalHost(system, deps) {
    const line = (text) => {
        deps.write(`${text}\n`);
    };
    return {
        system,
        line,
        group(title, body) {
            line(title);
            for (const text of body)
                line(text.replace(/^/gm, '  '));
        },
        annotate(level, title, message) {
            const word = deps.terminal ? `\u001b[${String(colours[level])}m${level}\u001b[0m` : level;
            line(`${word}: ${title}: ${message}`);
        },
        mask: () => undefined,
        setOutputs: () => Promise.resolve(),
        writeSummary: () => Promise.resolve(),
    };
}

;// CONCATENATED MODULE: ./src/hosts/registry.ts

/** Systems with a host of their own. Loaded when needed: only GitHub's jobs pay for GitHub's library. */
const factories = {
    github: async (deps) => (await Promise.all(/* import() */[__webpack_require__.e(421), __webpack_require__.e(212)]).then(__webpack_require__.bind(__webpack_require__, 7212))).createGithubHost(deps),
};
/** The host for the system that was detected; plain lines where that has none. */
async function createHost(info, deps) {
    const create = factories[info.system];
    return create === undefined ? createLocalHost(info.system, deps) : create(deps);
}

// EXTERNAL MODULE: ./src/inputs/argv.ts
var inputs_argv = __webpack_require__(7175);
// EXTERNAL MODULE: ./src/inputs/resolve.ts + 3 modules
var resolve = __webpack_require__(3237);
// EXTERNAL MODULE: ./src/support/http.ts + 5 modules
var support_http = __webpack_require__(6745);
// EXTERNAL MODULE: ./src/support/redact.ts
var redact = __webpack_require__(742);
// EXTERNAL MODULE: ./src/support/text.ts
var support_text = __webpack_require__(5240);
;// CONCATENATED MODULE: ./src/commands/console.ts

const ERASE_LINE = '\r\u001b[2K';
function createConsole(options) {
    const { host, redactor, terminal, write } = options;
    let live = false;
    const clean = (text) => (0,support_text/* neutralise */.s)(redactor.redact(text));
    const clear = () => {
        if (live)
            write(ERASE_LINE);
        live = false;
    };
    return {
        line(text) {
            clear();
            host.line(clean(text));
        },
        group(title, body) {
            clear();
            host.group(clean(title), body.map(clean));
        },
        annotate(level, title, message) {
            clear();
            host.annotate(level, clean(title), clean(message));
        },
        live(text) {
            if (!terminal)
                return;
            write(`${ERASE_LINE}${clean(text)}`);
            live = true;
        },
        hasLive: terminal,
        clean,
    };
}

;// CONCATENATED MODULE: ./src/commands/session.ts








/** One request to the API of a CI system, milliseconds. */
const API_TIMEOUT = 30_000;
async function openSession(entry) {
    const { env, files, clock } = entry;
    const argv = (0,inputs_argv/* parseArgv */.S)(entry.argv);
    const info = detectHost(env, (path) => files.read(path) ?? '');
    const resolution = (0,resolve/* resolveInputs */.e)({
        flags: argv.flags,
        env,
        system: info.system,
        pullRequest: info.pullRequest,
        readFile: files.read,
    });
    const { settings } = resolution;
    const redactor = (0,redact/* createRedactor */.l)(resolution.secrets);
    const host = await createHost(info, {
        env,
        write: entry.write,
        appendFile: (path, text) => {
            files.append(path, text);
            return Promise.resolve();
        },
        terminal: entry.terminal,
    });
    for (const form of redactor.forms())
        host.mask(form);
    const caFile = settings['ca-file'];
    const authorities = caFile === undefined ? {} : readAuthorities(caFile, files);
    let http;
    const openHttp = () => {
        http ??= (0,support_http/* createHttp */.V0)({ clock, ...authorities });
        return http;
    };
    return {
        entry,
        command: argv.command ?? settings.command,
        info,
        host,
        resolution,
        settings,
        problems: [
            ...argv.problems,
            ...resolution.problems,
            ...(authorities.problem === undefined ? [] : [authorities.problem]),
        ],
        notices: [...info.notices, ...resolution.notices],
        redactor,
        console: createConsole({
            host,
            redactor,
            terminal: entry.terminal && info.system === 'local',
            write: entry.write,
        }),
        startedAt: clock.now(),
        http: openHttp,
        fetch: () => (0,support_http/* fetchOf */.AC)(openHttp(), { timeoutMs: API_TIMEOUT }),
        close: () => {
            http?.close();
        },
    };
}
function readAuthorities(path, files) {
    const subject = 'ca-file';
    try {
        const caPem = files.read(path);
        return caPem === undefined
            ? { problem: { subject, message: `there is no file ${path}` } }
            : { caPem };
    }
    catch (error) {
        return { problem: { subject, message: `${path} cannot be read: ${(0,errors/* messageOf */.b)(error)}` } };
    }
}

;// CONCATENATED MODULE: ./src/commands/main.ts




/** Commands whose outcome is a report. */
const judging = {
    run: async () => (await Promise.all(/* import() */[__webpack_require__.e(130), __webpack_require__.e(608), __webpack_require__.e(42), __webpack_require__.e(412)]).then(__webpack_require__.bind(__webpack_require__, 9412))).run,
    rollback: async () => (await Promise.all(/* import() */[__webpack_require__.e(608), __webpack_require__.e(42), __webpack_require__.e(356)]).then(__webpack_require__.bind(__webpack_require__, 1356))).rollback,
};
/** Commands that only say what they found or did. */
const plain = {
    snapshot: async () => (await Promise.all(/* import() */[__webpack_require__.e(608), __webpack_require__.e(42), __webpack_require__.e(572)]).then(__webpack_require__.bind(__webpack_require__, 8572))).snapshot,
    preflight: async () => (await Promise.all(/* import() */[__webpack_require__.e(608), __webpack_require__.e(821)]).then(__webpack_require__.bind(__webpack_require__, 5821))).preflight,
    validate: async () => (await Promise.all(/* import() */[__webpack_require__.e(608), __webpack_require__.e(10)]).then(__webpack_require__.bind(__webpack_require__, 10))).validate,
    demo: async () => (await __webpack_require__.e(/* import() */ 557).then(__webpack_require__.bind(__webpack_require__, 4557))).demo,
};
/**
 * Runs the command that the command line or the inputs name, and returns the code to exit with. A user's mistake ends
 * with all problems and code 2, anything unforeseen with code 7; both leave a report where the command has one.
 */
async function main(entry) {
    const session = await openSession(entry);
    try {
        for (const notice of session.notices)
            session.console.line(`note: ${notice}`);
        const judge = judging[session.command];
        if (judge !== undefined) {
            (0,finish/* removeOldReport */.mC)(session);
            const outcome = await settled(session, async () => (await judge())(session));
            return await (0,finish/* finish */.O9)(session, outcome);
        }
        const act = plain[session.command];
        if (act === undefined)
            throw new Error(`there is no command ${session.command}`);
        return await (await act())(session);
    }
    catch (error) {
        return failed(session, error).exitCode;
    }
    finally {
        session.close();
    }
}
async function settled(session, work) {
    try {
        return await work();
    }
    catch (error) {
        return failed(session, error);
    }
}
/** Says what went wrong: every problem of the user's, or that something unforeseen happened. */
function failed({ console }, error) {
    if (error instanceof errors/* UsageError */.e) {
        console.group('The configuration cannot be used, so nothing was touched:', error.problems.map(({ subject, message, fix }) => `${subject}: ${message}${fix === undefined ? '' : ` → ${fix}`}`));
        return {
            verdict: null,
            exitCode: exit_codes/* exitCodes */.h.usage,
            reason: `The configuration cannot be used: ${error.problems.map(({ subject, message }) => `${subject}: ${message}`).join('; ')}`,
        };
    }
    const reason = `Internal error: ${(0,errors/* messageOf */.b)(error)}. Nothing may be assumed about the deployment; please report this.`;
    console.annotate('error', 'Rollgate', reason);
    return { verdict: null, exitCode: exit_codes/* exitCodes */.h.internal, reason };
}


/***/ }),

/***/ 7175:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   S: () => (/* binding */ parseArgv)
/* harmony export */ });
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7975);
/* harmony import */ var node_util__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_util__WEBPACK_IMPORTED_MODULE_0__);
/* harmony import */ var _commands_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7671);
/* harmony import */ var _parsed_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(2344);
/* harmony import */ var _suggest_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(7443);
/* harmony import */ var _table_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(1822);
/* harmony import */ var _types_boolean_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(2555);






const flagNames = [..._table_js__WEBPACK_IMPORTED_MODULE_3__/* .inputIds */ .Zp.filter((id) => id !== 'command'), 'help', 'version'];
function isBoolean(id) {
    return (0,_table_js__WEBPACK_IMPORTED_MODULE_3__/* .inputOf */ .wg)(id).type.shape === 'boolean';
}
const options = {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'v' },
    ...Object.fromEntries(_table_js__WEBPACK_IMPORTED_MODULE_3__/* .inputIds */ .Zp.map((id) => [id, { type: isBoolean(id) ? 'boolean' : 'string' }])),
};
function tokensOf(argv) {
    return (0,node_util__WEBPACK_IMPORTED_MODULE_0__.parseArgs)({
        args: [...argv],
        options,
        strict: false,
        allowPositionals: true,
        tokens: true,
    }).tokens;
}
/**
 * Reads the words after `node index.js`. Everything that is wrong is in `problems`; nothing is thrown.
 * A boolean flag stands alone or has a value (`--dry-run`, `--dry-run=false`, `--no-dry-run`).
 */
function parseArgv(argv) {
    const reader = new Reader();
    const tokens = withValues(argv, reader);
    for (let at = 0; at < tokens.length; at += 1) {
        const token = tokens[at];
        if (token?.kind === 'positional')
            reader.word(token.value);
        if (token?.kind !== 'option')
            continue;
        const next = tokens[at + 1];
        // parseArgs takes the word after a boolean or an unknown flag for a positional argument.
        const word = next?.kind === 'positional' && next.index === token.index + 1 ? next.value : undefined;
        if (reader.option(token, word))
            at += 1;
    }
    return reader.end();
}
/** parseArgs takes a flag for the value of the one before; without that one it is read for what it is. */
function withValues(argv, reader) {
    const tokens = tokensOf(argv);
    const empty = tokens.find((token) => token.kind === 'option' && token.inlineValue === false && token.value.startsWith('--'));
    if (empty?.kind !== 'option')
        return tokens;
    reader.missingValue(empty.rawName);
    return withValues(argv.toSpliced(empty.index, 1), reader);
}
class Reader {
    words = [];
    flags = new Map();
    problems = [];
    asked = new Set();
    word(value) {
        this.words.push(value);
    }
    missingValue(flag) {
        this.problems.push({
            subject: flag,
            message: 'this flag needs a value',
            fix: `write \`${flag} VALUE\`, or \`${flag}=VALUE\` for a value that begins with --`,
        });
    }
    /** Whether `word`, the one after the flag, belongs to it. */
    option(token, word) {
        const { name } = token;
        if (name === 'help' || name === 'version') {
            this.asked.add(name);
            return false;
        }
        if ((0,_table_js__WEBPACK_IMPORTED_MODULE_3__/* .isInputId */ .oU)(name))
            return this.input(name, token, word);
        const negated = name.startsWith('no-') ? name.slice(3) : '';
        if ((0,_table_js__WEBPACK_IMPORTED_MODULE_3__/* .isInputId */ .oU)(negated) && isBoolean(negated) && token.value === undefined) {
            this.set(negated, 'false');
            return false;
        }
        const fix = (0,_suggest_js__WEBPACK_IMPORTED_MODULE_2__/* .didYouMean */ .a)(name, flagNames, (known) => `--${known}`) ?? '`--help` lists all flags';
        this.problems.push({ subject: token.rawName, message: 'this flag is not known', fix });
        return token.value === undefined && word !== undefined && !(0,_commands_js__WEBPACK_IMPORTED_MODULE_1__/* .parseCommand */ .RM)(word).ok;
    }
    input(id, token, word) {
        if (isBoolean(id)) {
            const takesWord = token.value === undefined && word !== undefined && (0,_types_boolean_js__WEBPACK_IMPORTED_MODULE_4__/* .parseBoolean */ .y)(word).ok;
            this.set(id, token.value ?? (takesWord ? word : 'true'));
            return takesWord;
        }
        if (token.value === undefined) {
            this.missingValue(token.rawName);
            return false;
        }
        this.set(id, token.value);
        return false;
    }
    set(id, text) {
        const before = this.flags.get(id);
        const { shape } = (0,_table_js__WEBPACK_IMPORTED_MODULE_3__/* .inputOf */ .wg)(id).type;
        if (before === undefined)
            this.flags.set(id, text);
        else if (shape === 'list' || shape === 'pairs')
            this.flags.set(id, `${before}\n${text}`);
        else {
            this.problems.push({
                subject: `--${id}`,
                message: 'this flag is given twice',
                fix: 'give it once',
            });
        }
    }
    end() {
        const [word, ...operands] = this.words;
        const flag = this.flags.get('command');
        if (word !== undefined && flag !== undefined) {
            this.problems.push({
                subject: '--command',
                message: `the command is given twice, here and as ${(0,_parsed_js__WEBPACK_IMPORTED_MODULE_5__/* .quote */ .hD)(word)}`,
                fix: 'give it once',
            });
        }
        const given = word ?? flag;
        const parsed = given === undefined ? undefined : (0,_commands_js__WEBPACK_IMPORTED_MODULE_1__/* .parseCommand */ .RM)(given);
        if (parsed?.ok === false) {
            const { message, fix } = parsed;
            this.problems.push({ subject: 'command', message, ...(fix === undefined ? {} : { fix }) });
            this.flags.delete('command');
        }
        else {
            if (parsed !== undefined)
                this.flags.set('command', parsed.value);
            this.problems.push(...operands.map((operand) => ({
                subject: (0,_parsed_js__WEBPACK_IMPORTED_MODULE_5__/* .quote */ .hD)(operand),
                message: 'this word is not expected after the command',
                fix: 'values are given to flags: `--url https://app.example.com`',
            })));
        }
        return {
            ...(parsed?.ok === true ? { command: parsed.value } : {}),
            operands,
            flags: this.flags,
            help: this.asked.has('help'),
            version: this.asked.has('version'),
            problems: this.problems,
        };
    }
}


/***/ }),

/***/ 3252:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   C: () => (/* binding */ effective)
/* harmony export */ });
/* harmony import */ var _table_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1822);

/**
 * The configuration that rules, by id, as the user would write it. Secrets are `***`; what is not set is left out.
 */
function effective({ settings }) {
    return Object.fromEntries(_table_js__WEBPACK_IMPORTED_MODULE_0__/* .inputIds */ .Zp.flatMap((id) => {
        const value = settings[id];
        return value === undefined ? [] : [[id, (0,_table_js__WEBPACK_IMPORTED_MODULE_0__/* .inputOf */ .wg)(id).print(value)]];
    }));
}


/***/ }),

/***/ 3237:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  B: () => (/* binding */ originInWords),
  e: () => (/* binding */ resolveInputs)
});

// EXTERNAL MODULE: ./src/support/errors.ts
var errors = __webpack_require__(7700);
// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(8815);
// EXTERNAL MODULE: ./src/inputs/parsed.ts
var parsed = __webpack_require__(2344);
// EXTERNAL MODULE: ./src/inputs/suggest.ts
var suggest = __webpack_require__(7443);
// EXTERNAL MODULE: ./src/inputs/table.ts + 9 modules
var table = __webpack_require__(1822);
;// CONCATENATED MODULE: ./src/inputs/config-file.ts





const planned = ['checks', 'targets'];
/**
 * Reads a configuration file. Everything that is wrong is in `problems`, with line numbers; nothing is thrown.
 * @param name as messages show it
 */
function readConfigFile(name, content) {
    const texts = new Map();
    const problems = [];
    const secrets = [];
    const file = { texts, problems, secrets };
    const problem = (message, fix) => {
        problems.push({ subject: name, message, ...(fix === undefined ? {} : { fix }) });
    };
    const lines = new dist/* LineCounter */.HN();
    let doc;
    try {
        doc = (0,dist/* parseDocument */.Tp)(content, { lineCounter: lines, prettyErrors: false });
    }
    catch (thrown) {
        problem(`cannot be read as YAML: ${(0,errors/* messageOf */.b)(thrown)}`);
        return file;
    }
    const at = (offset) => offset === undefined ? '' : `line ${String(lines.linePos(offset).line)}: `;
    if (doc.errors.length > 0) {
        for (const error of doc.errors)
            problem(`${at(error.pos[0])}${syntaxMessage(error)}`);
        return file;
    }
    if (doc.contents === null || ((0,dist/* isScalar */.jn)(doc.contents) && doc.contents.value === null))
        return file;
    if (!(0,dist/* isMap */.jh)(doc.contents)) {
        problem('is not a map of inputs', 'write lines like `duration: 5m`');
        return file;
    }
    for (const { key, value } of doc.contents.items) {
        const id = (0,dist/* isScalar */.jn)(key) ? String(key.value) : '';
        const where = at(key.range[0]);
        if (planned.includes(id)) {
            problem(`${where}\`${id}\` is not available in this version`, 'describe one target with the inputs');
        }
        else if (!(0,table/* isInputId */.oU)(id)) {
            problem(`${where}${(0,parsed/* quote */.hD)(id)} is not an input`, (0,suggest/* didYouMean */.a)(id, table/* inputIds */.Zp));
        }
        else if ((0,table/* inputOf */.wg)(id).inFile === false) {
            problem(`${where}\`${id}\` has no meaning in the file`, 'take it out');
        }
        else {
            const text = textOf(doc, id, value);
            if (text === undefined) {
                problem(`${where}the value of \`${id}\` is neither a text nor ${shapeInWords(id)}`);
            }
            else if (text !== '') {
                const hidden = refusedSecrets(id, text);
                if (hidden.length === 0)
                    texts.set(id, text);
                else {
                    secrets.push(...hidden);
                    problem(`${where}\`${id}\` holds a secret, and secrets do not belong in a file`, 'give it by a secret variable of the CI system');
                }
            }
        }
    }
    return file;
}
function refusedSecrets(id, text) {
    const { secret, type } = (0,table/* inputOf */.wg)(id);
    return secret === true
        ? [text, ...(type.secretParts?.(text) ?? [])]
        : (type.secretParts?.(text) ?? []);
}
/** The parser's own words, without the piece of the file that follows a colon: it may be a secret. */
function syntaxMessage(error) {
    if (error.code === 'DUPLICATE_KEY')
        return 'a key stands here for the second time';
    return error.message.split(': ')[0] ?? error.message;
}
function shapeInWords(id) {
    const { shape } = (0,table/* inputOf */.wg)(id).type;
    if (shape === 'list')
        return 'a list of texts';
    return shape === 'pairs' ? 'a map of texts' : 'a number';
}
/**
 * The value as text; `''` when there is none, `undefined` when it has the wrong shape. Nothing is looked at below the
 * second level and aliases are followed one by one, so that no file can unfold into something huge.
 */
function textOf(doc, id, node) {
    const { shape, separator } = (0,table/* inputOf */.wg)(id).type;
    const target = followed(doc, node);
    if ((0,dist/* isSeq */.oP)(target) && (shape === 'list' || shape === 'pairs')) {
        return joined(target.items.map((item) => scalarText(doc, item)));
    }
    if ((0,dist/* isMap */.jh)(target) && shape === 'pairs') {
        return joined(target.items.map(({ key, value }) => {
            const name = scalarText(doc, key);
            const text = scalarText(doc, value);
            // A line break in a value would begin a pair of its own.
            return name === undefined || text === undefined || text.includes('\n')
                ? undefined
                : `${name}${separator ?? ''}${text}`;
        }));
    }
    return scalarText(doc, target);
}
function joined(parts) {
    return parts.includes(undefined) ? undefined : parts.join('\n');
}
/** Numbers keep the spelling of the file: the branch `1.10` is not the number 1.1. */
function scalarText(doc, node) {
    const target = followed(doc, node);
    if (target === null || target === undefined)
        return '';
    if (!(0,dist/* isScalar */.jn)(target))
        return undefined;
    if (target.value === null)
        return '';
    return (typeof target.value === 'string' ? target.value : (target.source ?? '')).trim();
}
/** An alias without an anchor stays what it is, which is no value. */
function followed(doc, node) {
    return (0,dist/* isAlias */.Vj)(node) ? (node.resolve(doc) ?? node) : node;
}

// EXTERNAL MODULE: ./src/support/format.ts
var format = __webpack_require__(864);
// EXTERNAL MODULE: ./src/inputs/types/duration.ts
var duration = __webpack_require__(9119);
;// CONCATENATED MODULE: ./src/inputs/cross-checks.ts


const prometheus = [
    'prometheus-url',
    'prometheus-token',
    'prometheus-total',
    'prometheus-errors',
];
/** What is wrong although every value is right by itself. */
function crossCheck(settings, origins) {
    const problems = [];
    if (settings.interval > settings.duration) {
        problems.push({
            subject: 'interval',
            message: `\`${(0,duration/* printDuration */.cb)(settings.interval)}\` is longer than the watch (\`duration\`: ${(0,duration/* printDuration */.cb)(settings.duration)})`,
            fix: `set \`interval\` to at most \`${(0,duration/* printDuration */.cb)(settings.duration)}\``,
        });
    }
    for (const id of prometheus) {
        if (settings[id] === undefined)
            continue;
        problems.push({
            subject: id,
            message: `the prometheus source is not available in this version (from ${origins[id].name})`,
            fix: 'take it out and set `url`',
        });
    }
    return problems;
}
/** What is not wrong, and will probably not do what is hoped for. */
function remarks(settings) {
    const rate = settings['requests-per-second'];
    const least = settings['min-success-rate'];
    if (settings.url === undefined)
        return [];
    const expected = (rate * settings.duration) / 1000;
    const course = `The watch expects ${(0,format/* formatNumber */.ZV)(expected, 0)} requests for each URL (\`requests-per-second\` ${String(rate)} for ${(0,duration/* printDuration */.cb)(settings.duration)})`;
    if (expected < settings['min-requests']) {
        return [
            `${course}, fewer than \`min-requests\` (${String(settings['min-requests'])}): it will end inconclusive. Raise \`requests-per-second\` or \`duration\`, or lower \`min-requests\`.`,
        ];
    }
    // Below three expected failures at the limit, one failure more or less decides.
    const needed = least === 'off' || least === 100 ? 0 : 300 / (100 - least);
    return expected < needed - 1e-9
        ? [
            `${course}, too few to tell ${String(least)} % from a little less: ${(0,format/* formatNumber */.ZV)(Math.ceil(needed - 1e-9), 0)} are needed. Raise \`requests-per-second\` or \`duration\`.`,
        ]
        : [];
}

;// CONCATENATED MODULE: ./src/inputs/secrets.ts
/** To hide these wherever they stand would wreck every report; CircleCI does not mask them either. */
const plainWord = /^(true|false|null|none|undefined)$/i;
/**
 * Everything that must be hidden because this text was given to this input: the text itself and each of its lines,
 * because logs are masked line by line; of headers the values; of URLs what stands before the `@`.
 */
function secretsOf(row, text) {
    const parts = row.type.secretParts?.(text);
    const whole = row.secret === true && parts === undefined ? [text, ...text.split('\n')] : [];
    return [...(parts ?? []), ...whole]
        .map((part) => part.trim())
        .filter((part) => part !== '' && !plainWord.test(part));
}

// EXTERNAL MODULE: ./src/inputs/variables.ts
var variables = __webpack_require__(6192);
;// CONCATENATED MODULE: ./src/inputs/resolve.ts








const usualFile = 'rollgate.yml';
/**
 * Looks every input up in all its places. An empty text counts as not set. Everything that is wrong is collected;
 * nothing is thrown.
 */
function resolveInputs(sources) {
    const problems = [];
    const notices = [];
    const secrets = new Set();
    const file = findFile(sources, problems, notices, secrets);
    const values = {};
    const origins = {};
    for (const id of table/* inputIds */.Zp) {
        for (const text of everyText(id, sources)) {
            for (const secret of secretsOf((0,table/* inputOf */.wg)(id), text))
                secrets.add(secret);
        }
        const { value, origin } = read(id, sources, file, problems);
        values[id] = value;
        origins[id] = origin;
    }
    for (const id of table/* inputIds */.Zp) {
        const fallback = (0,table/* inputOf */.wg)(id).fallback;
        if (values[id] !== undefined || fallback === undefined)
            continue;
        values[id] = values[fallback];
        origins[id] = { level: 7, name: fallback };
    }
    const settings = values;
    const complete = origins;
    problems.push(...crossCheck(settings, complete));
    problems.push(...strayingSecrets(settings, complete, sources));
    notices.push(...remarks(settings));
    notices.push(...unknownNotices(sources.env));
    return {
        settings,
        origins: complete,
        problems,
        notices,
        secrets: [...secrets],
        givenByUser: (id) => complete[id].level <= 5,
    };
}
/** In words: `from ROLLGATE_URL`. */
function originInWords(origin) {
    return `from ${origin.name}`;
}
function read(id, sources, file, problems) {
    const row = (0,table/* inputOf */.wg)(id);
    const found = lookUp(id, sources, file);
    const origin = found?.origin ?? { level: 7, name: 'the default' };
    if (found !== undefined) {
        const parsed = row.parse(found.text);
        if (parsed.ok)
            return { value: parsed.value, origin };
        problems.push({
            subject: id,
            message: `${parsed.message} (${originInWords(origin)})`,
            ...(parsed.fix === undefined ? {} : { fix: parsed.fix }),
        });
    }
    const byDefault = row.default === undefined ? undefined : row.parse(row.default);
    return { value: byDefault?.ok === true ? byDefault.value : undefined, origin };
}
function lookUp(id, sources, file) {
    const { flags, env, system } = sources;
    const row = (0,table/* inputOf */.wg)(id);
    return (pick(1, [[id === 'command' ? 'the command line' : `--${id}`, flags.get(id)]]) ??
        fromVariables(2, (0,variables/* actionVariables */.s9)(id), env) ??
        fromVariables(3, [(0,variables/* ownVariable */.DA)(id)], env) ??
        fromVariables(4, (0,variables/* guideVariables */.YJ)(row, system), env) ??
        pick(5, file === undefined ? [] : [[file.name, file.texts.get(id)]]) ??
        fromVariables(6, (0,variables/* hostVariables */.Cg)(row, system), env));
}
function fromVariables(level, names, env) {
    return pick(level, names.map((name) => [name, env[name]]));
}
function pick(level, candidates) {
    for (const [name, given] of candidates) {
        const text = given?.trim() ?? '';
        if (text !== '')
            return { text, origin: { level, name } };
    }
    return undefined;
}
/** A secret that lost to another one is a secret all the same. */
function everyText(id, { flags, env }) {
    return [flags.get(id), ...(0,variables/* allVariables */.F0)(id, (0,table/* inputOf */.wg)(id)).map((name) => env[name])].flatMap((text) => (text === undefined || text.trim() === '' ? [] : [text.trim()]));
}
function findFile(sources, problems, notices, secrets) {
    const named = lookUp('config', sources, undefined);
    const name = named?.text ?? usualFile;
    let content;
    try {
        content = sources.readFile(name);
    }
    catch (thrown) {
        problems.push({ subject: name, message: `cannot be read: ${(0,errors/* messageOf */.b)(thrown)}` });
        return undefined;
    }
    if (content === undefined) {
        if (named !== undefined) {
            problems.push({
                subject: 'config',
                message: `there is no file ${(0,parsed/* quote */.hD)(name)} (${originInWords(named.origin)})`,
                fix: 'give the path of an existing file, from the working directory',
            });
        }
        return undefined;
    }
    if (sources.pullRequest && named === undefined) {
        notices.push(`${usualFile} is ignored, because this run is for a pull or merge request and the file may come from a stranger; ` +
            'name it by `config` to use it.');
        return undefined;
    }
    const read = readConfigFile(name, content);
    problems.push(...read.problems);
    for (const secret of read.secrets)
        secrets.add(secret);
    return { name, texts: read.texts };
}
/**
 * A secret from outside the file is sent to no address that the file alone names: whoever can change the file could
 * have it sent to a server of theirs. The address that the host gives, or the default, is no news even there.
 */
function strayingSecrets(settings, origins, sources) {
    return table/* inputIds */.Zp.flatMap((id) => {
        if (settings[id] === undefined)
            return [];
        const targets = ((0,table/* inputOf */.wg)(id).sentTo ?? []);
        return targets
            .filter((target) => origins[target].level === 5 && !isHostsOwn(target, settings, sources))
            .map((target) => ({
            subject: target,
            message: `stands in the file ${origins[target].name}, and \`${id}\` would be sent there`,
            fix: `set the address outside the file, by \`${(0,variables/* ownVariable */.DA)(target)}\` or \`--${target}\``,
        }));
    });
}
function isHostsOwn(id, settings, { env, system }) {
    const row = (0,table/* inputOf */.wg)(id);
    const own = fromVariables(6, (0,variables/* hostVariables */.Cg)(row, system), env)?.text ?? row.default;
    const value = settings[id];
    return own !== undefined && typeof value === 'string' && originOf(value) === originOf(own);
}
function originOf(url) {
    return URL.canParse(url) ? new URL(url).origin : undefined;
}
function unknownNotices(env) {
    const names = Object.keys(env).filter((name) => env[name] !== undefined);
    return (0,variables/* unknownVariables */.Au)(names, table/* inputIds */.Zp).map((name) => {
        const meant = (0,suggest/* didYouMean */.a)(name, table/* inputIds */.Zp.map(variables/* ownVariable */.DA));
        return `The variable ${name} is no input and is ignored${meant === undefined ? '.' : `; ${meant}`}`;
    });
}


/***/ }),

/***/ 7330:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  bI: () => (/* binding */ reportFileNames),
  eG: () => (/* binding */ reportPath),
  u5: () => (/* binding */ writeReport)
});

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
;// CONCATENATED MODULE: ./src/report/json.ts
/**
 * `report.json`: the record as it is, indented. Measured numbers lose the digits that are only the noise of doubles
 * (`0.30000000000000004`); what the user configured stays to the letter. `NaN` and infinities become `null`.
 */
function renderJson(report) {
    const tidied = {
        ...report,
        detectionSeconds: tidy(report.detectionSeconds),
        targets: tidy(report.targets),
    };
    return `${JSON.stringify(tidied, null, 2)}\n`;
}
function tidy(value) {
    if (typeof value === 'number')
        return withoutNoise(value);
    if (Array.isArray(value))
        return value.map(tidy);
    if (typeof value !== 'object' || value === null)
        return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tidy(item)]));
}
/** Six decimals, and for small numbers six significant digits. */
function withoutNoise(value) {
    if (!Number.isFinite(value) || Number.isInteger(value))
        return value;
    return Number(Math.abs(value) < 1 ? value.toPrecision(6) : value.toFixed(6));
}

// EXTERNAL MODULE: ./src/report/words.ts
var words = __webpack_require__(2691);
;// CONCATENATED MODULE: ./src/report/xml.ts
/**
 * Text for an XML 1.0 element or a quoted attribute. Characters that XML 1.0 does not have (most control characters,
 * halves of surrogate pairs, U+FFFE, U+FFFF) are dropped; line ends in attributes survive as references.
 * Source: https://www.w3.org/TR/xml/#charsets
 */
function escapeXml(text) {
    return text
        .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
        .replace(/[&<>"'\t\n\r]/g, (character) => references[character] ?? character);
}
// `>` too: `]]>` may not stand in text.
const references = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
    '\t': '&#9;',
    '\n': '&#10;',
    '\r': '&#13;',
};
/** An element with its attributes in order; without children it is empty. */
function xml_element(name, attributes, children = []) {
    const written = Object.entries(attributes)
        .map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`)
        .join('');
    return children.length === 0
        ? `<${name}${written}/>`
        : `<${name}${written}>${children.join('')}</${name}>`;
}

;// CONCATENATED MODULE: ./src/report/junit.ts


/**
 * `junit.xml`: a suite per target, in it a case for the verdict, one per check and one per rung. What preflight
 * refused, and the reason of a run that ended without a verdict, stand in a suite of their own.
 * Times are seconds. Attributes as GitLab, Jenkins, Azure and CircleCI read them:
 * https://github.com/testmoapp/junitxml
 */
function renderJunit(report) {
    const suites = [...runSuite(report), ...report.targets.map((t) => targetSuite(t, report))];
    const cases = suites.flatMap((suite) => suite.cases);
    const root = xml_element('testsuites', { name: 'rollgate', ...totals(cases) }, [
        '\n',
        ...suites.map((suite) => renderSuite(suite, report)),
    ]);
    return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}
function runSuite(report) {
    const errors = report.findings.filter((finding) => finding.level === 'error');
    const own = report.verdict === null || report.targets.length === 0;
    if (!own && errors.length === 0)
        return [];
    const cases = [...(own ? [runCase(report)] : []), ...errors.map(findingCase)];
    return [{ name: report.command, cases }];
}
function runCase(report) {
    const outcome = report.verdict === null
        ? report.exitCode === 0
            ? 'passed'
            : 'error'
        : verdictOutcome[report.verdict];
    return {
        name: 'verdict',
        seconds: report.detectionSeconds ?? 0,
        outcome,
        message: report.reason,
        details: [`exit code: ${String(report.exitCode)}`],
    };
}
function findingCase(finding) {
    return {
        name: `preflight ${finding.subject}`,
        seconds: 0,
        outcome: 'failure',
        message: finding.message,
        details: finding.fix === undefined ? [] : [finding.fix],
    };
}
function targetSuite(target, report) {
    return {
        name: target.name,
        cases: [
            {
                name: 'verdict',
                seconds: report.detectionSeconds ?? 0,
                outcome: verdictOutcome[target.verdict],
                message: target.reason,
                details: [`rollback: ${statusLine(target.rollback)}`],
            },
            ...target.checks.map((check) => checkCase(check, target)),
            ...target.rollback.rungs.map(rungCase),
        ],
    };
}
const verdictOutcome = {
    healthy: 'passed',
    unhealthy: 'failure',
    inconclusive: 'error',
    cancelled: 'error',
    'not-judged': 'skipped',
};
function statusLine(rollback) {
    return rollback.detail === '' ? rollback.status : `${rollback.status}: ${rollback.detail}`;
}
const checkOutcome = {
    breached: 'failure',
    within: 'passed',
    'no-data': 'skipped',
};
function checkCase(check, target) {
    const odds = (0,words/* oddsInWords */.pq)(check, target);
    const kinds = (0,words/* kindsInWords */.Kk)(check);
    const missing = (0,words/* missingInWords */.VO)(check);
    return {
        name: `check ${check.id}`,
        seconds: 0,
        outcome: checkOutcome[check.outcome],
        message: (0,words/* checkSentence */.YC)(check),
        details: [
            `subject: ${check.subject} (${check.source})`,
            ...(odds === '' ? [] : [`evidence: ${odds}`]),
            ...(kinds === '' ? [] : [`failures: ${kinds}`]),
            ...(missing === '' ? [] : [`missing: ${missing}`]),
        ],
    };
}
const rungOutcome = {
    verified: 'passed',
    skipped: 'skipped',
    failed: 'failure',
    triggered: 'failure',
};
function rungCase(rung) {
    return {
        name: `rung ${rung.id}`,
        seconds: rung.seconds,
        outcome: rungOutcome[rung.outcome],
        message: `${rung.outcome}: ${rung.detail}`,
        details: rung.url === null ? [] : [rung.url],
    };
}
function renderSuite(suite, report) {
    const children = suite.cases.map((item) => `    ${renderCase(item, suite.name)}\n`);
    const attributes = { name: suite.name, ...totals(suite.cases), timestamp: report.startedAt };
    return `  ${xml_element('testsuite', attributes, ['\n', ...children, '  '])}\n`;
}
function renderCase(item, suite) {
    const attributes = {
        classname: `rollgate.${suite}`,
        name: item.name,
        time: seconds(item.seconds),
    };
    return xml_element('testcase', attributes, outcomeElement(item));
}
function outcomeElement(item) {
    if (item.outcome === 'passed')
        return [];
    if (item.outcome === 'skipped')
        return [xml_element('skipped', { message: item.message })];
    const text = [item.message, ...item.details].join('\n');
    const attributes = { message: item.message, type: item.name.split(' ')[0] ?? item.name };
    return [xml_element(item.outcome, attributes, [escapeXml(text)])];
}
function totals(cases) {
    const count = (outcome) => cases.filter((c) => c.outcome === outcome).length;
    return {
        tests: cases.length,
        failures: count('failure'),
        errors: count('error'),
        skipped: count('skipped'),
        time: seconds(cases.reduce((sum, item) => sum + item.seconds, 0)),
    };
}
function seconds(value) {
    return value.toFixed(3);
}

// EXTERNAL MODULE: ./src/report/summary.ts + 2 modules
var summary = __webpack_require__(8474);
;// CONCATENATED MODULE: ./src/report/files.ts




/** The files of a report, by what they hold. */
const reportFileNames = {
    report: 'report.json',
    summary: 'summary.md',
    junit: 'junit.xml',
    recording: 'recording.ndjson',
};
/** The path of `report.json` in this directory. */
function reportPath(directory) {
    return (0,external_node_path_.join)(directory, reportFileNames.report);
}
/**
 * Writes `summary.md`, `junit.xml` and, last, `report.json`: where that is, the others are too. A file is there
 * whole or not at all. A file that cannot be written does not keep the next from being written.
 *
 * @param report already redacted
 * @throws AggregateError with the reason of every file that could not be written
 */
async function writeReport(report, directory, files) {
    await files.mkdir(directory, { recursive: true });
    const errors = [];
    for (const [name, render] of renderings) {
        try {
            await writeWhole((0,external_node_path_.join)(directory, name), render(report), files);
        }
        catch (error) {
            errors.push(error);
        }
    }
    if (errors.length > 0)
        throw new AggregateError(errors, `the report in ${directory} is incomplete`);
}
const renderings = [
    [reportFileNames.summary, summary/* renderSummary */.B],
    [reportFileNames.junit, renderJunit],
    [reportFileNames.report, renderJson],
];
/** Under a temporary name first: a process that is killed while writing leaves no half file under the real one. */
async function writeWhole(path, text, files) {
    const temporary = `${path}.tmp`;
    await files.writeFile(temporary, text);
    await files.rename(temporary, path);
}


/***/ }),

/***/ 3805:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ startedRun),
/* harmony export */   h: () => (/* binding */ decisiveRung)
/* harmony export */ });
/** The rung that rolled back: the one that is proven, else the first one that changed or started something. */
function decisiveRung(rollback) {
    return (rollback.rungs.find((rung) => rung.outcome === 'verified') ??
        rollback.rungs.find((rung) => rung.outcome === 'triggered'));
}
/** The rung whose run or object a person should look at: the decisive one, else any that has an address. */
function startedRun(rollback) {
    const decisive = decisiveRung(rollback);
    return [...(decisive ? [decisive] : []), ...rollback.rungs].find((rung) => rung.url !== null || rung.runId !== null);
}


/***/ }),

/***/ 8474:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  B: () => (/* binding */ renderSummary)
});

// EXTERNAL MODULE: external "node:buffer"
var external_node_buffer_ = __webpack_require__(4573);
// EXTERNAL MODULE: ./src/support/format.ts
var format = __webpack_require__(864);
;// CONCATENATED MODULE: ./src/report/chart.ts
/** More points than this are unreadable at the width that GitHub gives a chart. */
const maxPoints = 30;
/**
 * The course of a watch as a Mermaid chart: the success rate beside its limit; without such a check the share
 * within the latency limit; else the evidence against the first check beside what it takes to act. Empty when
 * there are less than two points. Syntax: https://mermaid.js.org/syntax/xyChart.html
 */
function renderChart(checks) {
    const check = checks.find((c) => c.metric === 'success-rate' && c.outcome === 'breached') ??
        checks.find((c) => c.metric === 'success-rate') ??
        checks.find((c) => c.metric === 'latency') ??
        checks.find((c) => c.evidence !== null);
    if (check === undefined)
        return '';
    const plot = check.kind === 'ratio' ? sharePlot(check) : evidencePlot(check);
    if (plot.points.length < 2)
        return '';
    const values = plot.points.map((point) => point.y);
    const [low, high] = range(plot.limit === null ? values : [...values, plot.limit], plot.ceiling);
    const lines = [
        'xychart-beta',
        `    x-axis "seconds" [${plot.points.map((point) => `"${String(Math.round(point.t))}"`).join(', ')}]`,
        `    y-axis "${plot.axis}" ${number(low)} --> ${number(high)}`,
        `    line [${values.map(number).join(', ')}]`,
        ...(plot.limit === null
            ? []
            : [`    line [${values.map(() => number(plot.limit ?? 0)).join(', ')}]`]),
    ];
    return ['```mermaid', ...lines, '```'].join('\n');
}
function sharePlot(check) {
    const points = thin(check.series.filter((point) => point.samples > 0));
    return {
        axis: check.metric === 'latency' ? '% fast enough' : 'success %',
        points: points.map((point) => ({
            t: point.t,
            y: 100 * (1 - point.failures / point.samples),
        })),
        limit: percentIn(check.limit),
        ceiling: 100,
    };
}
function evidencePlot(check) {
    return {
        axis: `evidence against ${check.metric}`,
        points: thin(check.series).map((point) => ({ t: point.t, y: point.logE })),
        limit: check.evidence?.threshold ?? null,
        ceiling: null,
    };
}
/** The first number of a limit in words is its percentage: `≥ 95 %`, `p95 ≤ 800ms`. */
function percentIn(limit) {
    const found = /\d+(\.\d+)?/.exec(limit);
    return found === null ? null : Number(found[0]);
}
/** At most {@link maxPoints} points: neighbours are added up, time and evidence are those of the last. */
function thin(series) {
    const size = Math.ceil(series.length / maxPoints);
    if (size <= 1)
        return series;
    const groups = [];
    for (let from = 0; from < series.length; from += size) {
        const group = series.slice(from, from + size);
        groups.push(group.reduce((sum, point) => ({
            t: point.t,
            samples: sum.samples + point.samples,
            failures: sum.failures + point.failures,
            logE: point.logE,
        })));
    }
    return groups;
}
/** Round bounds with some room around the values, so that neither line lies on the frame. */
function range(values, ceiling) {
    const low = Math.min(...values);
    const high = Math.max(...values);
    const step = high - low > 20 ? 10 : 1;
    const bottom = Math.floor(low / step) * step - step;
    const top = Math.ceil(high / step) * step + step;
    return [ceiling === null ? bottom : Math.max(0, bottom), Math.min(top, ceiling ?? top)];
}
function number(value) {
    return String(Number(value.toFixed(2)));
}

;// CONCATENATED MODULE: ./src/report/markdown.ts
/**
 * Text as it is, in one line, whatever Markdown or HTML it looks like: usable in a sentence and in a table cell.
 * Only what stands between two backticks is shown as code. Control characters are dropped; what is over `max`
 * characters is cut.
 */
function plainMarkdown(text, max = 500) {
    const line = oneLine(text);
    const cut = line.length <= max ? line : `${line.slice(0, max - 1)}…`;
    return cut
        .split(/`([^`]+)`/)
        .map((piece, index) => (index % 2 === 1 ? codeMarkdown(piece, max) : escapeMarkdown(piece)))
        .join('')
        .replace(/^[-+=](?=\s|$)/, '\\$&')
        .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2');
}
/** Without control characters and those that turn the direction of writing around. */
function oneLine(text) {
    return (text
        // eslint-disable-next-line no-control-regex -- these are the characters to take out
        .replace(/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069]/g, '')
        .replace(/\s+/g, ' ')
        .trim());
}
/** Every mark that can mean something is escaped; a backslash may stand before any (CommonMark 2.4). */
function escapeMarkdown(text) {
    return escapeHtml(text).replace(/[\\`*_{}[\]|~$#!@]/g, (mark) => `\\${mark}`);
}
function escapeHtml(text) {
    return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
/** Text in a code span; it cannot be left, and fits a table cell. */
function codeMarkdown(text, max = 200) {
    const escaped = escapeHtml(oneLine(text).slice(0, max)).replace(/[|`\\*_~[\]$@]/g, (mark) => `&#${String(mark.charCodeAt(0))};`);
    return `<code>${escaped}</code>`;
}
/** A link to a web address; anything else is no link. User info is taken out, a query stays: it names the run. */
function linkMarkdown(label, address) {
    if (address === null)
        return '';
    let url;
    try {
        url = new URL(address);
    }
    catch {
        return '';
    }
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
        return '';
    url.username = '';
    url.password = '';
    const safe = url.href.replace(/[()<>|\\`*_~$'"]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
    return `[${plainMarkdown(label)}](${safe})`;
}
/** A table; the cells are Markdown already. */
function tableMarkdown(head, rows) {
    const line = (cells) => `| ${cells.join(' | ')} |`;
    return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

// EXTERNAL MODULE: ./src/report/rungs.ts
var rungs = __webpack_require__(3805);
// EXTERNAL MODULE: ./src/report/words.ts
var words = __webpack_require__(2691);
;// CONCATENATED MODULE: ./src/report/summary.ts






/**
 * GitHub refuses a step's summary of more than 1 MiB, and what several steps write adds up.
 * Source: https://docs.github.com/actions/using-workflows/workflow-commands-for-github-actions#step-isolation-and-limits
 */
const maxBytes = 128 * 1024;
const maxRows = 100;
/**
 * The Markdown for people: the verdict first, then what became of the rollback, then the numbers. Nothing from
 * outside can break out of its place, and the whole stays below {@link maxBytes}.
 */
function renderSummary(report) {
    const several = report.targets.length > 1;
    const sections = [
        ...opening(report),
        ...(several
            ? [targetTable(report.targets), ...report.targets.flatMap(severalSection)]
            : report.targets.flatMap((target) => targetSections(target))),
        ...findings(report.findings),
        ...notices(report.notices),
        footer(report),
    ];
    return capped(sections.filter((section) => section !== ''));
}
function opening(report) {
    const { mark, word } = (0,words/* headlineOf */.gD)(report);
    const only = report.targets.length === 1 ? report.targets[0] : undefined;
    return [
        `## ${mark} ${word}`,
        `**${plainMarkdown(report.reason, 1000)}**`,
        only === undefined ? '' : rollbackLine(only.rollback),
    ];
}
/** Status, the rung that did it, how long it took, and where to look. */
function rollbackLine(rollback) {
    const sentence = words/* statusSentence */.Au[rollback.status];
    if (sentence === '')
        return '';
    const rung = (0,rungs/* decisiveRung */.h)(rollback);
    const by = rung === undefined
        ? ''
        : ` By ${codeMarkdown(rung.id)} in ${(0,format/* formatDuration */.a3)(rollback.seconds * 1000)}.`;
    const link = rung === undefined ? '' : linkMarkdown('Look at it', rung.url);
    const detail = rollback.detail === '' ? '' : ` ${plainMarkdown(rollback.detail)}`;
    return `${sentence}${by}${detail}${link === '' ? '' : ` ${link}`}`;
}
function targetTable(targets) {
    return tableMarkdown(['target', 'verdict', 'rollback', 'why'], firstRows(targets, (target) => [
        codeMarkdown(target.name),
        `${(0,words/* verdictHeadline */.ge)(target.verdict).mark} ${target.verdict}`,
        target.rollback.status,
        plainMarkdown(target.reason, 300),
    ]));
}
/** A healthy target folds away: nobody reads about it at the worst moment of a week. */
function severalSection(target) {
    const { mark } = (0,words/* verdictHeadline */.ge)(target.verdict);
    const body = [rollbackLine(target.rollback), ...targetSections(target)].filter((section) => section !== '');
    if (body.length === 0)
        return [];
    const title = `${mark} ${codeMarkdown(target.name)}`;
    if (target.verdict !== 'healthy')
        return [`### ${title}`, ...body];
    return [`<details><summary>${title}</summary>\n\n${body.join('\n\n')}\n\n</details>`];
}
function targetSections(target) {
    return [checkTable(target), rungTable(target.rollback), chart(target)];
}
const checkMark = {
    breached: '❌ breached',
    within: '✅ within',
    'no-data': '❔ no data',
};
function checkTable(target) {
    if (target.checks.length === 0)
        return '';
    const worstFirst = [...target.checks].sort((a, b) => rank(a) - rank(b));
    return tableMarkdown(['check', 'value', 'limit', 'samples', 'evidence', 'outcome'], firstRows(worstFirst, (check) => [
        `${codeMarkdown(check.id)}${several(check, target) ? ` ${plainMarkdown(check.subject, 120)}` : ''}`,
        check.shown === '' ? '–' : plainMarkdown(check.shown, 80),
        plainMarkdown(check.limit, 80),
        samples(check),
        (0,words/* oddsInWords */.pq)(check, target) || '–',
        checkMark[check.outcome],
    ]));
}
function rank(check) {
    return { breached: 0, 'no-data': 1, within: 2 }[check.outcome];
}
/** Whether the subject is needed to tell the check from others of its metric. */
function several(check, target) {
    return target.checks.filter((other) => other.metric === check.metric).length > 1;
}
function samples(check) {
    const kinds = (0,words/* kindsInWords */.Kk)(check);
    const missing = (0,words/* missingInWords */.VO)(check);
    const parts = [
        (0,words/* countsInWords */.Pe)(check),
        kinds === '' ? '' : `(${kinds})`,
        missing === '' ? '' : `; ${missing}`,
    ];
    const text = parts.filter((part) => part !== '').join(' ');
    return text === '' ? '–' : plainMarkdown(text.replace(/^; /, '').replace(/ ;/g, ';'), 300);
}
const rungMark = {
    verified: '✅ verified',
    triggered: '⚠️ triggered',
    failed: '❌ failed',
    skipped: '⏭️ skipped',
};
function rungTable(rollback) {
    if (rollback.rungs.length === 0)
        return '';
    return tableMarkdown(['rung', 'outcome', 'detail', 'took', 'link'], firstRows(rollback.rungs, (rung) => [
        codeMarkdown(rung.id),
        rungMark[rung.outcome],
        plainMarkdown(rung.detail, 600),
        rung.outcome === 'skipped' ? '–' : (0,format/* formatDuration */.a3)(rung.seconds * 1000),
        linkMarkdown(rung.runId ?? 'open', rung.url) || '–',
    ]));
}
function chart(target) {
    const drawn = renderChart(target.checks);
    return drawn === ''
        ? ''
        : `<details open><summary>The watch; the level line is the limit</summary>\n\n${drawn}\n\n</details>`;
}
const findingMark = {
    error: '❌',
    warning: '⚠️',
    notice: 'ℹ️',
};
function findings(found) {
    if (found.length === 0)
        return [];
    const lines = found.slice(0, maxRows).map((finding) => {
        const fix = finding.fix === undefined ? '' : ` → ${plainMarkdown(finding.fix)}`;
        return `- ${findingMark[finding.level]} ${codeMarkdown(finding.subject)}: ${plainMarkdown(finding.message)}${fix}`;
    });
    return ['### Findings', [...lines, ...more(found.length)].join('\n')];
}
function notices(found) {
    if (found.length === 0)
        return [];
    const lines = found.slice(0, maxRows).map((notice) => `- ${plainMarkdown(notice)}`);
    return ['### Notices', [...lines, ...more(found.length)].join('\n')];
}
function more(count) {
    return count > maxRows ? [`- … and ${String(count - maxRows)} more, see report.json`] : [];
}
function footer(report) {
    const parts = [
        `rollgate ${plainMarkdown(report.tool.version)} ${codeMarkdown(report.command)}`,
        `${utc(report.startedAt)} – ${utc(report.endedAt)} UTC`,
        report.detectionSeconds === null
            ? ''
            : `verdict after ${(0,format/* formatDuration */.a3)(report.detectionSeconds * 1000)}`,
        `exit code ${String(report.exitCode)}`,
        linkMarkdown('run', report.host.runUrl),
    ];
    return `<sub>${parts.filter((part) => part !== '').join(' · ')}</sub>`;
}
/** `2026-11-02T10:00:00.000Z` → `2026-11-02 10:00:00`. */
function utc(iso) {
    return plainMarkdown(iso.replace('T', ' ').replace(/\.\d+Z$/, ''));
}
function firstRows(items, row) {
    const rows = items.slice(0, maxRows).map(row);
    return items.length > maxRows
        ? [...rows, [`… and ${String(items.length - maxRows)} more, see report.json`]]
        : rows;
}
/** Whole sections, in order, as long as there is room: half a table or chart would be rendered as rubbish. */
function capped(sections) {
    const left = 'The rest did not fit; it is in report.json.';
    const kept = [];
    let bytes = external_node_buffer_.Buffer.byteLength(left) + 2;
    for (const section of sections) {
        bytes += external_node_buffer_.Buffer.byteLength(section) + 2;
        if (bytes > maxBytes)
            return `${[...kept, left].join('\n\n')}\n`;
        kept.push(section);
    }
    return `${kept.join('\n\n')}\n`;
}


/***/ }),

/***/ 7496:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Qc: () => (/* binding */ finalLines),
/* harmony export */   oz: () => (/* binding */ progressLine)
/* harmony export */ });
/* unused harmony export maxColumns */
/* harmony import */ var _support_format_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(864);
/* harmony import */ var _support_text_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(5240);
/* harmony import */ var _rungs_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(3805);
/* harmony import */ var _words_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2691);




/** No line is wider than this, whatever the terminal, but an address: that must stay whole to be opened. */
const maxColumns = 120;
const plain = { colour: false };
// SGR codes, ECMA-48 8.3.117.
const codes = { red: 31, green: 32, yellow: 33, dim: 2 };
function paint(text, how, style) {
    return style.colour ? `\u001b[${String(codes[how])}m${text}\u001b[0m` : text;
}
/**
 * One line about the watch: `  02:10/05:30  success 98.75 % of 240 (≥ 95 %)  errors 0.75 per minute (≤ 10 per minute)  health ok`.
 * One part per metric, the worst check of it; what does not fit is counted: `+2`.
 */
function progressLine(progress, style = plain) {
    const time = `  ${clockTime(progress.elapsedMs)}/${clockTime(progress.totalMs)}`;
    const phase = progress.phase === 'watch' ? '' : `  ${progress.phase}`;
    const parts = metrics
        .map((metric) => progress.checks.filter((check) => check.metric === metric))
        .filter((checks) => checks.length > 0)
        .map(part);
    let line = `${time}${phase}`;
    let columns = line.length;
    let shown = 0;
    for (const { text, outcome } of parts) {
        const needed = columns + 2 + text.length + (shown < parts.length - 1 ? ' +9'.length : 0);
        if (needed > maxColumns)
            break;
        line += `  ${outcome === 'breached' ? paint(text, 'red', style) : text}`;
        columns += 2 + text.length;
        shown += 1;
    }
    return shown === parts.length ? line : `${line} +${String(parts.length - shown)}`;
}
const metrics = ['success-rate', 'errors-per-minute', 'latency', 'value', 'health'];
/** `null`: a measured value is called by the name of its check. */
const labels = {
    'success-rate': 'success',
    'errors-per-minute': 'errors',
    latency: 'latency',
    value: null,
    health: 'health',
};
function part(checks) {
    const worst = checks.reduce((a, b) => (severity(b) > severity(a) ? b : a));
    const of = checks.length > 1 ? ` (worst of ${String(checks.length)})` : '';
    return { text: (0,_support_text_js__WEBPACK_IMPORTED_MODULE_1__/* .clip */ .$)(`${partText(worst)}${of}`, 60), outcome: worst.outcome };
}
function partText(check) {
    const label = labels[check.metric] ?? check.id;
    if (check.metric === 'health')
        return `${label} ${healthWord[check.outcome]}`;
    if (check.shown === '')
        return `${label} no data`;
    const of = check.metric === 'success-rate' ? ` of ${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_2__/* .formatNumber */ .ZV)(check.samples, 0)}` : '';
    return `${label} ${check.shown}${of} (${check.limit})`;
}
const healthWord = {
    within: 'ok',
    breached: 'failing',
    'no-data': 'no answer yet',
};
/** Breached first, then the strongest evidence, then the share of failures. */
function severity(check) {
    const breached = check.outcome === 'breached' ? 1e6 : 0;
    const share = check.samples === 0 ? 0 : check.failures / check.samples;
    return breached + (check.evidence?.logE ?? 0) + share;
}
/** `130000` → `02:10`, from an hour on `1:02:10`. */
function clockTime(ms) {
    const total = Math.floor(ms / 1000);
    const hours = Math.floor(total / 3600);
    const two = (value) => String(value).padStart(2, '0');
    const rest = `${two(Math.floor((total % 3600) / 60))}:${two(total % 60)}`;
    return hours === 0 ? rest : `${String(hours)}:${rest}`;
}
/** The last lines of a run: the verdict, why, what became of the rollback, and where the report is. */
function finalLines(report, reportPath, style = plain) {
    const { mark, word } = (0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .headlineOf */ .gD)(report);
    const several = report.targets.length > 1;
    return [
        `${mark} ${paint(word.toLowerCase(), headColour(report), style)}`,
        ...indented(report.reason),
        ...report.targets.flatMap((target) => targetLines(target, several)),
        ...indented(`report: ${reportPath}`).map((line) => paint(line, 'dim', style)),
    ];
}
function headColour(report) {
    if (report.verdict === 'unhealthy')
        return 'red';
    if (report.verdict === null)
        return report.exitCode === 0 ? 'green' : 'red';
    return report.verdict === 'healthy' || report.verdict === 'not-judged' ? 'green' : 'yellow';
}
function targetLines(target, several) {
    const { rollback } = target;
    const run = (0,_rungs_js__WEBPACK_IMPORTED_MODULE_3__/* .startedRun */ .D)(rollback);
    return [
        ...(several
            ? indented(`${(0,_words_js__WEBPACK_IMPORTED_MODULE_0__/* .verdictHeadline */ .ge)(target.verdict).mark} ${target.name}: ${target.reason}`)
            : []),
        ...(rollback.status === 'not-needed'
            ? []
            : indented(`${_words_js__WEBPACK_IMPORTED_MODULE_0__/* .statusSentence */ .Au[rollback.status]} ${rollback.detail}`)),
        ...rollback.rungs.flatMap((rung) => indented(`${rung.id}: ${rung.outcome}${rung.outcome === 'skipped' ? '' : ` after ${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_2__/* .formatDuration */ .a3)(rung.seconds * 1000)}`}: ${rung.detail}`)),
        ...(run?.url ? [`   ${run.url}`] : []),
    ];
}
/** Wrapped between words; a word that is too long for a line is cut into pieces. */
function indented(text) {
    const width = maxColumns - 3;
    const lines = [];
    let line = '';
    for (const word of text
        .trim()
        .split(/\s+/)
        .flatMap((long) => pieces(long, width))) {
        if (line !== '' && line.length + 1 + word.length > width) {
            lines.push(line);
            line = '';
        }
        line += line === '' ? word : ` ${word}`;
    }
    return [...lines, line].map((content) => `   ${content}`);
}
function pieces(word, width) {
    return word.match(new RegExp(`.{1,${String(width)}}`, 'gsu')) ?? [word];
}


/***/ }),

/***/ 2691:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Au: () => (/* binding */ statusSentence),
/* harmony export */   Kk: () => (/* binding */ kindsInWords),
/* harmony export */   Pe: () => (/* binding */ countsInWords),
/* harmony export */   VO: () => (/* binding */ missingInWords),
/* harmony export */   YC: () => (/* binding */ checkSentence),
/* harmony export */   gD: () => (/* binding */ headlineOf),
/* harmony export */   ge: () => (/* binding */ verdictHeadline),
/* harmony export */   pq: () => (/* binding */ oddsInWords)
/* harmony export */ });
/* harmony import */ var _support_format_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(864);

const verdicts = {
    healthy: { mark: '✅', word: 'Healthy' },
    unhealthy: { mark: '❌', word: 'Unhealthy' },
    inconclusive: { mark: '❔', word: 'Inconclusive' },
    cancelled: { mark: '⏹️', word: 'Cancelled' },
    'not-judged': { mark: '⏭️', word: 'Not-judged' },
};
function verdictHeadline(verdict) {
    return verdicts[verdict];
}
/** The headline of a run; one that ended without a verdict is named after its exit code. */
function headlineOf(report) {
    if (report.verdict !== null)
        return verdicts[report.verdict];
    if (report.exitCode === 0)
        return { mark: '✅', word: 'Done' };
    if (report.exitCode === 2)
        return { mark: '🔧', word: 'Misconfigured' };
    return { mark: '💥', word: 'Failed' };
}
/** What became of the rollback, for a person who has ten seconds; empty when none was needed. */
const statusSentence = {
    'not-needed': '',
    verified: '↩️ Rolled back, and verified.',
    unverified: '🚨 Rollback started, but not verified: a person must look now.',
    'still-unhealthy': '🚨 Rolled back, but still unhealthy: a person must look now.',
    failed: '🚨 The rollback failed, nothing was taken back: a person must look now.',
    withheld: '✋ No rollback was done.',
};
/** `41 of 300 failed`; what `failed` is depends on the metric. Empty without samples. */
function countsInWords(check) {
    if (check.samples === 0)
        return '';
    if (check.kind === 'value')
        return (0,_support_format_js__WEBPACK_IMPORTED_MODULE_0__/* .plural */ .LS)(check.samples, 'measurement');
    const noun = check.metric === 'latency' ? 'too slow' : 'failed';
    return `${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_0__/* .formatNumber */ .ZV)(check.failures, 0)} of ${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_0__/* .formatNumber */ .ZV)(check.samples, 0)} ${noun}`;
}
/** `30 × status 503, 11 × timeout`, most frequent first, at most five. Empty when nothing failed. */
function kindsInWords(check) {
    return Object.entries(check.kinds)
        .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
        .slice(0, 5)
        .map(([kind, count]) => `${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_0__/* .formatNumber */ .ZV)(count, 0)} × ${kind}`)
        .join(', ');
}
/** `4 looks without data, 1 error of the source`; empty when nothing was missing. */
function missingInWords(check) {
    const { noData, providerErrors } = check.missing;
    return [
        noData > 0 ? `${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_0__/* .plural */ .LS)(noData, 'look')} without data` : '',
        providerErrors > 0 ? `${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_0__/* .plural */ .LS)(providerErrors, 'error')} of the source` : '',
    ]
        .filter((part) => part !== '')
        .join(', ');
}
/**
 * How seldom a target within its limits shows this much against one of its checks: `1 in 4,300`. The checks of a
 * target share the odds. Empty for a check that has no evidence (health) or nothing against it.
 */
function oddsInWords(check, target) {
    if (check.evidence === null)
        return '';
    const sharing = target.checks.filter((other) => other.evidence !== null).length;
    const logOdds = check.evidence.maxLogE - Math.log(sharing);
    if (logOdds > Math.log(1e9))
        return '1 in a billion';
    const odds = Math.floor(Math.exp(logOdds));
    return odds < 2 ? '' : `1 in ${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_0__/* .formatNumber */ .ZV)(odds, 0)}`;
}
/** One sentence about a check, with all its numbers. */
function checkSentence(check) {
    if (check.outcome === 'no-data') {
        const missing = missingInWords(check);
        return `${check.id}: no data (limit ${check.limit})${missing === '' ? '' : `; ${missing}`}.`;
    }
    const counts = countsInWords(check);
    const kinds = kindsInWords(check);
    const verb = check.outcome === 'breached' ? 'is over the limit' : 'is within the limit';
    const value = check.shown === '' ? 'value unknown' : check.shown;
    return (`${check.id}: ${value} ${verb} (${check.limit})` +
        `${counts === '' || check.kind === 'health' ? '' : `; ${counts}`}${kinds === '' ? '' : `: ${kinds}`}.`);
}


/***/ }),

/***/ 7700:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   b: () => (/* binding */ messageOf),
/* harmony export */   e: () => (/* binding */ UsageError)
/* harmony export */ });
/** Everything that is wrong with the configuration or the usage, at once. Ends with exit code 2. */
class UsageError extends Error {
    problems;
    name = 'UsageError';
    constructor(problems) {
        super(problems
            .map((p) => `${p.subject}: ${p.message}${p.fix === undefined ? '' : ` (${p.fix})`}`)
            .join('\n'));
        this.problems = problems;
    }
}
/** The message of anything that was thrown, with its causes, on one line. Never a stack. */
function messageOf(thrown) {
    if (!(thrown instanceof Error))
        return String(thrown);
    const own = thrown.message === '' ? thrown.name : thrown.message;
    const inner = thrown.cause === undefined
        ? thrown instanceof AggregateError
            ? thrown.errors.map(messageOf).join('; ')
            : ''
        : messageOf(thrown.cause);
    return inner === '' || own.includes(inner) ? own : `${own}: ${inner}`;
}


/***/ }),

/***/ 6745:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  j$: () => (/* reexport */ HttpError),
  V0: () => (/* binding */ createHttp),
  AC: () => (/* reexport */ fetchOf)
});

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
var external_node_http_default = /*#__PURE__*/__webpack_require__.n(external_node_http_);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(4708);
var external_node_https_default = /*#__PURE__*/__webpack_require__.n(external_node_https_);
// EXTERNAL MODULE: ./src/support/abort.ts
var abort = __webpack_require__(9261);
// EXTERNAL MODULE: ./src/support/format.ts
var format = __webpack_require__(864);
// EXTERNAL MODULE: ./src/support/url.ts
var url = __webpack_require__(3642);
;// CONCATENATED MODULE: ./src/support/http/error.ts


/**
 * A request without a usable answer. Its message names method, printable URL and cause, never a header, a body, a
 * query value or user info; the error of the library below is not kept, because that holds the whole request.
 */
class HttpError extends Error {
    name = 'HttpError';
    kind;
    summary;
    code;
    /** Whether the server may have got the request. Only when it cannot, a request that changes something may be repeated. */
    mayHaveBeenReceived;
    constructor(request, failure, mayHaveBeenReceived, options) {
        const code = failure.code === undefined ? '' : ` (${failure.code})`;
        const detail = failure.detail === undefined ? '' : `: ${failure.detail}`;
        super(`${request.method} ${(0,url/* printableUrl */.Z)(request.url)}: ${failure.summary}${code}${detail}`, options);
        this.kind = failure.kind;
        this.summary = failure.summary;
        this.code = failure.code;
        this.mayHaveBeenReceived = mayHaveBeenReceived;
    }
}
function timedOut(timeoutMs) {
    return {
        kind: 'timeout',
        summary: 'timeout',
        detail: `no complete answer within ${(0,format/* formatDuration */.a3)(timeoutMs)}`,
    };
}
// What our own machine lacks: open files, ports, buffers, memory. Linux connect(2), open(2).
const LOCAL = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM', 'EAI_MEMORY']);
const RESET = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);
const UNREACHABLE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN']);
// Node's TLS documentation, "X509 certificate error codes": the chain ends in a certificate that is not trusted.
const UNKNOWN_CA = new Set([
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
]);
/** What an error of Node's sockets, TLS, parser or decompression means. */
function classify(error, progress) {
    const code = codeOf(error);
    if (code !== undefined && LOCAL.has(code)) {
        return { kind: 'local', summary: 'shortage on this machine', code };
    }
    if (progress.atProxy)
        return { kind: 'proxy', summary: 'proxy failure', code };
    if (code === undefined)
        return { kind: 'other', summary: 'network failure' };
    if (code === 'ENOTFOUND' || code.startsWith('EAI_')) {
        return { kind: 'dns', summary: 'dns failure', code };
    }
    if (code === 'ECONNREFUSED')
        return { kind: 'refused', summary: 'connection refused', code };
    if (code === 'ETIMEDOUT')
        return { kind: 'timeout', summary: 'timeout', code };
    if (RESET.has(code))
        return { kind: 'reset', summary: 'connection reset', code };
    if (UNREACHABLE.has(code))
        return { kind: 'other', summary: 'host unreachable', code };
    if (progress.inHandshake || code === 'EPROTO' || /^ERR_(SSL|TLS)_/.test(code)) {
        const detail = UNKNOWN_CA.has(code)
            ? 'the certificate is signed by an authority that is not trusted; if it is yours, name its certificate in ca-file'
            : undefined;
        return { kind: 'tls', summary: 'TLS failure', code, detail };
    }
    // llhttp, the parser of Node: https://github.com/nodejs/llhttp, `HPE_` error names.
    if (code.startsWith('HPE_'))
        return { kind: 'other', summary: 'answer is not HTTP', code };
    if (code.startsWith('Z_') || code.startsWith('ERR__ERROR_FORMAT')) {
        return { kind: 'other', summary: 'unreadable body', code };
    }
    return { kind: 'other', summary: 'network failure', code };
}
/**
 * The code that says most. When several addresses of a name were tried (happy eyeballs), each has an error of its own;
 * one that our machine has no such address (`EADDRNOTAVAIL` for IPv6) says less than an answer of the other side.
 */
function codeOf(error) {
    if (typeof error !== 'object' || error === null)
        return undefined;
    if ('errors' in error && Array.isArray(error.errors)) {
        const codes = error.errors.map(codeOf).filter((code) => code !== undefined);
        const telling = codes.find((code) => !LOCAL.has(code) && !UNREACHABLE.has(code)) ?? codes[0];
        if (telling !== undefined)
            return telling;
    }
    return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(1692);
var external_node_tls_default = /*#__PURE__*/__webpack_require__.n(external_node_tls_);
// EXTERNAL MODULE: ./node_modules/axios/lib/axios.js + 65 modules
var axios = __webpack_require__(1542);
// EXTERNAL MODULE: ./node_modules/axios/index.js
var node_modules_axios = __webpack_require__(9159);
;// CONCATENATED MODULE: ./src/support/http/exchange.ts




/** An answer that is no use, found by ourselves and not by Node. */
class UnusableAnswer extends Error {
    failure;
    name = 'UnusableAnswer';
    constructor(failure) {
        super(failure.summary);
        this.failure = failure;
    }
}
/** How far one exchange got. It is told by Node's own request, because an error alone does not say. */
class Trace {
    proxied = false;
    tunnelled = false;
    connected = false;
    socket;
    reusedSocket = false;
    responded = false;
    open = false;
    /** The request may have left this machine. */
    get sent() {
        return this.open;
    }
    get atProxy() {
        return this.proxied && (this.tunnelled ? this.socket === undefined : !this.open);
    }
    get inHandshake() {
        return this.connected && !this.open && this.socket instanceof external_node_tls_.TLSSocket;
    }
    /**
     * The server closed an idle connection while we began to use it: it has not looked at the request. (RFC 9112 §9.3.1,
     * §9.5; Node's documentation of `request.reusedSocket`.)
     */
    get lostIdleSocket() {
        return this.reusedSocket && !this.responded;
    }
    follow(request, options, agents) {
        this.tunnelled = options.agent !== agents.http && options.agent !== agents.https;
        // A request in absolute form is one to a proxy (RFC 9112 §3.2.2).
        this.proxied = this.tunnelled || /^https?:/.test(options.path ?? '');
        request.once('response', () => {
            this.responded = true;
        });
        request.once('socket', (socket) => {
            this.socket = socket;
            this.reusedSocket = request.reusedSocket;
            this.connected = this.reusedSocket || !socket.connecting;
            this.open = this.reusedSocket;
            if (this.open)
                return;
            socket.once('connect', () => {
                this.connected = true;
            });
            socket.once(socket instanceof external_node_tls_.TLSSocket ? 'secureConnect' : 'connect', () => {
                this.open = true;
            });
        });
    }
    /** A proxy that refuses to open a tunnel has its answer handed on as if it were the server's. */
    get answeredByProxy() {
        return this.tunnelled && !(this.socket instanceof external_node_tls_.TLSSocket);
    }
}
/**
 * One request and its answer, without redirects. Any status is an answer.
 *
 * Proxies are chosen by axios from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY of the process; for an HTTPS server
 * it opens a tunnel and takes the TLS options from `agents.https`.
 *
 * @throws UnusableAnswer, or an error of Node.
 */
async function exchange(hop, options, trace) {
    const { agents, keep } = options;
    const transport = {
        request(native, onResponse) {
            const request = (native.protocol === 'https:' ? (external_node_https_default()) : (external_node_http_default())).request(native, onResponse);
            trace.follow(request, native, agents);
            return request;
        },
    };
    const response = await axios/* default */.A
        .request({
        adapter: 'http',
        url: hop.url,
        method: hop.method,
        headers: headersFor(hop),
        data: hop.body === undefined ? undefined : Buffer.from(hop.body),
        responseType: 'stream',
        decompress: keep !== 'nothing',
        maxRedirects: 0,
        maxContentLength: -1,
        maxBodyLength: -1,
        validateStatus: null,
        transformRequest: [],
        transformResponse: [],
        httpAgent: agents.http,
        httpsAgent: agents.https,
        transport,
        signal: options.signal,
    })
        .catch((error) => {
        // The error of axios holds the whole request with its secrets; Node's own does not.
        throw axios/* default */.A.isAxiosError(error) && error.cause !== undefined ? error.cause : error;
    });
    if (trace.answeredByProxy) {
        response.data.destroy();
        throw new UnusableAnswer({
            kind: 'proxy',
            summary: 'proxy failure',
            detail: `the proxy answered ${String(response.status)} when asked for a tunnel`,
        });
    }
    return {
        status: response.status,
        headers: node_modules_axios/* AxiosHeaders */.$t.from(response.headers).toJSON(true),
        body: await readBody(response.data, keep, options.maxBytes),
    };
}
function headersFor(hop) {
    const headers = new node_modules_axios/* AxiosHeaders */.$t({ Accept: '*/*', 'User-Agent': 'rollgate' });
    headers.set({ ...hop.headers });
    // Without this axios declares any POST to be a form.
    if (!headers.has('Content-Type'))
        headers.set('Content-Type', false);
    return headers;
}
async function readBody(stream, keep, maxBytes) {
    const chunks = [];
    let kept = 0;
    for await (const chunk of stream) {
        if (keep === 'nothing')
            continue;
        if (keep === 'all' && kept + chunk.length > maxBytes) {
            throw new UnusableAnswer({
                kind: 'too-large',
                summary: 'answer too large',
                detail: `more than ${String(maxBytes)} bytes`,
            });
        }
        const part = chunk.subarray(0, maxBytes - kept);
        kept += part.length;
        if (part.length > 0)
            chunks.push(part);
    }
    return Buffer.concat(chunks);
}

;// CONCATENATED MODULE: ./src/support/http/redirect.ts
const FOLLOWED = new Set([301, 302, 303, 307, 308]);
/** Headers that say nothing about who asks. All others stay with the origin that they were meant for. */
const HARMLESS = new Set(['accept', 'accept-encoding', 'accept-language', 'user-agent']);
/**
 * The request that a redirect asks for, as browsers do it (WHATWG Fetch, "HTTP-redirect fetch"): 303, and 301 and 302
 * to a POST, become a GET without a body. On another origin (scheme, host or port) only harmless headers go along:
 * any other may be a secret. `undefined`: the answer is final. `unusable`: it leads to nothing that we may ask.
 */
function redirectOf(hop, answer) {
    const location = answer.headers.location;
    if (!FOLLOWED.has(answer.status) || location === undefined)
        return undefined;
    const from = new URL(hop.url);
    let to;
    try {
        to = new URL(location, from);
    }
    catch {
        return 'unusable';
    }
    if (to.protocol !== 'http:' && to.protocol !== 'https:')
        return 'unusable';
    const becomesGet = (answer.status === 303 && hop.method !== 'HEAD') ||
        (answer.status <= 302 && hop.method === 'POST');
    const elsewhere = to.origin !== from.origin;
    const headers = Object.entries(hop.headers).filter(([name]) => {
        const lower = name.toLowerCase();
        if (lower.startsWith('content-'))
            return !becomesGet;
        return !elsewhere || HARMLESS.has(lower);
    });
    return {
        method: becomesGet ? 'GET' : hop.method,
        url: to.href,
        headers: Object.fromEntries(headers),
        body: becomesGet ? undefined : hop.body,
    };
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: ./src/support/errors.ts
var errors = __webpack_require__(7700);
;// CONCATENATED MODULE: ./src/support/tls.ts




const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/**
 * What TLS connections trust when the user adds certificate authorities of their own: all that Node trusts by itself, and the
 * ones in `caPem`. It is made once and shared, because reading some 150 roots takes longer than a handshake.
 *
 * @param extraCaFile the file that NODE_EXTRA_CA_CERTS names, if it does.
 * @throws UsageError naming `ca-file`, when there is no certificate in the text or one that cannot be read.
 */
function trustAlso(caPem, extraCaFile) {
    const added = blocksOf(caPem);
    if (added.length === 0) {
        throw unusable('holds no certificate', 'give a PEM file with at least one "-----BEGIN CERTIFICATE-----" block');
    }
    added.forEach((pem, index) => {
        try {
            new external_node_crypto_.X509Certificate(pem);
        }
        catch (error) {
            throw unusable(`certificate ${String(index + 1)} cannot be read: ${(0,errors/* messageOf */.b)(error)}`, 'export the certificate again, in PEM form');
        }
    });
    return external_node_tls_default().createSecureContext({ ca: [...trustedByNode(extraCaFile), ...added] });
}
/**
 * The option `ca` replaces what Node trusts, so that has to be listed with it. Since Node 22.15 `tls.getCACertificates`
 * knows it all (NODE_EXTRA_CA_CERTS, `--use-system-ca`); before, there are the roots that come with Node, and the
 * extra file must be read again.
 */
function trustedByNode(extraCaFile) {
    const { getCACertificates } = (external_node_tls_default());
    return getCACertificates === undefined
        ? [...(external_node_tls_default()).rootCertificates, ...extraCertificates(extraCaFile)]
        : getCACertificates('default');
}
/** Node ignores an extra file that it cannot read, with a warning of its own; so do we. */
function extraCertificates(file) {
    if (file === undefined || file === '')
        return [];
    try {
        return blocksOf((0,external_node_fs_.readFileSync)(file, 'utf8'));
    }
    catch {
        return [];
    }
}
function blocksOf(pem) {
    return pem.match(PEM_BLOCK) ?? [];
}
function unusable(message, fix) {
    return new errors/* UsageError */.e([{ subject: 'ca-file', message, fix }]);
}

;// CONCATENATED MODULE: ./src/support/http/fetch.ts
/** The Fetch standard: a response with one of these has no body. */
const WITHOUT_BODY = new Set([204, 205, 304]);
/**
 * The engine in the shape of WHATWG `fetch`, for libraries that bring their own requests (Octokit). Redirects are never
 * followed: the answer with its `Location` is returned, so that no token travels to another host.
 *
 * @param timeoutMs for one request, from connecting to the last byte of the body.
 * @returns a function that rejects with `HttpError` when there is no answer.
 */
function fetchOf(http, options) {
    return async (input, init) => {
        const request = new Request(input, init);
        const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
        const answer = await http.request({
            method: request.method,
            url: request.url,
            headers: Object.fromEntries(request.headers),
            body,
            timeoutMs: options.timeoutMs,
            maxBytes: options.maxBytes,
            signal: request.signal,
        });
        const response = new Response(WITHOUT_BODY.has(answer.status) ? null : answer.body, {
            status: answer.status,
            headers: answer.headers,
        });
        return Object.defineProperty(response, 'url', { value: answer.url });
    };
}

;// CONCATENATED MODULE: ./src/support/http.ts









const DEFAULT_MAX_BYTES = 1024 * 1024;
/**
 * @param options.caPem certificate authorities (PEM) that are trusted besides the ones of the system.
 * @param options.extraCaFile the value of NODE_EXTRA_CA_CERTS: without it Node 20 forgets those when `caPem` is given.
 * @throws UsageError when `caPem` cannot be read.
 */
function createHttp(options) {
    const { clock, caPem, extraCaFile } = options;
    const trust = caPem === undefined ? {} : { secureContext: trustAlso(caPem, extraCaFile) };
    const agentsWith = (keepAlive) => ({
        http: new (external_node_http_default()).Agent({ keepAlive }),
        https: new (external_node_https_default()).Agent({ keepAlive, ...trust }),
    });
    const pooled = agentsWith(true);
    const single = agentsWith(false);
    async function request(wanted) {
        const limit = (0,abort/* deadline */.nl)(clock, wanted.timeoutMs, 'the request', wanted.signal);
        const { maxRedirects = 0 } = wanted;
        let hop = {
            method: wanted.method.toUpperCase(),
            url: wanted.url,
            headers: wanted.headers ?? {},
            body: wanted.body,
        };
        try {
            for (let redirects = 0;; redirects++) {
                const answer = await ask(hop, wanted, limit.signal, redirects > 0);
                const next = maxRedirects === 0 ? undefined : redirectOf(hop, answer);
                if (next === undefined)
                    return { ...answer, url: hop.url };
                if (next === 'unusable' || redirects === maxRedirects)
                    throw badRedirect(hop, next);
                hop = next;
            }
        }
        finally {
            limit.clear();
        }
    }
    async function ask(hop, wanted, signal, redirected) {
        const keep = wanted.keepBody === false ? 'nothing' : wanted.keepBody === 'start' ? 'start' : 'all';
        const maxBytes = wanted.maxBytes ?? DEFAULT_MAX_BYTES;
        const attempt = async (agents) => {
            const trace = new Trace();
            try {
                return await exchange(hop, { agents, signal, keep, maxBytes }, trace);
            }
            catch (error) {
                const failure = signal.aborted
                    ? wanted.signal?.aborted === true
                        ? { kind: 'aborted', summary: 'given up' }
                        : timedOut(wanted.timeoutMs)
                    : error instanceof UnusableAnswer
                        ? error.failure
                        : classify(error, trace);
                const repeatable = hop.method === 'GET' || hop.method === 'HEAD';
                if (failure.kind === 'reset' && trace.lostIdleSocket && repeatable)
                    return attempt(single);
                throw new HttpError(hop, failure, trace.sent || redirected, failure.kind === 'aborted' ? { cause: signal.reason } : undefined);
            }
        };
        return attempt(pooled);
    }
    return {
        request,
        close() {
            for (const agents of [pooled, single]) {
                agents.http.destroy();
                agents.https.destroy();
            }
        },
    };
}
function badRedirect(hop, next) {
    const failure = next === 'unusable'
        ? { summary: 'unusable redirect', detail: 'it leads to something that is no HTTP URL' }
        : { summary: 'too many redirects' };
    return new HttpError(hop, { kind: 'redirects', ...failure }, true);
}


/***/ }),

/***/ 742:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   j: () => (/* binding */ minSecretLength),
/* harmony export */   l: () => (/* binding */ createRedactor)
/* harmony export */ });
/* harmony import */ var node_buffer__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(4573);
/* harmony import */ var node_buffer__WEBPACK_IMPORTED_MODULE_0___default = /*#__PURE__*/__webpack_require__.n(node_buffer__WEBPACK_IMPORTED_MODULE_0__);

/** A shorter secret is not looked for: masking `1` everywhere would destroy the log. */
const minSecretLength = 4;
const mask = '***';
/** A redactor that knows these secrets: plain, base64, URL-encoded, JSON-escaped, Basic, whole and line by line. */
function createRedactor(secrets) {
    const known = new Set();
    let ordered = [];
    const add = (secret, options) => {
        if (secret === '')
            return;
        for (const form of formsOf(secret, options?.user))
            known.add(form);
        ordered = [...known].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
    };
    // A mask beside its neighbours can read like a further secret, so it is done until nothing is found. Every
    // round makes the text shorter: a form is longer than the mask.
    const redact = (text) => {
        let current = text;
        for (;;) {
            const next = replaceSpans(current, spansOf(current, ordered));
            if (next === current)
                return current;
            current = next;
        }
    };
    const redactAll = (value) => mapStrings(value, redact);
    for (const secret of secrets)
        add(secret);
    return { redact, redactAll, add, forms: () => ordered };
}
function formsOf(secret, user) {
    const whole = node_buffer__WEBPACK_IMPORTED_MODULE_0__.Buffer.from(secret, 'utf8').toString('utf8');
    const lines = secret.split(/\r\n?|\n/).map((line) => line.trim());
    const texts = [...new Set([secret, whole, ...lines])].filter((text) => text.length >= minSecretLength && text.trim() !== '');
    const pairs = user === undefined ? [`:${secret}`] : [`:${secret}`, `${user}:${secret}`];
    return [
        ...texts,
        ...texts.flatMap(jsonForms),
        ...texts.flatMap(urlForms),
        ...texts.flatMap(base64Forms),
        ...pairs.flatMap(base64Whole),
    ].filter((form) => form.length >= minSecretLength);
}
/** As a part of a JSON string, of JSON inside JSON, and as Go prints it (`<`, `>` and `&` escaped), as kubectl does. */
function jsonForms(text) {
    const once = JSON.stringify(text).slice(1, -1);
    const go = once.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
    return [once, go, ...[once, go].map((form) => JSON.stringify(form).slice(1, -1))];
}
/** As a URL component, path, form field and user info carry it, with escapes in either case. */
function urlForms(text) {
    const wellFormed = node_buffer__WEBPACK_IMPORTED_MODULE_0__.Buffer.from(text, 'utf8').toString('utf8');
    const component = encodeURIComponent(wellFormed);
    const strict = component.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
    const form = new URLSearchParams([['', wellFormed]]).toString().slice(1);
    const userInfo = new URL('http://host');
    userInfo.password = wellFormed;
    const forms = [component, strict, encodeURI(wellFormed), form, userInfo.password];
    return [...forms, ...forms.map((encoded) => encoded.replace(/%20/g, '+'))].flatMap((encoded) => [
        encoded,
        lowerEscapes(encoded),
    ]);
}
function lowerEscapes(encoded) {
    return encoded.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
}
/**
 * The secret in base64, alone and inside a longer text. There it begins at one of three positions in a group of
 * three bytes; the characters that also carry bits of a neighbour are left out, the others are the same whatever
 * stands around it.
 */
function base64Forms(text) {
    const bytes = node_buffer__WEBPACK_IMPORTED_MODULE_0__.Buffer.from(text, 'utf8');
    const inside = [0, 1, 2].flatMap((offset) => {
        const padded = node_buffer__WEBPACK_IMPORTED_MODULE_0__.Buffer.concat([node_buffer__WEBPACK_IMPORTED_MODULE_0__.Buffer.alloc(offset), bytes]);
        const first = Math.ceil((offset * 8) / 6);
        const last = Math.floor((padded.length * 8) / 6);
        return alphabets(padded.toString('base64').slice(first, last));
    });
    return [...base64Whole(text), ...inside];
}
function base64Whole(text) {
    const padded = node_buffer__WEBPACK_IMPORTED_MODULE_0__.Buffer.from(text, 'utf8').toString('base64');
    return [padded, padded.replace(/=+$/, '')].flatMap(alphabets);
}
/** Standard, URL-safe, and standard inside a URL. */
function alphabets(base64) {
    const inUrl = encodeURIComponent(base64);
    return [base64, base64.replace(/\+/g, '-').replace(/\//g, '_'), inUrl, lowerEscapes(inUrl)];
}
function spansOf(text, forms) {
    const spans = [];
    for (const form of forms) {
        for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) {
            spans.push([at, at + form.length]);
        }
    }
    return spans.sort((a, b) => a[0] - b[0]);
}
/** Overlapping spans become one mask, so that no piece of the second secret is left. */
function replaceSpans(text, spans) {
    let result = '';
    let end = 0;
    let masked = -1;
    for (const [from, to] of spans) {
        if (from > masked)
            result += text.slice(end, from) + mask;
        masked = Math.max(masked, to);
        end = masked;
    }
    return result + text.slice(end);
}
function mapStrings(value, redact) {
    if (typeof value === 'string')
        return redact(value);
    if (Array.isArray(value))
        return value.map((item) => mapStrings(item, redact));
    if (typeof value !== 'object' || value === null)
        return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [
        /^[A-Za-z-]+$/.test(key) ? key : redact(key),
        mapStrings(item, redact),
    ]));
}


/***/ })

};
