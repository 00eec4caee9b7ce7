export const id = 608;
export const ids = [608];
export const modules = {

/***/ 1224:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  S: () => (/* binding */ createChecks)
});

// EXTERNAL MODULE: ./src/support/abort.ts
var abort = __webpack_require__(9261);
// EXTERNAL MODULE: ./src/support/url.ts
var support_url = __webpack_require__(3642);
;// CONCATENATED MODULE: ./src/checks/http/counts.ts
/** Good and bad answers: for the success rate and the errors per minute. */
function countFailures(results, window) {
    const sent = results.filter((result) => result.sent);
    const failed = sent.filter((result) => !result.ok);
    return observationOf(sent.length, failed.map((result) => result.kind), results, window);
}
/**
 * Slow answers among all that have a time: answers of any status, and timeouts, which count as slow. Other failures say
 * nothing of how fast the service is.
 *
 * @param maxMs exactly this many milliseconds are not slow.
 */
function countSlow(results, window, maxMs) {
    const timed = results.filter((result) => result.sent && result.latencyMs !== null);
    const slow = timed.filter((result) => result.latencyMs > maxMs);
    return observationOf(timed.length, slow.map((result) => (Number.isFinite(result.latencyMs) ? 'slow' : 'timeout')), results, window);
}
function observationOf(samples, failures, results, window) {
    if (samples === 0)
        return nothing(results);
    const kinds = {};
    for (const kind of failures)
        kinds[kind] = (kinds[kind] ?? 0) + 1;
    return {
        kind: 'counts',
        samples,
        failures: failures.length,
        seconds: (window.to - window.from) / 1000,
        kinds,
    };
}
function nothing(results) {
    const unsent = results.filter((result) => !result.sent);
    const last = unsent.at(-1);
    return last === undefined
        ? { kind: 'none', why: 'no-data' }
        : {
            kind: 'none',
            why: 'no-data',
            detail: `${String(unsent.length)} of ${String(results.length)} probes were not sent: ${last.why}`,
        };
}

// EXTERNAL MODULE: ./src/support/format.ts
var format = __webpack_require__(864);
;// CONCATENATED MODULE: ./src/checks/http/foresight.ts

/** Own probes are judged as if there were this many a minute, so that the limit does not depend on their rate. */
const PROBES_PER_MINUTE = 60;
/** How many failures a service that is just at its limit must be expected to show before a watch can tell. */
const TELLING_FAILURES = 3;
/** What can be said of a limit before the first probe: what it means, and whether the watch is long enough for it. */
function foresee(check, limit, config) {
    const meaning = limit.metric === 'errors-per-minute' ? [meaningOf(check, limit.max, config)] : [];
    const expected = Math.floor((config.requestsPerSecond * config.duration) / 1000);
    const allowed = allowedFailures(limit);
    const needed = Math.max(config.minRequests, allowed > 0 ? Math.ceil(TELLING_FAILURES / allowed - 1e-9) : 0);
    if (expected >= needed)
        return meaning;
    return [
        ...meaning,
        {
            level: 'warning',
            subject: check,
            message: `${(0,format/* plural */.LS)(expected, 'request')} in ${(0,format/* formatDuration */.a3)(config.duration)} are too few: ${needed > config.minRequests
                ? `this limit needs ${(0,format/* formatNumber */.ZV)(needed, 0)} to be told from a breach`
                : `min-requests is ${(0,format/* formatNumber */.ZV)(needed, 0)}`}`,
            fix: `raise requests-per-second to ${(0,format/* formatNumber */.ZV)(Math.ceil((needed * 10_000) / config.duration) / 10, 1)}, or lengthen duration`,
        },
    ];
}
/** The share of requests that may fail. */
function allowedFailures(limit) {
    switch (limit.metric) {
        case 'success-rate':
            return (100 - limit.minPercent) / 100;
        case 'latency':
            return (100 - limit.percentile) / 100;
        case 'errors-per-minute':
            return limit.max / PROBES_PER_MINUTE;
    }
}
function meaningOf(check, max, config) {
    if (max >= PROBES_PER_MINUTE) {
        return {
            level: 'warning',
            subject: check,
            message: `own probes are scaled to ${String(PROBES_PER_MINUTE)} a minute, so ${(0,format/* formatNumber */.ZV)(max)}/min can never be exceeded`,
            fix: `set max-errors-per-minute below ${String(PROBES_PER_MINUTE)}, or to off`,
        };
    }
    const percent = 100 - (max * 100) / PROBES_PER_MINUTE;
    const other = config.minSuccessRate;
    const compared = other === 'off'
        ? ''
        : `: ${Math.abs(percent - other) < 1e-9
            ? 'the same as'
            : percent < other
                ? 'looser than'
                : 'stricter than'} min-success-rate ${(0,format/* formatNumber */.ZV)(other, 4)} %`;
    return {
        level: 'notice',
        subject: check,
        message: `own probes are scaled to ${String(PROBES_PER_MINUTE)} a minute, so ${(0,format/* formatNumber */.ZV)(max)}/min is ${(0,format/* formatNumber */.ZV)(percent)} % success${compared}`,
    };
}

;// CONCATENATED MODULE: ./src/checks/http/health.ts

/** How soon a look that could not be sent is tried again, milliseconds. */
const AGAIN_MS = 100;
/** One check for all health URLs: a look passes when every URL does. */
function createHealthCheck(urls, config, world) {
    const { health, requestTimeout } = config;
    const { probe, clock } = world;
    /** A shortage of our own machine is no answer of the service: it is tried again as long as the request may take. */
    async function ask(url, signal) {
        const end = clock.monotonic() + requestTimeout;
        for (;;) {
            const result = await probe(url, end - clock.monotonic(), signal);
            signal.throwIfAborted();
            if (result.sent || clock.monotonic() + AGAIN_MS >= end)
                return result;
            await clock.sleep(AGAIN_MS, signal);
        }
    }
    return {
        kind: 'health',
        id: 'health',
        source: 'http',
        subject: urls.map(support_url/* printableUrl */.Z).join(', '),
        limit: { metric: 'health', failures: health.failures, successes: health.successes },
        every: health.interval,
        preflight: () => Promise.resolve([]),
        async look(signal) {
            const results = await Promise.all(urls.map(async (url) => ({ url, result: await ask(url, signal) })));
            const failed = results.flatMap(({ url, result }) => {
                if (result.sent && result.ok)
                    return [];
                return `${(0,support_url/* printableUrl */.Z)(url)}: ${result.sent ? result.kind : result.why}`;
            });
            return { ok: failed.length === 0, detail: failed.join('; ') };
        },
    };
}

// EXTERNAL MODULE: ./src/support/http.ts + 5 modules
var support_http = __webpack_require__(6745);
;// CONCATENATED MODULE: ./src/checks/http/probe.ts

function createProbe(config, world) {
    const { http, clock } = world;
    const { expectBody } = config;
    return async (url, timeoutMs, signal) => {
        const start = clock.monotonic();
        try {
            const { status, body } = await http.request({
                method: 'GET',
                url,
                headers: config.headers,
                timeoutMs,
                signal,
                maxRedirects: config.followRedirects,
                keepBody: expectBody === undefined ? false : 'start',
            });
            const latencyMs = clock.monotonic() - start;
            const kind = !config.expectStatus.some(({ from, to }) => from <= status && status <= to)
                ? `status ${String(status)}`
                : expectBody !== undefined && !matches(expectBody, body)
                    ? 'body did not match'
                    : '';
            return { sent: true, ok: kind === '', kind, latencyMs };
        }
        catch (error) {
            if (!(error instanceof support_http/* HttpError */.j$))
                throw error;
            if (error.kind === 'local') {
                return { sent: false, why: `${error.summary} (${error.code ?? 'unknown'})` };
            }
            if (error.kind === 'aborted')
                return { sent: false, why: error.summary };
            const latencyMs = error.kind === 'timeout' ? Number.POSITIVE_INFINITY : null;
            return { sent: true, ok: false, kind: error.summary, latencyMs };
        }
    };
}
/** `search` and not `test`: the answer must not depend on `lastIndex`, which a `g` or `y` flag leaves behind. */
function matches(pattern, body) {
    return body.toString('utf8').search(pattern) !== -1;
}

;// CONCATENATED MODULE: ./src/checks/http/ledger.ts
/**
 * What became of the probes of one URL. A probe belongs to the window in which it was due, so that a watch judges
 * exactly rate × duration of them; several checks ask about the same ones, each window by window, in order. What no
 * check can ask about any more is forgotten.
 */
class Ledger {
    schedule;
    /** Result of probe `first + i`; a hole while it is not settled. */
    results = [];
    first = 0;
    /** Per asker the first probe that it has not asked about yet. */
    askers = new Map();
    questions = [];
    constructor(schedule) {
        this.schedule = schedule;
    }
    /** From now on keeps what `asker` has not asked about. */
    join(asker) {
        this.askers.set(asker, 0);
    }
    /** No longer keeps anything for `asker`; what it still waits for is answered with what there is. */
    leave(asker) {
        this.askers.delete(asker);
        const [left, others] = partition(this.questions, (question) => question.asker === asker);
        this.questions = others;
        for (const question of left)
            this.answer(question);
        this.forget();
    }
    settle(probe, result) {
        if (probe < this.first)
            return;
        this.results[probe - this.first] = result;
        for (const question of this.questions) {
            if (question.from <= probe && probe < question.to)
                question.open -= 1;
        }
        if (!this.questions.some((question) => question.open === 0))
            return;
        const [done, waiting] = partition(this.questions, (question) => question.open === 0);
        this.questions = waiting;
        for (const question of done)
            this.answer(question);
        this.forget();
    }
    /** Resolves with the results of the probes due in the window, when all of them are settled. */
    settled(asker, window) {
        const from = this.schedule.firstAt(window.from);
        const to = this.schedule.firstAt(window.to);
        this.askers.set(asker, to);
        return new Promise((resolve) => {
            const question = { asker, from, to, open: to - from, answer: resolve };
            question.open -= this.between(from, to).length;
            if (question.open > 0) {
                this.questions.push(question);
                return;
            }
            this.answer(question);
            this.forget();
        });
    }
    /** How many probes are remembered: bounded by what the askers have not been told. */
    get size() {
        return this.results.length;
    }
    answer(question) {
        question.answer(this.between(question.from, question.to));
    }
    between(from, to) {
        return this.results
            .slice(Math.max(0, from - this.first), Math.max(0, to - this.first))
            .filter((result) => result !== undefined);
    }
    forget() {
        const needed = [...this.askers.values(), ...this.questions.map((question) => question.from)];
        if (needed.length === 0)
            return;
        const first = Math.max(this.first, Math.min(...needed));
        this.results.splice(0, first - this.first);
        this.first = first;
    }
}
function partition(all, test) {
    return [all.filter(test), all.filter((one) => !test(one))];
}

;// CONCATENATED MODULE: ./src/checks/http/prober.ts
/** A probe later than this, in milliseconds, is left out: the machine slept, and a flood would measure only itself. */
const TOO_LATE_MS = 1000;
/** Timers know whole milliseconds: what is due within half of one is due. */
const TIMER_MS = 0.5;
/**
 * Sends probes in an open loop: each at its own time, however long the answers to earlier ones take. Those that a busy
 * moment delayed are sent at once.
 *
 * @returns when the signal is aborted, and only then.
 */
async function runProber(options) {
    const { schedule, clock, origin, settled, signal } = options;
    const send = async (probe) => {
        const result = await options.send(signal);
        if (!signal.aborted)
            settled(probe, result);
    };
    const elapsed = () => clock.monotonic() - origin;
    for (let probe = 0; !signal.aborted;) {
        try {
            await clock.sleep(schedule.due(probe) - elapsed(), signal);
        }
        catch {
            return;
        }
        const now = elapsed();
        for (; schedule.due(probe) <= now + TIMER_MS; probe++) {
            if (now - schedule.due(probe) > TOO_LATE_MS) {
                settled(probe, { sent: false, why: 'this machine was busy or asleep when it was due' });
            }
            else
                void send(probe);
        }
    }
}

;// CONCATENATED MODULE: ./src/checks/http/schedule.ts
/** Less than what separates two probes, more than the error of a product of doubles. */
const SLACK = 1e-6;
/** @param perSecond 0.1 to 500. */
function createSchedule(perSecond) {
    return {
        due: (probe) => (probe * 1000) / perSecond,
        firstAt: (ms) => Math.max(0, Math.ceil((ms * perSecond) / 1000 - SLACK)),
    };
}

;// CONCATENATED MODULE: ./src/checks/http/series.ts




function createSeries(url, options) {
    const schedule = createSchedule(options.requestsPerSecond);
    const ledger = new Ledger(schedule);
    const checks = new Set();
    const stop = new AbortController();
    let running = false;
    return {
        begin(check, origin) {
            checks.add(check);
            ledger.join(check);
            if (running)
                return;
            running = true;
            void runProber({
                schedule,
                clock: options.clock,
                origin,
                send: (signal) => options.probe(url, options.requestTimeout, signal),
                settled: (probe, result) => {
                    ledger.settle(probe, result);
                },
                signal: stop.signal,
            });
        },
        results: (check, window) => ledger.settled(check, window),
        end(check) {
            if (!checks.delete(check))
                return;
            if (checks.size === 0)
                stop.abort(new abort/* NoLongerNeeded */.ev());
            ledger.leave(check);
        },
    };
}

;// CONCATENATED MODULE: ./src/checks/http/checks.ts







/**
 * The checks of the `http` source: one health check for all health URLs, and per probed URL one for each limit that is
 * set. They are used for one watch.
 */
function createHttpChecks(config, world) {
    const { clock } = world;
    const probe = createProbe(config, world);
    const limits = limitsOf(config);
    const metricChecks = config.urls.flatMap((url, index) => {
        const suffix = config.urls.length === 1 ? '' : `-${String(index + 1)}`;
        const series = createSeries(url, { ...config, probe, clock });
        return limits.map((limit) => createMetricCheck(url, suffix, limit, series, config));
    });
    return config.healthUrls === 'off' || config.healthUrls.length === 0
        ? metricChecks
        : [createHealthCheck(config.healthUrls, config, { probe, clock }), ...metricChecks];
}
function limitsOf(config) {
    const { minSuccessRate, maxErrorsPerMinute, maxLatency } = config;
    const limits = [];
    if (minSuccessRate !== 'off')
        limits.push({ metric: 'success-rate', minPercent: minSuccessRate });
    if (maxErrorsPerMinute !== 'off')
        limits.push({
            metric: 'errors-per-minute',
            max: maxErrorsPerMinute,
            scaledTo: PROBES_PER_MINUTE,
        });
    if (maxLatency !== 'off')
        limits.push({ metric: 'latency', ...maxLatency });
    return limits;
}
function createMetricCheck(url, suffix, limit, series, config) {
    const id = `${limit.metric}${suffix}`;
    const count = (results, window) => limit.metric === 'latency'
        ? countSlow(results, window, limit.maxMs)
        : countFailures(results, window);
    return {
        kind: limit.metric === 'errors-per-minute' ? 'rate' : 'ratio',
        id,
        source: 'http',
        subject: (0,support_url/* printableUrl */.Z)(url),
        limit,
        preflight: () => Promise.resolve(foresee(id, limit, config)),
        begin: (origin) => {
            series.begin(id, origin);
        },
        observe: async (window, signal) => count(await (0,abort/* raceSignal */.WU)(series.results(id, window), signal), window),
        end: () => {
            series.end(id);
        },
    };
}

;// CONCATENATED MODULE: ./src/checks/http/setup.ts

/** The checks of the `http` source, as the inputs ask for them. */
function setUpHttpChecks(dependencies) {
    const { settings, clock, http, leastRate } = dependencies;
    const urls = settings.url ?? [];
    const healthUrls = settings['health-url'] ?? [];
    if (urls.length === 0 && (healthUrls === 'off' || healthUrls.length === 0))
        return [];
    return createHttpChecks({
        urls,
        healthUrls,
        requestsPerSecond: Math.max(leastRate, settings['requests-per-second']),
        requestTimeout: settings['request-timeout'],
        followRedirects: settings['follow-redirects'],
        expectStatus: settings['expect-status'],
        expectBody: settings['expect-body'],
        headers: settings.headers ?? {},
        health: {
            interval: settings['health-interval'],
            failures: settings['health-failures'],
            successes: settings['health-successes'],
        },
        minSuccessRate: settings['min-success-rate'],
        maxErrorsPerMinute: settings['max-errors-per-minute'],
        maxLatency: settings['max-latency'] ?? 'off',
        duration: settings.duration,
        minRequests: settings['min-requests'],
    }, { http: http(), clock });
}

;// CONCATENATED MODULE: ./src/checks/registry.ts

/** The sources that this version has; each gives the checks that its inputs ask for. */
const sources = [setUpHttpChecks];
/** Fresh checks, as configured: they are used for one watch or one confirmation. */
function createChecks(dependencies) {
    return sources.flatMap((source) => source(dependencies));
}


/***/ }),

/***/ 2561:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   w: () => (/* binding */ configuredRungs)
/* harmony export */ });
/* harmony import */ var _resolve_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(3237);
/* harmony import */ var _table_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(1822);


/**
 * The rungs in the order of the chain. What a host sets by itself configures nothing: a job token alone is no sign that
 * somebody wants a pipeline started.
 */
function configuredRungs(resolution) {
    return chain(resolution).map((id) => ({ id, ...judge(id, resolution) }));
}
/** With a Helm release, helm comes before kubernetes: to undo a workload behind helm's back leaves the release wrong. */
function chain({ settings }) {
    const named = settings.rollback;
    if (settings['helm-release'] === undefined || named.includes('helm'))
        return named;
    return named.flatMap((id) => (id === 'kubernetes' ? ['helm', id] : [id]));
}
function judge(id, resolution) {
    const { settings, origins, givenByUser } = resolution;
    if (id === 'ci' && settings['ci-system'] === 'none') {
        return { configured: false, because: '`ci-system` is `none`' };
    }
    const keys = _table_js__WEBPACK_IMPORTED_MODULE_1__/* .inputIds */ .Zp.filter((key) => (0,_table_js__WEBPACK_IMPORTED_MODULE_1__/* .inputOf */ .wg)(key).rung === id && (0,_table_js__WEBPACK_IMPORTED_MODULE_1__/* .inputOf */ .wg)(key).configures);
    const given = keys.find((key) => givenByUser(key));
    if (given !== undefined) {
        return {
            configured: true,
            because: `\`${given}\` is set (${(0,_resolve_js__WEBPACK_IMPORTED_MODULE_0__/* .originInWords */ .B)(origins[given])})`,
        };
    }
    if (id === 'ci' && givenByUser('rollback')) {
        return {
            configured: true,
            because: `\`rollback\` names it (${(0,_resolve_js__WEBPACK_IMPORTED_MODULE_0__/* .originInWords */ .B)(origins.rollback)})`,
        };
    }
    return {
        configured: false,
        because: id === 'ci'
            ? 'not configured: name `ci` in `rollback`, or set `ci-system`'
            : `not configured: set ${keys.map((key) => `\`${key}\``).join(' or ')}`,
    };
}


/***/ })

};
