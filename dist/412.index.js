export const id = 412;
export const ids = [412];
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

/***/ 9622:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   j: () => (/* binding */ rollbackMarker)
/* harmony export */ });
/* harmony import */ var _inputs_types_boolean_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2555);

/** Where the marker of a rollback run was found; `null` when this is none. */
function rollbackMarker({ entry, info }) {
    const text = entry.env.ROLLBACK ?? '';
    const parsed = text.trim() === '' ? undefined : (0,_inputs_types_boolean_js__WEBPACK_IMPORTED_MODULE_0__/* .parseBoolean */ .y)(text);
    if (parsed?.ok === true && parsed.value)
        return 'ROLLBACK in the environment';
    return info.rollbackMarker;
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

/***/ 9412:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  run: () => (/* binding */ run)
});

// EXTERNAL MODULE: ./src/checks/registry.ts + 10 modules
var registry = __webpack_require__(1224);
// EXTERNAL MODULE: ./src/inputs/exit-codes.ts
var exit_codes = __webpack_require__(7014);
;// CONCATENATED MODULE: ./src/report/record.ts
/** The rollback of a target that nothing was done for. */
const notNeeded = {
    status: 'not-needed',
    detail: '',
    seconds: 0,
    versionConfirmed: null,
    healthConfirmed: null,
    rungs: [],
};

// EXTERNAL MODULE: ./src/support/abort.ts
var abort = __webpack_require__(9261);
// EXTERNAL MODULE: ./src/support/errors.ts
var errors = __webpack_require__(7700);
// EXTERNAL MODULE: ./src/support/format.ts
var format = __webpack_require__(864);
// EXTERNAL MODULE: ./src/commands/completeness.ts
var completeness = __webpack_require__(2859);
// EXTERNAL MODULE: ./src/commands/exit.ts
var exit = __webpack_require__(6164);
// EXTERNAL MODULE: ./src/commands/links.ts + 1 modules
var links = __webpack_require__(5577);
// EXTERNAL MODULE: ./src/commands/marker.ts
var commands_marker = __webpack_require__(9622);
// EXTERNAL MODULE: ./src/commands/preflighting.ts
var preflighting = __webpack_require__(1821);
// EXTERNAL MODULE: ./src/commands/rolling-back.ts + 2 modules
var rolling_back = __webpack_require__(6834);
// EXTERNAL MODULE: ./node_modules/zod/v4/mini/schemas.js
var schemas = __webpack_require__(4343);
;// CONCATENATED MODULE: ./src/commands/snapshot-file.ts


const schema = schemas/* object */.Ikc({
    schema: schemas/* literal */.euz(1),
    tool: schemas/* object */.Ikc({ name: schemas/* literal */.euz('rollgate'), version: schemas/* string */.YjP() }),
    host: schemas/* object */.Ikc({
        system: schemas/* string */.YjP(),
        runId: schemas/* nullable */.mee(schemas/* string */.YjP()),
        attempt: schemas/* nullable */.mee(schemas/* number */.aig()),
    }),
    takenAt: schemas/* string */.YjP(),
    targets: schemas/* array */.YOg(schemas/* object */.Ikc({ name: schemas/* string */.YjP(), rungs: schemas/* record */.g1P(schemas/* string */.YjP(), schemas/* unknown */.L5J()) })),
});
/**
 * Reads a snapshot for the run that we are. One of another run, or one that cannot be read, is not used, and `notice`
 * says so: going back to the wrong version is worse than going back to none.
 */
function readSnapshot(text, path, info) {
    let snapshot;
    try {
        snapshot = schema.parse(JSON.parse(text));
    }
    catch (error) {
        return {
            notice: `The snapshot in ${path} is ignored: it cannot be read (${firstLine(error)}).`,
        };
    }
    const { host } = snapshot;
    if (host.system !== info.system || host.runId !== info.runId)
        return {
            notice: `The snapshot in ${path} is ignored: it was taken by ${runInWords(host)} at ${snapshot.takenAt}, and this is ${runInWords(info)}. Take one with \`rollgate snapshot\` before the deploy of this run.`,
        };
    return { snapshot };
}
function runInWords(run) {
    return run.runId === null
        ? `a run without an id (${run.system})`
        : `${run.system} run ${run.runId}`;
}
function firstLine(error) {
    return (0,errors/* messageOf */.b)(error).split('\n')[0]?.slice(0, 200) ?? '';
}

// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./src/gate/evidence.ts
var evidence = __webpack_require__(7070);
// EXTERNAL MODULE: ./src/gate/explain.ts + 1 modules
var explain = __webpack_require__(6316);
// EXTERNAL MODULE: ./src/gate/health.ts
var health = __webpack_require__(1013);
// EXTERNAL MODULE: ./src/gate/odds.ts
var odds = __webpack_require__(2489);
// EXTERNAL MODULE: ./src/gate/tally.ts + 1 modules
var gate_tally = __webpack_require__(5382);
;// CONCATENATED MODULE: ./src/gate/types.ts
/** The kind of a check follows from what it measures. */
const kindOf = {
    health: 'health',
    'success-rate': 'ratio',
    latency: 'ratio',
    'errors-per-minute': 'rate',
    value: 'value',
};

// EXTERNAL MODULE: ./src/gate/words.ts
var words = __webpack_require__(3178);
;// CONCATENATED MODULE: ./src/gate/judge.ts








/**
 * @param checks all checks of the target; fixed for the whole watch, because the evidence threshold depends on how
 *   many metric checks there are
 */
function createJudge(plan, checks) {
    const healths = new Map();
    const metrics = new Map();
    for (const check of checks) {
        const { limit } = check;
        if (limit.metric === 'health')
            healths.set(check.id, { check, health: (0,health/* createHealth */.J)(limit, plan.warmUp) });
        else
            metrics.set(check.id, { check, limit, tally: (0,gate_tally/* createTally */.X)(limit, plan) });
    }
    const threshold = (0,evidence/* failThreshold */.O)({ sensitivity: plan.sensitivity, metricChecks: metrics.size });
    let judgement;
    const told = (metric) => ({
        id: metric.check.id,
        limit: metric.limit,
        totals: metric.tally.totals,
        maxLogE: metric.tally.maxLogE,
    });
    const convicted = (metric) => metric.tally.maxLogE >= threshold;
    const overLimit = (metric) => (0,odds/* literalBreach */.D)(metric.limit, metric.tally.totals);
    const enough = (metric) => metric.limit.metric === 'value'
        ? metric.tally.totals.samples > 0
        : metric.tally.totals.samples >= plan.minRequests;
    function unhealthy(reason, first) {
        const others = [...metrics.values()].filter((m) => m.check.id !== first && convicted(m));
        const also = others.map((m) => explain/* seen */.cI(told(m)));
        return {
            verdict: 'unhealthy',
            reason: also.length === 0 ? reason : `${reason} Also: ${also.join('; ')}.`,
            decidedBy: [first, ...others.map((m) => m.check.id)],
        };
    }
    function onObservation(event) {
        const metric = metrics.get(event.check);
        if (metric === undefined)
            return undefined;
        const intervalIsOver = metric.tally.push(event.window, event.observation);
        if (convicted(metric))
            return unhealthy(explain/* byEvidence */.d0(told(metric), metrics.size), metric.check.id);
        if (plan.decision === 'strict' && intervalIsOver)
            return unhealthy(explain/* byInterval */.J6(told(metric), (0,format/* formatDuration */.a3)(event.window.to)), metric.check.id);
        return undefined;
    }
    function onLook(event) {
        const entry = healths.get(event.check);
        if (entry === undefined)
            return undefined;
        entry.health.push(event.at, event.look);
        return entry.health.state === 'down'
            ? unhealthy(explain/* byHealth */.Yw(entry.health, event.at), event.check)
            : undefined;
    }
    function handle(event) {
        if (event.type === 'observation')
            return onObservation(event);
        return event.type === 'look' ? onLook(event) : atDeadline();
    }
    function atDeadline() {
        if (plan.decision !== 'evidence')
            for (const metric of metrics.values())
                if (enough(metric) && silence(metric) === 'fresh' && overLimit(metric))
                    return unhealthy(explain/* byLimit */.V5(told(metric)), metric.check.id);
        const doubts = [];
        for (const metric of metrics.values()) {
            const id = metric.check.id;
            const silent = silence(metric);
            if (silent !== 'fresh')
                doubts.push({ id, why: explain/* stale */.ez(told(metric), silent) });
            else if (!enough(metric))
                doubts.push({ id, why: explain/* tooFew */.dI(told(metric), plan.minRequests, plan.duration) });
            else if (overLimit(metric))
                doubts.push({ id, why: explain/* grey */.Oh(told(metric)) });
        }
        for (const { check, health } of healths.values())
            if (health.state === 'undecided')
                doubts.push({ id: check.id, why: explain/* flapping */.Cz(health) });
        const doubt = doubts[0];
        if (doubt !== undefined)
            return { verdict: 'inconclusive', reason: doubt.why, decidedBy: doubts.map((d) => d.id) };
        return {
            verdict: 'healthy',
            reason: explain/* passed */.bF([...metrics.values()].map(told), [...healths.values()][0]?.health, plan.duration),
            decidedBy: [],
        };
    }
    /** `fresh`, or for how long the source had been silent when the watch ended; `null`: from the start. */
    function silence(metric) {
        const { freshAt } = metric.tally;
        if (freshAt === null)
            return null;
        const silent = plan.warmUp + plan.duration - freshAt;
        return silent <= 3 * plan.interval ? 'fresh' : silent;
    }
    function metricResult(metric) {
        const { check, limit, tally } = metric;
        const breached = convicted(metric) || (enough(metric) && overLimit(metric));
        return {
            id: check.id,
            kind: kindOf[limit.metric],
            metric: limit.metric,
            source: check.source,
            subject: check.subject,
            limit: (0,words/* limitInWords */.a)(limit),
            outcome: breached ? 'breached' : enough(metric) ? 'within' : 'no-data',
            samples: tally.totals.samples,
            failures: tally.totals.failures,
            value: (0,gate_tally/* valueOf */.R)(limit, tally.totals),
            shown: (0,words/* valueInWords */.e)(limit, tally.totals),
            evidence: { logE: tally.logE, maxLogE: tally.maxLogE, threshold },
            kinds: { ...tally.kinds },
            missing: { ...tally.missing },
            series: tally.series(),
        };
    }
    function healthResult(check, health) {
        const good = health.looks - health.failed;
        return {
            id: check.id,
            kind: 'health',
            metric: 'health',
            source: check.source,
            subject: check.subject,
            limit: (0,words/* limitInWords */.a)(check.limit),
            outcome: health.state === 'down' ? 'breached' : health.looks === 0 ? 'no-data' : 'within',
            samples: health.looks,
            failures: health.failed,
            value: health.looks === 0 ? null : good / health.looks,
            shown: health.looks === 0 ? '' : `${String(good)} of ${String(health.looks)} looks passed`,
            evidence: null,
            kinds: { ...health.kinds },
            missing: { noData: 0, providerErrors: 0 },
            series: [],
        };
    }
    return {
        push(event) {
            const isFirst = judgement === undefined;
            const found = handle(event);
            if (isFirst)
                judgement = found;
            return isFirst ? found : undefined;
        },
        get healthUndecided() {
            return [...healths.values()].some(({ health }) => health.state === 'undecided');
        },
        results: () => checks.map((check) => {
            const metric = metrics.get(check.id);
            const entry = healths.get(check.id);
            if (metric !== undefined)
                return metricResult(metric);
            if (entry !== undefined)
                return healthResult(check, entry.health);
            throw new Error(`no state for the check ${check.id}`);
        }),
    };
}

;// CONCATENATED MODULE: ./src/gate/watch.ts



/** After the planned end a health check that is in the middle of a row gets this many looks more. */
const EXTRA_LOOKS = 10;
/** The windows of a watch: the warm-up's and the judged ones never share one, and the last may be shorter. */
function* windowsOf(plan) {
    const end = plan.warmUp + plan.duration;
    for (let from = 0; from < end;) {
        const border = from < plan.warmUp ? plan.warmUp : end;
        const to = Math.min(from + plan.interval, border);
        yield { from, to };
        from = to;
    }
}
/**
 * Watches until the judge decides, the time is over, or somebody asks us to stop. Slow answers of one check delay
 * neither its own next look nor any other check.
 *
 * @throws whatever a check throws: a check that cannot look says so in its observation, so this is a defect
 */
async function watch(options) {
    const { plan, checks, clock, signal, observer } = options;
    const judge = createJudge(plan, checks);
    const origin = clock.monotonic();
    const end = plan.warmUp + plan.duration;
    const stop = new AbortController();
    const onAbort = () => {
        stop.abort(signal.reason);
    };
    if (signal.aborted)
        onAbort();
    else
        signal.addEventListener('abort', onAbort, { once: true });
    let decided;
    const elapsed = () => clock.monotonic() - origin;
    const until = (t) => clock.sleep(t - elapsed(), stop.signal);
    function feed(event) {
        if (stop.signal.aborted)
            return;
        observer.event(event);
        const judgement = judge.push(event);
        if (judgement === undefined)
            return;
        decided = { ...judgement, decidedAt: elapsed() };
        // What the other checks saw in the same interval is there in the same moment: the report shows it too.
        void quietly(clock.sleep(0, stop.signal).then(() => {
            stop.abort(new abort/* NoLongerNeeded */.ev());
        }));
    }
    async function follow(check) {
        check.begin(origin);
        let last = Promise.resolve();
        for (const window of windowsOf(plan)) {
            await until(window.to);
            const looking = check.observe(window, stop.signal);
            last = inOrder(last, looking, (observation) => {
                feed({ type: 'observation', check: check.id, window, observation });
            });
        }
        await last;
    }
    async function lookOften(check) {
        let last = Promise.resolve();
        const look = () => {
            const at = elapsed();
            last = inOrder(last, check.look(stop.signal), (result) => {
                feed({ type: 'look', check: check.id, at, look: result });
            });
        };
        for (let due = 0; due <= end; due = nextDue(due, check.every, end, elapsed())) {
            await until(due);
            look();
        }
        await last;
        // A service that went down just before the end is in the middle of a row of failures: the row decides.
        for (let extra = 1; judge.healthUndecided && extra <= EXTRA_LOOKS; extra += 1) {
            await until(end + extra * check.every);
            look();
            await last;
        }
    }
    async function tick() {
        for (let due = options.tickEvery;; due += options.tickEvery) {
            await until(due);
            observer.tick({ elapsed: elapsed(), results: judge.results() });
        }
    }
    const ticking = quietly(tick());
    const looking = checks.map((check) => check.kind === 'health' ? lookOften(check) : follow(check));
    try {
        await Promise.all(looking);
        if (decided === undefined)
            feed({ type: 'deadline' });
    }
    catch (error) {
        if (!stop.signal.aborted)
            throw error;
    }
    finally {
        if (!stop.signal.aborted)
            stop.abort(new abort/* NoLongerNeeded */.ev());
        signal.removeEventListener('abort', onAbort);
        await Promise.allSettled([...looking, ticking]);
        for (const check of checks)
            if (check.kind !== 'health')
                check.end();
    }
    if (decided !== undefined)
        return { ...decided, results: judge.results() };
    const by = signal.reason instanceof abort/* Cancelled */.cJ ? signal.reason.by : 'the caller';
    return {
        verdict: 'cancelled',
        reason: `Cancelled by ${by} after ${(0,format/* formatDuration */.a3)(elapsed())} of ${(0,format/* formatDuration */.a3)(end)}: the new version is live and was not judged.`,
        decidedBy: [],
        decidedAt: null,
        results: judge.results(),
    };
}
/** The next look after the one due at `due`; looks that were missed are left out, the last falls on the end. */
function nextDue(due, every, end, now) {
    if (due >= end)
        return Number.POSITIVE_INFINITY;
    const missed = Math.floor(Math.max(0, now - due) / every);
    return Math.min(end, due + every * (1 + missed));
}
/** Handles what `work` yields after everything before it was handled. */
function inOrder(before, work, handle) {
    const handled = Promise.all([before, work]).then(([, result]) => {
        handle(result);
    });
    // Awaited later, or not at all when the watch is over: it must not count as unhandled meanwhile.
    handled.catch(() => undefined);
    return handled;
}
function quietly(work) {
    return work.catch(() => undefined);
}

// EXTERNAL MODULE: ./src/report/files.ts + 3 modules
var files = __webpack_require__(7330);
// EXTERNAL MODULE: ./node_modules/zod/v4/classic/schemas.js + 6 modules
var classic_schemas = __webpack_require__(0);
;// CONCATENATED MODULE: ./src/report/recording.ts

/** A recording cannot be read. `line` counts from 1. */
class RecordingError extends Error {
    line;
    name = 'RecordingError';
    constructor(line, detail) {
        super(`line ${String(line)} of the recording: ${detail}`);
        this.line = line;
    }
}
/** The first line: what the judge knows before the watch, and nothing else of what is given. */
function headerLine(version, startedAt, targets) {
    return {
        type: 'header',
        schema: 1,
        tool: { name: 'rollgate', version },
        startedAt,
        targets: targets.map(({ name, plan, checks }) => ({
            name,
            plan: {
                warmUp: plan.warmUp,
                duration: plan.duration,
                interval: plan.interval,
                sensitivity: plan.sensitivity,
                decision: plan.decision,
                minRequests: plan.minRequests,
            },
            checks: checks.map(({ id, limit, source, subject }) => ({ id, limit, source, subject })),
        })),
    };
}
/** One line, with its end. Numbers keep every digit, so that a replay comes to the same evidence bit by bit. */
function encodeLine(line) {
    return `${JSON.stringify(line)}\n`;
}
/**
 * Reads a whole `recording.ndjson`. Everything is checked: shape, names of targets and checks, order.
 * @throws RecordingError
 */
function decodeRecording(text) {
    const lines = text.split('\n');
    // What follows the last line end is nothing, or the line that a killed process was writing.
    const rest = lines.pop() ?? '';
    const [first, ...others] = lines;
    if (first === undefined)
        throw new RecordingError(1, 'there is no complete line');
    const header = decodeLine(first, 1);
    if (header.type !== 'header')
        throw new RecordingError(1, 'it must be the header');
    const targets = new Map(header.targets.map((target) => [
        target.name,
        { ...target, events: [], judgement: null },
    ]));
    others.forEach((text, index) => {
        const number = index + 2;
        const line = decodeLine(text, number);
        if (line.type === 'header')
            throw new RecordingError(number, 'a second header');
        const target = targets.get(line.target);
        if (target === undefined)
            throw new RecordingError(number, `the header has no target "${line.target}"`);
        if (target.judgement !== null)
            throw new RecordingError(number, `target "${line.target}" was judged before`);
        if (line.type === 'judgement') {
            target.judgement = line.judgement;
            return;
        }
        const { event } = line;
        if (event.type !== 'deadline' && !target.checks.some((check) => check.id === event.check))
            throw new RecordingError(number, `target "${line.target}" has no check "${event.check}"`);
        target.events.push(event);
    });
    return {
        version: header.tool.version,
        startedAt: header.startedAt,
        targets: [...targets.values()],
        truncated: rest !== '',
    };
}
function decodeLine(text, number) {
    let value;
    try {
        value = JSON.parse(text);
    }
    catch {
        throw new RecordingError(number, 'it is not JSON');
    }
    const parsed = lineSchema.safeParse(value);
    if (parsed.success)
        return parsed.data;
    throw new RecordingError(number, z.prettifyError(parsed.error).replace(/\s+/g, ' '));
}
const count = classic_schemas/* number */.aig().nonnegative();
const limitSchema = classic_schemas/* discriminatedUnion */.gMt('metric', [
    classic_schemas/* strictObject */.rej({
        metric: classic_schemas/* literal */.euz('health'),
        failures: classic_schemas/* int */.Whr().positive(),
        successes: classic_schemas/* int */.Whr().positive(),
    }),
    classic_schemas/* strictObject */.rej({ metric: classic_schemas/* literal */.euz('success-rate'), minPercent: count }),
    classic_schemas/* strictObject */.rej({
        metric: classic_schemas/* literal */.euz('errors-per-minute'),
        max: count,
        scaledTo: count.nullable(),
    }),
    classic_schemas/* strictObject */.rej({ metric: classic_schemas/* literal */.euz('latency'), percentile: count, maxMs: count }),
    classic_schemas/* strictObject */.rej({ metric: classic_schemas/* literal */.euz('value'), max: classic_schemas/* number */.aig() }),
]);
const targetSchema = classic_schemas/* strictObject */.rej({
    name: classic_schemas/* string */.YjP(),
    plan: classic_schemas/* strictObject */.rej({
        warmUp: count,
        duration: count,
        interval: count,
        sensitivity: classic_schemas/* enum */.k5n(['high', 'normal', 'low']),
        decision: classic_schemas/* enum */.k5n(['balanced', 'evidence', 'strict']),
        minRequests: count,
    }),
    checks: classic_schemas/* array */.YOg(classic_schemas/* strictObject */.rej({
        id: classic_schemas/* string */.YjP(),
        limit: limitSchema,
        source: classic_schemas/* string */.YjP(),
        subject: classic_schemas/* string */.YjP(),
    })),
});
const observationSchema = classic_schemas/* discriminatedUnion */.gMt('kind', [
    classic_schemas/* strictObject */.rej({
        kind: classic_schemas/* literal */.euz('counts'),
        samples: classic_schemas/* number */.aig(),
        failures: classic_schemas/* number */.aig(),
        seconds: classic_schemas/* number */.aig(),
        kinds: classic_schemas/* record */.g1P(classic_schemas/* string */.YjP(), classic_schemas/* number */.aig()).exactOptional(),
    }),
    classic_schemas/* strictObject */.rej({ kind: classic_schemas/* literal */.euz('value'), value: classic_schemas/* number */.aig() }),
    classic_schemas/* strictObject */.rej({
        kind: classic_schemas/* literal */.euz('none'),
        why: classic_schemas/* enum */.k5n(['no-data', 'provider-error']),
        detail: classic_schemas/* string */.YjP().exactOptional(),
    }),
]);
const eventSchema = classic_schemas/* discriminatedUnion */.gMt('type', [
    classic_schemas/* strictObject */.rej({
        type: classic_schemas/* literal */.euz('observation'),
        check: classic_schemas/* string */.YjP(),
        window: classic_schemas/* strictObject */.rej({ from: classic_schemas/* number */.aig(), to: classic_schemas/* number */.aig() }),
        observation: observationSchema,
    }),
    classic_schemas/* strictObject */.rej({
        type: classic_schemas/* literal */.euz('look'),
        check: classic_schemas/* string */.YjP(),
        at: classic_schemas/* number */.aig(),
        look: classic_schemas/* strictObject */.rej({ ok: classic_schemas/* boolean */.zMY(), detail: classic_schemas/* string */.YjP() }),
    }),
    classic_schemas/* strictObject */.rej({ type: classic_schemas/* literal */.euz('deadline') }),
]);
const lineSchema = classic_schemas/* discriminatedUnion */.gMt('type', [
    classic_schemas/* strictObject */.rej({
        type: classic_schemas/* literal */.euz('header'),
        schema: classic_schemas/* literal */.euz(1),
        tool: classic_schemas/* strictObject */.rej({ name: classic_schemas/* literal */.euz('rollgate'), version: classic_schemas/* string */.YjP() }),
        startedAt: classic_schemas/* string */.YjP(),
        targets: classic_schemas/* array */.YOg(targetSchema),
    }),
    classic_schemas/* strictObject */.rej({ type: classic_schemas/* literal */.euz('event'), target: classic_schemas/* string */.YjP(), event: eventSchema }),
    classic_schemas/* strictObject */.rej({
        type: classic_schemas/* literal */.euz('judgement'),
        target: classic_schemas/* string */.YjP(),
        judgement: classic_schemas/* strictObject */.rej({
            verdict: classic_schemas/* enum */.k5n(['healthy', 'unhealthy', 'inconclusive']),
            reason: classic_schemas/* string */.YjP(),
            decidedBy: classic_schemas/* array */.YOg(classic_schemas/* string */.YjP()),
        }),
    }),
]);

// EXTERNAL MODULE: ./src/report/terminal.ts
var terminal = __webpack_require__(7496);
;// CONCATENATED MODULE: ./src/commands/progress.ts
/** A CI system kills a job that is silent for long; milliseconds, a little less than the promised 60 s. */
const LONGEST_SILENCE = 55_000;
/** How often the watch must be asked, so that no silence is too long and a terminal lives; milliseconds. */
function tickEvery(interval, terminal) {
    return terminal ? Math.min(interval, 1000) : Math.min(interval, LONGEST_SILENCE / 5);
}
/**
 * Says which moments of a watch deserve a line in the log: at most one an interval, and only when a check has failed
 * anew or changed its outcome, or when nothing was said for almost a minute.
 *
 * @param interval milliseconds
 */
function createLogCadence(interval) {
    let saidAt = 0;
    let said = '';
    return (state) => {
        const now = essence(state.results);
        const silent = state.elapsed - saidAt;
        const news = now !== said && said !== '';
        if (said === '')
            said = now;
        if (!(news && silent >= interval) && silent < LONGEST_SILENCE)
            return false;
        saidAt = state.elapsed;
        said = now;
        return true;
    };
}
function essence(results) {
    return results
        .map((r) => `${r.id} ${r.outcome === 'breached' ? 'breached' : ''} ${String(r.failures)}`)
        .join('|');
}

;// CONCATENATED MODULE: ./src/commands/watching.ts







function watchPlanOf({ settings }) {
    return {
        warmUp: settings['warm-up'],
        duration: settings.duration,
        interval: settings.interval,
        sensitivity: settings.sensitivity,
        decision: settings.decision,
        minRequests: settings['min-requests'],
    };
}
/** Runs the watch: every event goes into the recording as it happens, and now and then a line into the log. */
async function watchTarget(session, checks) {
    const { entry, settings, console } = session;
    const plan = watchPlanOf(session);
    const totalMs = plan.warmUp + plan.duration;
    const record = await openRecording(session);
    record(headerLine(entry.version, new Date(entry.clock.now()).toISOString(), [
        { name: rolling_back/* TARGET */.Q, plan, checks },
    ]));
    const worthALine = createLogCadence(plan.interval);
    const outcome = await watch({
        plan,
        checks,
        clock: entry.clock,
        signal: entry.signal,
        tickEvery: tickEvery(settings.interval, console.hasLive),
        observer: {
            event: (event) => {
                record({ type: 'event', target: rolling_back/* TARGET */.Q, event });
            },
            tick: (state) => {
                const line = (0,terminal/* progressLine */.oz)({
                    elapsedMs: state.elapsed,
                    totalMs,
                    phase: state.elapsed < plan.warmUp ? 'warm-up' : 'watch',
                    checks: state.results,
                }, { colour: console.hasLive });
                if (console.hasLive)
                    console.live(line);
                else if (worthALine(state))
                    console.line(line);
            },
        },
    });
    if (outcome.verdict !== 'cancelled') {
        const { verdict, reason, decidedBy } = outcome;
        record({ type: 'judgement', target: rolling_back/* TARGET */.Q, judgement: { verdict, reason, decidedBy } });
    }
    return outcome;
}
/** Lines are written at once, so that a killed run leaves what it saw. A disk that is full does not end the watch. */
async function openRecording(session) {
    const { entry, settings, console, redactor } = session;
    const directory = settings['report-dir'];
    const path = (0,external_node_path_.join)(directory, files/* reportFileNames */.bI.recording);
    let broken = false;
    const guarded = (work) => {
        if (broken)
            return;
        try {
            work();
        }
        catch (error) {
            broken = true;
            console.annotate('warning', 'Rollgate', `the watch is not recorded: ${error instanceof Error ? error.message : String(error)}`);
        }
    };
    try {
        await entry.files.mkdir(directory, { recursive: true });
    }
    catch {
        // The first line says what is wrong.
    }
    guarded(() => {
        entry.files.remove(path);
    });
    return (line) => {
        guarded(() => {
            entry.files.append(path, encodeLine(redactor.redactAll(line)));
        });
    };
}

;// CONCATENATED MODULE: ./src/commands/run.ts














/** Preflight, watch, verdict, chain, confirmation. */
async function run(session) {
    const marker = (0,commands_marker/* rollbackMarker */.j)(session);
    if (marker !== null)
        return {
            verdict: 'not-judged',
            exitCode: exit_codes/* exitCodes */.h.healthy,
            reason: `This is a rollback run (${marker}): it is not judged, and nothing is started.`,
        };
    if (session.problems.length > 0)
        throw new errors/* UsageError */.e(session.problems);
    const { entry, settings, console } = session;
    const checks = (0,registry/* createChecks */.S)({
        settings,
        clock: entry.clock,
        http: session.http,
        leastRate: 0,
    });
    const wantsRollback = settings['on-unhealthy'] === 'rollback' || settings['on-inconclusive'] === 'rollback';
    const built = wantsRollback
        ? await (0,links/* buildLinks */.A)(session, false)
        : { links: [], findings: [], configured: 0 };
    const missing = [
        ...(0,completeness/* withoutCheck */.l)(checks),
        ...(wantsRollback ? (0,completeness/* withoutRung */.d)(built.configured) : []),
    ];
    if (missing.length > 0)
        throw new errors/* UsageError */.e(missing);
    readSnapshotOf(session);
    console.line(`rollgate ${entry.version}: watching ${subjects(checks)} for ${(0,preflighting/* planInWords */.oS)(settings)}`);
    let found;
    try {
        found = [...built.findings, ...(await (0,preflighting/* preflightAll */.JV)(session, checks, built.links))];
    }
    catch (error) {
        if (!(0,abort/* isCancelled */.mm)(entry.signal))
            throw error;
        return cancelledEarly(session);
    }
    const checkIds = new Set(checks.map((check) => check.id));
    const badChecks = found.filter((f) => f.level === 'error' && checkIds.has(f.subject));
    const noUsableRung = wantsRollback && (0,preflighting/* usableRungs */.sL)(built.links, found).length === 0;
    if (badChecks.length > 0 || noUsableRung)
        return {
            verdict: null,
            exitCode: exit_codes/* exitCodes */.h.usage,
            reason: `${badChecks.length > 0 ? 'A check would not work' : 'No rung of the rollback chain would work'}, so nothing was watched: ${found
                .filter((f) => f.level === 'error')
                .map(preflighting/* findingInWords */.IC)
                .join('; ')}`,
            findings: found,
        };
    // A broken rung is only a warning while another one works.
    const findings = found.map((f) => f.level === 'error' ? { ...f, level: 'warning' } : f);
    (0,preflighting/* printFindings */.c2)(session, findings);
    const startedAt = entry.clock.now();
    const watched = await watchTarget(session, checks);
    const rollback = await answer(session, watched, built);
    const target = {
        name: rolling_back/* TARGET */.Q,
        verdict: watched.verdict,
        reason: reasonOf(watched, rollback),
        checks: watched.results,
        rollback,
    };
    return {
        verdict: watched.verdict,
        exitCode: (0,exit/* exitCodeOf */.F)(watched.verdict, rollback.status),
        reason: target.reason,
        targets: [target],
        findings,
        detectedAt: watched.decidedAt === null ? null : startedAt + watched.decidedAt,
        detectionSeconds: watched.decidedAt === null ? null : watched.decidedAt / 1000,
    };
}
/** The snapshot of this run, where there is one; one of another run is not used, and that is said loudly. */
function readSnapshotOf(session) {
    const { entry, settings, info, console, notices } = session;
    const path = settings['snapshot-file'];
    const text = entry.files.read(path);
    if (text === undefined)
        return undefined;
    const { snapshot, notice } = readSnapshot(text, path, info);
    if (notice !== undefined) {
        notices.push(notice);
        console.annotate('warning', 'Rollgate snapshot', notice);
    }
    return snapshot;
}
/** What the verdict leads to. */
async function answer(session, watched, { links }) {
    const { settings, console } = session;
    const { verdict } = watched;
    if (verdict !== 'unhealthy' && verdict !== 'inconclusive')
        return notNeeded;
    console.line(`${verdict} after ${(0,format/* formatDuration */.a3)(watched.decidedAt ?? 0)}: ${watched.reason}`);
    const wanted = settings[verdict === 'unhealthy' ? 'on-unhealthy' : 'on-inconclusive'];
    if (wanted === 'report')
        return verdict === 'inconclusive'
            ? notNeeded
            : { ...notNeeded, status: 'withheld', detail: '`on-unhealthy` is `report`' };
    const breached = new Set(watched.results.filter((result) => result.outcome === 'breached').map((result) => result.id));
    return (0,rolling_back/* rollBack */.F)(session, {
        links,
        verdict,
        reason: watched.reason,
        mustBeRight: (check) => breached.has(check.id) || watched.decidedBy.includes(check.id),
    });
}
function reasonOf(watched, rollback) {
    return watched.verdict === 'inconclusive' && rollback.status === 'not-needed'
        ? `${watched.reason} Nothing was rolled back.`
        : watched.reason;
}
function cancelledEarly({ entry }) {
    const reason = entry.signal.reason;
    return {
        verdict: 'cancelled',
        exitCode: exit_codes/* exitCodes */.h.cancelled,
        reason: `${reason instanceof Error ? reason.message : 'cancelled'} before the watch began: the new version is live and was not judged.`,
    };
}
function subjects(checks) {
    return [...new Set(checks.map((check) => check.subject))].join(', ');
}


/***/ })

};
