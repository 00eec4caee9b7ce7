export const id = 356;
export const ids = [356];
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

/***/ 1356:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   rollback: () => (/* binding */ rollback)
/* harmony export */ });
/* harmony import */ var _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7014);
/* harmony import */ var _support_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7700);
/* harmony import */ var _completeness_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(2859);
/* harmony import */ var _links_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(5577);
/* harmony import */ var _marker_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(9622);
/* harmony import */ var _preflighting_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(1821);
/* harmony import */ var _rolling_back_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(6834);







/** Runs the chain now, without a watch. */
async function rollback(session) {
    const { settings, console } = session;
    if (session.problems.length > 0)
        throw new _support_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .UsageError */ .e(session.problems);
    const marker = (0,_marker_js__WEBPACK_IMPORTED_MODULE_3__/* .rollbackMarker */ .j)(session);
    const { links, findings, configured } = await (0,_links_js__WEBPACK_IMPORTED_MODULE_2__/* .buildLinks */ .A)(session, marker !== null);
    const missing = (0,_completeness_js__WEBPACK_IMPORTED_MODULE_6__/* .withoutRung */ .d)(configured);
    if (missing.length > 0)
        throw new _support_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .UsageError */ .e(missing);
    const reason = settings.reason ?? 'A rollback was asked for by hand.';
    if (marker !== null)
        console.line(`this is a rollback run (${marker}): it does its work without starting another`);
    (0,_preflighting_js__WEBPACK_IMPORTED_MODULE_4__/* .printFindings */ .c2)(session, findings);
    const report = await (0,_rolling_back_js__WEBPACK_IMPORTED_MODULE_5__/* .rollBack */ .F)(session, {
        links,
        verdict: 'requested',
        reason,
        mustBeRight: () => true,
    });
    return {
        verdict: 'not-judged',
        exitCode: report.status === 'verified' ? _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .exitCodes */ .h.healthy : codeOf(report.status),
        reason: `${reason} ${report.detail}`.trim(),
        targets: [{ name: _rolling_back_js__WEBPACK_IMPORTED_MODULE_5__/* .TARGET */ .Q, verdict: 'not-judged', reason, checks: [], rollback: report }],
        findings,
    };
}
/** A dry run, or a live version that is not ours: nothing was done, as asked. */
function codeOf(status) {
    return status === 'withheld' ? _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .exitCodes */ .h.healthy : _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .exitCodes */ .h.needsPerson;
}


/***/ })

};
