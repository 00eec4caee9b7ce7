export const id = 42;
export const ids = [42];
export const modules = {

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

/***/ 6834:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Q: () => (/* binding */ TARGET),
  F: () => (/* binding */ rollBack)
});

// EXTERNAL MODULE: ./src/checks/registry.ts + 10 modules
var registry = __webpack_require__(1224);
// EXTERNAL MODULE: ./src/support/abort.ts
var abort = __webpack_require__(9261);
// EXTERNAL MODULE: ./src/support/format.ts
var format = __webpack_require__(864);
// EXTERNAL MODULE: ./src/gate/explain.ts + 1 modules
var explain = __webpack_require__(6316);
// EXTERNAL MODULE: ./src/gate/health.ts
var health = __webpack_require__(1013);
// EXTERNAL MODULE: ./src/gate/odds.ts
var odds = __webpack_require__(2489);
;// CONCATENATED MODULE: ./src/gate/confirm.ts





/** How often traffic is looked at, and the health check at least, milliseconds. */
const EVERY = 1000;
/**
 * Looks again until everything that was wrong is right, or the time is over: the health check passes in a row, and
 * every metric check is within its limit over at least `minRequests`. A stretch of requests over the limit is dropped
 * (the old version may need a moment), and the next one must be twice as long, so that a service that is still bad
 * does not pass by trying often.
 */
async function confirm_confirm(options) {
    const { checks, clock } = options;
    const limited = (0,abort/* deadline */.nl)(clock, options.timeout, 'the confirmation', options.signal);
    const done = new AbortController();
    const signal = AbortSignal.any([limited.signal, done.signal]);
    const origin = clock.monotonic();
    const healths = [];
    const stretches = [];
    for (const check of checks) {
        const { limit } = check;
        if (check.kind === 'health' && limit.metric === 'health')
            healths.push({ check, health: (0,health/* createHealth */.J)(limit, 0) });
        else if (check.kind !== 'health' && limit.metric !== 'health')
            stretches.push({
                limit,
                check,
                totals: none(),
                needed: firstNeed(limit, options),
                within: false,
                judged: undefined,
            });
    }
    const right = () => healths.every(({ health }) => health.state === 'up') && stretches.every((s) => s.within);
    const settle = () => {
        if (right())
            done.abort(new abort/* NoLongerNeeded */.ev());
    };
    async function look(check, health) {
        const every = Math.min(check.every, EVERY);
        for (let due = 0;; due += every) {
            await clock.sleep(origin + due - clock.monotonic(), signal);
            const result = await check.look(signal);
            health.push(due, result);
            settle();
        }
    }
    async function measure(stretch) {
        stretch.check.begin(origin);
        for (let from = 0;; from += EVERY) {
            const window = { from, to: from + EVERY };
            await clock.sleep(origin + window.to - clock.monotonic(), signal);
            add(stretch, await stretch.check.observe(window, signal));
            settle();
        }
    }
    const work = [
        ...healths.map(({ check, health }) => look(check, health)),
        ...stretches.map(measure),
    ];
    try {
        if (work.length > 0)
            await Promise.all(work);
    }
    catch (error) {
        if (!signal.aborted)
            throw error;
    }
    finally {
        done.abort(new abort/* NoLongerNeeded */.ev());
        limited.clear();
        await Promise.allSettled(work);
        for (const { check } of stretches)
            check.end();
    }
    if (right())
        return {
            confirmed: true,
            detail: `what was wrong is right again (looked at for ${(0,format/* formatDuration */.a3)(clock.monotonic() - origin)})`,
        };
    const wrong = [
        ...healths
            .filter(({ health }) => health.state !== 'up')
            .map(({ health }) => healthInWords(health)),
        ...stretches.filter((s) => !s.within).map(stretchInWords),
    ];
    return { confirmed: false, detail: wrong.join('; ') };
}
function none() {
    return { samples: 0, failures: 0, seconds: 0, sum: 0 };
}
/**
 * How many requests a stretch needs at first: `minRequests`; more when a quarter of the time is enough for them,
 * because three failures are to be expected there from a version that is just at its limit.
 */
function firstNeed(limit, options) {
    if (limit.metric !== 'success-rate' || limit.minPercent >= 100)
        return options.minRequests;
    const telling = Math.ceil(300 / (100 - limit.minPercent));
    const affordable = Math.floor((options.requestsPerSecond * options.timeout) / 4000);
    return Math.max(options.minRequests, Math.min(telling, affordable));
}
function add(stretch, observation) {
    if (observation.kind === 'none')
        return;
    const { totals } = stretch;
    if (observation.kind === 'value') {
        totals.samples += 1;
        totals.sum += observation.value;
    }
    else {
        totals.samples += observation.samples;
        totals.failures += observation.failures;
        totals.seconds += observation.seconds;
    }
    if (totals.samples < stretch.needed)
        return;
    stretch.within = !(0,odds/* literalBreach */.D)(stretch.limit, totals);
    stretch.judged = { ...totals };
    if (stretch.within)
        return;
    stretch.needed *= 2;
    stretch.totals = none();
}
function healthInWords(health) {
    if (health.looks === 0)
        return 'the health check has not answered yet';
    return health.failedInARow > 0
        ? `the health check still fails (${health.lastDetail})`
        : 'the health check has not passed often enough in a row';
}
function stretchInWords({ limit, check, judged, totals, needed }) {
    return judged === undefined
        ? `only ${String(totals.samples)} of the ${String(needed)} requests needed for ${check.id}`
        : (0,explain/* seen */.cI)({ id: check.id, limit, totals: judged, maxLogE: 0 });
}

// EXTERNAL MODULE: ./src/support/errors.ts
var errors = __webpack_require__(7700);
;// CONCATENATED MODULE: ./src/rollback/chain.ts



/** A rung gets at least this long, while there is that much left, milliseconds. */
const LEAST_RUNG_TIME = 60_000;
/** A rung that was told to give up has this long to clean up and to say what is left, milliseconds. */
const GIVE_UP_GRACE = 15_000;
/** The same when we are being stopped: the CI system kills us soon, milliseconds. */
const CANCEL_GRACE = 2_000;
/**
 * Tries the rungs in order until one has changed something, and then looks whether that helped. A rung that fails
 * before it changed anything makes place for the next; a rung that may have changed something never does.
 */
async function runChain(options) {
    const { clock, signal } = options;
    const progress = (line) => {
        options.progress(line);
    };
    const began = clock.monotonic();
    const rungs = [];
    const touched = new Set();
    let stop;
    const report = (outcome) => ({
        ...outcome,
        seconds: (clock.monotonic() - began) / 1000,
        rungs,
    });
    const note = (id, outcome, detail) => {
        rungs.push({ id, outcome, detail, from: {}, to: {}, url: null, runId: null, seconds: 0 });
        progress(`${id}: ${outcome}: ${detail}`);
    };
    for (const [index, link] of options.links.entries()) {
        if ((0,abort/* isCancelled */.mm)(signal))
            break;
        if (stop !== undefined && link.id !== 'scale-down')
            continue;
        if (link.rung.kind === 'skip') {
            note(link.id, 'skipped', link.rung.reason);
            continue;
        }
        const rung = link.rung;
        const left = options.timeout - (clock.monotonic() - began);
        if (left <= 0) {
            note(link.id, 'skipped', `no time left of the ${(0,format/* formatDuration */.a3)(options.timeout)} for the whole chain`);
            continue;
        }
        const isLast = options.links.slice(index + 1).every((later) => later.rung.kind === 'skip');
        const budget = isLast ? left : Math.min(left, Math.max(left / 2, LEAST_RUNG_TIME));
        const limited = (0,abort/* deadline */.nl)(clock, budget, link.id, signal);
        try {
            const objection = await firstObjection(options.links, limited.signal);
            if (objection !== undefined) {
                progress(`withheld: ${objection}`);
                return report(stop ?? withheld(objection));
            }
            const plan = await planOf(rung, options.request, limited.signal);
            if (plan.kind === 'withheld') {
                progress(`withheld: ${plan.reason}`);
                return report(stop ?? withheld(plan.reason));
            }
            if (plan.kind !== 'plan') {
                note(link.id, plan.kind === 'skip' ? 'skipped' : 'failed', plan.reason);
                continue;
            }
            if (stop !== undefined && (plan.touches ?? []).some((thing) => touched.has(thing))) {
                note(link.id, 'skipped', 'an earlier rung has already touched this workload');
                continue;
            }
            if (options.dryRun) {
                note(link.id, 'skipped', `dry run; it would have done this: ${plan.steps.join('; ')}`);
                return report(withheld('dry run: nothing was rolled back'));
            }
            for (const step of plan.steps)
                progress(`${link.id}: ${step}`);
            const { result, seconds } = await execute(rung, plan, options, limited.signal);
            rungs.push({
                id: link.id,
                outcome: result.outcome,
                detail: result.detail,
                from: plan.from ?? {},
                to: plan.to ?? {},
                url: result.url ?? null,
                runId: result.runId ?? null,
                seconds,
            });
            progress(`${link.id}: ${result.outcome}: ${result.detail}`);
            if (result.outcome === 'failed')
                continue;
            for (const thing of plan.touches ?? [])
                touched.add(thing);
            const next = await conclude(result, options);
            if (next.status === 'verified')
                return report(next);
            stop ??= next;
        }
        finally {
            limited.clear();
        }
    }
    if (stop !== undefined)
        return report(stop);
    if (signal.aborted) {
        const by = signal.reason instanceof abort/* Cancelled */.cJ ? signal.reason.by : 'the caller';
        return report({
            ...nothingDone,
            status: 'unverified',
            detail: `cancelled by ${by} before anything was rolled back`,
        });
    }
    const why = rungs.map((rung) => `${rung.id}: ${rung.detail}`).join('; ');
    return report({ ...nothingDone, status: 'failed', detail: `no rung could act (${why})` });
}
const nothingDone = { versionConfirmed: null, healthConfirmed: null };
function withheld(reason) {
    return { ...nothingDone, status: 'withheld', detail: reason };
}
/**
 * Whether what runs now is still what was judged, asked of every rung that can see it. A rung that cannot tell has no
 * objection: its own plan comes with a precondition of its own.
 */
async function firstObjection(links, signal) {
    for (const { rung } of links) {
        if (rung.kind === 'skip' || rung.guard === undefined)
            continue;
        try {
            const objection = await (0,abort/* raceSignal */.WU)(rung.guard(signal), signal);
            if (objection !== undefined)
                return objection.reason;
        }
        catch {
            continue;
        }
    }
    return undefined;
}
async function planOf(rung, request, signal) {
    try {
        return await (0,abort/* raceSignal */.WU)(rung.plan(request, signal), signal);
    }
    catch (error) {
        return { kind: 'failed', reason: (0,errors/* messageOf */.b)(error) };
    }
}
async function execute(rung, plan, options, signal) {
    const { clock } = options;
    const began = clock.monotonic();
    const acted = { changed: false };
    let run = {};
    const work = rung.execute(plan, {
        request: options.request,
        signal,
        beforeChange: () => {
            acted.changed = true;
        },
        progress: (line) => {
            options.progress(line);
        },
        started: (started) => {
            run = started;
        },
    });
    const grace = new AbortController();
    const overdue = async () => {
        await aborted(signal, grace.signal);
        await clock.sleep((0,abort/* isCancelled */.mm)(signal) ? CANCEL_GRACE : GIVE_UP_GRACE, grace.signal);
        throw signal.reason;
    };
    let result;
    try {
        result = { ...run, ...(await Promise.race([work, overdue()])) };
    }
    catch (error) {
        result = {
            ...run,
            outcome: acted.changed ? 'triggered' : 'failed',
            detail: acted.changed
                ? `${(0,errors/* messageOf */.b)(error)}: it had begun to act, and what became of it is unknown`
                : (0,errors/* messageOf */.b)(error),
            versionConfirmed: null,
        };
    }
    finally {
        grace.abort(new abort/* NoLongerNeeded */.ev());
    }
    // A rung that said nothing of its own about a run that exists must not hide it.
    return { result: { ...run, ...result }, seconds: (clock.monotonic() - began) / 1000 };
}
function aborted(signal, giveUp) {
    return new Promise((resolve, reject) => {
        if (signal.aborted)
            resolve();
        signal.addEventListener('abort', () => {
            resolve();
        }, { once: true, signal: giveUp });
        giveUp.addEventListener('abort', () => {
            reject(new abort/* NoLongerNeeded */.ev());
        }, { once: true });
    });
}
/** What a rung that changed something has led to, by the table of the chain. */
async function conclude(result, options) {
    const { versionConfirmed } = result;
    const proven = result.outcome === 'verified';
    if ((0,abort/* isCancelled */.mm)(options.signal))
        return {
            status: 'unverified',
            detail: 'cancelled before it could be confirmed',
            versionConfirmed,
            healthConfirmed: null,
        };
    if (options.confirm === undefined)
        return {
            status: proven ? 'verified' : 'unverified',
            detail: proven
                ? 'no check is configured: the rung itself says that it is done, nothing was looked at again'
                : 'no check is configured, and the rung cannot prove that it is done',
            versionConfirmed,
            healthConfirmed: null,
        };
    let seen;
    try {
        seen = await options.confirm(options.signal);
    }
    catch (error) {
        seen = { confirmed: false, healthConfirmed: null, detail: (0,errors/* messageOf */.b)(error) };
    }
    const { healthConfirmed } = seen;
    if (seen.confirmed)
        return { status: 'verified', detail: seen.detail, versionConfirmed, healthConfirmed };
    if ((0,abort/* isCancelled */.mm)(options.signal))
        return {
            status: 'unverified',
            detail: 'cancelled before it could be confirmed',
            versionConfirmed,
            healthConfirmed: null,
        };
    return {
        status: proven ? 'still-unhealthy' : 'unverified',
        detail: seen.detail,
        versionConfirmed,
        healthConfirmed,
    };
}

;// CONCATENATED MODULE: ./src/commands/rolling-back.ts




/** The flat inputs describe one target, and this is its name. */
const TARGET = 'default';
/** Own probes go at least this fast while a rollback is confirmed: a person is waiting. */
const CONFIRM_RATE = 10;
/** Runs the chain for the target, and confirms what it did. */
async function rollBack(session, order) {
    const { entry, settings, console } = session;
    const again = () => (0,registry/* createChecks */.S)({ settings, clock: entry.clock, http: session.http, leastRate: CONFIRM_RATE });
    const wanted = (check) => check.kind === 'health' || order.mustBeRight(check);
    const nothingToLookAt = !again().some(wanted);
    async function confirmed(signal) {
        const timeout = settings['verify-timeout'];
        console.line(`looking again at what was wrong, for up to ${(0,format/* formatDuration */.a3)(timeout)}`);
        const outcome = await confirm_confirm({
            checks: again().filter(wanted),
            clock: entry.clock,
            signal,
            timeout,
            minRequests: settings['min-requests'],
            requestsPerSecond: Math.max(CONFIRM_RATE, settings['requests-per-second']),
        });
        return { ...outcome, healthConfirmed: outcome.confirmed };
    }
    const report = await runChain({
        links: order.links,
        request: {
            target: TARGET,
            verdict: order.verdict,
            reason: order.reason,
            correlationId: `rollgate-${entry.uuid()}`,
        },
        timeout: settings['rollback-timeout'],
        dryRun: settings['dry-run'],
        clock: entry.clock,
        signal: entry.signal,
        confirm: nothingToLookAt ? undefined : confirmed,
        progress: (line) => {
            console.line(line);
        },
    });
    if (report.status === 'failed')
        console.line(`❌ Rollback failed: ${report.detail}`);
    return report;
}


/***/ }),

/***/ 7070:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   I: () => (/* binding */ createEvidence),
/* harmony export */   O: () => (/* binding */ failThreshold)
/* harmony export */ });
/** Shares of the wealth that are staked on "the service is over its limit": small ones find slight breaches, large ones outages. */
const BETS = [0.05, 0.15, 0.4, 0.9];
/** What is staked at the start when there are restarts; the rest is spread evenly over them. */
const START_SHARE = 0.5;
/** Probability that a target at its limits is ever found unhealthy by evidence. */
const ALPHA = { high: 0.05, normal: 0.01, low: 0.001 };
/** Its memory is the same for a watch of any length. */
function createEvidence({ plannedIntervals, restartEvery = 6 }) {
    const restarts = Math.max(0, Math.ceil(plannedIntervals / restartEvery) - 1);
    const startShare = restarts > 0 ? START_SHARE : 1;
    const restartShare = restarts > 0 ? (1 - startShare) / restarts : 0;
    let logWealth = BETS.map(() => -Infinity);
    let restartsLeft = restarts;
    let observations = 0;
    let logE = 0;
    let maxLogE = 0;
    /** The share of the wealth that is put in now. */
    function invested() {
        if (observations === 0)
            return startShare;
        if (restartsLeft === 0 || observations % restartEvery !== 0)
            return 0;
        restartsLeft -= 1;
        return restartShare;
    }
    return {
        push(odds) {
            if (!Number.isFinite(odds) || odds < 0)
                throw new RangeError(`odds must be a finite number of at least 0, not ${String(odds)}`);
            const share = Math.log(invested() / BETS.length);
            logWealth = logWealth.map(
            // A bet is below 1 and the odds are at least 0: the argument of log1p stays above -1.
            (wealth, k) => logSum([wealth, share]) + Math.log1p((BETS[k] ?? 0) * (odds - 1)));
            observations += 1;
            logE = logSum([...logWealth, Math.log(restartShare * restartsLeft)]);
            maxLogE = Math.max(maxLogE, logE);
        },
        get logE() {
            return logE;
        },
        get maxLogE() {
            return maxLogE;
        },
        get observations() {
            return observations;
        },
    };
}
/** The logarithm of the sum of numbers that are given as logarithms; `-Infinity` stands for 0. */
function logSum(logs) {
    const largest = Math.max(...logs);
    if (largest === -Infinity)
        return -Infinity;
    return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0));
}
/**
 * The `logE` from which on a check is unhealthy: ln(m/α). The checks of a target share its α, so that more checks do not
 * mean more false alarms.
 *
 * @param options.metricChecks the target's checks that are judged by evidence (not `health`); fixed for the whole watch
 */
function failThreshold(options) {
    return Math.log(Math.max(1, options.metricChecks) / ALPHA[options.sensitivity]);
}


/***/ }),

/***/ 6316:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  d0: () => (/* binding */ byEvidence),
  Yw: () => (/* binding */ byHealth),
  J6: () => (/* binding */ byInterval),
  V5: () => (/* binding */ byLimit),
  Cz: () => (/* binding */ flapping),
  Oh: () => (/* binding */ grey),
  bF: () => (/* binding */ passed),
  cI: () => (/* binding */ seen),
  ez: () => (/* binding */ stale),
  dI: () => (/* binding */ tooFew)
});

// EXTERNAL MODULE: ./src/support/format.ts
var format = __webpack_require__(864);
;// CONCATENATED MODULE: ./src/gate/posterior.ts
/**
 * How much to believe, after these requests, that the true success rate is below `percent`: the Jeffreys posterior
 * I_p(successes + ½, failures + ½). It assumes independent requests, so it describes and decides nothing.
 *
 * Good to about 1e-9 up to 1e8 requests.
 *
 * @param percent the limit, 0 to 100
 * @returns a probability, 0 to 1
 */
function probabilityBelow(percent, successes, failures) {
    if (percent <= 0)
        return 0;
    if (percent >= 100)
        return 1;
    // Both from the percentage: `1 - 0.95` is not 0.05 in doubles.
    const below = percent / 100;
    const above = (100 - percent) / 100;
    const a = successes + 0.5;
    const b = failures + 0.5;
    // The continued fraction converges fast on the near side of the mean; the other side is its complement.
    const value = below * (a + b + 2) < a + 1 ? lowerTail(a, b, below, above) : 1 - lowerTail(b, a, above, below);
    return Math.min(1, Math.max(0, value));
}
/** The incomplete beta function I_x(a, b), x = 1 − y, by its continued fraction (DLMF 8.17.22), modified Lentz method. */
function lowerTail(a, b, x, y) {
    const front = density(a, b, x, y) / a;
    // Below the smallest double the fraction, which is of moderate size, does not matter any more.
    if (front === 0)
        return 0;
    let c = 1;
    let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
    let fraction = d;
    // It takes in the order of √max(a, b) steps next to the mean, and fewer elsewhere.
    const steps = 200 + 20 * Math.sqrt(Math.max(a, b));
    for (let m = 1; m <= steps; m += 1) {
        const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
        d = 1 / awayFromZero(1 + even * d);
        c = awayFromZero(1 + even / c);
        fraction *= c * d;
        const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / awayFromZero(1 + odd * d);
        c = awayFromZero(1 + odd / c);
        fraction *= c * d;
        if (Math.abs(c * d - 1) < Number.EPSILON)
            break;
    }
    return front * fraction;
}
function awayFromZero(value) {
    return Math.abs(value) < 1e-300 ? 1e-300 : value;
}
/**
 * x^a · y^b / B(a, b). For millions of requests the logarithms of the three gamma functions are large and nearly cancel,
 * which would cost seven digits. In Loader's form what cancels is taken out beforehand
 * (C. Loader, "Fast and Accurate Computation of Binomial Probabilities", 2000).
 */
function density(a, b, x, y) {
    const n = a + b;
    const log = stirlingRest(n) - stirlingRest(a) - stirlingRest(b) - deviance(a, n * x) - deviance(b, n * y);
    return Math.exp(log) * Math.sqrt((a / n) * (b / (2 * Math.PI)));
}
/** What Stirling's formula leaves out: ln Γ(z) − (z − ½)·ln z + z − ½·ln 2π, for z ≥ ½. */
function stirlingRest(z) {
    let rest = 0;
    let at = z;
    for (; at < 16; at += 1)
        rest += (at + 0.5) * Math.log1p(1 / at) - 1;
    const square = at * at;
    return (rest +
        (1 / 12 -
            (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / (1188 * square)) / square) / square) / square) /
            at);
}
/** observed·ln(observed/expected) + expected − observed, without cancellation when the two are close. */
function deviance(observed, expected) {
    const difference = observed - expected;
    const v = difference / (observed + expected);
    if (Math.abs(v) >= 0.1)
        return observed * Math.log(observed / expected) - difference;
    let sum = difference * v;
    let term = 2 * observed * v;
    // Each term is less than a hundredth of the one before it.
    for (let j = 3; j < 23; j += 2) {
        term *= v * v;
        sum += term / j;
    }
    return sum;
}

// EXTERNAL MODULE: ./src/gate/words.ts
var words = __webpack_require__(3178);
// EXTERNAL MODULE: ./src/gate/tally.ts + 1 modules
var tally = __webpack_require__(5382);
;// CONCATENATED MODULE: ./src/gate/explain.ts




/**
 * Why the evidence against a check is enough: what was seen, and how seldom a version within the limit would look
 * like this.
 *
 * @param metricChecks number of metric checks of the target: the odds are shared among them
 */
function byEvidence(check, metricChecks) {
    const odds = oddsInWords(check.maxLogE - Math.log(metricChecks));
    return (`${seen(check)}; if the true ${rateNoun(check.limit)} were ${(0,words/* limitInWords */.a)(check.limit)}, ` +
        `evidence this strong would appear in fewer than 1 in ${odds} watches.${belief(check)}`);
}
/** Why the literal limit decided at the end of the watch, without much evidence. */
function byLimit(check) {
    return (`${seen(check)}, measured over the whole watch.${belief(check)} ` +
        'The margin is within noise: set `decision: evidence` to hold instead.');
}
/** Why one interval over the limit was enough. */
function byInterval(check, window) {
    return `${seen(check)}, of which the interval at ${window} alone is over the limit (\`decision: strict\`).`;
}
/** Why a version may stay. */
function passed(checks, health, over) {
    const parts = checks.map((check) => within(check));
    if (health !== undefined)
        parts.push(`the health check passed ${(0,format/* formatNumber */.ZV)(health.looks - health.failed, 0)} of ${(0,format/* plural */.LS)(health.looks, 'look')}`);
    const strongest = Math.max(0, ...checks.map((check) => check.maxLogE));
    const evidence = checks.length === 0
        ? ''
        : `; no evidence of a breach at any point (strongest 1 in ${oddsInWords(strongest)})`;
    const first = checks[0];
    return (`${capital(parts.join(', '))} over ${(0,format/* formatDuration */.a3)(over)}${evidence}.` +
        (first === undefined ? '' : belief(first)));
}
/** Why the health check failed. */
function byHealth(health, at) {
    const times = `${String(health.failedInARow)} times in a row`;
    const answered = health.lastGoodAt === null
        ? 'it has not answered well since the watch began'
        : `it last answered well ${(0,format/* formatDuration */.a3)(Math.max(0, at - health.lastGoodAt))} before`;
    return `The health check failed ${times} (${health.lastDetail}); ${answered}.`;
}
function tooFew(check, needed, over) {
    return `Only ${(0,format/* plural */.LS)(check.totals.samples, 'request')} in ${(0,format/* formatDuration */.a3)(over)} (${(0,format/* formatNumber */.ZV)(needed)} needed): not enough to judge ${check.id}.`;
}
function stale(check, silentFor) {
    return silentFor === null
        ? `The source of ${check.id} gave no data during the whole watch: not enough to judge.`
        : `The source of ${check.id} gave no data in the last ${(0,format/* formatDuration */.a3)(silentFor)} of the watch: not enough to judge.`;
}
function grey(check) {
    return `${seen(check)}, but the evidence is too weak to act on (strongest 1 in ${oddsInWords(check.maxLogE)}).${belief(check)}`;
}
function flapping(health) {
    return (`The health check neither failed nor passed often enough in a row at the end of the watch ` +
        `(${String(health.failed)} of ${(0,format/* plural */.LS)(health.looks, 'look')} failed, last: ${health.lastDetail === '' ? 'passed' : health.lastDetail}).`);
}
/** What was counted, with the limit beside it: `41 of 300 requests failed (86.3 % success, limit 95 %)`. */
function seen(check) {
    const { limit, totals } = check;
    const of = `${(0,format/* formatNumber */.ZV)(totals.failures, 0)} of ${(0,format/* plural */.LS)(totals.samples, 'request')}`;
    switch (limit.metric) {
        case 'success-rate':
            return `${of} failed (${percent(totals)} success, limit ${(0,format/* formatNumber */.ZV)(limit.minPercent, 4)} %)`;
        case 'errors-per-minute':
            return `${of} failed (${(0,format/* formatNumber */.ZV)((0,tally/* valueOf */.R)(limit, totals) ?? 0)} errors per minute${limit.scaledTo === null ? '' : `, scaled to ${String(limit.scaledTo)} probes a minute`}, limit ${(0,format/* formatNumber */.ZV)(limit.max, 4)})`;
        case 'latency':
            return `${of} took longer than ${(0,format/* formatDuration */.a3)(limit.maxMs)} (limit: ${(0,format/* formatNumber */.ZV)(100 - limit.percentile, 4)} %)`;
        case 'value':
            return `the value was ${(0,words/* valueInWords */.e)(limit, totals)} on average (limit ${(0,words/* limitInWords */.a)(limit)})`;
    }
}
function within(check) {
    const { limit, totals } = check;
    switch (limit.metric) {
        case 'success-rate':
            return `${percent(totals)} of ${(0,format/* plural */.LS)(totals.samples, 'request')} succeeded (limit ${(0,format/* formatNumber */.ZV)(limit.minPercent, 4)} %)`;
        case 'errors-per-minute':
            return `${(0,format/* formatNumber */.ZV)((0,tally/* valueOf */.R)(limit, totals) ?? 0)} errors per minute (limit ${(0,format/* formatNumber */.ZV)(limit.max, 4)})`;
        case 'latency':
            return `${(0,words/* valueInWords */.e)(limit, totals)} (limit ${(0,format/* formatNumber */.ZV)(limit.percentile, 4)} %)`;
        case 'value':
            return `${(0,words/* valueInWords */.e)(limit, totals)} on average (limit ${(0,words/* limitInWords */.a)(limit)})`;
    }
}
/** The descriptive posterior; it assumes independent requests, so it stands beside the evidence and decides nothing. */
function belief({ limit, totals }) {
    if (limit.metric !== 'success-rate' || totals.samples === 0)
        return '';
    const p = probabilityBelow(limit.minPercent, totals.samples - totals.failures, totals.failures);
    const shown = p > 0.999
        ? '> 99.9 %'
        : p < 0.001
            ? '< 0.1 %'
            : `= ${(0,format/* formatNumber */.ZV)(100 * p, p > 0.99 || p < 0.01 ? 1 : 0)} %`;
    return ` P(success < ${(0,format/* formatNumber */.ZV)(limit.minPercent, 4)} %) ${shown}.`;
}
/** One decimal less than two where that tells as much; never rounds a failure away. */
function percent(totals) {
    const share = (totals.samples - totals.failures) / totals.samples;
    const digits = share > 0.99 && share < 1 ? 2 : 1;
    const floored = Math.floor(share * 100 * 10 ** digits + 1e-9) / 10 ** digits;
    return `${(0,format/* formatNumber */.ZV)(floored, digits)} %`;
}
function rateNoun(limit) {
    switch (limit.metric) {
        case 'success-rate':
            return 'rate';
        case 'errors-per-minute':
            return 'error rate';
        case 'latency':
            return 'latency';
        case 'value':
            return 'value';
    }
}
function oddsInWords(logOdds) {
    if (logOdds > Math.log(1e9))
        return 'a billion';
    return (0,format/* formatNumber */.ZV)(Math.max(1, Math.floor(Math.exp(logOdds))), 0);
}
function capital(text) {
    return text.charAt(0).toUpperCase() + text.slice(1);
}


/***/ }),

/***/ 1013:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   J: () => (/* binding */ createHealth)
/* harmony export */ });
/**
 * Counts looks in a row. In the warm-up failures count only after the first success, so that a service that needs a
 * while to listen is not taken back; one that has still not answered when the warm-up ends is down, its failures in
 * the warm-up included.
 *
 * @param warmUp milliseconds since the start of the watch
 */
function createHealth(limit, warmUp) {
    let looks = 0;
    let failed = 0;
    let failedInARow = 0;
    let goodInARow = 0;
    let lastGoodAt = null;
    let lastDetail = '';
    let state = 'undecided';
    const kinds = {};
    return {
        push(at, look) {
            looks += 1;
            if (look.ok) {
                goodInARow += 1;
                failedInARow = 0;
                lastGoodAt = at;
                lastDetail = '';
                state = goodInARow >= limit.successes ? 'up' : 'undecided';
                return;
            }
            failed += 1;
            goodInARow = 0;
            failedInARow += 1;
            lastDetail = look.detail;
            kinds[look.detail] = (kinds[look.detail] ?? 0) + 1;
            const excused = lastGoodAt === null && at < warmUp;
            state = !excused && failedInARow >= limit.failures ? 'down' : 'undecided';
        },
        get state() {
            return state;
        },
        get looks() {
            return looks;
        },
        get failed() {
            return failed;
        },
        get failedInARow() {
            return failedInARow;
        },
        get lastGoodAt() {
            return lastGoodAt;
        },
        get lastDetail() {
            return lastDetail;
        },
        kinds,
    };
}


/***/ }),

/***/ 2489:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   D: () => (/* binding */ literalBreach),
/* harmony export */   e: () => (/* binding */ oddsOf)
/* harmony export */ });
/**
 * The most that one interval can say. A smaller value keeps the evidence valid; with this one a single interval, however
 * bad, is worth at most odds of 8, so that it always takes a second one.
 */
const CAP = 20;
/** What rounding may cost when a count is compared with a limit: `0.07 * 100` is 7.000000000000001 in doubles. */
const SLACK = 1e-9;
/**
 * How far one interval was over the limit: 0 is nothing bad, 1 is exactly at the limit, 20 is the most that counts.
 * For a service at its limit the expected value is 1, whatever the requests of one interval have to do with each
 * other; the evidence rests on that and on nothing else.
 *
 * A limit that allows nothing bad at all (100 %, 0 per minute) gives 20 for anything bad, else 0.
 *
 * An interval of real traffic without a request is an interval without errors for `errors-per-minute`, because that limit
 * concerns time; leaving such intervals out would make a rare burst look like the usual rate.
 *
 * @returns a number from 0 to 20, or `undefined` when there is nothing to judge: no data, no request, no time passed, or
 *   a number that is not finite or, for a count, negative. Always `undefined` for `health`.
 */
function oddsOf(limit, observation) {
    if (observation.kind === 'none')
        return undefined;
    if (observation.kind === 'value')
        return limit.metric === 'value' ? ratio(observation.value, limit.max) : undefined;
    const { samples, seconds } = observation;
    if (![samples, observation.failures, seconds].every((count) => count >= 0))
        return undefined;
    // A scrape is not atomic: it can hold a failure whose request is not counted yet.
    const failures = Math.min(observation.failures, samples);
    switch (limit.metric) {
        case 'success-rate':
            return ratio(100 * failures, (100 - limit.minPercent) * samples, samples);
        case 'latency':
            return ratio(100 * failures, (100 - limit.percentile) * samples, samples);
        case 'errors-per-minute':
            return limit.scaledTo === null
                ? ratio(60 * failures, limit.max * seconds, seconds)
                : ratio(limit.scaledTo * failures, limit.max * samples, samples);
        case 'value':
        case 'health':
            return undefined;
    }
}
/** `measured / allowed`, capped; nothing when the `basis` that both were measured on is empty. */
function ratio(measured, allowed, basis = 1) {
    if (!Number.isFinite(measured) || !Number.isFinite(basis) || basis === 0)
        return undefined;
    if (allowed <= 0)
        return measured > 0 ? CAP : 0;
    return Math.min(CAP, Math.max(0, measured / allowed));
}
/**
 * Whether the limit is broken as it is written, without regard to chance. Exactly at the limit is not over it, at any
 * number of requests. Without data nothing is broken, and `health` is not judged by totals.
 *
 * @param totals requests, failures (for `latency`: slow requests) and the seconds they cover; for `value` the sum of
 *   `samples` measurements, whose mean is compared
 */
function literalBreach(limit, totals) {
    const { samples, failures, seconds, sum } = totals;
    switch (limit.metric) {
        case 'success-rate':
            return exceeds((limit.minPercent * samples) / 100, samples - failures);
        case 'latency':
            return exceeds((limit.percentile * samples) / 100, samples - failures);
        case 'errors-per-minute':
            return limit.scaledTo === null
                ? seconds > 0 && exceeds((60 * failures) / seconds, limit.max)
                : samples > 0 && exceeds((limit.scaledTo * failures) / samples, limit.max);
        case 'value':
            return samples > 0 && exceeds(sum / samples, limit.max);
        case 'health':
            return false;
    }
}
/** Beyond some millions, where doubles lie further apart than the slack, the slack is what rounding can cost there. */
function exceeds(measured, limit) {
    return measured > limit + Math.max(SLACK, 4 * Number.EPSILON * Math.abs(limit));
}


/***/ }),

/***/ 5382:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  X: () => (/* binding */ createTally),
  R: () => (/* binding */ tally_valueOf)
});

// EXTERNAL MODULE: ./src/gate/evidence.ts
var gate_evidence = __webpack_require__(7070);
// EXTERNAL MODULE: ./src/gate/odds.ts
var gate_odds = __webpack_require__(2489);
;// CONCATENATED MODULE: ./src/gate/series.ts
/**
 * The course of a check for people to look at, in bounded memory: when there are more than `capacity` points, each
 * two neighbours become one (counts added, time and evidence of the later).
 */
function createSeries(capacity = 240) {
    let points = [];
    let perPoint = 1;
    let open;
    let inOpen = 0;
    return {
        push(point) {
            open = open === undefined ? point : merge(open, point);
            inOpen += 1;
            if (inOpen < perPoint)
                return;
            points.push(open);
            open = undefined;
            inOpen = 0;
            if (points.length < capacity)
                return;
            points = pairs(points);
            perPoint *= 2;
        },
        points: () => (open === undefined ? points : [...points, open]),
    };
}
function merge(earlier, later) {
    return {
        t: later.t,
        samples: earlier.samples + later.samples,
        failures: earlier.failures + later.failures,
        logE: later.logE,
    };
}
function pairs(points) {
    const merged = [];
    for (let i = 0; i < points.length; i += 2) {
        const earlier = points[i];
        const later = points[i + 1];
        if (earlier !== undefined)
            merged.push(later === undefined ? earlier : merge(earlier, later));
    }
    return merged;
}

;// CONCATENATED MODULE: ./src/gate/tally.ts



function createTally(limit, plan) {
    const evidence = (0,gate_evidence/* createEvidence */.I)({ plannedIntervals: Math.ceil(plan.duration / plan.interval) });
    const series = createSeries();
    const totals = { samples: 0, failures: 0, seconds: 0, sum: 0 };
    const kinds = {};
    const missing = { noData: 0, providerErrors: 0 };
    let freshAt = null;
    return {
        push(window, observation) {
            const judged = window.to > plan.warmUp;
            if (observation.kind === 'none') {
                if (judged)
                    missing[observation.why === 'no-data' ? 'noData' : 'providerErrors'] += 1;
                return false;
            }
            freshAt = window.to;
            const t = window.to / 1000;
            if (!judged) {
                series.push({ t, ...countsOf(limit, observation), logE: 0 });
                return false;
            }
            const counts = countsOf(limit, observation);
            totals.samples += counts.samples;
            totals.failures += counts.failures;
            if (observation.kind === 'value')
                totals.sum += observation.value;
            else {
                totals.seconds += observation.seconds;
                for (const [kind, count] of Object.entries(observation.kinds ?? {}))
                    kinds[kind] = (kinds[kind] ?? 0) + count;
            }
            const odds = (0,gate_odds/* oddsOf */.e)(limit, observation);
            if (odds !== undefined)
                evidence.push(odds);
            series.push({ t, ...counts, logE: evidence.logE });
            return (0,gate_odds/* literalBreach */.D)(limit, {
                ...counts,
                seconds: observation.kind === 'counts' ? observation.seconds : 0,
                sum: observation.kind === 'value' ? observation.value : 0,
            });
        },
        totals,
        get logE() {
            return evidence.logE;
        },
        get maxLogE() {
            return evidence.maxLogE;
        },
        get freshAt() {
            return freshAt;
        },
        kinds,
        missing,
        series: () => series.points(),
    };
}
function countsOf(limit, observation) {
    if (observation.kind === 'counts')
        // A scrape is not atomic: it can hold a failure whose request is not counted yet.
        return {
            samples: observation.samples,
            failures: Math.min(observation.failures, observation.samples),
        };
    const over = limit.metric === 'value' && observation.value > limit.max;
    return { samples: 1, failures: over ? 1 : 0 };
}
/**
 * The measured value in the unit of the limit: share of good requests (0..1), errors per minute, or mean value;
 * `null` without data.
 */
function tally_valueOf(limit, totals) {
    switch (limit.metric) {
        case 'success-rate':
        case 'latency':
            return totals.samples === 0 ? null : (totals.samples - totals.failures) / totals.samples;
        case 'errors-per-minute':
            if (limit.scaledTo !== null)
                return totals.samples === 0 ? null : (limit.scaledTo * totals.failures) / totals.samples;
            return totals.seconds === 0 ? null : (60 * totals.failures) / totals.seconds;
        case 'value':
            return totals.samples === 0 ? null : totals.sum / totals.samples;
    }
}


/***/ }),

/***/ 3178:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   a: () => (/* binding */ limitInWords),
/* harmony export */   e: () => (/* binding */ valueInWords)
/* harmony export */ });
/* harmony import */ var _support_format_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(864);
/* harmony import */ var _tally_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5382);


/** A limit in words: `≥ 95 %`. */
function limitInWords(limit) {
    switch (limit.metric) {
        case 'health':
            return `fewer than ${String(limit.failures)} failed looks in a row`;
        case 'success-rate':
            return `≥ ${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_1__/* .formatNumber */ .ZV)(limit.minPercent, 4)} %`;
        case 'errors-per-minute':
            return `≤ ${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_1__/* .formatNumber */ .ZV)(limit.max, 4)} per minute`;
        case 'latency':
            return `p${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_1__/* .formatNumber */ .ZV)(limit.percentile, 4)} ≤ ${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_1__/* .formatDuration */ .a3)(limit.maxMs)}`;
        case 'value':
            return `≤ ${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_1__/* .formatNumber */ .ZV)(limit.max, 6)}`;
    }
}
/** The measured value in words; empty without data. */
function valueInWords(limit, totals) {
    const value = (0,_tally_js__WEBPACK_IMPORTED_MODULE_0__/* .valueOf */ .R)(limit, totals);
    if (value === null)
        return '';
    switch (limit.metric) {
        case 'success-rate':
            return (0,_support_format_js__WEBPACK_IMPORTED_MODULE_1__/* .formatShare */ .T1)(value);
        case 'errors-per-minute':
            return `${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_1__/* .formatNumber */ .ZV)(value)} per minute`;
        case 'latency':
            return `${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_1__/* .formatShare */ .T1)(value)} within ${(0,_support_format_js__WEBPACK_IMPORTED_MODULE_1__/* .formatDuration */ .a3)(limit.maxMs)}`;
        case 'value':
            return (0,_support_format_js__WEBPACK_IMPORTED_MODULE_1__/* .formatNumber */ .ZV)(value, 6);
    }
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
