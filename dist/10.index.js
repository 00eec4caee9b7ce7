export const id = 10;
export const ids = [10];
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

/***/ 10:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   validate: () => (/* binding */ validate)
/* harmony export */ });
/* harmony import */ var _checks_registry_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1224);
/* harmony import */ var _inputs_configured_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(2561);
/* harmony import */ var _inputs_effective_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3252);
/* harmony import */ var _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(7014);
/* harmony import */ var _inputs_resolve_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(3237);
/* harmony import */ var _support_errors_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(7700);
/* harmony import */ var _completeness_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(2859);







/** Checks the configuration, and prints the effective one with where each value comes from. */
function validate(session) {
    const { console, resolution, settings, entry } = session;
    const rungs = (0,_inputs_configured_js__WEBPACK_IMPORTED_MODULE_1__/* .configuredRungs */ .w)(resolution);
    const configured = rungs.filter((rung) => rung.configured).length;
    const checks = (0,_checks_registry_js__WEBPACK_IMPORTED_MODULE_0__/* .createChecks */ .S)({ settings, clock: entry.clock, http: session.http, leastRate: 0 });
    const problems = [
        ...session.problems,
        ...(0,_completeness_js__WEBPACK_IMPORTED_MODULE_6__/* .withoutCheck */ .l)(checks),
        ...(settings['on-unhealthy'] === 'rollback' ? (0,_completeness_js__WEBPACK_IMPORTED_MODULE_6__/* .withoutRung */ .d)(configured) : []),
    ];
    if (problems.length > 0)
        return Promise.reject(new _support_errors_js__WEBPACK_IMPORTED_MODULE_5__/* .UsageError */ .e(problems));
    for (const notice of session.notices)
        console.annotate('notice', 'Rollgate', notice);
    const values = (0,_inputs_effective_js__WEBPACK_IMPORTED_MODULE_2__/* .effective */ .C)(resolution);
    const width = Math.max(...Object.keys(values).map((id) => id.length));
    console.group('effective configuration', Object.entries(values).map(([id, value]) => `${id.padEnd(width)}  ${value.replace(/\n/g, ', ')}  (${(0,_inputs_resolve_js__WEBPACK_IMPORTED_MODULE_4__/* .originInWords */ .B)(resolution.origins[id])})`));
    console.group('checks', checks.map((check) => `${check.id}  ${check.subject}`));
    console.group('rollback chain', rungs.map(({ id, configured, because }) => `${id}  ${configured ? 'configured' : 'skipped'}: ${because}`));
    console.line('the configuration is valid');
    return Promise.resolve(_inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_3__/* .exitCodes */ .h.healthy);
}


/***/ })

};
