import fc from 'fast-check';

/** An answer as it is sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What becomes of one answer: plain data, so that a failing run can be read. `at`, `of`: a share of what there is. */
export type Mutation =
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'doubled' }
  | { readonly kind: 'body'; readonly body: string }
  | { readonly kind: 'deep body'; readonly open: string; readonly depth: number }
  | { readonly kind: 'dropped'; readonly at: number }
  | { readonly kind: 'replaced'; readonly at: number; readonly by: string }
  | { readonly kind: 'every number'; readonly by: string }
  | { readonly kind: 'deep'; readonly at: number; readonly open: string; readonly depth: number }
  | { readonly kind: 'long'; readonly at: number; readonly length: number }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'header'; readonly name: string; readonly value: string };

const share = fc.double({ min: 0, max: 1, noNaN: true });
/** What opens a level; what closes it follows from that. */
const open = fc.constantFrom('[', '{"message":', '{"errors":[', '[[],', '{"a":1,"error":');
const depth = fc.constantFrom(3, 100, 5000, 50_000);

const words = ['', 'x', 'many', '\u0085::error::x', '\u202egnp', '__proto__', 'null', '💥\ud800'];
/** Of other types than what was there, and no numbers; in JSON. */
const noNumber = fc.oneof(
  fc.constantFrom('null', 'true', 'false', '{}', '[]', '[[]]', '[null]', '{"a":{}}'),
  fc.constantFrom(...words).map((word) => JSON.stringify(word)),
  fc.constantFrom('{"__proto__":null}', '{"toString":null,"length":{}}', '{"constructor":[]}'),
);
const number = fc.constantFrom(
  ...['0', '-1', '0.5', '1e308', '-1e308', '1e999', '5e-324', '9007199254740993', '1e21'],
  ...['"12"', '"-3"', '"NaN"', '"+Inf"', '"0x10"', '"1e5"', '" 7 "', '4e-7', '253402300800000'],
);

const absurdHeader = fc.oneof(
  fc.record({
    name: fc.constant('retry-after'),
    value: fc.constantFrom(
      ...['', '0', '-1', '1.5', '9'.repeat(400), 'soon', '1e3', 'Fri, 31 Dec 9999 23:59:59 GMT'],
      ...['+275760-09-13T00:00:00Z', '-271821-04-20T00:00:00Z', '60', '3600, 60'],
    ),
  }),
  fc.record({
    name: fc.constant('date'),
    value: fc.constantFrom(
      ...['', 'today', '0', 'Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT'],
      ...['+275760-09-13T00:00:00Z', '-271821-04-20T00:00:00Z', 'a, b'],
    ),
  }),
  fc.record({
    name: fc.constant('content-type'),
    value: fc.constantFrom(
      ...['', 'text/html', 'text/plain; charset=utf-16', 'application/xml', 'json', '; ;', '*/*'],
      ...['application/json; charset=ebcdic', `text/${'x'.repeat(20_000)}`],
    ),
  }),
  fc.record({
    name: fc.constantFrom(
      'location',
      'link',
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
      'x-next-page',
    ),
    value: fc.constantFrom(
      ...['', '0', 'http://[', 'file:///etc/passwd', '<http://x>; rel="next"', '9'.repeat(30)],
      ...['https://elsewhere.test/?token=x', '</>; rel=next, <', '-5'],
    ),
  }),
);

const statuses = fc.constantFrom(
  ...[200, 201, 202, 203, 204, 205, 206, 226, 299, 300, 301, 302, 304, 307, 400, 401, 403, 404],
  ...[405, 408, 409, 410, 415, 418, 422, 425, 429, 451, 499, 500, 501, 502, 503, 504, 511, 599],
);

/** Every one of them only takes away what was there, or puts something there that is no number. */
export const withoutNumbers: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({ kind: fc.constant('cut' as const), at: share }),
  fc.record({ kind: fc.constant('doubled' as const) }),
  fc.record({
    kind: fc.constant('body' as const),
    body: fc.oneof(
      fc.constantFrom('', 'null', '""', '[]', '{}', '<!doctype html><title>Sign in</title>'),
      fc.constantFrom('\u0000', '{"message":{"a":[{}]}}', '{"errors":[[["x"]],{"detail":{}}]}'),
      noNumber,
    ),
  }),
  fc.record({ kind: fc.constant('deep body' as const), open, depth }),
  fc.record({ kind: fc.constant('dropped' as const), at: share }),
  fc.record({ kind: fc.constant('replaced' as const), at: share, by: noNumber }),
  fc.record({ kind: fc.constant('every number' as const), by: noNumber }),
  fc.record({ kind: fc.constant('deep' as const), at: share, open, depth }),
  fc.record({
    kind: fc.constant('long' as const),
    at: share,
    length: fc.constantFrom(300, 20_000, 300_000),
  }),
  {
    arbitrary: fc.record({ kind: fc.constant('status' as const), status: statuses }),
    weight: 3,
  },
  absurdHeader.map((header) => ({ kind: 'header' as const, ...header })),
);

/** Those, and wrong or huge numbers. */
export const anyMutation: fc.Arbitrary<Mutation> = fc.oneof(
  { arbitrary: withoutNumbers, weight: 4 },
  {
    arbitrary: fc.record({ kind: fc.constant('replaced' as const), at: share, by: number }),
    weight: 1,
  },
  { arbitrary: fc.record({ kind: fc.constant('every number' as const), by: number }), weight: 1 },
);

export function mutated(answer: Answer, mutations: readonly Mutation[]): Answer {
  return mutations.reduce(mutatedBy, answer);
}

function mutatedBy(answer: Answer, mutation: Mutation): Answer {
  const { body } = answer;
  switch (mutation.kind) {
    case 'status':
      return { ...answer, status: mutation.status };
    case 'header':
      return { ...answer, headers: { ...answer.headers, [mutation.name]: mutation.value } };
    case 'cut':
      return { ...answer, body: body.slice(0, Math.floor(body.length * mutation.at)) };
    case 'doubled':
      return { ...answer, body: body + body };
    case 'body':
      return { ...answer, body: mutation.body };
    case 'deep body':
      return { ...answer, body: nested(mutation.open, mutation.depth, '{}') };
    case 'dropped':
      return { ...answer, body: edited(body, mutation.at, () => undefined) };
    case 'replaced':
      return { ...answer, body: edited(body, mutation.at, () => mutation.by) };
    case 'every number':
      return { ...answer, body: body.replace(NUMBER, mutation.by) };
    case 'deep':
      return {
        ...answer,
        body: edited(body, mutation.at, (old) => nested(mutation.open, mutation.depth, old)),
      };
    case 'long':
      return {
        ...answer,
        body: edited(body, mutation.at, () => JSON.stringify('~'.repeat(mutation.length))),
      };
  }
}

/** A number in JSON, quoted or not, that stands where a value may stand. */
const NUMBER = /(?<=[:,[]\s*)(?:"-?\d[\d.e+-]*"|-?\d[\d.e+-]*)(?=\s*[,\]}])/gi;

function nested(begin: string, depth: number, inner: string): string {
  const closing = begin
    .replaceAll('[]', '')
    .replace(/[^[{]/g, '')
    .split('')
    .reverse()
    .map((letter) => (letter === '[' ? ']' : '}'))
    .join('');
  return begin.repeat(depth) + inner + closing.repeat(depth);
}

const HERE = 'HERE-IT-CHANGES';

/** The body with one of its values changed; one that is not JSON, or too deep to be written again, stays. */
function edited(body: string, at: number, change: (old: string) => string | undefined): string {
  try {
    const root: { body?: unknown } = { body: JSON.parse(body) as unknown };
    const places: (readonly [Record<string, unknown>, string])[] = [];
    const open: unknown[] = [root];
    for (let value = open.pop(); value !== undefined; value = open.pop()) {
      if (typeof value !== 'object' || value === null) continue;
      for (const [key, inner] of Object.entries(value)) {
        places.push([value as Record<string, unknown>, key]);
        if (typeof inner === 'object' && inner !== null) open.push(inner);
      }
    }
    const [holder, key] = places[Math.min(places.length - 1, Math.floor(at * places.length))]!;
    const by = change(JSON.stringify(holder[key]));
    if (by !== undefined) holder[key] = HERE;
    else if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else Reflect.deleteProperty(holder, key);
    return JSON.stringify(root.body ?? '').replace(`"${HERE}"`, () => by ?? '');
  } catch {
    return body;
  }
}
