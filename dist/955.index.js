export const id = 955;
export const ids = [955];
export const modules = {

/***/ 1916:
/***/ ((__unused_webpack_module, exports) => {

var __webpack_unused_export__;

__webpack_unused_export__ = true;
exports.Io = __webpack_unused_export__ = void 0;
var peq = new Uint32Array(0x10000);
var myers_32 = function (a, b) {
    var n = a.length;
    var m = b.length;
    var lst = 1 << (n - 1);
    var pv = -1;
    var mv = 0;
    var sc = n;
    var i = n;
    while (i--) {
        peq[a.charCodeAt(i)] |= 1 << i;
    }
    for (i = 0; i < m; i++) {
        var eq = peq[b.charCodeAt(i)];
        var xv = eq | mv;
        eq |= ((eq & pv) + pv) ^ pv;
        mv |= ~(eq | pv);
        pv &= eq;
        if (mv & lst) {
            sc++;
        }
        if (pv & lst) {
            sc--;
        }
        mv = (mv << 1) | 1;
        pv = (pv << 1) | ~(xv | mv);
        mv &= xv;
    }
    i = n;
    while (i--) {
        peq[a.charCodeAt(i)] = 0;
    }
    return sc;
};
var myers_x = function (b, a) {
    var n = a.length;
    var m = b.length;
    var mhc = [];
    var phc = [];
    var hsize = Math.ceil(n / 32);
    var vsize = Math.ceil(m / 32);
    for (var i = 0; i < hsize; i++) {
        phc[i] = -1;
        mhc[i] = 0;
    }
    var j = 0;
    for (; j < vsize - 1; j++) {
        var mv_1 = 0;
        var pv_1 = -1;
        var start_1 = j * 32;
        var vlen_1 = Math.min(32, m) + start_1;
        for (var k = start_1; k < vlen_1; k++) {
            peq[b.charCodeAt(k)] |= 1 << k;
        }
        for (var i = 0; i < n; i++) {
            var eq = peq[a.charCodeAt(i)];
            var pb = (phc[(i / 32) | 0] >>> i) & 1;
            var mb = (mhc[(i / 32) | 0] >>> i) & 1;
            var xv = eq | mv_1;
            var xh = ((((eq | mb) & pv_1) + pv_1) ^ pv_1) | eq | mb;
            var ph = mv_1 | ~(xh | pv_1);
            var mh = pv_1 & xh;
            if ((ph >>> 31) ^ pb) {
                phc[(i / 32) | 0] ^= 1 << i;
            }
            if ((mh >>> 31) ^ mb) {
                mhc[(i / 32) | 0] ^= 1 << i;
            }
            ph = (ph << 1) | pb;
            mh = (mh << 1) | mb;
            pv_1 = mh | ~(xv | ph);
            mv_1 = ph & xv;
        }
        for (var k = start_1; k < vlen_1; k++) {
            peq[b.charCodeAt(k)] = 0;
        }
    }
    var mv = 0;
    var pv = -1;
    var start = j * 32;
    var vlen = Math.min(32, m - start) + start;
    for (var k = start; k < vlen; k++) {
        peq[b.charCodeAt(k)] |= 1 << k;
    }
    var score = m;
    for (var i = 0; i < n; i++) {
        var eq = peq[a.charCodeAt(i)];
        var pb = (phc[(i / 32) | 0] >>> i) & 1;
        var mb = (mhc[(i / 32) | 0] >>> i) & 1;
        var xv = eq | mv;
        var xh = ((((eq | mb) & pv) + pv) ^ pv) | eq | mb;
        var ph = mv | ~(xh | pv);
        var mh = pv & xh;
        score += (ph >>> (m - 1)) & 1;
        score -= (mh >>> (m - 1)) & 1;
        if ((ph >>> 31) ^ pb) {
            phc[(i / 32) | 0] ^= 1 << i;
        }
        if ((mh >>> 31) ^ mb) {
            mhc[(i / 32) | 0] ^= 1 << i;
        }
        ph = (ph << 1) | pb;
        mh = (mh << 1) | mb;
        pv = mh | ~(xv | ph);
        mv = ph & xv;
    }
    for (var k = start; k < vlen; k++) {
        peq[b.charCodeAt(k)] = 0;
    }
    return score;
};
var distance = function (a, b) {
    if (a.length < b.length) {
        var tmp = b;
        b = a;
        a = tmp;
    }
    if (b.length === 0) {
        return a.length;
    }
    if (a.length <= 32) {
        return myers_32(a, b);
    }
    return myers_x(a, b);
};
exports.Io = distance;
var closest = function (str, arr) {
    var min_distance = Infinity;
    var min_index = 0;
    for (var i = 0; i < arr.length; i++) {
        var dist = distance(str, arr[i]);
        if (dist < min_distance) {
            min_distance = dist;
            min_index = i;
        }
    }
    return arr[min_index];
};
__webpack_unused_export__ = closest;


/***/ }),

/***/ 8106:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   renderHelp: () => (/* binding */ renderHelp)
/* harmony export */ });
/* harmony import */ var _commands_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7671);
/* harmony import */ var _exit_codes_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7014);
/* harmony import */ var _input_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(9157);
/* harmony import */ var _table_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(1822);
/* harmony import */ var _variables_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(6192);





const width = 100;
/** The text of `--help`, at most 100 characters wide, ending with a line break. */
function renderHelp({ version }) {
    return [
        `rollgate ${version}: watches a fresh deployment and takes it back when it is bad`,
        '',
        'Usage: rollgate [command] [--flag value ...]',
        '       rollgate --help | --version',
        '',
        'Commands:',
        ..._commands_js__WEBPACK_IMPORTED_MODULE_0__/* .commands */ .Pi.flatMap(({ id, description }) => entry(id, description, 13)),
        '',
        ...wrap('Every input is a flag, and a variable: --min-success-rate is ROLLGATE_MIN_SUCCESS_RATE. An empty value counts as not set. ' +
            'Values are looked up in this order: flag, input of the action or task, ROLLGATE_ variable, other variables named below, ' +
            'configuration file, what the CI system sets by itself, default.', ''),
        ...wrap('Durations are written 500ms, 90s, 5m or 1h30m; percentages 95 or 99.9%; lists have commas or line breaks between.', ''),
        ...Object.keys(_input_js__WEBPACK_IMPORTED_MODULE_2__/* .groups */ .TN).flatMap((group) => [
            '',
            `${_input_js__WEBPACK_IMPORTED_MODULE_2__/* .groups */ .TN[group]}:`,
            ..._table_js__WEBPACK_IMPORTED_MODULE_3__/* .inputIds */ .Zp.filter((id) => (0,_table_js__WEBPACK_IMPORTED_MODULE_3__/* .inputOf */ .wg)(id).group === group).flatMap(describe),
        ]),
        '',
        'Exit codes:',
        ..._exit_codes_js__WEBPACK_IMPORTED_MODULE_1__/* .exitCodeTable */ .q.flatMap(({ code, meaning }) => entry(String(code), meaning, 5)),
        '',
    ].join('\n');
}
function describe(id) {
    const row = (0,_table_js__WEBPACK_IMPORTED_MODULE_3__/* .inputOf */ .wg)(id);
    const { guide = [], type } = row;
    const variables = [(0,_variables_js__WEBPACK_IMPORTED_MODULE_4__/* .ownVariable */ .DA)(id), ...guide].join(', ');
    const value = type.shape === 'boolean' ? '' : ` <${type.name}>`;
    return [
        `  --${id}${value}`,
        ...wrap((0,_input_js__WEBPACK_IMPORTED_MODULE_2__/* .described */ .WY)(row), '      '),
        ...wrap(`[${variables}]`, '      '),
    ];
}
/** A term and its meaning, which is indented where it needs a second line. */
function entry(term, meaning, column) {
    const indent = ' '.repeat(column);
    const [first = '', ...rest] = wrap(meaning, indent);
    return [`  ${term}`.padEnd(column) + first.slice(column), ...rest];
}
function wrap(text, indent) {
    const lines = [];
    let line = '';
    for (const word of text.split(' ')) {
        if (line !== '' && indent.length + line.length + 1 + word.length > width) {
            lines.push(indent + line);
            line = '';
        }
        line = line === '' ? word : `${line} ${word}`;
    }
    return [...lines, indent + line];
}


/***/ })

};
