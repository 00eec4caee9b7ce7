import { bad, good, type Result } from '../../contract/result.js';
import type { Environment } from '../../contract/system.js';
import type { UsageProblem } from '../../support/errors.js';
import type { CheckSources, Option, OptionTable } from '../../support/options.js';
import { quote } from '../../support/values/value-type.js';
import type { WrittenEntry, Field } from '../config-entries.js';
import { secretsOf } from '../input.js';
import type { InputId, Settings } from '../table.js';

/** Where the values of options come from besides the entry itself. */
export interface Surroundings {
  /** Name of the configuration file, for messages. */
  readonly file: string;
  readonly env: Environment;
  /** Of the inputs of the target. */
  readonly settings: Settings;
  /** Whether the value of an input stands in the file. */
  readonly isFromFile: (id: InputId) => boolean;
  /** Whether the user set an input. */
  readonly isGiven: (id: InputId) => boolean;
  readonly sources: CheckSources;
}

/** What is found out about an entry while it is read. */
export interface Findings {
  readonly problems: UsageProblem[];
  /** Whatever must be hidden wherever it stands. */
  readonly secrets: string[];
  /** The variables that options of it may come from. */
  readonly variables: string[];
}

/** The options of one map, read. */
export interface Read {
  /** Without those that were given and refused, but for what stands in for a value that was not given. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Of every option that was given, rightly or wrongly, whether it stands in the file. */
  readonly given: ReadonlyMap<string, 'file' | 'outside'>;
}

/** One entry, or its `baseline`. */
export interface Scope {
  readonly map: WrittenEntry;
  /** In front of names of options: empty, or `baseline.`. */
  readonly prefix: string;
  /** What variables of the entry are called by. */
  readonly check: string;
  readonly around: Surroundings;
  readonly findings: Findings;
  readonly say: (where: string, message: string, fix?: string) => void;
}

/**
 * Looks every option up: its own variable, the file, the variables that others read too, the input that means the same,
 * the default.
 */
export function lookUpAll(options: OptionTable, scope: Scope): Read {
  const given = new Map<string, 'file' | 'outside'>();
  const values = Object.fromEntries(
    Object.entries(options).map(([name, facts]) => {
      const found = find(name, facts, scope);
      if (found !== undefined) given.set(name, found.from);
      const value = found?.text === undefined ? undefined : parse(name, facts, found.text, scope);
      return [name, value];
    }),
  );
  return {
    values: Object.fromEntries(
      Object.entries(options).map(([name, facts]) => {
        const isAlone = facts.inheritsWith === undefined || !given.has(facts.inheritsWith);
        return [name, values[name] ?? standIn(facts, isAlone, scope)];
      }),
    ),
    given,
  };
}

interface Found {
  readonly from: 'file' | 'outside';
  /** `undefined`: it was refused. */
  readonly text: string | undefined;
}

function find(name: string, facts: Option<unknown>, scope: Scope): Found | undefined {
  const { around, findings } = scope;
  const own = checkVariable(scope.check, `${scope.prefix}${name}`);
  const others = scope.prefix === '' ? (facts.variables ?? []) : [];
  findings.variables.push(own);
  for (const variable of [own, ...others])
    findings.secrets.push(...secretsOf(facts, around.env[variable]?.trim() ?? ''));
  const inFile = readField(name, facts, own, scope);
  const fromOwn = fromEnvironment([own], around.env);
  return fromOwn ?? inFile ?? fromEnvironment(others, around.env);
}

function readField(
  name: string,
  facts: Option<unknown>,
  variable: string,
  { map, prefix, findings, say }: Scope,
): Found | undefined {
  const field = map.fields.get(name);
  if (field === undefined) return undefined;
  const read = fieldText(field, facts);
  if (!read.ok) {
    say(field.where, `\`${prefix}${name}\` ${read.problem.message}`);
    return { from: 'file', text: undefined };
  }
  const text = read.value;
  const isSecret = facts.secret === true || (facts.type.secretParts?.(text) ?? []).length > 0;
  if (!isSecret) return { from: 'file', text };
  findings.secrets.push(...secretsOf({ ...facts, secret: true }, text));
  say(
    field.where,
    `\`${prefix}${name}\` holds a secret, and secrets do not belong in a file`,
    `give it by a secret variable of the CI system: ${[variable, ...(facts.variables ?? [])].join(' or ')}`,
  );
  return { from: 'file', text: undefined };
}

function parse(name: string, facts: Option<unknown>, text: string, scope: Scope): unknown {
  const parsed = facts.parse(text);
  if (parsed.ok) return parsed.value;
  const field = scope.map.fields.get(name);
  const variable = checkVariable(scope.check, `${scope.prefix}${name}`);
  const from =
    fromEnvironment([variable], scope.around.env) === undefined ? '' : ` (from ${variable})`;
  scope.say(
    field?.where ?? scope.map.where,
    `\`${scope.prefix}${name}\`: ${parsed.problem.message}${from}`,
    parsed.problem.fix,
  );
  return undefined;
}

function standIn(facts: Option<unknown>, inherits: boolean, { prefix, around }: Scope): unknown {
  if (prefix !== '') return undefined;
  if (facts.inherits !== undefined && facts.input !== undefined)
    return inherits ? around.settings[facts.input as InputId] : undefined;
  const byDefault = facts.default === undefined ? undefined : facts.parse(facts.default);
  return byDefault?.ok === true ? byDefault.value : undefined;
}

function fromEnvironment(names: readonly string[], env: Environment): Found | undefined {
  for (const name of names) {
    const text = env[name]?.trim() ?? '';
    if (text !== '') return { from: 'outside', text };
  }
  return undefined;
}

/** A check in messages: by its id, else by its source. */
export function labelOf(id: string | undefined, source: string | undefined): string {
  if (id === undefined) return source ?? '';
  return source === undefined ? quote(id) : `${quote(id)} (${source})`;
}

/** What an option is given in the file, as text. */
function fieldText({ value }: Field, { type }: Pick<Option<unknown>, 'type'>): Result<string> {
  if (typeof value === 'string') return good(value);
  if (type.shape !== 'pairs') return bad('must be a text');
  const lines: string[] = [];
  for (const [name, field] of value.fields) {
    // A line break in a value would begin a pair of its own.
    if (typeof field.value !== 'string' || field.value.includes('\n'))
      return bad('must be a map of texts');
    lines.push(`${name}${type.separator ?? ''}${field.value}`);
  }
  return good(lines.join('\n'));
}

/**
 * The variable that holds an option of a check: `orders`, `headers` → `ROLLGATE_CHECK_ORDERS_HEADERS`. Of what stands below
 * `baseline`: `ROLLGATE_CHECK_ORDERS_BASELINE_URL`.
 */
export function checkVariable(check: string, option: string): string {
  return `ROLLGATE_CHECK_${`${check}_${option}`.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
}

/**
 * The options that hold an address from the file to which a secret from outside would be sent: whoever can change the
 * file could have it sent to a server of theirs.
 */
export function leakedSecrets(
  options: OptionTable,
  entry: Read,
  baseline: Read | undefined,
  { isFromFile }: Surroundings,
): readonly { readonly option: string; readonly secret: string }[] {
  const isFromTheFile = (name: string): boolean => {
    const from = entry.given.get(name);
    if (from !== undefined) return from === 'file';
    const facts = options[name];
    return (
      facts?.inherits !== undefined &&
      facts.input !== undefined &&
      isFromFile(facts.input as InputId)
    );
  };
  return Object.entries(options).flatMap(([secret, { sentTo = [] }]) => {
    const isSent = isSecret(entry.values[secret]);
    const own = baseline?.values[secret];
    const toBaseline = isSecret(own) || (own === undefined && isSent);
    return sentTo.flatMap((option) => {
      const address = baseline?.given.get(option);
      return [
        ...((isSent || (isSecret(own) && address === undefined)) && isFromTheFile(option)
          ? [{ option, secret }]
          : []),
        ...(toBaseline && address === 'file' ? [{ option: `baseline.${option}`, secret }] : []),
      ];
    });
  });
}

/** Not given, or given as `off`, it is none. */
function isSecret(value: unknown): boolean {
  return value !== undefined && value !== 'off';
}
