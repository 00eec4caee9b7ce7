/** A value that is not known before the run. */
export const UNKNOWN = Symbol('unknown');

/** A value of an expression. Objects and lists are not looked at. */
export type Value = string | number | boolean | null | typeof UNKNOWN;

/** What is known of a run before it is started. */
export interface RunFacts {
  /** `inputs.NAME`, by the name in lower case: a boolean for an input of that type. */
  readonly inputs: ReadonlyMap<string, Value>;
  /** `github.event.inputs.NAME`: always a text. */
  readonly eventInputs: ReadonlyMap<string, Value>;
  /** What would become of the jobs that this one needs. */
  readonly needs: ReadonlyMap<string, 'runs' | 'skipped' | 'unknown'>;
}

/**
 * The value of an expression of a workflow (GitHub documentation, "Evaluate expressions in workflows and actions"). What it looks at
 * and is not known, and what is no expression that we understand, is `UNKNOWN`.
 */
export function evaluate(text: string, facts: RunFacts): Value {
  const tokens = tokensOf(text);
  if (tokens === undefined) return UNKNOWN;
  const parser = new Parser(tokens, facts);
  try {
    return parser.whole();
  } catch (error) {
    if (error instanceof NotUnderstood) return UNKNOWN;
    throw error;
  }
}

/** What a condition makes of a value: false, 0, the empty text and null are false. */
export function isTrue(value: Value): boolean | typeof UNKNOWN {
  if (value === UNKNOWN) return UNKNOWN;
  return typeof value === 'number' ? value !== 0 && !Number.isNaN(value) : Boolean(value);
}

class NotUnderstood extends Error {}

type Token =
  | { readonly kind: 'sign' | 'name'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: Value };

const TOKEN =
  /\s*(?:('(?:[^']|'')*')|(-?(?:0x[\da-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?))|([a-z_][\w-]*)|(&&|\|\||[=!<>]=|[!<>()[\],.*]))/iy;
const keywords: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const [, quoted, number, name, sign] = TOKEN.exec(text) ?? [];
    if (quoted !== undefined) {
      tokens.push({ kind: 'literal', value: quoted.slice(1, -1).replaceAll("''", "'") });
    } else if (number !== undefined) tokens.push({ kind: 'literal', value: Number(number) });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name.toLowerCase() });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else return undefined;
  }
  return tokens;
}

/** Reads and evaluates at once. Both sides of an operator are read, whatever the first says. */
class Parser {
  private at = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly facts: RunFacts,
  ) {}

  /** @throws NotUnderstood */
  whole(): Value {
    const value = this.or();
    if (this.at < this.tokens.length) throw new NotUnderstood();
    return value;
  }

  private takes(sign: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== 'sign' || token.text !== sign) return false;
    this.at++;
    return true;
  }

  private expect(sign: string): void {
    if (!this.takes(sign)) throw new NotUnderstood();
  }

  private or(): Value {
    let left = this.and();
    while (this.takes('||')) {
      const right = this.and();
      const is = isTrue(left);
      // True whatever the unknown side is.
      if (is === UNKNOWN) left = isTrue(right) === true ? true : UNKNOWN;
      else if (!is) left = right;
    }
    return left;
  }

  private and(): Value {
    let left = this.equality();
    while (this.takes('&&')) {
      const right = this.equality();
      const is = isTrue(left);
      if (is === UNKNOWN) left = isTrue(right) === false ? false : UNKNOWN;
      else if (is) left = right;
    }
    return left;
  }

  private equality(): Value {
    let left = this.unary();
    for (;;) {
      const sign = ['==', '!=', '<=', '>=', '<', '>'].find((one) => this.takes(one));
      if (sign === undefined) return left;
      left = compare(sign, left, this.unary());
    }
  }

  private unary(): Value {
    if (!this.takes('!')) return this.primary();
    const is = isTrue(this.unary());
    return is === UNKNOWN ? UNKNOWN : !is;
  }

  private primary(): Value {
    if (this.takes('(')) {
      const value = this.or();
      this.expect(')');
      return value;
    }
    const token = this.tokens[this.at++];
    if (token === undefined || token.kind === 'sign') throw new NotUnderstood();
    if (token.kind === 'literal') return token.value;
    if (this.takes('(')) return this.call(token.text);
    const path = this.path(token.text);
    if (path === undefined) return UNKNOWN;
    const [only] = path;
    if (path.length === 1 && only !== undefined && keywords.has(only)) {
      return keywords.get(only) ?? null;
    }
    return valueAt(path, this.facts);
  }

  /** `a.b['c']`; `undefined`: a part of it is not known. */
  private path(first: string): readonly string[] | undefined {
    const parts: string[] = [first];
    let isKnown = true;
    for (;;) {
      if (this.takes('.')) {
        if (this.takes('*')) isKnown = false;
        else {
          const token = this.tokens[this.at++];
          if (token?.kind !== 'name') throw new NotUnderstood();
          parts.push(token.text);
        }
      } else if (this.takes('[')) {
        const index = this.takes('*') ? UNKNOWN : this.or();
        this.expect(']');
        if (typeof index === 'string') parts.push(index.toLowerCase());
        else isKnown = false;
      } else return isKnown ? parts : undefined;
    }
  }

  private call(name: string): Value {
    const given: Value[] = [];
    if (!this.takes(')')) {
      do given.push(this.or());
      while (this.takes(','));
      this.expect(')');
    }
    return callOf(name, given, this.facts);
  }
}

function callOf(name: string, given: readonly Value[], { needs }: RunFacts): Value {
  const [first = UNKNOWN, second = UNKNOWN] = given;
  switch (name) {
    case 'always':
      return true;
    case 'failure':
    case 'cancelled':
      return false;
    case 'success': {
      const fates = [...needs.values()];
      if (fates.includes('skipped')) return false;
      return fates.includes('unknown') ? UNKNOWN : true;
    }
    case 'fromjson':
      return first === UNKNOWN ? UNKNOWN : fromJson(textOf(first));
    case 'contains':
    case 'startswith':
    case 'endswith': {
      if (first === UNKNOWN || second === UNKNOWN) return UNKNOWN;
      const [text, part] = [textOf(first).toLowerCase(), textOf(second).toLowerCase()];
      if (name === 'contains') return text.includes(part);
      return name === 'startswith' ? text.startsWith(part) : text.endsWith(part);
    }
    default:
      return UNKNOWN;
  }
}

function fromJson(text: string): Value {
  try {
    const value: unknown = JSON.parse(text);
    return ['string', 'number', 'boolean'].includes(typeof value) || value === null
      ? (value as Value)
      : UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

function valueAt(path: readonly string[], { inputs, eventInputs, needs }: RunFacts): Value {
  const [context, second, third, fourth] = path;
  // What is not there is null.
  if (context === 'inputs' && path.length === 2) return inputs.get(second ?? '') ?? null;
  if (context === 'github') {
    if (second === 'event_name' && path.length === 2) return 'workflow_dispatch';
    if (second === 'event' && third === 'inputs' && path.length === 4) {
      return eventInputs.get(fourth ?? '') ?? null;
    }
  }
  if (context === 'needs' && third === 'result' && path.length === 3) {
    const fate = [...needs].find(([id]) => id.toLowerCase() === second)?.[1];
    return fate === 'skipped' ? 'skipped' : fate === 'runs' ? 'success' : UNKNOWN;
  }
  return UNKNOWN;
}

/** Values of two types are compared as numbers; texts without regard to their case. NaN equals nothing. */
function compare(sign: string, left: Value, right: Value): Value {
  if (left === UNKNOWN || right === UNKNOWN) return UNKNOWN;
  const [a, b] =
    typeof left === 'string' && typeof right === 'string'
      ? [left.toLowerCase(), right.toLowerCase()]
      : [numberOf(left), numberOf(right)];
  switch (sign) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

function numberOf(value: Exclude<Value, typeof UNKNOWN>): number {
  if (value === null || value === '') return 0;
  if (typeof value === 'string') {
    return /^\s*-?(0x[\da-f]+|\d+(\.\d+)?(e[+-]?\d+)?)\s*$/i.test(value)
      ? Number(value)
      : Number.NaN;
  }
  return Number(value);
}

function textOf(value: Exclude<Value, typeof UNKNOWN>): string {
  return value === null ? '' : String(value);
}
