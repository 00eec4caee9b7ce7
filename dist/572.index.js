export const id = 572;
export const ids = [572];
export const modules = {

/***/ 8572:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   snapshot: () => (/* binding */ snapshot)
/* harmony export */ });
/* harmony import */ var _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7014);
/* harmony import */ var _support_errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7700);
/* harmony import */ var _support_abort_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9261);
/* harmony import */ var _links_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(5577);
/* harmony import */ var _finish_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(7136);
/* harmony import */ var _rolling_back_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(6834);






/** Looking at what runs now may take this long, milliseconds. */
const TIMEOUT = 60_000;
/** Records what runs now, before the deploy. */
async function snapshot(session) {
    if (session.problems.length > 0)
        throw new _support_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .UsageError */ .e(session.problems);
    const { entry, info, settings, console } = session;
    const { links } = await (0,_links_js__WEBPACK_IMPORTED_MODULE_3__/* .buildLinks */ .A)(session, false);
    const rungs = {};
    const limited = (0,_support_abort_js__WEBPACK_IMPORTED_MODULE_2__/* .deadline */ .nl)(entry.clock, TIMEOUT, 'the snapshot', entry.signal);
    try {
        for (const { id, rung } of links)
            if (rung.kind === 'rung' && rung.snapshot !== undefined)
                rungs[id] = await (0,_support_abort_js__WEBPACK_IMPORTED_MODULE_2__/* .raceSignal */ .WU)(rung.snapshot(limited.signal), limited.signal);
    }
    catch (error) {
        console.annotate('error', 'Rollgate snapshot', `what runs now could not be recorded: ${(0,_support_errors_js__WEBPACK_IMPORTED_MODULE_1__/* .messageOf */ .b)(error)}`);
        return _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .exitCodes */ .h.usage;
    }
    finally {
        limited.clear();
    }
    const taken = {
        schema: 1,
        tool: { name: 'rollgate', version: entry.version },
        host: { system: info.system, runId: info.runId, attempt: info.attempt },
        takenAt: new Date(entry.clock.now()).toISOString(),
        targets: [{ name: _rolling_back_js__WEBPACK_IMPORTED_MODULE_5__/* .TARGET */ .Q, rungs }],
    };
    const path = settings['snapshot-file'];
    await (0,_finish_js__WEBPACK_IMPORTED_MODULE_4__/* .makeDirectoryOf */ .zY)(session, path);
    const temporary = `${path}.tmp`;
    await entry.files.writeFile(temporary, `${JSON.stringify(session.redactor.redactAll(taken), null, 2)}\n`);
    await entry.files.rename(temporary, path);
    const recorded = Object.keys(rungs);
    console.line(`snapshot of ${recorded.length === 0 ? 'this run' : recorded.join(', ')} written to ${path}`);
    return _inputs_exit_codes_js__WEBPACK_IMPORTED_MODULE_0__/* .exitCodes */ .h.healthy;
}


/***/ })

};
