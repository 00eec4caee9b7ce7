export const id = 708;
export const ids = [708];
export const modules = {

/***/ 7671:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   G5: () => (/* binding */ command),
/* harmony export */   Pi: () => (/* binding */ commands),
/* harmony export */   RM: () => (/* binding */ parseCommand)
/* harmony export */ });
/* harmony import */ var _parsed_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(2344);
/* harmony import */ var _suggest_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(7443);


/** The commands, in the order in which help shows them. */
const commands = [
    {
        id: 'run',
        description: 'Watches the deployment, judges it, and rolls it back when it is bad. The default.',
    },
    {
        id: 'snapshot',
        description: 'Records what runs now, before the deploy: the state that a rollback returns to.',
    },
    {
        id: 'preflight',
        description: 'Proves that every configured check and rung would work, without changing anything.',
    },
    { id: 'rollback', description: 'Rolls back now, without a watch; `--reason` says why.' },
    {
        id: 'validate',
        description: 'Checks the configuration and prints the effective one, secrets masked.',
    },
    {
        id: 'demo',
        description: 'Shows the whole story on this machine: a small service goes bad, is caught, is rolled back.',
    },
];
const ids = commands.map(({ id }) => id);
/** Planned, and not here yet: who asks for one is told so instead of being offered a similar word. */
const planned = ['replay', 'init'];
/** Reads the name of a command. */
function parseCommand(text) {
    const id = ids.find((each) => each === text);
    if (id !== undefined)
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .good */ .uw)(id);
    const all = `the commands are ${ids.map((each) => `\`${each}\``).join(', ')}`;
    if (planned.includes(text))
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .bad */ .MB)(`${(0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .quote */ .hD)(text)} is not part of this version`, all);
    const meant = (0,_suggest_js__WEBPACK_IMPORTED_MODULE_0__/* .didYouMean */ .a)(text, ids);
    return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .bad */ .MB)(`${(0,_parsed_js__WEBPACK_IMPORTED_MODULE_1__/* .quote */ .hD)(text)} is not a command`, meant === undefined ? all : `${meant} ${all}`);
}
/** The input type of `command`. */
function command() {
    return {
        name: 'choice',
        shape: 'text',
        parse: parseCommand,
        print: String,
        schema: { enum: ids },
    };
}


/***/ }),

/***/ 7014:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   h: () => (/* binding */ exitCodes),
/* harmony export */   q: () => (/* binding */ exitCodeTable)
/* harmony export */ });
/** What the process tells with its exit code, by name. */
const exitCodes = {
    healthy: 0,
    rolledBack: 1,
    usage: 2,
    needsPerson: 3,
    inconclusive: 4,
    withheld: 5,
    cancelled: 6,
    internal: 7,
};
/** The meaning of each exit code, for help and documents. */
const exitCodeTable = [
    { code: exitCodes.healthy, meaning: 'healthy (or not judged: this is a rollback run)' },
    { code: exitCodes.rolledBack, meaning: 'unhealthy; rolled back and verified' },
    {
        code: exitCodes.usage,
        meaning: 'bad configuration or usage, or nothing usable to check or to roll back with; nothing was touched',
    },
    {
        code: exitCodes.needsPerson,
        meaning: 'unhealthy; the rollback failed, is unverified, or the old version is unhealthy too: a person is needed',
    },
    { code: exitCodes.inconclusive, meaning: 'inconclusive; nothing was rolled back' },
    {
        code: exitCodes.withheld,
        meaning: 'unhealthy; rollback withheld (`dry-run`, `on-unhealthy: report`, the live version is no longer ours)',
    },
    {
        code: exitCodes.cancelled,
        meaning: 'cancelled before a verdict: the new version is live and was not judged',
    },
    { code: exitCodes.internal, meaning: 'internal error: nothing may be assumed' },
];


/***/ }),

/***/ 9157:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   TN: () => (/* binding */ groups),
/* harmony export */   WY: () => (/* binding */ described),
/* harmony export */   hF: () => (/* binding */ input)
/* harmony export */ });
/* harmony import */ var _parsed_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2344);

/** The groups of inputs, in the order in which help and documents show them. */
const groups = {
    general: 'General',
    watch: 'Watch and verdict',
    http: 'HTTP source',
    limits: 'Limits',
    prometheus: 'Prometheus source',
    rollback: 'Rollback',
    kubernetes: 'Kubernetes and Helm',
    compose: 'Docker Compose',
    canary: 'Scaling down a canary',
    ci: 'Rollback pipeline',
    github: 'GitHub',
    gitlab: 'GitLab',
    jenkins: 'Jenkins',
    circleci: 'CircleCI',
    azure: 'Azure DevOps',
    report: 'Report and network',
};
/** The description with the default, for surfaces that have no other place for it. */
function described(facts) {
    return facts.default === undefined
        ? facts.description
        : `${facts.description} Default: ${facts.default}.`;
}
/** Makes an input of a type and the facts about it; what may be absent or `off` shows in its value type. */
function input(type, facts) {
    const isOff = (text) => facts.off === true && text.toLowerCase() === 'off';
    return {
        ...facts,
        type: type,
        parse: (text) => (isOff(text) ? (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .good */ .uw)('off') : type.parse(text)),
        print: (value) => {
            if (facts.secret === true)
                return '***';
            return value === 'off' && facts.off === true ? 'off' : type.print(value);
        },
        schema: facts.off === true ? { anyOf: [{ const: 'off' }, type.schema] } : type.schema,
    };
}


/***/ }),

/***/ 2344:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   MB: () => (/* binding */ bad),
/* harmony export */   hD: () => (/* binding */ quote),
/* harmony export */   uw: () => (/* binding */ good)
/* harmony export */ });
/* harmony import */ var _support_text_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(5240);

function good(value) {
    return { ok: true, value };
}
function bad(message, fix) {
    return fix === undefined ? { ok: false, message } : { ok: false, message, fix };
}
/** Text of the user's as a message may show it. Never for a secret. */
function quote(text) {
    return `\`${(0,_support_text_js__WEBPACK_IMPORTED_MODULE_0__/* .clip */ .$)((0,_support_text_js__WEBPACK_IMPORTED_MODULE_0__/* .neutralise */ .s)(text), 80)}\``;
}


/***/ }),

/***/ 7443:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   a: () => (/* binding */ didYouMean)
/* harmony export */ });
/* unused harmony export suggest */
/* harmony import */ var fastest_levenshtein__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1916);

/**
 * The known name that was probably meant, or `undefined` when none is near: at most two letters may differ in a
 * short name, a third of the letters in a long one.
 */
function suggest(given, known) {
    const wanted = given.toLowerCase();
    let best;
    for (const name of known) {
        const far = (0,fastest_levenshtein__WEBPACK_IMPORTED_MODULE_0__/* .distance */ .Io)(wanted, name.toLowerCase());
        if (best === undefined || far < best.far)
            best = { name, far };
    }
    const allowed = Math.min(Math.max(2, Math.floor(wanted.length / 3)), wanted.length - 1);
    return best !== undefined && best.far <= allowed ? best.name : undefined;
}
/** `did you mean `x`?`, or `undefined`. */
function didYouMean(given, known, shown = (name) => name) {
    const name = suggest(given, known);
    return name === undefined ? undefined : `did you mean \`${shown(name)}\`?`;
}


/***/ }),

/***/ 1822:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  Zp: () => (/* binding */ inputIds),
  wg: () => (/* binding */ inputOf),
  oU: () => (/* binding */ isInputId)
});

// UNUSED EXPORTS: inputs

// EXTERNAL MODULE: ./src/inputs/commands.ts
var commands = __webpack_require__(7671);
// EXTERNAL MODULE: ./src/inputs/input.ts
var input = __webpack_require__(9157);
// EXTERNAL MODULE: ./src/inputs/types/boolean.ts
var types_boolean = __webpack_require__(2555);
// EXTERNAL MODULE: ./src/inputs/parsed.ts
var inputs_parsed = __webpack_require__(2344);
// EXTERNAL MODULE: ./src/inputs/suggest.ts
var suggest = __webpack_require__(7443);
;// CONCATENATED MODULE: ./src/inputs/types/list.ts

/** The items of a list: on lines of their own, or between commas. */
function splitList(text) {
    return text
        .split(/[\n,]/)
        .map((item) => item.trim())
        .filter((item) => item !== '');
}
/** A number in YAML is taken as it is spelled. */
const plain = ['string', 'number'];
/** Texts on lines of their own, or between commas. */
function list(shape) {
    const item = shape === undefined ? { type: plain } : { type: plain, pattern: shape.pattern.source };
    return {
        name: 'list',
        shape: 'list',
        parse: (text) => {
            const items = splitList(text);
            if (items.length === 0)
                return (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(text)} names nothing`, 'lines, or commas between');
            const odd = items.find((each) => shape?.pattern.test(each) === false);
            return odd === undefined
                ? (0,inputs_parsed/* good */.uw)(items)
                : (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(odd)} is not accepted`, `write it like ${shape?.like ?? ''}`);
        },
        print: (value) => value.join(', '),
        schema: {
            anyOf: [{ type: plain }, { type: 'array', items: item, minItems: 1 }],
        },
    };
}

;// CONCATENATED MODULE: ./src/inputs/types/choice.ts



function oneOf(text, choices) {
    const choice = choices.find((each) => each === text.toLowerCase());
    if (choice !== undefined)
        return (0,inputs_parsed/* good */.uw)(choice);
    const meant = (0,suggest/* didYouMean */.a)(text, choices);
    const all = `one of ${choices.map((each) => `\`${each}\``).join(', ')}`;
    return (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(text)} is not known here`, meant === undefined ? all : `${meant} It is ${all}`);
}
/** One of a few words, in any case. */
function choice(choices) {
    return {
        name: 'choice',
        shape: 'text',
        parse: (text) => oneOf(text, choices),
        print: String,
        schema: { enum: choices },
    };
}
/** Some of a few words, in the order given, each at most once. `none`: a word that stands alone for none of them. */
function choices(all, options = {}) {
    const { none } = options;
    return {
        name: 'list of choices',
        shape: 'list',
        parse: (text) => {
            const words = splitList(text);
            if (none !== undefined && words.length === 1 && words[0]?.toLowerCase() === none) {
                return (0,inputs_parsed/* good */.uw)([]);
            }
            if (none !== undefined && words.some((word) => word.toLowerCase() === none)) {
                return (0,inputs_parsed/* bad */.MB)(`\`${none}\` cannot stand beside other words`, `write \`${none}\` alone, or leave it out`);
            }
            if (words.length === 0)
                return (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(text)} names nothing`, `some of ${all.join(', ')}`);
            const chosen = [];
            for (const word of words) {
                const parsed = oneOf(word, all);
                if (!parsed.ok)
                    return parsed;
                if (chosen.includes(parsed.value)) {
                    return (0,inputs_parsed/* bad */.MB)(`\`${parsed.value}\` is named twice`, 'name it once');
                }
                chosen.push(parsed.value);
            }
            return (0,inputs_parsed/* good */.uw)(chosen);
        },
        print: (value) => (value.length === 0 && none !== undefined ? none : value.join(', ')),
        schema: {
            anyOf: [
                ...(none === undefined ? [] : [{ const: none }]),
                { type: 'string', pattern: `^(${all.join('|')})(\\s*[,\\n]\\s*(${all.join('|')}))*$` },
                { type: 'array', items: { enum: all }, minItems: 1, uniqueItems: true },
            ],
        },
    };
}

// EXTERNAL MODULE: ./src/inputs/types/duration.ts
var duration = __webpack_require__(9119);
;// CONCATENATED MODULE: ./src/inputs/types/latency.ts


/** `p95 < 800ms`; `<=` means the same, a request that takes exactly as long as the limit passes. */
function latencyLimit() {
    const like = 'write it like `p95 < 800ms`, with p50 to p99.9';
    return {
        name: 'latency limit',
        shape: 'text',
        parse: (text) => {
            const match = /^p(\d{2}(?:\.\d+)?)\s*(?:<=|<|≤)\s*(\S.*)$/i.exec(text);
            const percentile = Number(match?.[1]);
            if (match?.[2] === undefined || percentile < 50 || percentile > 99.9) {
                return (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(text)} is not a limit on latency`, like);
            }
            const time = (0,duration/* parseDuration */.E9)(match[2]);
            if (!time.ok)
                return time;
            return time.value === 0
                ? (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(text)} would refuse every request`, like)
                : (0,inputs_parsed/* good */.uw)({ percentile, maxMs: time.value });
        },
        print: ({ percentile, maxMs }) => `p${String(percentile)} < ${(0,duration/* printDuration */.cb)(maxMs)}`,
        schema: { type: 'string', pattern: '^[pP][5-9][0-9](\\.[0-9]+)? *(<=|<|≤) *[0-9]' },
    };
}

// EXTERNAL MODULE: ./src/support/format.ts
var format = __webpack_require__(864);
;// CONCATENATED MODULE: ./src/inputs/types/number.ts


const decimal = /^-?\d+(\.\d+)?$/;
function within(text, value, { min, max }) {
    if (value >= min && value <= max)
        return (0,inputs_parsed/* good */.uw)(value);
    return (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(text)} is out of range`, `from ${String(min)} to ${String(max)}`);
}
function numberSchema(type, bounds, pattern) {
    return {
        anyOf: [
            { type, minimum: bounds.min, maximum: bounds.max },
            { type: 'string', pattern },
        ],
    };
}
/** A decimal number in a range, both ends included. */
function number(bounds) {
    return {
        name: 'number',
        shape: 'text',
        parse: (text) => decimal.test(text)
            ? within(text, Number(text), bounds)
            : (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(text)} is not a number`, `a number from ${String(bounds.min)} to ${String(bounds.max)}, such as \`2\` or \`0.5\``),
        print: String,
        schema: { ...numberSchema('number', bounds, '^[0-9]+(\\.[0-9]+)?$') },
    };
}
/** A whole number in a range, both ends included. */
function integer(bounds) {
    return {
        name: 'integer',
        shape: 'text',
        parse: (text) => /^-?\d+$/.test(text)
            ? within(text, Number(text), bounds)
            : (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(text)} is not a whole number`, `a whole number from ${String(bounds.min)} to ${String(bounds.max)}`),
        print: String,
        schema: { ...numberSchema('integer', bounds, '^[0-9]+$') },
    };
}
/**
 * Percent, 0 to 100, as a number of percent. A value between 0 and 1 is refused: it is nearly always a share that
 * was meant as percent, and a limit of less than one percent would let everything pass.
 */
function percentage() {
    return {
        name: 'percentage',
        shape: 'text',
        parse: (text) => {
            const digits = text.replace(/\s*%$/, '');
            if (!decimal.test(digits)) {
                return (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(text)} is not a percentage`, 'write it like `95` or `99.9%`');
            }
            const value = Number(digits);
            if (value > 0 && value < 1) {
                return (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(text)} is less than one percent`, `percentages go from 0 to 100: write \`${(0,format/* formatNumber */.ZV)(value * 100, 6)}\``);
            }
            return within(text, value, { min: 0, max: 100 });
        },
        print: String,
        schema: {
            anyOf: [
                { const: 0 },
                { type: 'number', minimum: 1, maximum: 100 },
                { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)? *%?$' },
            ],
        },
    };
}

;// CONCATENATED MODULE: ./src/inputs/types/pairs.ts

function lines(text) {
    return text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
}
/** Header names do not distinguish case, parameters do. */
function collect(text, read, same) {
    const pairs = new Map();
    for (const [index, line] of lines(text).entries()) {
        const parsed = read(line, index + 1);
        if (!parsed.ok)
            return parsed;
        const [name] = parsed.value;
        if (pairs.has(same(name)))
            return (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(name)} is given twice`, 'give it once');
        pairs.set(same(name), parsed.value);
    }
    return (0,inputs_parsed/* good */.uw)(Object.fromEntries(pairs.values()));
}
const schema = {
    anyOf: [
        { type: 'string' },
        { type: 'array', items: { type: 'string' }, minItems: 1 },
        { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
    ],
};
/** `name=value` lines. A value may hold anything but a line break. */
function parameters() {
    return {
        name: 'name=value lines',
        shape: 'pairs',
        separator: '=',
        parse: (text) => collect(text, (line) => {
            const match = /^([A-Za-z_][\w.-]*)\s*=(.*)$/.exec(line);
            return match?.[1] === undefined
                ? (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(line)} has no name and value`, 'write lines like `name=value`')
                : (0,inputs_parsed/* good */.uw)([match[1], (match[2] ?? '').trim()]);
        }, (name) => name),
        print: (value) => Object.entries(value)
            .map(([name, each]) => `${name}=${each}`)
            .join('\n'),
        schema,
    };
}
/** RFC 9110, 5.6.2 (token) and 5.5 (field-value). */
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;
/** `Name: value` lines; the values are secrets, so that messages name lines only. */
function headers() {
    return {
        name: 'Name: value lines',
        shape: 'pairs',
        separator: ': ',
        parse: (text) => collect(text, (line, number) => {
            const colon = line.indexOf(':');
            const name = line.slice(0, Math.max(0, colon)).trim();
            const value = line.slice(colon + 1).trim();
            if (!headerName.test(name)) {
                return (0,inputs_parsed/* bad */.MB)(`line ${String(number)} is not a header`, 'write lines like `Name: value`');
            }
            return headerValue.test(value)
                ? (0,inputs_parsed/* good */.uw)([name, value])
                : (0,inputs_parsed/* bad */.MB)(`the value in line ${String(number)} has characters that no header may hold`, 'use visible ASCII characters, encode others');
        }, (name) => name.toLowerCase()),
        print: (value) => Object.keys(value)
            .map((name) => `${name}: ***`)
            .join('\n'),
        secretParts: (text) => lines(text).flatMap(headerSecrets),
        schema,
    };
}
/** The value, and what follows the scheme in `Authorization: Bearer …`, which may turn up without it. */
function headerSecrets(line) {
    const value = line.slice(line.indexOf(':') + 1).trim();
    const credentials = /^(?:proxy-)?authorization\s*:\s*\S+\s+(\S.*)$/i.exec(line)?.[1];
    return credentials === undefined ? [value] : [value, credentials];
}

;// CONCATENATED MODULE: ./src/inputs/types/regex.ts

/** Characters; an expression that is longer is rather a mistake, and slow. */
const longest = 1000;
/** A JavaScript regular expression without slashes. */
function regex() {
    return {
        name: 'regular expression',
        shape: 'text',
        parse: (text) => {
            if (text.length > longest) {
                return (0,inputs_parsed/* bad */.MB)(`has ${String(text.length)} characters`, `at most ${String(longest)} characters are accepted`);
            }
            try {
                return (0,inputs_parsed/* good */.uw)(new RegExp(text));
            }
            catch {
                return (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(text)} is not a regular expression`, 'write a JavaScript regular expression without the slashes, such as `"status":\\s*"ok"`');
            }
        },
        print: (value) => value.source,
        schema: { type: 'string', maxLength: longest },
    };
}

;// CONCATENATED MODULE: ./src/inputs/types/status.ts


/** `200-399,418` */
function statusRanges() {
    const like = 'write codes from 100 to 599 and ranges of them, such as `200-399,418`';
    return {
        name: 'status codes',
        shape: 'list',
        parse: (text) => {
            const items = splitList(text);
            const ranges = [];
            for (const item of items) {
                const match = /^(\d{3})(?:\s*-\s*(\d{3}))?$/.exec(item);
                const from = Number(match?.[1]);
                const to = Number(match?.[2] ?? match?.[1]);
                if (match === null || from < 100 || to > 599 || from > to) {
                    return (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(item)} is not a range of status codes`, like);
                }
                ranges.push({ from, to });
            }
            return ranges.length === 0 ? (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(text)} names no status code`, like) : (0,inputs_parsed/* good */.uw)(ranges);
        },
        print: (value) => value
            .map(({ from, to }) => (from === to ? String(from) : `${String(from)}-${String(to)}`))
            .join(','),
        schema: {
            anyOf: [
                { type: 'integer', minimum: 100, maximum: 599 },
                { type: 'string', pattern: '^[1-5][0-9]{2}' },
                {
                    type: 'array',
                    minItems: 1,
                    items: {
                        anyOf: [
                            { type: 'integer', minimum: 100, maximum: 599 },
                            { type: 'string', pattern: '^[1-5][0-9]{2}( *- *[1-5][0-9]{2})?$' },
                        ],
                    },
                },
            ],
        },
    };
}

;// CONCATENATED MODULE: ./src/inputs/types/text.ts

/** A text of one line. `pattern` and `like` say what it must look like; not for secrets, which are never quoted. */
function text_text(shape) {
    return {
        name: 'text',
        shape: 'text',
        parse: (given) => {
            if (/[\r\n]/.test(given))
                return (0,inputs_parsed/* bad */.MB)('has more than one line', 'write it on one line');
            return shape === undefined || shape.pattern.test(given)
                ? (0,inputs_parsed/* good */.uw)(given)
                : (0,inputs_parsed/* bad */.MB)(`${(0,inputs_parsed/* quote */.hD)(given)} is not accepted`, `write it like ${shape.like}`);
        },
        print: String,
        schema: {
            type: ['string', 'number'],
            ...(shape === undefined ? {} : { pattern: shape.pattern.source }),
        },
    };
}
/** A text that may have many lines: a command line, a script. */
function script() {
    return {
        name: 'text',
        shape: 'text',
        parse: inputs_parsed/* good */.uw,
        print: String,
        schema: { type: 'string' },
    };
}
/** A path, absolute or from the working directory. Whether the file exists is for its reader to say. */
function path() {
    return { ...text_text(), name: 'path', schema: { type: 'string' } };
}

// EXTERNAL MODULE: ./src/support/url.ts
var support_url = __webpack_require__(3642);
;// CONCATENATED MODULE: ./src/inputs/types/url.ts


/** The text is shown only as far as it is a URL: anything else may be a secret in the wrong place. */
function parseUrl(text) {
    const like = 'write a whole URL, such as `https://app.example.com/health`';
    if (/\s/.test(text))
        return (0,inputs_parsed/* bad */.MB)('has a blank inside of a URL', like);
    let url;
    try {
        url = new URL(text);
    }
    catch {
        return (0,inputs_parsed/* bad */.MB)('is not a URL', like);
    }
    return url.protocol === 'http:' || url.protocol === 'https:'
        ? (0,inputs_parsed/* good */.uw)(text)
        : (0,inputs_parsed/* bad */.MB)(`${(0,support_url/* printableUrl */.Z)(text)} is neither http nor https`, like);
}
/** A user name or password in a URL is a secret, and so is the text that holds it. */
function userInfo(text) {
    const raw = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i.exec(text)?.[1];
    if (raw === undefined)
        return [];
    const colon = raw.indexOf(':');
    const secret = colon === -1 ? raw : raw.slice(colon + 1);
    return [text, raw, secret, decoded(secret)];
}
function decoded(text) {
    try {
        return decodeURIComponent(text);
    }
    catch {
        return text;
    }
}
/**
 * A comma may stand in a URL; it ends one only where another begins.
 */
function splitUrls(text) {
    return text
        .split(/\n|,(?=\s*[a-z][a-z0-9+.-]*:\/\/)/i)
        .map((item) => item.trim().replace(/,$/, ''))
        .filter((item) => item !== '');
}
/** One http or https URL, as written. */
function url() {
    return {
        name: 'URL',
        shape: 'text',
        parse: parseUrl,
        print: support_url/* printableUrl */.Z,
        secretParts: userInfo,
        schema: { type: 'string', pattern: '^https?://' },
    };
}
/** http and https URLs, each once, as written. */
function urls() {
    return {
        name: 'list of URLs',
        shape: 'list',
        parse: (text) => {
            const found = [];
            for (const item of splitUrls(text)) {
                const parsed = parseUrl(item);
                if (!parsed.ok)
                    return parsed;
                if (found.includes(item))
                    return (0,inputs_parsed/* bad */.MB)(`${(0,support_url/* printableUrl */.Z)(item)} is named twice`, 'name it once');
                found.push(item);
            }
            return found.length === 0 ? (0,inputs_parsed/* bad */.MB)('names no URL') : (0,inputs_parsed/* good */.uw)(found);
        },
        print: (value) => value.map(support_url/* printableUrl */.Z).join(', '),
        secretParts: (text) => splitUrls(text).flatMap(userInfo),
        schema: {
            anyOf: [
                { type: 'string', pattern: '^https?://' },
                { type: 'array', items: { type: 'string', pattern: '^https?://' }, minItems: 1 },
            ],
        },
    };
}

;// CONCATENATED MODULE: ./src/inputs/table.ts













const second = 1000;
const hour = 3600 * second;
const rungs = [
    'kubernetes',
    'helm',
    'compose',
    'ci',
    'scale-down',
    'command',
];
const workload = {
    pattern: /^(deployment|statefulset|daemonset)\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
    like: '`deployment/api`, `statefulset/db` or `daemonset/agent`',
};
/**
 * THE table of inputs. Flags, variables, the keys of the configuration file, action.yml, help, the tables of the README
 * and the JSON schema all follow from it.
 */
const inputs = {
    command: (0,input/* input */.hF)((0,commands/* command */.G5)(), {
        group: 'general',
        default: 'run',
        description: 'What to do: `run`, `snapshot`, `preflight`, `rollback`, `validate` or `demo`. On a command line it is the first word.',
    }),
    config: (0,input/* input */.hF)(path(), {
        group: 'general',
        inFile: false,
        description: 'Configuration file (YAML) with the same ids as keys. Default: `rollgate.yml` where there is one; in a run for a pull or merge request it is ignored unless this input names it.',
    }),
    'dry-run': (0,input/* input */.hF)((0,types_boolean/* boolean */.z)(), {
        group: 'general',
        default: 'false',
        description: 'Watch and judge, print the exact rollback that would be done, and do none.',
    }),
    reason: (0,input/* input */.hF)(text_text(), {
        group: 'general',
        description: 'Why `rollback` is called; stands in the report and goes along with the rollback.',
    }),
    duration: (0,input/* input */.hF)((0,duration/* duration */.p0)({ min: second }), {
        group: 'watch',
        default: '5m',
        description: 'How long the deployment is watched after the warm-up.',
    }),
    interval: (0,input/* input */.hF)((0,duration/* duration */.p0)({ min: 200 }), {
        group: 'watch',
        default: '10s',
        description: 'How often the checks are judged.',
    }),
    'warm-up': (0,input/* input */.hF)((0,duration/* duration */.p0)(), {
        group: 'watch',
        default: '30s',
        description: 'Time at the start in which traffic is not judged; a service that has never answered when it ends is unhealthy.',
    }),
    sensitivity: (0,input/* input */.hF)(choice(['high', 'normal', 'low']), {
        group: 'watch',
        default: 'normal',
        description: 'How much evidence is needed to call a deployment bad before the end: `high` (false alarms up to 5 %), `normal` (1 %) or `low` (0.1 %).',
    }),
    decision: (0,input/* input */.hF)(choice(['balanced', 'evidence', 'strict']), {
        group: 'watch',
        default: 'balanced',
        description: '`balanced`: evidence at any time, the literal limit at the end. `evidence`: no literal limit at the end. `strict`: the literal limit at every interval.',
    }),
    'on-unhealthy': (0,input/* input */.hF)(choice(['rollback', 'report']), {
        group: 'watch',
        default: 'rollback',
        description: 'What an unhealthy verdict leads to: `rollback`, or only a `report`.',
    }),
    'on-inconclusive': (0,input/* input */.hF)(choice(['report', 'rollback']), {
        group: 'watch',
        default: 'report',
        description: 'What an inconclusive verdict leads to: only a `report`, or `rollback`.',
    }),
    'fail-on': (0,input/* input */.hF)(choices(['unhealthy', 'inconclusive'], { none: 'none' }), {
        group: 'watch',
        default: 'unhealthy,inconclusive',
        description: 'Verdicts that fail the job: `unhealthy`, `inconclusive`, both, or `none`. For others the process exits 0 with a warning, and report.json keeps the code.',
    }),
    'deployed-within': (0,input/* input */.hF)((0,duration/* duration */.p0)({ max: 8760 * hour }), {
        group: 'watch',
        default: '1h',
        description: 'Without a snapshot, only a version that became current this recently is undone.',
    }),
    url: (0,input/* input */.hF)(urls(), {
        group: 'http',
        description: 'One or more URLs that are probed at `requests-per-second` each; they give success rate, errors per minute and latency. Default: none.',
    }),
    'requests-per-second': (0,input/* input */.hF)(number({ min: 0.1, max: 500 }), {
        group: 'http',
        default: '2',
        description: 'Probes a second for each URL, from 0.1 to 500.',
    }),
    'request-timeout': (0,input/* input */.hF)((0,duration/* duration */.p0)({ min: 50 }), {
        group: 'http',
        default: '5s',
        description: 'A request that takes longer has failed.',
    }),
    'follow-redirects': (0,input/* input */.hF)(integer({ min: 0, max: 20 }), {
        group: 'http',
        default: '0',
        description: 'How many redirects a probe follows, from 0 to 20.',
    }),
    'expect-status': (0,input/* input */.hF)(statusRanges(), {
        group: 'http',
        default: '200-399',
        description: 'Status codes of a good answer: codes and ranges, such as `200-299,404`.',
    }),
    'expect-body': (0,input/* input */.hF)(regex(), {
        group: 'http',
        description: 'Regular expression that the body of a good answer matches. Default: any body will do.',
    }),
    headers: (0,input/* input */.hF)(headers(), {
        group: 'http',
        secret: true,
        sentTo: ['url', 'health-url'],
        description: 'Headers sent with every probe, as `Name: value` lines. Default: none.',
    }),
    'health-url': (0,input/* input */.hF)(urls(), {
        group: 'http',
        off: true,
        fallback: 'url',
        description: 'One or more URLs of the health check, or `off`. Default: the same as `url`.',
    }),
    'health-interval': (0,input/* input */.hF)((0,duration/* duration */.p0)({ min: 200 }), {
        group: 'http',
        default: '5s',
        description: 'How often the health check looks.',
    }),
    'health-failures': (0,input/* input */.hF)(integer({ min: 1, max: 1000 }), {
        group: 'http',
        default: '3',
        description: 'Failed looks in a row that make the service unhealthy.',
    }),
    'health-successes': (0,input/* input */.hF)(integer({ min: 1, max: 1000 }), {
        group: 'http',
        default: '2',
        description: 'Good looks in a row that show it healthy again after a rollback.',
    }),
    'min-success-rate': (0,input/* input */.hF)(percentage(), {
        group: 'limits',
        off: true,
        default: '95',
        description: 'Percent of the requests that must succeed, or `off`; exactly this many passes.',
    }),
    'max-errors-per-minute': (0,input/* input */.hF)(number({ min: 0, max: 1_000_000 }), {
        group: 'limits',
        off: true,
        default: '10',
        description: 'Failed requests a minute that are accepted, or `off`; exactly this many passes. Own probes are scaled to 60 a minute.',
    }),
    'max-latency': (0,input/* input */.hF)(latencyLimit(), {
        group: 'limits',
        off: true,
        description: 'Limit on latency, such as `p95 < 800ms`, or `off`. Default: none.',
    }),
    'min-requests': (0,input/* input */.hF)(integer({ min: 1, max: 1_000_000_000 }), {
        group: 'limits',
        default: '20',
        description: 'With fewer requests than this the watch ends inconclusive.',
    }),
    'prometheus-url': (0,input/* input */.hF)(url(), {
        group: 'prometheus',
        description: 'Address of a Prometheus server. Not available in this version. Default: none.',
    }),
    'prometheus-token': (0,input/* input */.hF)(text_text(), {
        group: 'prometheus',
        secret: true,
        sentTo: ['prometheus-url'],
        description: 'Bearer token for the Prometheus server. Not available in this version. Default: none.',
    }),
    'prometheus-total': (0,input/* input */.hF)(script(), {
        group: 'prometheus',
        description: 'Selector of the raw counter of all requests. Not available in this version. Default: none.',
    }),
    'prometheus-errors': (0,input/* input */.hF)(script(), {
        group: 'prometheus',
        description: 'Selector of the raw counter of failed requests. Not available in this version. Default: none.',
    }),
    rollback: (0,input/* input */.hF)(choices(rungs), {
        group: 'rollback',
        default: 'kubernetes,compose,ci,scale-down',
        description: 'The chain: ways of rolling back, in the order in which they are tried, out of `kubernetes`, `helm`, `compose`, `ci`, `scale-down` and `command`. What is not configured is skipped.',
    }),
    'rollback-command': (0,input/* input */.hF)(script(), {
        group: 'rollback',
        rung: 'command',
        configures: true,
        description: 'Command line of the `command` rung, given to the shell as it is; exit code 0 means done. Name `command` in `rollback` to use it. Default: none.',
    }),
    'rollback-timeout': (0,input/* input */.hF)((0,duration/* duration */.p0)({ min: second }), {
        group: 'rollback',
        default: '10m',
        description: 'Time for the whole chain.',
    }),
    'verify-timeout': (0,input/* input */.hF)((0,duration/* duration */.p0)({ min: second }), {
        group: 'rollback',
        default: '2m',
        description: 'Time after a rollback in which everything that was wrong must be seen right.',
    }),
    'rollback-scope': (0,input/* input */.hF)(choice(['failed', 'all']), {
        group: 'rollback',
        default: 'failed',
        description: 'With several targets: roll back those that `failed`, or `all` of them.',
    }),
    'snapshot-file': (0,input/* input */.hF)(path(), {
        group: 'rollback',
        default: 'rollgate-report/snapshot.json',
        description: 'Where `snapshot` records what runs before the deploy.',
    }),
    'kubernetes-workload': (0,input/* input */.hF)(list(workload), {
        group: 'kubernetes',
        rung: 'kubernetes',
        configures: true,
        description: 'Workloads to take back: `deployment/api`, `statefulset/db`, `daemonset/agent`. Default: none.',
    }),
    'kubernetes-namespace': (0,input/* input */.hF)(text_text(), {
        group: 'kubernetes',
        rung: 'kubernetes',
        description: 'Namespace of the workloads. Default: as kubectl has it.',
    }),
    'kubernetes-context': (0,input/* input */.hF)(text_text(), {
        group: 'kubernetes',
        rung: 'kubernetes',
        description: 'Context of the kubeconfig. Default: as kubectl has it.',
    }),
    kubeconfig: (0,input/* input */.hF)(path(), {
        group: 'kubernetes',
        rung: 'kubernetes',
        description: 'Path of the kubeconfig. Default: as kubectl has it.',
    }),
    'kubernetes-revision': (0,input/* input */.hF)(list({
        pattern: /^(\d+|[a-z]+\/[a-z0-9.-]+=\d+)$/,
        like: '`13`, or `deployment/api=13` for each of several workloads',
    }), {
        group: 'kubernetes',
        rung: 'kubernetes',
        description: 'Revision to go back to; for several workloads `kind/name=N` lines. Default: the recorded one, else the previous one.',
    }),
    'helm-release': (0,input/* input */.hF)(text_text(), {
        group: 'kubernetes',
        rung: 'helm',
        configures: true,
        description: 'Helm release to take back. Default: none.',
    }),
    'helm-namespace': (0,input/* input */.hF)(text_text(), {
        group: 'kubernetes',
        rung: 'helm',
        description: 'Namespace of the Helm release. Default: as helm has it.',
    }),
    'compose-file': (0,input/* input */.hF)(list(), {
        group: 'compose',
        rung: 'compose',
        configures: true,
        description: 'Compose files, as `docker compose -f`. Default: none.',
    }),
    'compose-project': (0,input/* input */.hF)(text_text(), {
        group: 'compose',
        rung: 'compose',
        configures: true,
        description: 'Compose project, as `docker compose -p`. Default: none.',
    }),
    'compose-service': (0,input/* input */.hF)(list(), {
        group: 'compose',
        rung: 'compose',
        description: 'Services of the project to take back. Default: all of them.',
    }),
    'canary-workload': (0,input/* input */.hF)(list(workload), {
        group: 'canary',
        rung: 'scale-down',
        configures: true,
        description: 'Kubernetes workloads that `scale-down` takes to zero. Default: none.',
    }),
    'canary-service': (0,input/* input */.hF)(list(), {
        group: 'canary',
        rung: 'scale-down',
        configures: true,
        description: 'Compose services that `scale-down` takes to zero. Default: none.',
    }),
    'ci-system': (0,input/* input */.hF)(choice(['github', 'gitlab', 'jenkins', 'circleci', 'azure', 'http', 'none']), {
        group: 'ci',
        rung: 'ci',
        configures: true,
        guide: ['CI_SYSTEM'],
        description: 'CI system that the rollback pipeline is started in: `github`, `gitlab`, `jenkins`, `circleci`, `azure`, `http` or `none`. Default: the one that this job runs in.',
    }),
    'rollback-ref': (0,input/* input */.hF)(text_text(), {
        group: 'ci',
        rung: 'ci',
        configures: true,
        description: "Branch or tag that the rollback pipeline runs on. Default: the repository's default branch.",
    }),
    'rollback-parameters': (0,input/* input */.hF)(parameters(), {
        group: 'ci',
        rung: 'ci',
        configures: true,
        description: 'Further parameters of the rollback pipeline, as `name=value` lines. Default: none.',
    }),
    'rollback-wait': (0,input/* input */.hF)((0,types_boolean/* boolean */.z)(), {
        group: 'ci',
        rung: 'ci',
        configures: true,
        default: 'true',
        description: 'Follow the rollback pipeline to its end.',
    }),
    'rollback-start-timeout': (0,input/* input */.hF)((0,duration/* duration */.p0)({ min: second }), {
        group: 'ci',
        rung: 'ci',
        configures: true,
        default: '2m',
        description: 'Give up on a rollback pipeline that has not begun by then.',
    }),
    'github-repository': (0,input/* input */.hF)(text_text({ pattern: /^[\w.-]+\/[\w.-]+$/, like: '`owner/name`' }), {
        group: 'github',
        rung: 'ci',
        configures: true,
        guide: ['GITHUB_REPOSITORY'],
        host: { github: ['GITHUB_REPOSITORY'] },
        description: 'Repository of the rollback workflow, as `owner/name`. Default: `GITHUB_REPOSITORY`.',
    }),
    'github-token': (0,input/* input */.hF)(text_text(), {
        group: 'github',
        rung: 'ci',
        configures: true,
        secret: true,
        guide: ['GITHUB_TOKEN'],
        fallback: 'host-token',
        sentTo: ['github-api-url'],
        description: 'Token that may start and read the workflow (`actions: write`). Default: the token of the job.',
    }),
    'github-workflow': (0,input/* input */.hF)(text_text(), {
        group: 'github',
        rung: 'ci',
        configures: true,
        default: 'rollback.yml',
        guide: ['GITHUB_WORKFLOW_ID'],
        description: 'File name or id of the rollback workflow.',
    }),
    'github-api-url': (0,input/* input */.hF)(url(), {
        group: 'github',
        rung: 'ci',
        configures: true,
        default: 'https://api.github.com',
        host: { github: ['GITHUB_API_URL'] },
        description: 'Root of the REST API; in a GitHub job `GITHUB_API_URL` goes before the default.',
    }),
    'host-token': (0,input/* input */.hF)(text_text(), {
        group: 'github',
        secret: true,
        description: 'The token that GitHub makes for the job; stands in for a missing `github-token`. The action fills it in, nobody needs to set it.',
    }),
    'gitlab-url': (0,input/* input */.hF)(url(), {
        group: 'gitlab',
        rung: 'ci',
        configures: true,
        default: 'https://gitlab.com',
        host: { gitlab: ['CI_SERVER_URL'] },
        description: 'Root of the GitLab server; in a GitLab job `CI_SERVER_URL` goes before the default.',
    }),
    'gitlab-project': (0,input/* input */.hF)(text_text(), {
        group: 'gitlab',
        rung: 'ci',
        configures: true,
        guide: ['CI_PROJECT_ID'],
        host: { gitlab: ['CI_PROJECT_ID'] },
        description: 'Project of the rollback pipeline, as id or full path. Default: `CI_PROJECT_ID`.',
    }),
    'gitlab-pipeline': (0,input/* input */.hF)(integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), {
        group: 'gitlab',
        rung: 'ci',
        configures: true,
        guide: ['CI_PIPELINE_ID'],
        host: { gitlab: ['CI_PIPELINE_ID'] },
        description: 'Id of the running pipeline, which `gitlab-cancel` ends. Default: `CI_PIPELINE_ID`.',
    }),
    'gitlab-token': (0,input/* input */.hF)(text_text(), {
        group: 'gitlab',
        rung: 'ci',
        configures: true,
        secret: true,
        guide: ['GITLAB_TOKEN'],
        sentTo: ['gitlab-url'],
        description: 'Personal, project or group access token with the scope `api`. Default: `GITLAB_TOKEN`.',
    }),
    'gitlab-trigger-token': (0,input/* input */.hF)(text_text(), {
        group: 'gitlab',
        rung: 'ci',
        configures: true,
        secret: true,
        sentTo: ['gitlab-url'],
        description: 'Pipeline trigger token; enough to start the rollback pipeline, not to cancel one. Default: none.',
    }),
    'gitlab-job-token': (0,input/* input */.hF)(text_text(), {
        group: 'gitlab',
        rung: 'ci',
        configures: true,
        secret: true,
        guide: ['CI_JOB_TOKEN'],
        host: { gitlab: ['CI_JOB_TOKEN'] },
        sentTo: ['gitlab-url'],
        description: 'Token of a GitLab job; used where there is neither an access token nor a trigger token. Default: `CI_JOB_TOKEN`.',
    }),
    'gitlab-cancel': (0,input/* input */.hF)(choice(['pipeline', 'siblings', 'none']), {
        group: 'gitlab',
        rung: 'ci',
        configures: true,
        default: 'pipeline',
        description: 'What is cancelled once the rollback is done: the running `pipeline`, the other jobs of it (`siblings`), or `none`.',
    }),
    'jenkins-url': (0,input/* input */.hF)(url(), {
        group: 'jenkins',
        rung: 'ci',
        configures: true,
        guide: ['JENKINS_URL'],
        host: { jenkins: ['JENKINS_URL'] },
        description: 'Root of the Jenkins controller. Default: `JENKINS_URL`.',
    }),
    'jenkins-user': (0,input/* input */.hF)(text_text(), {
        group: 'jenkins',
        rung: 'ci',
        configures: true,
        guide: ['JENKINS_USER'],
        description: 'User that the token belongs to. Default: `JENKINS_USER`.',
    }),
    'jenkins-token': (0,input/* input */.hF)(text_text(), {
        group: 'jenkins',
        rung: 'ci',
        configures: true,
        secret: true,
        guide: ['JENKINS_TOKEN'],
        sentTo: ['jenkins-url'],
        description: 'API token of the user. Default: `JENKINS_TOKEN`.',
    }),
    'jenkins-job': (0,input/* input */.hF)(text_text(), {
        group: 'jenkins',
        rung: 'ci',
        configures: true,
        guide: ['JENKINS_JOB_NAME'],
        host: { jenkins: ['JOB_NAME'] },
        description: 'Full name of the rollback job, such as `folder/job`. Default: `JENKINS_JOB_NAME`, in a Jenkins build its own job.',
    }),
    'circleci-url': (0,input/* input */.hF)(url(), {
        group: 'circleci',
        rung: 'ci',
        configures: true,
        default: 'https://circleci.com',
        description: 'Root of CircleCI, or of a CircleCI server.',
    }),
    'circleci-token': (0,input/* input */.hF)(text_text(), {
        group: 'circleci',
        rung: 'ci',
        configures: true,
        secret: true,
        guide: ['CIRCLE_TOKEN'],
        sentTo: ['circleci-url'],
        description: 'Personal API token. Default: `CIRCLE_TOKEN`.',
    }),
    'circleci-project': (0,input/* input */.hF)(text_text(), {
        group: 'circleci',
        rung: 'ci',
        configures: true,
        guide: ['CIRCLE_PROJECT_SLUG'],
        description: 'Slug of the project, such as `gh/org/repo`. Default: `CIRCLE_PROJECT_SLUG`.',
    }),
    'circleci-definition-id': (0,input/* input */.hF)(text_text(), {
        group: 'circleci',
        rung: 'ci',
        configures: true,
        description: 'Id of the pipeline definition to run. Default: the pipeline of the repository.',
    }),
    'azure-url': (0,input/* input */.hF)(url(), {
        group: 'azure',
        rung: 'ci',
        configures: true,
        host: { azure: ['SYSTEM_COLLECTIONURI'] },
        description: 'URL of the organization or collection. Default: `SYSTEM_COLLECTIONURI` in an Azure job, else https://dev.azure.com/ and `azure-org`.',
    }),
    'azure-org': (0,input/* input */.hF)(text_text(), {
        group: 'azure',
        rung: 'ci',
        configures: true,
        guide: ['AZURE_DEVOPS_ORG'],
        description: 'Organization of Azure DevOps Services, where there is no `azure-url`. Default: `AZURE_DEVOPS_ORG`.',
    }),
    'azure-project': (0,input/* input */.hF)(text_text(), {
        group: 'azure',
        rung: 'ci',
        configures: true,
        guide: ['AZURE_DEVOPS_PROJECT'],
        host: { azure: ['SYSTEM_TEAMPROJECTID', 'SYSTEM_TEAMPROJECT'] },
        description: 'Name or id of the project. Default: `AZURE_DEVOPS_PROJECT`, in an Azure job its own project.',
    }),
    'azure-pat': (0,input/* input */.hF)(text_text(), {
        group: 'azure',
        rung: 'ci',
        configures: true,
        secret: true,
        guide: ['AZURE_DEVOPS_PAT'],
        host: { azure: ['SYSTEM_ACCESSTOKEN'] },
        sentTo: ['azure-url'],
        description: 'Personal access token that may run builds. Default: `AZURE_DEVOPS_PAT`, in an Azure job a mapped `SYSTEM_ACCESSTOKEN`.',
    }),
    'azure-pipeline': (0,input/* input */.hF)(text_text(), {
        group: 'azure',
        rung: 'ci',
        configures: true,
        guide: ['AZURE_PIPELINE_ID'],
        host: { azure: ['SYSTEM_DEFINITIONID'] },
        description: 'Id of the rollback pipeline. Default: `AZURE_PIPELINE_ID`, in an Azure job its own pipeline.',
    }),
    'report-dir': (0,input/* input */.hF)(path(), {
        group: 'report',
        default: 'rollgate-report',
        description: 'Folder for report.json, summary.md, junit.xml and recording.ndjson.',
    }),
    'report-logs': (0,input/* input */.hF)(integer({ min: 0, max: 1000 }), {
        group: 'report',
        default: '0',
        description: 'How many last lines of a failing container may be shown. They may hold secrets, and the log may be public.',
    }),
    'ca-file': (0,input/* input */.hF)(path(), {
        group: 'report',
        description: 'File with further certificate authorities (PEM) for every HTTPS connection. Default: none.',
    }),
};
const inputIds = Object.keys(inputs);
/** The row of an input, without the type of its value. */
function inputOf(id) {
    return inputs[id];
}
function isInputId(name) {
    return Object.hasOwn(inputs, name);
}


/***/ }),

/***/ 2555:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   y: () => (/* binding */ parseBoolean),
/* harmony export */   z: () => (/* binding */ boolean)
/* harmony export */ });
/* harmony import */ var _parsed_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2344);

/** CircleCI renders boolean parameters as `1` and `0`, Azure as `True` and `False`. */
const words = new Map([
    ['true', true],
    ['1', true],
    ['yes', true],
    ['false', false],
    ['0', false],
    ['no', false],
]);
function parseBoolean(text) {
    const value = words.get(text.toLowerCase());
    return value === undefined
        ? (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .bad */ .MB)(`${(0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .quote */ .hD)(text)} is neither true nor false`, 'true, false, yes, no, 1 or 0')
        : (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .good */ .uw)(value);
}
function boolean() {
    return {
        name: 'boolean',
        shape: 'boolean',
        parse: parseBoolean,
        print: String,
        schema: {
            anyOf: [
                { type: 'boolean' },
                { enum: [0, 1] },
                { type: 'string', pattern: '^([Tt]rue|[Ff]alse|[Yy]es|[Nn]o|1|0)$' },
            ],
        },
    };
}


/***/ }),

/***/ 9119:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   E9: () => (/* binding */ parseDuration),
/* harmony export */   cb: () => (/* binding */ printDuration),
/* harmony export */   p0: () => (/* binding */ duration)
/* harmony export */ });
/* harmony import */ var _parsed_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(2344);

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
/** Timers of Node fire at once above 2^31-1 ms, which is 24.8 days. */
const day = 24 * hour;
const pattern = /^(?:(\d+(?:\.\d+)?)h)? ?(?:(\d+(?:\.\d+)?)m(?!s))? ?(?:(\d+(?:\.\d+)?)s)? ?(?:(\d+)ms)?$/;
const accepted = 'a duration is written like `90s`, `5m`, `1h30m` or `500ms`';
/** Milliseconds of `90s`, `5m`, `1h30m`, `500ms` or `0`; a bare number has no unit and is refused. */
function parseDuration(text) {
    if (text === '0')
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .good */ .uw)(0);
    if (/^\d+(\.\d+)?$/.test(text)) {
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .bad */ .MB)(`${(0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .quote */ .hD)(text)} has no unit`, `write \`${text}s\` for seconds, \`${text}m\` for minutes`);
    }
    const match = pattern.exec(text);
    if (match === null || text === '')
        return (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .bad */ .MB)(`${(0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .quote */ .hD)(text)} is not a duration`, accepted);
    const [, hours, minutes, seconds, milliseconds] = match;
    const total = Number(hours ?? 0) * hour +
        Number(minutes ?? 0) * minute +
        Number(seconds ?? 0) * second +
        Number(milliseconds ?? 0);
    const whole = Math.round(total);
    return Number.isSafeInteger(whole)
        ? (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .good */ .uw)(whole)
        : (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .bad */ .MB)(`${(0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .quote */ .hD)(text)} is too long for a duration`, accepted);
}
/** Milliseconds as {@link parseDuration} reads them back, exactly: `5m`, `1h30m`, `1s500ms`, `0s`. */
function printDuration(ms) {
    const parts = [
        [Math.floor(ms / hour), 'h'],
        [Math.floor((ms % hour) / minute), 'm'],
        [Math.floor((ms % minute) / second), 's'],
        [ms % second, 'ms'],
    ];
    const text = parts
        .map(([count, unit]) => (count === 0 ? '' : `${String(count)}${unit}`))
        .join('');
    return text === '' ? '0s' : text;
}
/** Milliseconds, from `min` (default 0) to `max` (default 24 h). */
function duration(bounds = {}) {
    const { min = 0, max = day } = bounds;
    return {
        name: 'duration',
        shape: 'text',
        parse: (text) => {
            const parsed = parseDuration(text);
            if (!parsed.ok || (parsed.value >= min && parsed.value <= max))
                return parsed;
            return parsed.value < min
                ? (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .bad */ .MB)(`${(0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .quote */ .hD)(text)} is too short`, `at least \`${printDuration(min)}\``)
                : (0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .bad */ .MB)(`${(0,_parsed_js__WEBPACK_IMPORTED_MODULE_0__/* .quote */ .hD)(text)} is too long`, `at most \`${printDuration(max)}\``);
        },
        print: printDuration,
        schema: {
            anyOf: [
                { type: 'string', pattern: '^(0|[0-9.]+(h|m|s|ms)( ?[0-9.]+(m|s|ms))*)$' },
                ...(min === 0 ? [{ const: 0 }] : []),
            ],
        },
    };
}


/***/ }),

/***/ 6192:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Au: () => (/* binding */ unknownVariables),
/* harmony export */   Cg: () => (/* binding */ hostVariables),
/* harmony export */   DA: () => (/* binding */ ownVariable),
/* harmony export */   F0: () => (/* binding */ allVariables),
/* harmony export */   YJ: () => (/* binding */ guideVariables),
/* harmony export */   s9: () => (/* binding */ actionVariables)
/* harmony export */ });
const prefix = 'ROLLGATE_';
/** `min-success-rate` → `ROLLGATE_MIN_SUCCESS_RATE` */
function ownVariable(id) {
    return `${prefix}${id.toUpperCase().replaceAll('-', '_')}`;
}
/**
 * The variables in which a CI system hands an input of an action or a task over. GitHub keeps hyphens (actions/toolkit,
 * packages/core/src/core.ts), Azure names have none (azure-pipelines-agent, Handler.cs).
 */
function actionVariables(id) {
    const name = id.toUpperCase();
    const bare = name.replaceAll('-', '');
    return name === bare ? [`INPUT_${name}`] : [`INPUT_${name}`, `INPUT_${bare}`];
}
/** Variables that count as the user's own on this host: what the host sets by itself says nothing of what the user wants. */
function guideVariables(facts, system) {
    const byHost = hostVariables(facts, system);
    return (facts.guide ?? []).filter((name) => !byHost.includes(name));
}
/** Variables that this host sets by itself. */
function hostVariables(facts, system) {
    return facts.host?.[system] ?? [];
}
/** Every variable that the input may come from, on whatever host. */
function allVariables(id, facts) {
    return [
        ...actionVariables(id),
        ownVariable(id),
        ...(facts.guide ?? []),
        ...Object.values(facts.host ?? {}).flat(),
    ];
}
/** The outputs, which a GitLab dotenv report or CircleCI's `$BASH_ENV` hands to later jobs as variables like ours. */
const outputs = {
    verdict: true,
    reason: true,
    'rolled-back': true,
    'rollback-status': true,
    'rollback-rung': true,
    'rollback-url': true,
    'rollback-run-id': true,
    'success-rate': true,
    'errors-per-minute': true,
    'detection-seconds': true,
    report: true,
};
/** Besides the outputs: what the `command` rung is told, and what the tests of this program are told. */
const reserved = new Set([...Object.keys(outputs), 'target', 'e2e', 'schemas'].map(ownVariable));
/** The variables that look like ours and are no input. */
function unknownVariables(names, ids) {
    const known = new Set(ids.map(ownVariable));
    return names.filter((name) => name.startsWith(prefix) && !known.has(name) && !reserved.has(name));
}


/***/ }),

/***/ 864:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   LS: () => (/* binding */ plural),
/* harmony export */   T1: () => (/* binding */ formatShare),
/* harmony export */   ZV: () => (/* binding */ formatNumber),
/* harmony export */   a3: () => (/* binding */ formatDuration)
/* harmony export */ });
/** `90500` → `1m 30.5s`; below a minute `12.3s`; whole numbers lose the `.0`. */
function formatDuration(ms) {
    if (ms < 1000)
        return `${String(Math.round(ms))}ms`;
    const tenths = Math.round(ms / 100);
    const hours = Math.floor(tenths / 36000);
    const minutes = Math.floor((tenths % 36000) / 600);
    const seconds = (tenths % 600) / 10;
    const parts = [
        hours > 0 ? `${String(hours)}h` : '',
        minutes > 0 ? `${String(minutes)}m` : '',
        seconds > 0 ? `${String(seconds)}s` : '',
    ].filter((part) => part !== '');
    return parts.length === 0 ? '0s' : parts.join(' ');
}
/** A share 0..1 as percent with at most `digits` decimals, without trailing zeros: `0.863` → `86.3 %`. */
function formatShare(share, digits = 2) {
    return `${formatNumber(share * 100, digits)} %`;
}
/** At most `digits` decimals, no trailing zeros, thousands separated: `5980` → `5,980`. */
function formatNumber(value, digits = 2) {
    return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}
/** `1 request`, `2 requests`. */
function plural(count, noun) {
    return `${formatNumber(count, 0)} ${noun}${count === 1 ? '' : 's'}`;
}


/***/ }),

/***/ 5240:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   $: () => (/* binding */ clip),
/* harmony export */   s: () => (/* binding */ neutralise)
/* harmony export */ });
/**
 * Makes text from outside safe to print in a CI log: a line that the GitHub runner or the Azure agent would
 * execute as a command (`::error::`, `##[group]`, `##vso[...]`) gets a zero-width joiner in front of its marker,
 * so it reads the same and does nothing. Other control characters (but tab and newline) are dropped, so that
 * a body cannot rewrite the terminal.
 *
 * GitHub matches `::` after leading blanks; Azure matches `##vso[` and `##[` anywhere in a line.
 * Sources: actions/runner src/Runner.Common/ActionCommand.cs; microsoft/azure-pipelines-agent
 * src/Agent.Sdk/CommandStringUtil and src/Microsoft.VisualStudio.Services.Agent/Command.cs.
 */
function neutralise(text) {
    return (text
        .replace(/\r\n?/g, '\n')
        // eslint-disable-next-line no-control-regex -- these are the characters to take out
        .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
        .replace(/^(\s*)::/gm, '$1\u2060::')
        .replace(/##(?=vso\[|\[)/gi, '#\u2060#'));
}
/** One line of at most `max` characters; what is cut is shown as `…`. */
function clip(text, max = 300) {
    const line = text.replace(/\s+/g, ' ').trim();
    return line.length <= max ? line : `${line.slice(0, max - 1)}…`;
}


/***/ }),

/***/ 3642:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   Z: () => (/* binding */ printableUrl)
/* harmony export */ });
/**
 * A URL as it may be printed: user info and the values of the query are `***`, a fragment is dropped.
 * Text that is no URL is shown as `(not a URL)`, because it may be a secret in the wrong place.
 */
function printableUrl(text) {
    let url;
    try {
        url = new URL(text);
    }
    catch {
        return '(not a URL)';
    }
    const user = url.username !== '' || url.password !== '' ? '***@' : '';
    const query = [...url.searchParams.keys()].map((key) => `${encodeURIComponent(key)}=***`);
    const search = query.length === 0 ? '' : `?${query.join('&')}`;
    return `${url.protocol}//${user}${url.host}${url.pathname === '/' ? '' : url.pathname}${search}`;
}


/***/ })

};
