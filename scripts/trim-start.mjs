import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What libraries do while they are loaded, and this program never needs: Node compiles its whole Fetch API (undici) for whoever
 * asks for `FormData`, `Request`, `Response` or `fetch`, and its HTTP/2 for whoever imports it. Together they were a third of the
 * time until the first probe. Each text must be there exactly once, or as often as is said, so that a new version of a library
 * cannot undo it unseen.
 */
const trims = [
  // webpack makes a new `require` for each module of Node. Node 20.16 and later give theirs away without.
  {
    from: /import \{ createRequire as (__WEBPACK_EXTERNAL_createRequire) \} from "module";\n/g,
    to: '$&const builtin = process.getBuiltinModule ?? $1(import.meta.url);\n',
  },
  // axios, lib/adapters/fetch.js: the default export, which nothing imports; the adapters take the function above it.
  { from: /\nconst adapter = getFetch\(\);\n/g, to: '\n' },
  // axios, lib/utils.js: it knows a form by its tag, too (`kind === 'formdata'`).
  {
    from: /const FormDataCtor = typeof G\.FormData !== 'undefined' \? G\.FormData : undefined;/g,
    to: 'const FormDataCtor = undefined;',
  },
  // axios, lib/adapters/http.js and lib/helpers/Http2Sessions.js: read at a request with `httpVersion: 2`.
  {
    from: /module\.exports = (builtin\("http2"\));/g,
    to: 'module.exports = { get connect() { return $1.connect; }, get constants() { return $1.constants; } };',
  },
  // form-data, which axios makes a form of an object with: Node's own does it, too.
  {
    from: /\nvar form_data = __webpack_require__\(\d+\);\n/g,
    to: '\nvar form_data = undefined;\n',
  },
  // axios, lib/core/mergeConfig.js, at every request: V8 11 (Node 20) keeps such an object, with all that it refers to, until it
  // collects everything.
  {
    from: /ownEnumerableKeys\(\{ \.\.\.config1, \.\.\.config2 \}\)/g,
    to: 'ownEnumerableKeys(Object.assign({}, config1, config2))',
  },
  // What agents of proxies say where DEBUG asks for it, addresses with their secrets among it.
  {
    from: /const debug_1 = __importDefault\(__webpack_require__\(\d+\)\);/g,
    to: 'const debug_1 = { default: () => () => undefined };',
    times: 3,
  },
  // mime-db, which comes with form-data: 2,500 media types, a quarter of what every watch loads.
  {
    from: /JSON\.parse\('\{"application\/1d-interleaved-parityfec"[^']*'\)/g,
    to: "JSON.parse('{}')",
  },
];

/** @throws Error when a text is missing, or there more than once */
export function trimStart(folder) {
  const paths = readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(folder, name));
  const entry = join(folder, 'index.js');
  writeFileSync(
    entry,
    readFileSync(entry, 'utf8').replaceAll(
      'module.exports = __WEBPACK_EXTERNAL_createRequire(import.meta.url)(',
      'module.exports = builtin(',
    ),
  );
  for (const { from, to, times = 1 } of trims) {
    let count = 0;
    for (const path of paths) {
      const text = readFileSync(path, 'utf8');
      const found = text.match(from)?.length ?? 0;
      count += found;
      if (found > 0) writeFileSync(path, text.replace(from, to));
    }
    if (count !== times)
      throw new Error(`${folder} has ${String(from)} ${String(count)} times, not ${String(times)}`);
  }
}
