import { isDeepStrictEqual } from 'node:util';
import { type CheckEntry, type CheckSpec, type HealthSpec, specsOf } from '../../contract/check.js';
import { isObject } from '../../support/json.js';
import { type MeasuredKinds, type MeasurementKind, measurementOf } from '../../support/options.js';
import { quote } from '../../support/values/value-type.js';
import type { WrittenEntry } from '../config-entries.js';
import { beforePlanOf, unlessGiven } from './before.js';
import { flatEntries } from './flat.js';
import {
  inheritedLimits,
  type LimitOption,
  limitOptions,
  type NamedLimit,
  namedLimits,
} from './limits.js';
import { strategyIds } from '../../contract/strategy.js';
import type { Findings, Surroundings } from './lookup.js';
import { readEntry, type ReadEntry } from './read.js';
import { canonicalQuery, SAME_COUNTS, sidesOfSameCounts } from './same-counts.js';

/** Ids that other checks and the strategies of the chain have: findings are shown by id. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['health', 'kubernetes-health', 'compose-health', 'ecs-health'],
  ...strategyIds,
]);

/** What the inputs and `checks` ask for; of the entries those that are right. What is wrong with the others is among the findings. */
export function resolveChecks(
  entries: readonly WrittenEntry[],
  around: Surroundings,
  findings: Findings,
): readonly CheckEntry[] {
  const flat = flatEntries(around);
  const taken = new Set(flat.flatMap((entry) => specsOf(entry).map(({ id }) => id)));
  const own = entries.flatMap((map): CheckEntry[] => {
    const before = findings.problems.length;
    const read = readEntry(map, around, findings);
    if (read === undefined) return [];
    const specs = specsFor(read, around);
    const ids = specsOf(specs).map(({ id }) => id);
    const twice = ids.find((id) => taken.has(id) || RESERVED.has(id));
    if (twice !== undefined)
      read.problem(
        read.id === undefined ? 'source' : 'id',
        `another check is called ${quote(twice)}`,
        read.id === undefined ? 'give it an `id`' : 'give it another `id`',
      );
    for (const id of ids) taken.add(id);
    for (const side of sidesOfSameCounts(read))
      read.problem(side === undefined ? 'errors' : `${side}.errors`, ...SAME_COUNTS);
    if (findings.problems.length === before && isComparedWithItself(read))
      read.problem('baseline', ...sameSides('what it says is the same as outside of it'));
    return findings.problems.length > before ? [] : [entryOf(read, specs, map.where, around)];
  });
  for (const entry of flat)
    for (const side of sidesOfSameCounts(entry)) {
      const [message, fix] = SAME_COUNTS;
      findings.problems.push({ subject: entry.nameOf('errors', side), message, fix });
    }
  // What was refused has had its message, and would have told the sides apart.
  const isWhole = (['headers', 'baseline-headers'] as const).every(
    (id) => !around.isGiven(id) || around.settings[id] !== undefined,
  );
  for (const { source, options, nameOf } of isWhole ? flat.filter(isComparedWithItself) : []) {
    const [message, fix] = sameSides('both sides ask the same');
    const ofMetrics = options.selector === undefined ? 'total' : 'selector';
    const subject = nameOf(source === 'http' ? 'url' : ofMetrics, 'baseline');
    findings.problems.push({ subject, message, fix });
  }
  return [...flat, ...own];
}

/** Whether the canary and its baseline are read by the same request: then both always do equally well. */
function isComparedWithItself({
  options,
  baseline,
}: Pick<CheckEntry, 'options' | 'baseline'>): boolean {
  return (
    baseline !== undefined &&
    Object.keys({ ...options, ...baseline }).every((name) =>
      isDeepStrictEqual(canonical(name, options[name]), canonical(name, baseline[name])),
    )
  );
}

/**
 * What makes no difference to what is asked is left out: that a URL ends with a slash, its fragment, the case of a header's
 * name, how a selector is written.
 */
function canonical(name: string, value: unknown): unknown {
  if (name === 'headers' && (value === 'off' || value === undefined)) return {};
  if (name === 'url' && typeof value === 'string' && URL.canParse(value))
    return Object.assign(new URL(value), { hash: '' }).href;
  if (!isObject(value) || name !== 'headers') return canonicalQuery(value);
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key.toLowerCase(), text]));
}

function sameSides(what: string): readonly [message: string, fix: string] {
  return [
    `${what}: the new version would be compared with itself`,
    'give each side an address, a selector or headers of its own',
  ];
}

type Specs = Pick<CheckEntry, 'checks' | 'health'>;

function entryOf(read: ReadEntry, specs: Specs, where: string, around: Surroundings): CheckEntry {
  const before = beforePlanOf(specs.checks, around, read.table, read.before, read.options);
  return {
    source: read.source,
    id: read.id ?? read.source,
    where,
    options: read.options,
    baseline: read.baseline,
    ...specs,
    ...(before && { before }),
    nameOf: (option, of) => (of === undefined ? option : `${of}.${option}`),
  };
}

/** The checks that an entry makes: of a yes or no one, and one for each limit. */
export function specsFor(
  entry: ReadEntry,
  around: Pick<Surroundings, 'settings' | 'isGiven'>,
): Specs {
  const source = entry.table;
  for (const { option, message, fix } of source.conflicts(entry.given))
    entry.problem(option, message, fix);
  const measured = source.measures(entry.given);
  return { checks: checksOf(entry, measured, around), health: healthOf(entry, measured) };
}

function healthOf(entry: ReadEntry, measured: MeasuredKinds): HealthSpec | undefined {
  const { health } = entry.table;
  if (measured.health === undefined || health === undefined) return undefined;
  return {
    id: entry.id ?? `${entry.source}-${health.name}`,
    limit: health.limitOf(entry.options),
    // That of the inputs is about data of others.
    onProviderError: entry.common['on-provider-error'],
  };
}

/**
 * One for each limit. Without a limit of its own the entry has those of the inputs; with a baseline and without a limit it is
 * compared with the baseline and with nothing else.
 */
function checksOf(
  entry: ReadEntry,
  measured: MeasuredKinds,
  { settings, isGiven }: Pick<Surroundings, 'settings' | 'isGiven'>,
): readonly CheckSpec[] {
  const source = entry.table;
  const named = namedLimits(entry.common, source);
  sayUnread(entry, measured);
  const limits =
    named.length > 0
      ? named
      : entry.baseline === undefined
        ? namedLimits(inheritedLimits(entry.common, measured, settings), source)
        : comparisons(measured, entry.common['baseline-margin']);
  reportUnused(entry, measured, limits);
  const base = entry.id ?? entry.source;
  return limits.map(({ name, limit }) => ({
    id: entry.id !== undefined && limits.length === 1 ? entry.id : `${base}-${name}`,
    limit,
    ...(named.length === 0 && unlessGiven(limit, isGiven)),
    ...(entry.baseline !== undefined &&
      limit.metric !== 'value' &&
      limit.metric !== 'relative' && { baseline: { margin: entry.common['baseline-margin'] } }),
    ...(entry.given.has('min-requests') && { minRequests: entry.common['min-requests'] }),
    ...(entry.given.has('on-no-data') && { onNoData: entry.common['on-no-data'] }),
    ...(entry.given.has('on-provider-error') && {
      onProviderError: entry.common['on-provider-error'],
    }),
  }));
}

function comparisons(measured: MeasuredKinds, margin: number): readonly NamedLimit[] {
  return [
    ...(measured.counts === undefined
      ? []
      : [{ name: 'relative', limit: { metric: 'relative', margin } as const }]),
    ...(measured.latency === 'named'
      ? [
          {
            name: 'relative-latency',
            limit: { metric: 'relative', margin, of: 'latency' } as const,
          },
        ]
      : []),
  ];
}

const kinds = Object.keys(limitOptions) as readonly MeasurementKind[];

const nouns: Readonly<Record<MeasurementKind, string>> = {
  counts: 'there are requests',
  latency: 'there is latency',
  value: 'there is a value',
  health: 'there is a yes or no',
};

/** Limits on what is not read. */
function sayUnread(entry: ReadEntry, measured: MeasuredKinds): void {
  // That nothing is read at all has a message of its own.
  if (Object.keys(measured).length === 0) return;
  for (const kind of kinds) {
    if (measured[kind] !== undefined) continue;
    for (const option of limitOptions[kind])
      if (entry.given.has(option) && entry.common[option] !== 'off')
        entry.problem(option, 'nothing is read for it', 'say what it is read by, or take it out');
  }
}

/** What is read and has no limit. */
function reportUnused(
  entry: ReadEntry,
  measured: MeasuredKinds,
  limits: readonly NamedLimit[],
): void {
  const limited = new Set(
    limits.map(({ limit }) =>
      limit.metric === 'relative' ? (limit.of ?? 'counts') : measurementOf(limit.metric),
    ),
  );
  if (measured.health !== undefined) return;
  const isGiven = (kind: MeasurementKind): boolean => limitOptions[kind].some(entry.given.has);
  const open = kinds.filter(
    (kind) => measured[kind] === 'named' && !limited.has(kind) && !isGiven(kind),
  );
  for (const kind of open)
    entry.problem(
      'source',
      `${nouns[kind]} without a limit`,
      `give ${inWords(limitOptions[kind])}`,
    );
  if (open.length > 0 || limits.length > 0 || Object.keys(measured).length === 0) return;
  const options = kinds.flatMap((kind): readonly LimitOption[] => limitOptions[kind]);
  // One that was refused has had its message.
  if (options.every((name) => !entry.given.has(name) || entry.common[name] === 'off'))
    entry.problem('source', 'every limit is `off`', 'leave one, or take the check out');
}

function inWords(options: readonly string[]): string {
  return options.map((option) => `\`${option}\``).join(' or ');
}
