export const id = 212;
export const ids = [212];
export const modules = {

/***/ 7212:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   createGithubHost: () => (/* binding */ createGithubHost)
/* harmony export */ });
/* harmony import */ var _actions_core__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(6421);
/* harmony import */ var _support_redact_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(742);


/**
 * GitHub Actions: workflow commands, output and summary file. The only place that knows `@actions/core`: elsewhere its
 * `setSecret` would print the secret, and its summary would throw.
 */
function createGithubHost(deps) {
    const line = (text) => {
        deps.write(`${text}\n`);
    };
    return {
        system: 'github',
        line,
        group(title, body) {
            _actions_core__WEBPACK_IMPORTED_MODULE_0__.startGroup(title);
            for (const text of body)
                line(text);
            _actions_core__WEBPACK_IMPORTED_MODULE_0__.endGroup();
        },
        annotate(level, title, message) {
            _actions_core__WEBPACK_IMPORTED_MODULE_0__[level](message, { title });
        },
        mask(secret) {
            // The runner looks for masks line by line; source: google-github-actions/get-secretmanager-secrets#9.
            for (const part of secret.split(/\r\n?|\n/)) {
                if (part.trim().length >= _support_redact_js__WEBPACK_IMPORTED_MODULE_1__/* .minSecretLength */ .j)
                    _actions_core__WEBPACK_IMPORTED_MODULE_0__.setSecret(part.trim());
            }
        },
        // Rejects instead of throwing when the file cannot be written.
        // eslint-disable-next-line @typescript-eslint/require-await
        async setOutputs(outputs) {
            // Without the file core would print `::set-output`, which is deprecated and shows in the log.
            if (!isSet(deps.env.GITHUB_OUTPUT))
                return;
            for (const [name, value] of Object.entries(outputs))
                _actions_core__WEBPACK_IMPORTED_MODULE_0__.setOutput(name, value);
        },
        async writeSummary(markdown) {
            if (!isSet(deps.env.GITHUB_STEP_SUMMARY))
                return;
            await _actions_core__WEBPACK_IMPORTED_MODULE_0__.summary.emptyBuffer().addRaw(markdown).write();
        },
    };
}
function isSet(value) {
    return value !== undefined && value !== '';
}


/***/ })

};
