export const id = 92;
export const ids = [92];
export const modules = {

/***/ 6092:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  setUpCi: () => (/* binding */ setUpCi)
});

// EXTERNAL MODULE: ./src/support/errors.ts
var errors = __webpack_require__(7700);
// EXTERNAL MODULE: ./src/support/format.ts
var format = __webpack_require__(864);
// EXTERNAL MODULE: ./src/support/text.ts
var support_text = __webpack_require__(5240);
// EXTERNAL MODULE: ./src/support/abort.ts
var abort = __webpack_require__(9261);
;// CONCATENATED MODULE: ./src/support/retry.ts

/** Asking again is of no use: the answer will be the same. */
class PermanentError extends Error {
    name = 'PermanentError';
}
/** Asking again may help. */
class TransientError extends Error {
    retryAfterMs;
    name = 'TransientError';
    /** @param retryAfterMs how long the server asked us to wait, in milliseconds, if it did. */
    constructor(message, retryAfterMs, options) {
        super(message, options);
        this.retryAfterMs = retryAfterMs;
    }
}
/** Whether an HTTP status speaks of the moment (408, 429, 5xx), and not of the request. */
function isTransientStatus(status) {
    return status === 408 || status === 429 || (status >= 500 && status <= 599);
}
/**
 * How long a server asks to wait, in milliseconds: `Retry-After` in seconds or as an HTTP date (RFC 9110 §10.2.3), else
 * `x-ratelimit-reset` in seconds since the epoch when `x-ratelimit-remaining` is 0 (GitHub, "Rate limits for the REST
 * API"). `undefined`: it does not ask. A time in the past is 0.
 *
 * @param header looks up a header by its lower-case name.
 * @param now wall clock, milliseconds since the epoch.
 */
function retryAfterMs(header, now) {
    const retryAfter = header('retry-after')?.trim();
    if (retryAfter !== undefined && retryAfter !== '') {
        if (/^\d+$/.test(retryAfter))
            return Number(retryAfter) * 1000;
        const date = Date.parse(retryAfter);
        if (!Number.isNaN(date))
            return Math.max(0, date - now);
    }
    const reset = header('x-ratelimit-reset')?.trim();
    if (header('x-ratelimit-remaining')?.trim() === '0' && /^\d+$/.test(reset ?? '')) {
        return Math.max(0, Number(reset) * 1000 - now);
    }
    return undefined;
}
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/**
 * The wait before attempt `attempt` + 1 (1 is the first attempt), in milliseconds: doubles from 0.5 s up to 10 s; half of it
 * is chance, so that many who were turned away together do not come back together.
 */
function backoffMs(attempt, random) {
    const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
    return full / 2 + (full / 2) * random();
}
/**
 * Reads, and reads again after an error that may pass. For reads only: what starts or changes something is never
 * repeated by this.
 *
 * @throws the last error of `read`; at once when it is a {@link PermanentError} or when the server asks for a longer wait
 * than the budget allows; the signal's reason when it is aborted.
 */
async function retryRead(read, options) {
    const { clock, signal, random, budgetMs, attempts } = options;
    const end = clock.monotonic() + budgetMs;
    for (let attempt = 1;; attempt++) {
        try {
            return await (0,abort/* raceSignal */.WU)(read(), signal);
        }
        catch (error) {
            if (signal.aborted)
                throw signal.reason;
            if (error instanceof PermanentError || attempt >= attempts)
                throw error;
            const asked = error instanceof TransientError ? error.retryAfterMs : undefined;
            const wait = Math.max(asked ?? 0, backoffMs(attempt, random));
            if (clock.monotonic() + wait > end)
                throw error;
            await clock.sleep(wait, signal);
        }
    }
}

;// CONCATENATED MODULE: ./src/rollback/pipeline/follow.ts





const FIRST_POLL_MS = 2000;
const LONGEST_POLL_MS = 10_000;
const POLL_GROWTH = 1.3;
/** Reading may fail for so long without a break. Longer than the incidents that pass, shorter than a watch. */
const READ_ERRORS_MS = 120_000;
/** For cancelling and reading "cancelled" back, after the time is over. */
const CANCEL_MS = 10_000;
const CANCEL_POLL_MS = 1000;
/** CI systems end jobs that are silent. */
const SILENCE_MS = 60_000;
/**
 * Follows a run to its end, and says what became of it. Success is the client's `succeeded` and nothing else.
 * Never rejects.
 */
async function followRun(client, run, options) {
    const { clock, signal, random, startTimeout } = options;
    const begin = clock.monotonic();
    const tell = teller(run, options);
    let last;
    let onlyQueued = true;
    let failingSince;
    let pause = FIRST_POLL_MS;
    try {
        for (;;) {
            let wait = pause * (0.8 + 0.4 * random());
            pause = Math.min(LONGEST_POLL_MS, pause * POLL_GROWTH);
            try {
                last = await client.state(run, signal);
                failingSince = undefined;
                tell.state(last);
                const ended = endOf(last);
                if (ended !== undefined)
                    return ended;
                onlyQueued &&= last.phase === 'queued';
                if (onlyQueued) {
                    const left = startTimeout - (clock.monotonic() - begin);
                    if (left <= 0) {
                        return await giveUp(client, run, options, onlyQueued, {
                            kind: 'never-started',
                            word: last.word,
                            ...hintIn(last),
                        });
                    }
                    wait = Math.min(wait, left);
                }
            }
            catch (error) {
                if (signal.aborted)
                    throw error;
                const now = clock.monotonic();
                failingSince ??= now;
                if (error instanceof PermanentError || now - failingSince >= READ_ERRORS_MS) {
                    return { kind: 'unreadable', problem: problemOf(error) };
                }
                tell.trouble(error);
                if (error instanceof TransientError)
                    wait = Math.max(wait, error.retryAfterMs ?? 0);
            }
            await clock.sleep(wait, signal);
        }
    }
    catch {
        // Only an aborted signal leads here.
        const reason = signal.reason;
        if ((0,abort/* isCancelled */.mm)(signal) || !(reason instanceof abort/* DeadlineReached */.h_)) {
            return { kind: 'left', by: (0,errors/* messageOf */.b)(reason) };
        }
        return giveUp(client, run, options, onlyQueued && last !== undefined, {
            kind: last?.phase === 'waiting' ? 'waiting-for-person' : 'given-up',
            word: last?.word ?? 'its state was never seen',
        });
    }
}
function endOf(state) {
    switch (state.phase) {
        case 'succeeded':
        case 'failed':
        case 'cancelled':
            return { kind: state.phase, word: state.word };
        case 'queued':
        case 'running':
        case 'waiting':
        case 'unknown':
            // A word that we do not know may be followed by one that we know.
            return undefined;
    }
}
function hintIn(state) {
    return 'hint' in state ? { hint: state.hint } : {};
}
/** Cancels the run and reads it back. A run that ends by itself meanwhile is taken at its word. */
async function giveUp(client, run, options, onlyQueued, reason) {
    if (!options.ours) {
        return {
            ...reason,
            cancelled: false,
            mayHaveRun: true,
            problem: 'it was not cancelled, because it may be the run of somebody else',
        };
    }
    const { clock, signal } = options;
    const time = (0,abort/* deadline */.nl)(clock, CANCEL_MS, 'cancelling the run', 
    // After the deadline this has a time of its own; before it, a request to leave ends it.
    signal.aborted ? undefined : signal);
    let problem;
    let asked = false;
    try {
        for (;;) {
            problem = undefined;
            try {
                if (!asked) {
                    await client.cancel(run, time.signal);
                    asked = true;
                }
            }
            catch (error) {
                problem = error;
            }
            try {
                const state = await client.state(run, time.signal);
                if (state.phase === 'cancelled') {
                    return { ...reason, cancelled: true, mayHaveRun: state.mayHaveRun ?? !onlyQueued };
                }
                const ended = endOf(state);
                if (ended !== undefined)
                    return ended;
            }
            catch (error) {
                problem = error;
            }
            if (time.signal.aborted || problem instanceof PermanentError)
                break;
            await clock.sleep(CANCEL_POLL_MS, time.signal);
        }
    }
    catch {
        // The time for it is over.
    }
    finally {
        time.clear();
    }
    return {
        ...reason,
        cancelled: false,
        mayHaveRun: true,
        ...(problem === undefined || problem instanceof abort/* DeadlineReached */.h_
            ? {}
            : { problem: problemOf(problem) }),
    };
}
/** The lines of a followed run: one when its state changes, else one a minute. */
function teller(run, { clock, progress }) {
    const begin = clock.monotonic();
    let told = '';
    let toldAt = begin;
    const tell = (key, line) => {
        const now = clock.monotonic();
        if (key !== told)
            progress(line);
        else if (now - toldAt >= SILENCE_MS) {
            progress(`${line} (after ${(0,format/* formatDuration */.a3)(Math.round((now - begin) / 1000) * 1000)})`);
        }
        else
            return;
        told = key;
        toldAt = now;
    };
    return {
        state(state) {
            const about = hintIn(state).hint;
            const hint = about === undefined ? '' : ` (${about})`;
            const line = state.phase === 'waiting'
                ? `rollback run waits for a person: ${state.word}${hint}; approve it at ${run.url}`
                : `rollback run: ${state.word}${hint}`;
            tell(`${state.phase} ${state.word}`, line);
        },
        trouble(error) {
            tell('trouble', `rollback run: its state could not be read, trying again: ${problemOf(error)}`);
        },
    };
}
function problemOf(error) {
    return (0,support_text/* clip */.$)((0,support_text/* neutralise */.s)((0,errors/* messageOf */.b)(error)));
}

;// CONCATENATED MODULE: ./src/rollback/ci.ts




/** The CI integration guide promises this line to the letter. */
const TRIGGERED = '✅ CI/CD rollback triggered';
/** The `ci` rung: starts the rollback pipeline of a CI system, and follows its run. */
function createCiRung(options) {
    const { client, clock, random } = options;
    const requestFor = (marker, id) => ({
        ref: options.ref,
        optional: { rollback: 'true', rollback_id: id, ...marker },
        parameters: options.parameters,
        correlationId: id,
    });
    return {
        kind: 'rung',
        id: 'ci',
        preflight(signal) {
            // What to go back to is known only after a snapshot, so preflight must not count on it.
            return client.preflight(requestFor({ rollback_target: 'preflight' }, 'preflight'), signal);
        },
        async plan(request, signal) {
            const send = requestFor(markerOf(request), request.correlationId);
            return {
                kind: 'plan',
                steps: [
                    ...(await client.describe(send, signal)),
                    options.wait
                        ? `then follow the run to its end; give it up when it has not begun after ${(0,format/* formatDuration */.a3)(options.startTimeout)}`
                        : 'then leave it to itself (rollback-wait is false)',
                ],
                to: {
                    ...(request.revision === undefined ? {} : { revision: request.revision }),
                    ...(request.image === undefined ? {} : { image: request.image }),
                },
                send,
            };
        },
        async execute(plan, context) {
            let result;
            try {
                result = await client.start(plan.send, context.signal, () => {
                    context.beforeChange();
                });
            }
            catch (error) {
                return failed(`Nothing was started: ${(0,support_text/* clip */.$)((0,support_text/* neutralise */.s)((0,errors/* messageOf */.b)(error)))}.`);
            }
            if (result.kind === 'refused') {
                const hint = result.hint === undefined ? '' : ` ${sentence(result.hint)}`;
                return failed(`The rollback pipeline was not started: ${sentence(result.reason)}${hint}`);
            }
            const run = result.kind === 'started' ? result.run : result.probable;
            if (run === undefined) {
                return {
                    outcome: 'triggered',
                    detail: `A rollback run may have been started: ${sentence(result.kind === 'unknown' ? result.reason : '')} Look for it in ${client.id} before you start another.`,
                    versionConfirmed: null,
                };
            }
            context.started({ url: run.url, runId: run.id });
            if (result.kind === 'started')
                context.progress(TRIGGERED);
            context.progress(run.url);
            if (!options.wait) {
                return about(run, 'triggered', 'was started and not followed (rollback-wait is false).');
            }
            const followed = await followRun(client, run, {
                clock,
                random,
                signal: context.signal,
                startTimeout: options.startTimeout,
                progress: (line) => {
                    context.progress(line);
                },
                ours: result.kind === 'started',
            });
            return result.kind === 'started'
                ? resultOf(run, followed, options)
                : probableResult(run, result.reason, followed);
        },
    };
}
function markerOf(request) {
    return {
        rollback_target: request.target,
        ...(request.revision === undefined ? {} : { rollback_revision: request.revision }),
        ...(request.image === undefined ? {} : { rollback_image: request.image }),
    };
}
function resultOf(run, followed, options) {
    switch (followed.kind) {
        case 'succeeded':
            return about(run, 'verified', `ended with ${quoted(followed.word)}.`);
        case 'failed':
            return about(run, 'triggered', `ended with ${quoted(followed.word)}; what it changed is not known.`);
        case 'cancelled':
            return about(run, 'triggered', 'was cancelled by somebody else; what it changed until then is not known.');
        case 'unreadable':
            return about(run, 'triggered', `was started, and its state cannot be read: ${sentence(followed.problem)}`);
        case 'left':
            return about(run, 'triggered', `was left running (${followed.by}).`);
        case 'never-started': {
            const hint = followed.hint === undefined ? '' : ` (${followed.hint})`;
            return abandoned(run, `had not begun after ${(0,format/* formatDuration */.a3)(options.startTimeout)}: ${quoted(followed.word)}${hint}`, followed);
        }
        case 'waiting-for-person':
            return abandoned(run, 'still waited for a person to approve it when the time was over', followed);
        case 'given-up':
            return abandoned(run, `was not done when the time was over: ${quoted(followed.word)}`, followed);
    }
}
/** A run that we gave up. Only one that is seen as cancelled, and of which nothing ran, has changed nothing. */
function abandoned(run, what, end) {
    if (!end.cancelled) {
        const problem = end.problem === undefined ? '' : ` (${end.problem})`;
        return about(run, 'triggered', `${what}; that it was cancelled could not be confirmed${problem}: it may still fire.`);
    }
    return end.mayHaveRun
        ? about(run, 'triggered', `${what}. It was cancelled; what it changed until then is not known.`)
        : about(run, 'failed', `${what}. It was cancelled before anything of it ran.`);
}
/** The run may be somebody else's: whatever it says proves nothing about ours. */
function probableResult(run, why, followed) {
    const word = 'word' in followed ? `: ${quoted(followed.word)}` : '';
    return about(run, 'triggered', `is probably ours, which could not be proven (${(0,support_text/* clip */.$)(why)})${word}; its result proves nothing.`);
}
function about(run, outcome, what) {
    return {
        outcome,
        detail: `The rollback run ${run.id} ${what}`,
        url: run.url,
        runId: run.id,
        versionConfirmed: null,
    };
}
function failed(detail) {
    return { outcome: 'failed', detail, versionConfirmed: null };
}
function quoted(word) {
    return `"${word}"`;
}
function sentence(text) {
    return /[.!?]$/.test(text) ? text : `${text}.`;
}

// EXTERNAL MODULE: ./src/support/url.ts
var url = __webpack_require__(3642);
// EXTERNAL MODULE: ./node_modules/@octokit/rest/dist-src/index.js + 22 modules
var dist_src = __webpack_require__(891);
;// CONCATENATED MODULE: ./src/rollback/pipeline/github/api.ts





/** The API refused, for a reason that will be the same the next time. */
class ApiError extends PermanentError {
    what;
    answer;
    name = 'ApiError';
    constructor(what, answer) {
        super(`${what}: ${describeAnswer(answer)}`);
        this.what = what;
        this.answer = answer;
    }
    get status() {
        return this.answer.status;
    }
}
const READ_TIMEOUT_MS = 10_000;
const READ_BUDGET_MS = 30_000;
const READ_ATTEMPTS = 4;
/**
 * The GitHub REST API through Octokit, without its retry and throttle plugins: those would repeat a dispatch. Octokit
 * prints nothing: its log would show paths, and deprecation notices would break the lines that a runner reads.
 */
function createApi(options) {
    const { clock, random } = options;
    const silent = { debug: quiet, info: quiet, warn: quiet, error: quiet };
    const octokit = new dist_src/* Octokit */.E({
        baseUrl: options.baseUrl,
        userAgent: 'rollgate',
        log: silent,
        request: { fetch: options.fetch, log: silent },
        ...(options.token === undefined ? {} : { auth: options.token }),
    });
    // Octokit sends no version of its own; a server without it answers as its newest default does.
    octokit.hook.before('request', (request) => {
        request.headers['x-github-api-version'] = '2022-11-28';
    });
    const once = async (what, call, timeoutMs, signal) => {
        const time = (0,abort/* deadline */.nl)(clock, timeoutMs, what, signal);
        try {
            const answer = answerOf(await call(octokit, { signal: time.signal }));
            return answer === undefined
                ? { kind: 'unclear', why: 'the answer was not understood' }
                : { kind: 'answer', answer };
        }
        catch (error) {
            const answer = answerOf(isObject(error) ? error.response : undefined);
            if (answer !== undefined)
                return { kind: 'answer', answer };
            const why = time.signal.aborted ? (0,errors/* messageOf */.b)(time.signal.reason) : connectionProblem(error);
            return wasNeverReceived(error) ? { kind: 'not-received', why } : { kind: 'unclear', why };
        }
        finally {
            time.clear();
        }
    };
    const readOnce = async (what, call, signal) => {
        const exchange = await once(what, call, READ_TIMEOUT_MS, signal);
        if (exchange.kind !== 'answer') {
            if (signal.aborted)
                throw signal.reason;
            throw new TransientError(`${what}: ${exchange.why}`);
        }
        const { answer } = exchange;
        if (answer.status >= 200 && answer.status < 300)
            return answer;
        if (isTransientStatus(answer.status) || isRateLimited(answer)) {
            throw new TransientError(`${what}: ${describeAnswer(answer)}`, retryAfterMs((name) => answer.header(name), clock.now()));
        }
        throw new ApiError(what, answer);
    };
    return {
        once,
        readOnce,
        read: (what, call, signal) => retryRead(() => readOnce(what, call, signal), {
            clock,
            signal,
            random,
            budgetMs: READ_BUDGET_MS,
            attempts: READ_ATTEMPTS,
        }),
    };
}
/**
 * GitHub says with 403 too that there were too many requests (REST documentation, "Rate limits for the REST API":
 * `retry-after`, or `x-ratelimit-remaining: 0`).
 */
function isRateLimited(answer) {
    if (answer.status === 429)
        return true;
    return (answer.status === 403 &&
        (answer.header('retry-after') !== undefined || answer.header('x-ratelimit-remaining') === '0'));
}
/** The API's own words: `message` and what `errors` adds to it. Empty when it said nothing that can be shown. */
function textOf(answer) {
    const { message, errors } = fields(answer.data);
    const more = Array.isArray(errors)
        ? errors.map((error) => (typeof error === 'string' ? error : fields(error).message))
        : [];
    return (0,support_text/* clip */.$)((0,support_text/* neutralise */.s)([message, ...more].filter((part) => typeof part === 'string').join('; ')), 300);
}
/** `422 (No ref found for: main)`. */
function describeAnswer(answer) {
    const text = textOf(answer);
    return text === ''
        ? `status ${String(answer.status)}`
        : `status ${String(answer.status)} (${text})`;
}
/** The fields of something that may be an object. */
function fields(value) {
    return typeof value === 'object' && value !== null ? { ...value } : {};
}
function quiet() {
    // Octokit's log goes nowhere.
}
function answerOf(response) {
    const { status, headers, data } = fields(response);
    if (typeof status !== 'number')
        return undefined;
    const all = fields(headers);
    return {
        status,
        data,
        header: (name) => {
            const value = all[name];
            return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
        },
    };
}
/** System errors after which the server cannot have seen the request. */
const NEVER_RECEIVED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);
/**
 * The error, its causes, and for a connection that was tried at several addresses the errors of all of them. By their
 * fields, not by their class: the engine below may come from another realm.
 */
function* chain(error) {
    for (let next = error, depth = 0; depth < 8 && isObject(next); next = next.cause, depth++) {
        yield next;
        if (Array.isArray(next.errors))
            for (const inner of next.errors)
                if (isObject(inner))
                    yield inner;
    }
}
function isObject(value) {
    return typeof value === 'object' && value !== null;
}
function wasNeverReceived(error) {
    const codes = [];
    for (const one of chain(error)) {
        if (typeof one.mayHaveBeenReceived === 'boolean')
            return !one.mayHaveBeenReceived;
        if (typeof one.code === 'string')
            codes.push(one.code);
    }
    return codes.length > 0 && codes.every((code) => NEVER_RECEIVED.has(code));
}
/**
 * What happened to the connection. Only an error of the system or of the engine is quoted: the text of others may hold the
 * value of a header.
 */
function connectionProblem(error) {
    for (const one of chain(error)) {
        const isKnown = typeof one.code === 'string' || 'mayHaveBeenReceived' in one;
        if (isKnown && typeof one.message === 'string') {
            return (0,support_text/* clip */.$)((0,support_text/* neutralise */.s)(one.message === '' ? String(one.code) : one.message));
        }
    }
    return 'the connection failed';
}

// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(8815);
;// CONCATENATED MODULE: ./src/rollback/pipeline/github/declaration.ts


/** The input that tells a rollback from a deploy. */
const MARKER = 'rollback';
/** The input that carries the correlation id. */
const ID_INPUT = 'rollback_id';
/**
 * Reads a workflow file. `on` may be a word, a list or a map; a YAML 1.1 reader has turned the key into `true`.
 * @throws when the text is not YAML.
 */
function readDeclaration(text) {
    // Warnings of the parser would go to the process and from there to standard error.
    const file = fields((0,dist/* parse */.qg)(text, { logLevel: 'error' }));
    const on = file.on ?? file.true;
    const runName = file['run-name'];
    const named = Array.isArray(on) ? on : [on];
    const triggers = fields(Array.isArray(on) ? {} : on);
    const inputs = fields(fields(triggers.workflow_dispatch).inputs);
    return {
        dispatch: named.includes('workflow_dispatch') || 'workflow_dispatch' in triggers,
        inputs: new Map(Object.entries(inputs).map(([name, about]) => {
            const { required, default: preset } = fields(about);
            return [name, { required: required === true && preset === undefined }];
        })),
        showsId: typeof runName === 'string' && /inputs(\.|\[')rollback_id\b/.test(runName),
    };
}
/**
 * The inputs to send. GitHub refuses undeclared ones (422), so of what is optional only the declared ones are sent; when
 * the declaration could not be read, only the marker, without which a rollback could not be told from a deploy.
 */
function composeInputs(request, declaration, workflow) {
    const own = [MARKER, ID_INPUT].filter((name) => name in request.parameters);
    const problems = own.map((name) => ({
        message: `rollback-parameters sets "${name}"`,
        fix: 'take it out: Rollgate sets it itself',
    }));
    const optional = Object.entries(request.optional).filter(([name]) => declaration?.inputs.has(name) ?? name === MARKER);
    const inputs = { ...Object.fromEntries(optional), ...request.parameters };
    if (declaration === undefined)
        return { inputs, problems };
    if (!declaration.dispatch) {
        return {
            inputs,
            problems: [
                ...problems,
                {
                    message: `the workflow ${workflow} cannot be started by hand`,
                    fix: 'add on: workflow_dispatch with the input "rollback"',
                },
            ],
        };
    }
    const declared = [...declaration.inputs.keys()];
    if (!declaration.inputs.has(MARKER)) {
        problems.push({
            message: `the workflow ${workflow} does not declare the input "${MARKER}", so it could not tell a rollback from a deploy`,
            fix: `declare it under on: workflow_dispatch: inputs`,
        });
    }
    for (const name of Object.keys(request.parameters)) {
        if (declaration.inputs.has(name) || own.includes(name))
            continue;
        problems.push({
            message: `rollback-parameters has "${name}", which the workflow ${workflow} does not declare`,
            fix: `it declares: ${declared.join(', ') || 'nothing'}`,
        });
    }
    for (const [name, { required }] of declaration.inputs) {
        if (!required || name in inputs)
            continue;
        problems.push({
            message: `the workflow ${workflow} requires the input "${name}", which is not sent`,
            fix: 'give it a default, or set it in rollback-parameters',
        });
    }
    return { inputs, problems };
}

;// CONCATENATED MODULE: ./src/rollback/pipeline/github/hints.ts

/** The texts are those of api.github.com as users report them; where GitHub rewords one, the last line of its status fits. */
const table = [
    { status: 401, hint: 'The token is wrong, expired or revoked: set github-token' },
    {
        status: 403,
        says: /not accessible by integration/i,
        hint: 'Give the job permissions: actions: write, contents: read',
    },
    {
        status: 403,
        says: /not accessible by personal access token/i,
        hint: 'Give the token the repository permission Actions: read and write',
    },
    {
        status: 403,
        says: /SAML|single sign-on|SSO/i,
        hint: 'Authorise the token for the single sign-on of the organisation',
    },
    { status: 403, says: /archived/i, hint: 'The repository is archived: unarchive it' },
    {
        status: 403,
        says: /disabled/i,
        hint: 'Actions or the workflow are disabled: enable them in the settings of the repository',
    },
    {
        status: 403,
        hint: 'The token may not start workflows: it needs actions: write (classic tokens: the scope repo)',
    },
    {
        status: 404,
        hint: 'There is no such repository or workflow, or the token cannot see it: check github-repository and github-workflow; the file must be on the default branch',
    },
    {
        status: 422,
        says: /no ref found/i,
        hint: 'rollback-ref must be a branch or a tag of the repository',
    },
    {
        status: 422,
        says: /unexpected inputs/i,
        hint: 'Declare these inputs in the workflow under on: workflow_dispatch: inputs, on the branch or tag that it runs on',
    },
    {
        status: 422,
        says: /does not have ['"]?workflow_dispatch/i,
        hint: 'Add on: workflow_dispatch to the workflow, on the branch or tag that it runs on',
    },
    {
        status: 422,
        says: /required input/i,
        hint: 'Give that input a default, or set it in rollback-parameters',
    },
    {
        status: 422,
        says: /disabled/i,
        hint: 'Enable the workflow: gh workflow enable, or the Actions tab of the repository',
    },
    {
        status: 422,
        hint: 'GitHub does not accept the request: compare it with the inputs of the workflow',
    },
];
/** What to change, where a refusal tells that. */
function hintFor(answer) {
    if (isRateLimited(answer))
        return 'The token has used up its rate limit: use another, or wait';
    if (answer.status >= 300 && answer.status < 400) {
        return 'The repository has been renamed or moved: set github-repository to its new name';
    }
    const text = textOf(answer);
    return table.find((row) => row.status === answer.status && (row.says?.test(text) ?? true))?.hint;
}

;// CONCATENATED MODULE: ./src/rollback/pipeline/github/site.ts




/** @throws as `Api.read` does, and PermanentError for an answer that is no repository. */
async function readRepository(site, signal) {
    const { owner, repo } = site;
    const answer = await site.api.read(`reading the repository ${owner}/${repo}`, (octokit, request) => octokit.rest.repos.get({ owner, repo, request }), signal);
    const data = fields(answer.data);
    if (typeof data.default_branch !== 'string')
        throw notUnderstood(site);
    return {
        defaultBranch: data.default_branch,
        private: data.private !== false,
        archived: data.archived === true,
        scopes: answer
            .header('x-oauth-scopes')
            ?.split(',')
            .map((scope) => scope.trim())
            .filter((scope) => scope !== ''),
    };
}
/** @throws as `Api.read` does. */
async function readWorkflow(site, signal) {
    const { owner, repo, workflow } = site;
    const answer = await site.api.read(`reading the workflow ${workflow}`, (octokit, request) => octokit.rest.actions.getWorkflow({ owner, repo, workflow_id: workflow, request }), signal);
    const { path, state } = fields(answer.data);
    if (typeof path !== 'string' || typeof state !== 'string')
        throw notUnderstood(site);
    return { path, state };
}
/** @throws only the signal's reason. */
async function declarationAt(site, ref, signal) {
    const { owner, repo, workflow } = site;
    try {
        const path = /^\d+$/.test(workflow)
            ? (await readWorkflow(site, signal)).path
            : `.github/workflows/${workflow}`;
        const answer = await site.api.read(`reading ${path} at ${ref}`, (octokit, request) => octokit.rest.repos.getContent({ owner, repo, path, ref, request }), signal);
        const { content, encoding } = fields(answer.data);
        if (typeof content !== 'string' || encoding !== 'base64')
            throw notUnderstood(site);
        return {
            kind: 'read',
            declaration: readDeclaration(Buffer.from(content, 'base64').toString('utf8')),
        };
    }
    catch (error) {
        if (signal.aborted)
            throw signal.reason;
        return {
            kind: 'unreadable',
            why: (0,errors/* messageOf */.b)(error).split('\n', 1)[0] ?? '',
            ...(error instanceof ApiError ? { status: error.status } : {}),
        };
    }
}
/** `undefined` for something that is no run. */
function runInfoOf(site, data) {
    const given = fields(data);
    const run = runOf(site, given.id, given.html_url);
    if (run === undefined)
        return undefined;
    return {
        run,
        title: [given.display_title, given.name].filter((part) => typeof part === 'string').join('\n'),
        event: given.event,
        branch: given.head_branch,
        createdAt: typeof given.created_at === 'string' ? Date.parse(given.created_at) : Number.NaN,
        status: given.status,
        conclusion: given.conclusion,
    };
}
/** A run by what the API says of it; `undefined` when it says no number. Its address is built where none is given. */
function runOf(site, id, url) {
    // Octokit reads numbers beyond 2^53 as bigint.
    const text = typeof id === 'number' || typeof id === 'bigint' ? String(id) : '';
    if (!/^[1-9]\d*$/.test(text))
        return undefined;
    return {
        id: text,
        url: typeof url === 'string' && /^https?:\/\/\S+$/.test(url) ? url : webUrl(site, text),
    };
}
/** The list of runs in an answer. */
function runsOf(site, answer) {
    const list = fields(answer.data).workflow_runs;
    return Array.isArray(list)
        ? list.map((one) => runInfoOf(site, one)).filter((one) => one !== undefined)
        : [];
}
/** GitHub Enterprise Server: every API address but that of github.com and of GitHub with data residency. */
function isEnterpriseServer(apiUrl) {
    const { hostname } = new URL(apiUrl);
    return hostname !== 'api.github.com' && !/^api\..+\.ghe\.com$/.test(hostname);
}
function webUrl(site, id) {
    const { protocol, host, pathname } = new URL(site.apiUrl);
    const base = `${protocol}//${host.replace(/^api\./, '')}${pathname.replace(/(\/api\/v3)?\/*$/, '')}`;
    return `${base}/${site.owner}/${site.repo}/actions/runs/${id}`;
}
function notUnderstood(site) {
    return new PermanentError(`the answer of ${new URL(site.apiUrl).host} is not understood; check github-api-url`);
}

;// CONCATENATED MODULE: ./src/rollback/pipeline/github/dispatch.ts




const POST_TIMEOUT_MS = 15_000;
/** For being turned away (429) or not getting through at all; no run can have come of those. */
const MAX_SENDS = 4;
/** Longer than that another rung is the better choice. */
const MAX_WAIT_MS = 120_000;
/**
 * Sends the dispatch. It is sent again only when it is certain that nothing was started: the connection was refused or the
 * name not found, the API turned us away with 429, or an old server does not know `return_run_details`.
 */
async function dispatch(site, ref, inputs, signal) {
    const { clock, random } = site;
    const begin = clock.monotonic();
    // GitHub.com answers with the number of the run when asked to (github.blog/changelog/2026-02-19-workflow-dispatch-api-
    // now-returns-run-ids); Enterprise Server up to 3.19 does not know the question.
    let details = true;
    for (let sends = 1;; sends++) {
        const exchange = await send(site, ref, inputs, details, signal);
        if (exchange.kind === 'unclear')
            return { kind: 'unsure', reason: exchange.why };
        let again;
        if (exchange.kind === 'not-received') {
            again = backoffMs(sends, random);
        }
        else {
            const { answer } = exchange;
            if (details && refusesDetails(answer)) {
                details = false;
                again = 0;
            }
            else if (isRateLimited(answer)) {
                again =
                    retryAfterMs((name) => answer.header(name), clock.now()) ?? backoffMs(sends, random);
            }
            else {
                return outcomeOf(site, answer);
            }
        }
        if (sends >= MAX_SENDS || clock.monotonic() - begin + again > MAX_WAIT_MS) {
            return refusedBy(exchange);
        }
        try {
            await clock.sleep(again, signal);
        }
        catch {
            return refusedBy(exchange);
        }
    }
}
function send(site, ref, inputs, details, signal) {
    const { owner, repo, workflow } = site;
    return site.api.once('the call that starts the workflow', (octokit, request) => octokit.rest.actions.createWorkflowDispatch({
        owner,
        repo,
        workflow_id: workflow,
        ref,
        inputs,
        ...(details ? { return_run_details: true } : {}),
        // A redirect that is followed turns the call into a read, or sends it twice.
        request: { ...request, redirect: 'manual' },
    }), POST_TIMEOUT_MS, signal);
}
function refusesDetails(answer) {
    return ((answer.status === 400 || answer.status === 422) && /return_run_details/i.test(textOf(answer)));
}
function outcomeOf(site, answer) {
    const { status } = answer;
    if (status >= 200 && status < 300) {
        const { workflow_run_id: id, html_url: url } = fields(answer.data);
        const run = runOf(site, id, url);
        return run === undefined
            ? { kind: 'unsure', reason: 'GitHub accepted it without naming its run' }
            : { kind: 'started', run };
    }
    // 408: the server gave up waiting for us, perhaps after it had read enough.
    if (status >= 500 || status === 408) {
        return { kind: 'unsure', reason: `GitHub answered with ${describeAnswer(answer)}` };
    }
    return refusedBy({ kind: 'answer', answer });
}
function refusedBy(exchange) {
    if (exchange.kind === 'not-received') {
        return {
            kind: 'refused',
            reason: `GitHub could not be reached: ${exchange.why}`,
            hint: 'Check github-api-url and the network of the runner',
        };
    }
    const hint = hintFor(exchange.answer);
    return {
        kind: 'refused',
        reason: `GitHub refused with ${describeAnswer(exchange.answer)}`,
        ...(hint === undefined ? {} : { hint }),
    };
}

;// CONCATENATED MODULE: ./src/rollback/pipeline/github/locate.ts

/** The server's `Date` has whole seconds, and its parts need not agree to the second. */
const SLACK_MS = 5000;
const LOCATE_MS = 30_000;
const locate_FIRST_POLL_MS = 1000;
const locate_LONGEST_POLL_MS = 5000;
/** Reads what must be known before the call. Not being able to is no reason not to make the call. */
async function lookBefore(site, ref, signal) {
    try {
        const answer = await site.api.read('listing the runs of the workflow', listCall(site, ref), signal);
        const date = Date.parse(answer.header('date') ?? '');
        return {
            known: new Set(runsOf(site, answer).map(({ run }) => run.id)),
            serverTime: Number.isNaN(date) ? undefined : date,
        };
    }
    catch {
        if (signal.aborted)
            throw signal.reason;
        return { known: undefined, serverTime: undefined };
    }
}
/**
 * Looks for the run that a call may have started. Certain is only a run whose title holds the correlation id; the only new
 * run that there is, seen twice, is `probable`.
 */
async function locate(site, wanted, signal) {
    const { clock } = site;
    const end = clock.monotonic() + LOCATE_MS;
    const since = wanted.before.serverTime === undefined ? undefined : wanted.before.serverTime - SLACK_MS;
    let pause = locate_FIRST_POLL_MS;
    let seen = [];
    let problem;
    try {
        for (;;) {
            try {
                const answer = await site.api.readOnce('looking for the started run', listCall(site, wanted.ref, since), signal);
                problem = undefined;
                const runs = runsOf(site, answer).filter(({ event }) => event === 'workflow_dispatch');
                const exact = runs.find(({ title }) => title.includes(wanted.correlationId));
                if (exact !== undefined)
                    return { kind: 'started', run: exact.run };
                const fresh = wanted.showsId ? [] : runs.filter((run) => isNew(run, wanted, since));
                const only = fresh.length === 1 ? fresh[0] : undefined;
                if (only !== undefined && seen.length === 1 && seen[0]?.run.id === only.run.id) {
                    return { kind: 'unknown', reason: wanted.why, probable: only.run };
                }
                seen = fresh;
            }
            catch (error) {
                if (signal.aborted)
                    throw error;
                problem = error instanceof Error ? error.message : String(error);
            }
            if (clock.monotonic() + pause > end)
                break;
            await clock.sleep(pause, signal);
            pause = Math.min(locate_LONGEST_POLL_MS, pause * 2);
        }
    }
    catch {
        return {
            kind: 'unknown',
            reason: `${wanted.why}, and there was no time left to look for its run`,
        };
    }
    const found = problem ??
        (seen.length > 1
            ? `${String(seen.length)} new runs could be it`
            : 'no new run could be told to be it');
    return { kind: 'unknown', reason: `${wanted.why}, and its run was not found: ${found}` };
}
/** Without the list and the time from before the call, an old run cannot be told from a new one. */
function isNew({ run, branch, createdAt }, { before, ref }, since) {
    if (before.known === undefined || since === undefined)
        return false;
    return !before.known.has(run.id) && createdAt >= since && branch === ref;
}
function listCall(site, ref, since) {
    const { owner, repo, workflow } = site;
    return ((octokit, request) => octokit.rest.actions.listWorkflowRuns({
        owner,
        repo,
        workflow_id: workflow,
        event: 'workflow_dispatch',
        branch: ref,
        per_page: 100,
        ...(since === undefined
            ? {}
            : { created: `>=${new Date(since).toISOString().slice(0, 19)}Z` }),
        request,
    }));
}

;// CONCATENATED MODULE: ./src/rollback/pipeline/github/names.ts
/** `owner/name`. */
function parseRepository(text) {
    const match = /^([\w.-]+)\/([\w.-]+)$/.exec(text);
    return match?.[1] !== undefined && match[2] !== undefined
        ? { ok: { owner: match[1], repo: match[2] } }
        : {
            problem: {
                message: `github-repository is "${text}"`,
                fix: 'give it as owner/name',
            },
        };
}
/**
 * A workflow by file name, by `.github/workflows/` path or by number. Only digits are a number: `2nd-deploy.yml` is a name
 * (Codex-/return-dispatch reads it as 2).
 */
function parseWorkflow(text) {
    const name = text.replace(/^(\.\/)?\.github\/workflows\//, '');
    return /^\d+$/.test(name) || /^[^/\\]+\.ya?ml$/i.test(name)
        ? { ok: name }
        : {
            problem: {
                message: `github-workflow is "${text}"`,
                fix: 'give the name of the file in .github/workflows, e.g. rollback.yml, or the number of the workflow',
            },
        };
}
/** A branch or a tag by its short name. `workflow_dispatch` runs on nothing else (REST documentation, `ref`). */
function parseRef(text) {
    const fix = 'set rollback-ref to a branch or a tag; without it the default branch is used';
    if (/^[0-9a-f]{40}$|^[0-9a-f]{64}$/i.test(text)) {
        return {
            problem: {
                message: `rollback-ref is a commit (${text}); GitHub starts no workflow on one`,
                fix,
            },
        };
    }
    const short = text.replace(/^refs\/(heads|tags)\//, '');
    return short === '' || short.startsWith('refs/')
        ? {
            problem: { message: `rollback-ref is "${text}", which is neither a branch nor a tag`, fix },
        }
        : { ok: short };
}
/** A token that a header can carry. The token itself is in no message. */
function parseToken(text) {
    if (text === undefined || text === '') {
        return {
            problem: {
                message: 'there is no token for GitHub',
                fix: 'set github-token; in a workflow give the job permissions: actions: write',
            },
        };
    }
    return /^[\x21-\x7e]+$/.test(text)
        ? { ok: text }
        : {
            problem: {
                message: 'github-token holds a blank, a line break or another character that no token has',
                fix: 'store the token again, without anything before or after it',
            },
        };
}

;// CONCATENATED MODULE: ./src/rollback/pipeline/github/permission.ts




const PROBE_TIMEOUT_MS = 10_000;
/**
 * Whether the token may start workflows; `undefined`: yes. A classic token tells its scopes. Of every other token GitHub
 * tells nothing, so it is asked for something that needs the same permission (actions: write) and can change nothing: to
 * cancel a run that is completed. That is answered with 409 to those who may, and with 403 to those who may not.
 *
 * @throws only the signal's reason.
 */
async function mayDispatch(site, repository, ownRunId, signal) {
    if (repository.scopes !== undefined)
        return scopesSuffice(repository, repository.scopes);
    const { owner, repo, api } = site;
    let done;
    try {
        done = await completedRun(site, ownRunId, signal);
    }
    catch (error) {
        if (signal.aborted)
            throw signal.reason;
        return notProven((0,errors/* messageOf */.b)(error));
    }
    if (done === undefined)
        return notProven('there is no completed run to ask about');
    const { id } = done.run;
    const exchange = await api.once('asking whether the token may write', (octokit, request) => octokit.rest.actions.cancelWorkflowRun({ owner, repo, run_id: Number(id), request }), PROBE_TIMEOUT_MS, signal);
    signal.throwIfAborted();
    if (exchange.kind !== 'answer')
        return notProven(exchange.why);
    const { answer } = exchange;
    if (answer.status === 409 || answer.status < 300)
        return undefined;
    if (answer.status !== 401 && answer.status !== 403)
        return notProven(describeAnswer(answer));
    const fix = hintFor(answer);
    return {
        level: 'error',
        message: `the token may not start workflows in ${owner}/${repo}: ${describeAnswer(answer)}`,
        ...(fix === undefined ? {} : { fix }),
    };
}
function scopesSuffice(repository, scopes) {
    if (scopes.includes('repo'))
        return undefined;
    if (!repository.private && scopes.includes('public_repo'))
        return undefined;
    return {
        level: 'error',
        message: `the token has the scopes ${scopes.join(', ') || '(none)'}, which are not enough to start a workflow`,
        fix: `use a token with the scope ${repository.private ? 'repo' : 'public_repo'}, or the GITHUB_TOKEN of the job with permissions: actions: write`,
    };
}
function notProven(why) {
    return {
        level: 'notice',
        message: `that the token may start workflows could not be proven: ${why}`,
        fix: 'make sure that it has actions: write',
    };
}
/** A run that is completed, read twice: the list may be older than a re-run that somebody has just begun. */
async function completedRun(site, ownRunId, signal) {
    const { owner, repo, api } = site;
    const list = await api.read('listing completed runs', (octokit, request) => octokit.rest.actions.listWorkflowRunsForRepo({
        owner,
        repo,
        status: 'completed',
        per_page: 1,
        request,
    }), signal);
    const listed = runsOf(site, list)[0];
    if (listed === undefined)
        return undefined;
    const { id } = listed.run;
    const answer = await api.read(`reading run ${id}`, (octokit, request) => octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: Number(id), request }), signal);
    const run = runInfoOf(site, answer.data);
    return run?.run.id === id && run.status === 'completed' && id !== ownRunId ? run : undefined;
}

;// CONCATENATED MODULE: ./src/rollback/pipeline/github/preflight.ts







/** Enterprise Server up to 3.19 takes no more (its OpenAPI description; github.com takes 25). */
const ENTERPRISE_INPUTS = 10;
/** Why a workflow is not `active` (OpenAPI description of `workflow`), and what to do. */
const inactive = {
    disabled_manually: 'somebody has disabled it: enable it with gh workflow enable',
    disabled_inactivity: 'GitHub has disabled it, because nothing happened in the repository for 60 days: enable it with gh workflow enable',
    disabled_fork: 'it is disabled because the repository is a fork: enable it in the Actions tab',
    deleted: 'its file is not on the default branch any more: put it back',
};
/** Proves, as far as it can be proven, that `start` would work. Changes nothing. @throws only the signal's reason. */
async function preflight(site, request, ownRunId, signal) {
    const findings = [];
    const add = (level, message, fix) => {
        findings.push({ level, subject: 'ci', message, ...(fix === undefined ? {} : { fix }) });
    };
    const addFailure = (error) => {
        if (signal.aborted)
            throw signal.reason;
        const hint = error instanceof ApiError ? hintFor(error.answer) : undefined;
        add(error instanceof ApiError ? 'error' : 'warning', (0,errors/* messageOf */.b)(error), hint);
    };
    let ref;
    if (request.ref !== undefined) {
        const parsed = parseRef(request.ref);
        if ('problem' in parsed)
            add('error', parsed.problem.message, parsed.problem.fix);
        else
            ref = parsed.ok;
    }
    let repository;
    try {
        repository = await readRepository(site, signal);
    }
    catch (error) {
        addFailure(error);
        return findings;
    }
    const { owner, repo, workflow } = site;
    if (repository.archived) {
        add('error', `the repository ${owner}/${repo} is archived: nothing runs in it`, 'unarchive it');
    }
    try {
        const { state } = await readWorkflow(site, signal);
        if (state !== 'active') {
            add('error', `the workflow ${workflow} is not active (${state})`, inactive[state]);
        }
    }
    catch (error) {
        addFailure(error);
        return findings;
    }
    if (request.ref === undefined)
        ref = repository.defaultBranch;
    else if (ref !== undefined && (await isMissing(site, ref, signal))) {
        add('error', `rollback-ref "${ref}" is neither a branch nor a tag of ${owner}/${repo}`, `create it, or leave rollback-ref out: the default branch is ${repository.defaultBranch}`);
        ref = undefined;
    }
    if (ref !== undefined)
        await checkInputs(site, request, ref, signal, add);
    const may = await mayDispatch(site, repository, ownRunId, signal);
    if (may !== undefined)
        add(may.level, may.message, may.fix);
    return findings;
}
async function checkInputs(site, request, ref, signal, add) {
    const { workflow } = site;
    const read = await declarationAt(site, ref, signal);
    if (read.kind === 'unreadable') {
        add('warning', `whether the workflow ${workflow} declares the input "rollback" on ${ref} could not be seen: ${read.why}`, read.status === 403 || read.status === 404
            ? `give the job permissions: contents: read, and make sure that the file is on ${ref}; without it only "rollback" and rollback-parameters are sent`
            : undefined);
        return;
    }
    const { declaration } = read;
    const { problems } = composeInputs(request, declaration, workflow);
    for (const { message, fix } of problems)
        add('error', message, fix);
    if (!declaration.dispatch)
        return;
    if (declaration.inputs.size > ENTERPRISE_INPUTS && isEnterpriseServer(site.apiUrl)) {
        add('error', `the workflow ${workflow} declares ${String(declaration.inputs.size)} inputs; GitHub Enterprise Server takes ${String(ENTERPRISE_INPUTS)}`, 'declare fewer');
    }
    if (!declaration.showsId || !declaration.inputs.has(ID_INPUT)) {
        add('notice', `the workflow ${workflow} does not show the input "${ID_INPUT}" in its run-name`, `declare it, and add run-name: Rollback \${{ inputs.${ID_INPUT} }}, so that the run can be found even when GitHub does not name it`);
    }
}
/** Whether it is certain that there is no such branch or tag. */
async function isMissing(site, ref, signal) {
    const { owner, repo } = site;
    for (const kind of ['heads', 'tags']) {
        try {
            await site.api.read(`looking for ${kind}/${ref}`, (octokit, request) => octokit.rest.git.getRef({ owner, repo, ref: `${kind}/${ref}`, request }), signal);
            return false;
        }
        catch (error) {
            if (signal.aborted)
                throw signal.reason;
            // Everything but a 404 leaves it open; reading the workflow at this ref will say more.
            if (!(error instanceof ApiError) || error.status !== 404) {
                return false;
            }
        }
    }
    return true;
}

;// CONCATENATED MODULE: ./src/rollback/pipeline/github/state.ts
/**
 * The values of `status` and `conclusion` of a workflow run (GitHub OpenAPI description, `workflow-run` and the parameter
 * `workflow-run-status`). A word that is not here is `unknown`, and never success.
 */
const statuses = {
    queued: 'queued',
    requested: 'queued',
    pending: 'queued',
    in_progress: 'running',
    waiting: 'waiting',
    action_required: 'waiting',
};
const conclusions = {
    success: 'succeeded',
    cancelled: 'cancelled',
    failure: 'failed',
    timed_out: 'failed',
    startup_failure: 'failed',
    skipped: 'failed',
    neutral: 'failed',
    stale: 'failed',
    // The run is "completed" until a maintainer allows it to run.
    action_required: 'waiting',
};
const hints = {
    pending: 'another run of its concurrency group is not done; give the rollback workflow a group of its own',
    waiting: 'one of its environments wants an approval',
};
/** The state of a workflow run in our words. */
function stateOf(status, conclusion) {
    if (status !== 'completed') {
        const word = typeof status === 'string' ? status : 'no status';
        return inWords(own(statuses, word) ?? 'unknown', word);
    }
    // Between the end of the last job and the conclusion there may be a moment without one.
    if (conclusion === null || conclusion === undefined) {
        return { phase: 'unknown', word: 'completed without a conclusion' };
    }
    const word = typeof conclusion === 'string' ? conclusion : typeof conclusion;
    return inWords(own(conclusions, word) ?? 'failed', word);
}
function inWords(phase, word) {
    const hint = own(hints, word);
    return phase === 'queued' || phase === 'waiting'
        ? { phase, word, ...(hint === undefined ? {} : { hint }) }
        : { phase, word };
}
function own(table, word) {
    return Object.hasOwn(table, word) ? table[word] : undefined;
}

;// CONCATENATED MODULE: ./src/rollback/pipeline/github.ts












/** A cancel may be refused for a moment; the caller asks again. */
const CANCEL_TIMEOUT_MS = 5000;
/** The GitHub client of the `ci` rung: starts a workflow by `workflow_dispatch`, on github.com and Enterprise Server. */
function createGithubClient(options) {
    const setup = siteOf(options);
    const site = () => {
        if ('problem' in setup)
            throw new Error(setup.problem.message);
        return setup.ok;
    };
    return {
        id: 'github',
        async preflight(request, signal) {
            return 'problem' in setup
                ? [{ level: 'error', subject: 'ci', ...setup.problem }]
                : preflight(setup.ok, request, options.ownRunId, signal);
        },
        async describe(request, signal) {
            if ('problem' in setup)
                return [`nothing: ${setup.problem.message}`];
            return describe(setup.ok, request, signal);
        },
        async start(request, signal, beforeSend) {
            if ('problem' in setup)
                return refused(setup.problem);
            const ready = await prepare(setup.ok, request, signal);
            if ('refused' in ready)
                return ready.refused;
            const { ref, inputs, declaration } = ready;
            const before = await lookBefore(setup.ok, ref, signal);
            signal.throwIfAborted();
            beforeSend();
            const sent = await dispatch(setup.ok, ref, inputs, signal);
            if (sent.kind !== 'unsure')
                return sent;
            return locate(setup.ok, {
                ref,
                correlationId: request.correlationId,
                showsId: declaration?.showsId === true && ID_INPUT in inputs,
                before,
                why: sent.reason,
            }, signal);
        },
        state: (run, signal) => readState(site(), run, signal),
        async cancel(run, signal) {
            const { owner, repo, api } = site();
            const exchange = await api.once('the call that cancels the run', (octokit, request) => octokit.rest.actions.cancelWorkflowRun({ owner, repo, run_id: numberOf(run), request }), CANCEL_TIMEOUT_MS, signal);
            if (exchange.kind !== 'answer')
                throw new TransientError(exchange.why);
            const { answer } = exchange;
            // 409: there is nothing left to cancel.
            if (answer.status < 300 || answer.status === 409)
                return;
            if (answer.status >= 500)
                throw new TransientError(describeAnswer(answer));
            throw new ApiError('cancelling the run', answer);
        },
    };
}
function siteOf(options) {
    const repository = parseRepository(options.repository);
    if ('problem' in repository)
        return repository;
    const workflow = parseWorkflow(options.workflow);
    if ('problem' in workflow)
        return workflow;
    const token = parseToken(options.token);
    if ('problem' in token)
        return token;
    if (!URL.canParse(options.apiUrl)) {
        return {
            problem: {
                message: 'github-api-url is not a URL',
                fix: 'use https://api.github.com, or https://HOST/api/v3 of an Enterprise Server',
            },
        };
    }
    const apiUrl = options.apiUrl.replace(/\/+$/, '');
    return {
        ok: {
            ...repository.ok,
            workflow: workflow.ok,
            apiUrl,
            api: createApi({ ...options, baseUrl: apiUrl, token: token.ok }),
            clock: options.clock,
            random: options.random,
        },
    };
}
/** Everything that has to be known before the call. */
async function prepare(site, request, signal) {
    const target = await refOf(site, request, signal);
    if ('refused' in target)
        return target;
    const { ref } = target;
    const read = await declarationAt(site, ref, signal);
    const declaration = read.kind === 'read' ? read.declaration : undefined;
    const { inputs, problems } = composeInputs(request, declaration, site.workflow);
    return problems.length === 0
        ? { ref, inputs, declaration }
        : {
            refused: refused({
                message: problems.map(({ message }) => message).join('; '),
                fix: problems.map(({ fix }) => fix).join('; '),
            }),
        };
}
async function refOf(site, request, signal) {
    if (request.ref !== undefined) {
        const parsed = parseRef(request.ref);
        return 'problem' in parsed ? { refused: refused(parsed.problem) } : { ref: parsed.ok };
    }
    try {
        return { ref: (await readRepository(site, signal)).defaultBranch };
    }
    catch (error) {
        if (signal.aborted)
            throw signal.reason;
        return {
            refused: refused({
                message: (0,errors/* messageOf */.b)(error),
                fix: (error instanceof ApiError ? hintFor(error.answer) : undefined) ??
                    'Set rollback-ref, so that the default branch need not be asked for',
            }),
        };
    }
}
async function describe(site, request, signal) {
    const target = await refOf(site, request, signal);
    const ref = 'refused' in target ? '(the default branch)' : target.ref;
    const read = 'refused' in target
        ? { kind: 'unreadable', why: target.refused.reason }
        : await declarationAt(site, ref, signal);
    const { inputs, problems } = composeInputs(request, read.kind === 'read' ? read.declaration : undefined, site.workflow);
    const { owner, repo, workflow, apiUrl } = site;
    return [
        `POST ${(0,url/* printableUrl */.Z)(apiUrl)}/repos/${owner}/${repo}/actions/workflows/${workflow}/dispatches`,
        `with ${JSON.stringify({ ref, inputs, return_run_details: true })}`,
        ...(read.kind === 'read'
            ? []
            : [`the inputs of the workflow could not be read (${read.why}); only these are sent`]),
        ...problems.map(({ message, fix }) => `it would be refused: ${message} (${fix})`),
    ];
}
async function readState(site, run, signal) {
    const { owner, repo, api } = site;
    const what = `reading the state of run ${run.id}`;
    let answer;
    try {
        answer = await api.readOnce(what, (octokit, request) => octokit.rest.actions.getWorkflowRun({ owner, repo, run_id: numberOf(run), request }), signal);
    }
    catch (error) {
        // A run that has just been started is not yet to be seen everywhere.
        if (error instanceof ApiError && error.status === 404)
            throw new TransientError(error.message);
        throw error;
    }
    const { status, conclusion } = fields(answer.data);
    if (typeof status !== 'string')
        throw new TransientError(`${what}: the answer is no run`);
    const state = stateOf(status, conclusion);
    return state.phase === 'cancelled'
        ? { ...state, mayHaveRun: await mayHaveRun(site, run, signal) }
        : state;
}
/**
 * Whether a job of the run may have begun: it was given to a runner, or has steps (OpenAPI description of `job`: `runner_id`
 * is null while no runner has been assigned). What cannot be read may have run.
 */
async function mayHaveRun(site, run, signal) {
    const { owner, repo, api } = site;
    try {
        const answer = await api.readOnce(`reading the jobs of run ${run.id}`, (octokit, request) => octokit.rest.actions.listJobsForWorkflowRun({
            owner,
            repo,
            run_id: numberOf(run),
            per_page: 100,
            request,
        }), signal);
        const { jobs } = fields(answer.data);
        if (!Array.isArray(jobs))
            return true;
        return jobs.map(fields).some((job) => {
            const hasSteps = Array.isArray(job.steps) && job.steps.length > 0;
            return hasSteps || (typeof job.runner_id === 'number' && job.runner_id !== 0);
        });
    }
    catch {
        return true;
    }
}
/** Octokit's types want a number; run numbers are far below 2^53. */
function numberOf(run) {
    return Number(run.id);
}
function refused({ message, fix }) {
    return { kind: 'refused', reason: message, hint: fix };
}

;// CONCATENATED MODULE: ./src/rollback/pipeline/registry.ts

/** The CI systems that the `ci` rung can call, by the value of `ci-system`. */
const pipelineClients = {
    github: ({ settings, ...rest }) => createGithubClient({
        ...rest,
        repository: settings['github-repository'] ?? '',
        workflow: settings['github-workflow'],
        token: settings['github-token'],
        apiUrl: settings['github-api-url'],
    }),
};

;// CONCATENATED MODULE: ./src/rollback/ci-setup.ts


/** The `ci` rung with the client of the system that is to be called, or why there is none. */
function setUpCi(dependencies) {
    const { settings, ciSystem, clock, random } = dependencies;
    if (dependencies.isRollbackRun)
        return { kind: 'skip', reason: 'this run is a rollback run itself, it starts no other' };
    if (ciSystem === undefined)
        return { kind: 'skip', reason: 'the CI system to call is not known: set `ci-system`' };
    const createClient = pipelineClients[ciSystem];
    if (createClient === undefined)
        return {
            kind: 'skip',
            reason: `this version cannot start pipelines of ${ciSystem}, only of ${Object.keys(pipelineClients).join(', ')}`,
        };
    return createCiRung({
        client: createClient({
            settings,
            ownRunId: dependencies.ownRunId,
            fetch: dependencies.fetch,
            clock,
            random,
        }),
        ref: settings['rollback-ref'],
        parameters: settings['rollback-parameters'] ?? {},
        wait: settings['rollback-wait'],
        startTimeout: settings['rollback-start-timeout'],
        clock,
        random,
    });
}


/***/ })

};
