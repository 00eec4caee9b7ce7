import type { WrittenEntry, Field } from '../config-entries.js';
import type { CheckSource, GivenOptions, ValuesOf } from '../../support/options.js';
import { didYouMean, quote } from '../../support/values/value-type.js';
import { pickBy } from '../../support/objects.js';
import { type GivenBefore, readBefore } from './before.js';
import { baselineOptionsOf, commonOptions, commonOptionsOf } from './limits.js';
import {
  checkVariable,
  type Findings,
  labelOf,
  lookUpAll,
  type Read,
  type Scope,
  leakedSecrets,
  type Surroundings,
} from './lookup.js';

/** An entry, read option by option; what its limits make of it is not known here. */
export interface ReadEntry {
  readonly source: string;
  readonly table: CheckSource;
  /** As it was given; `undefined`: by default. */
  readonly id: string | undefined;
  readonly common: ValuesOf<typeof commonOptions>;
  readonly options: Readonly<Record<string, unknown>>;
  /** All options as they are for the baseline; `undefined`: the check has none. */
  readonly baseline: Readonly<Record<string, unknown>> | undefined;
  readonly before: GivenBefore;
  readonly given: GivenOptions;
  /** Says what is wrong with an option, or with what stands below `baseline.`. */
  readonly problem: (option: string, message: string, fix?: string) => void;
}

/** Reads one entry of `checks`. Everything that is wrong with it is collected; nothing is thrown. */
export function readEntry(
  map: WrittenEntry,
  around: Surroundings,
  findings: Findings,
): ReadEntry | undefined {
  const idField = map.fields.get('id')?.value;
  const id = typeof idField === 'string' ? idField : undefined;
  let label = labelOf(id, undefined);
  const say = (where: string, message: string, fix?: string): void => {
    findings.problems.push({
      subject: around.file,
      message: `${where}${label === '' ? '' : `, check ${label}`}: ${message}`,
      ...(fix === undefined ? {} : { fix }),
    });
  };
  const source = sourceOf(map, around, say);
  const table = around.sources[source ?? ''];
  if (source === undefined || table === undefined) return undefined;
  label = labelOf(id, source);

  const check = id !== undefined && commonOptions.id.parse(id).ok ? id : source;
  const scope: Scope = { map, prefix: '', check, around, findings, say };
  const commonNames = commonOptionsOf(table);
  sayUnknown(scope, source, table, ['source', ...commonNames, ...Object.keys(table.options)]);

  const common = lookUpAll(
    Object.fromEntries(commonNames.map((name) => [name, commonOptions[name]])),
    scope,
  );
  const own = lookUpAll(table.options, scope);
  const below = readBaseline(table, scope);
  const problem = (option: string, message: string, fix?: string): void => {
    say(placeOf(option, map), `\`${option}\`: ${message}`, fix);
  };
  for (const [name, { required, input }] of Object.entries(table.options))
    if (required === true && own.values[name] === undefined && !own.given.has(name))
      problem(name, 'is missing', `give it${input === undefined ? '' : `, or set \`${input}\``}`);
  for (const { option, secret } of leakedSecrets(table.options, own, below, around))
    problem(
      option,
      `is in the file, and \`${secret}\` would be sent there`,
      `set the address outside the file, by the variable ${checkVariable(check, option)}`,
    );
  return {
    source,
    table,
    id,
    common: common.values as ValuesOf<typeof commonOptions>,
    options: own.values,
    baseline: below === undefined ? undefined : merged(own, below),
    before: readBefore(table, scope),
    given: {
      values: own.values,
      has: (name) => own.given.has(name) || common.given.has(name),
      baseline: below === undefined ? undefined : { has: (name) => below.given.has(name) },
    },
    problem,
  };
}

type Say = Scope['say'];

function sourceOf(
  { fields, where }: WrittenEntry,
  { sources }: Surroundings,
  say: Say,
): string | undefined {
  const sourceIds = Object.keys(sources);
  const field = fields.get('source');
  const all = `one of ${sourceIds.map((id) => `\`${id}\``).join(', ')}`;
  if (typeof field?.value !== 'string') {
    say(where, '`source` is missing', `say where the data come from: ${all}`);
    return undefined;
  }
  const given = field.value.toLowerCase();
  const source = sourceIds.find((id) => id === given);
  if (source !== undefined) return source;
  const meant = didYouMean(given, sourceIds);
  say(
    field.where,
    `\`source\`: ${quote(field.value)} is not known here`,
    meant === undefined ? all : `${meant} It is ${all}`,
  );
  return undefined;
}

/** Keys that mean nothing here; of those that mean something for another source it says so. */
function sayUnknown(
  { map, say }: Scope,
  source: string,
  table: CheckSource,
  known: readonly string[],
): void {
  const compares = baselineOptionsOf(table).length > 0;
  const all = [
    ...known,
    ...(compares ? ['baseline'] : []),
    ...(table.past === undefined ? [] : ['before']),
  ];
  for (const [name, { where }] of map.fields) {
    if (all.includes(name)) continue;
    const isCommon = Object.hasOwn(commonOptions, name) || name === 'baseline' || name === 'before';
    say(
      where,
      isCommon
        ? `\`${name}\` has no meaning for a check of the source ${source}`
        : `${quote(name)} is not an option of the source ${source}`,
      isCommon ? 'take it out' : didYouMean(name, all),
    );
  }
}

function readBaseline(table: CheckSource, scope: Scope): Read | undefined {
  const names = baselineOptionsOf(table);
  const field = scope.map.fields.get('baseline');
  if (field === undefined || names.length === 0) return undefined;
  const { where, value } = field;
  if (typeof value === 'string') {
    scope.say(where, '`baseline` is a map', `give ${inWords(names)} below it`);
    return undefined;
  }
  for (const [name, below] of value.fields) {
    if (names.includes(name)) continue;
    const isOwn = Object.hasOwn(table.options, name) || Object.hasOwn(commonOptions, name);
    scope.say(
      below.where,
      isOwn
        ? `\`${name}\` is the same for the baseline as for the check`
        : `${quote(name)} is not an option of a baseline`,
      isOwn
        ? 'write it outside of `baseline`'
        : (didYouMean(name, names) ?? `it has ${inWords(names)}`),
    );
  }
  const options = pickBy(table.options, (_, name) => names.includes(name));
  return lookUpAll(options, { ...scope, map: value, prefix: 'baseline.' });
}

function inWords(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function merged(own: Read, below: Read): Readonly<Record<string, unknown>> {
  const given = Object.entries(below.values).filter(([, value]) => value !== undefined);
  return { ...own.values, ...Object.fromEntries(given) };
}

/** The line of an option, or of what it stands below. */
function placeOf(option: string, map: WrittenEntry): string {
  const [first = '', second] = option.split('.');
  const field: Field | undefined = map.fields.get(first);
  if (field === undefined || second === undefined || typeof field.value === 'string')
    return field?.where ?? map.where;
  return field.value.fields.get(second)?.where ?? field.where;
}
