import { printSelector, type Selector } from '../../support/selector.js';
import { oneLine } from '../../support/text.js';
import { bad, good, type Result } from '../../contract/result.js';
import { pickBy } from '../../support/objects.js';
import type { QueryResult, Sample } from './client.js';
import type { Counters, Measurement } from './measurements.js';

/** Series that are asked for together with others, under a name of our own. */
export interface QueryPart {
  readonly name: string;
  readonly selector: Selector;
  /** `false`: its samples are as old as those of the other parts of the same target. */
  readonly timed: boolean;
}

/** The last sample of one series. */
interface Point {
  readonly part: string;
  /** QueryPart and labels, in one text. */
  readonly series: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** When it was scraped, by the clock of the server, seconds. */
  readonly at: number;
}

/** What is scraped as one: a process. */
export interface ScrapeTarget {
  /** As it may be printed. */
  readonly name: string;
  /** Time of the newest sample, seconds. */
  readonly at: number;
  /** When the process started, seconds, if it tells, and is the only one. */
  readonly startedAt: number | undefined;
  /** Its name is that of one process: a series that is new here began at 0. */
  readonly isOneProcess: boolean;
  readonly points: readonly Point[];
}

/** What one query for counters gave. */
export interface Scrape {
  /** When the server answered, by its own clock, seconds. */
  readonly answeredAt: number;
  readonly targets: ReadonlyMap<string, ScrapeTarget>;
}

/** The label that tells the parts of one answer from each other. */
const PART = 'rollgate_part';
const STARTED = 'started';

/**
 * One query for the raw values of all parts, the times of their samples, and the start times of their processes. An answer is
 * computed from one state of the server, so that the parts belong together; values carry the time of the query, and only
 * `timestamp()` of a bare selector tells when they were scraped (https://prometheus.io/docs/prometheus/latest/querying/functions/#timestamp).
 */
export function scrapeQuery(parts: readonly QueryPart[]): string {
  const timed = parts.filter((part) => part.timed);
  const anyOf = timed.map(({ selector }) => printSelector(selector)).join(' or ');
  return [
    ...parts.map(({ name, selector }) => labelled(printSelector(selector), name)),
    ...timed.map(({ name, selector }) =>
      labelled(`timestamp(${printSelector(selector)})`, timeOf(name)),
    ),
    labelled(`process_start_time_seconds and on (job, instance) (${anyOf})`, STARTED),
  ].join(' or ');
}

/** Fails when it cannot be used: a counter is a finite number, and never negative. */
export function readScrape(
  answer: Pick<QueryResult, 'samples'>,
  parts: readonly QueryPart[],
): Result<Pick<Scrape, 'targets'>> {
  const times = new Map<string, number>();
  const starts = new Map<string, number | undefined>();
  const values: { part: string; sample: Sample; target: string; series: string }[] = [];
  const names = new Set(parts.map(({ name }) => name));
  for (const sample of answer.samples) {
    const part = sample.labels[PART] ?? '';
    const target = targetOf(sample.labels);
    if (part === STARTED) {
      // Several processes behind one target, such as workers with a label each: nobody can tell whose counters are whose.
      const isOnly = !starts.has(target) || starts.get(target) === sample.value;
      if (Number.isFinite(sample.value)) starts.set(target, isOnly ? sample.value : undefined);
      continue;
    }
    const series = seriesOf(sample.labels);
    if (!names.has(part)) {
      times.set(`${part} ${series}`, sample.value);
      continue;
    }
    if (!Number.isFinite(sample.value) || sample.value < 0)
      return bad(`a counter has the value ${String(sample.value)}`);
    values.push({ part, sample, target, series });
  }
  return good({ targets: grouped(values, times, starts) });
}

function grouped(
  values: readonly { part: string; sample: Sample; target: string; series: string }[],
  times: ReadonlyMap<string, number>,
  starts: ReadonlyMap<string, number | undefined>,
): ReadonlyMap<string, ScrapeTarget> {
  const newest = new Map<string, number>();
  for (const { part, series, target } of values) {
    const at = times.get(`${timeOf(part)} ${series}`);
    if (at !== undefined) newest.set(target, Math.max(at, newest.get(target) ?? at));
  }
  const points = new Map<string, Point[]>();
  for (const { part, sample, series, target } of values) {
    const targetAt = newest.get(target);
    if (targetAt === undefined) continue;
    const at = times.get(`${timeOf(part)} ${series}`) ?? targetAt;
    const list = points.get(target) ?? [];
    list.push({
      part,
      series: `${part} ${series}`,
      labels: withoutPart(sample.labels),
      value: sample.value,
      at,
    });
    points.set(target, list);
  }
  return new Map(
    [...points].map(([target, list]) => [
      target,
      {
        name: printableTarget(target),
        at: newest.get(target) ?? 0,
        startedAt: starts.get(target),
        isOneProcess: target !== '',
        points: list,
      },
    ]),
  );
}

function labelled(expression: string, part: string): string {
  return `label_replace(${expression}, "${PART}", "${part}", "", "")`;
}

function timeOf(part: string): string {
  return `${part}-time`;
}

/** `timestamp()` takes the name of the metric away. */
function seriesOf(labels: Readonly<Record<string, string>>): string {
  const named = Object.entries(labels).filter(([name]) => name !== PART && name !== '__name__');
  return JSON.stringify(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function withoutPart(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return pickBy(labels, (_, name) => name !== PART);
}

/**
 * The name of the process that a series comes from: every scraped series has `job` and `instance`. Series that were sent or
 * computed may have a pod instead, or nothing at all.
 */
function targetOf(labels: Readonly<Record<string, string>>): string {
  const { cluster = '', job = '', instance = '', namespace = '', pod = '' } = labels;
  if (instance !== '') return JSON.stringify([cluster, job, instance]);
  return pod === '' ? '' : JSON.stringify([cluster, namespace, pod]);
}

function printableTarget(target: string): string {
  if (target === '') return 'the series without an instance';
  return oneLine((JSON.parse(target) as string[]).filter((part) => part !== '').join(' '));
}

export const counterNames = {
  total: 'total',
  errors: 'errors',
  baselineTotal: 'baseline-total',
  baselineErrors: 'baseline-errors',
} as const;

/** Canary and baseline in one query: they are read from one state of the server. */
export function counterParts(
  measurement: Extract<Measurement, { kind: 'counters' }>,
): readonly QueryPart[] {
  const { baseline } = measurement;
  return [
    ...partsOf(measurement, counterNames.total, counterNames.errors),
    ...(baseline === undefined
      ? []
      : partsOf(baseline, counterNames.baselineTotal, counterNames.baselineErrors)),
  ];
}

function partsOf({ total, errors }: Counters, totalName: string, errorsName: string): QueryPart[] {
  return [
    { name: totalName, selector: total.selector, timed: true },
    { name: errorsName, selector: errors.selector, timed: true },
  ];
}

/** Whether a part counts every request, and not only some of them. */
export function countsRequests(part: string): boolean {
  return /^(baseline-)?(total|requests)$/.test(part);
}

/** Whether a part belongs to the baseline, and not to what is judged. */
export function isOfBaseline(part: string): boolean {
  return part.startsWith('baseline-');
}

/** One answer, as a recording keeps it: all that is needed to compute the differences by hand. */
interface JournalEntry {
  /** Clock of the server, seconds; absent without an answer. */
  readonly answeredAt?: number;
  /** What grew before is not counted, seconds; absent in the warm-up. */
  readonly countedFrom?: number;
  readonly query?: string;
  /** Series that were not there before, by the number that stands for them: part and labels. */
  readonly series?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Start of the process, seconds, by one of its series. */
  readonly started?: readonly (readonly [series: number, at: number])[];
  /** Samples that are new, and the series that are gone have none. */
  readonly samples?: readonly (readonly [series: number, at: number, value: number])[];
  /** Why what some series counted since their sample before is not known: it is left out. */
  readonly leftOut?: readonly {
    readonly why: string;
    readonly series: readonly number[];
  }[];
  /** What was read instead of counters. */
  readonly values?: readonly number[];
  readonly error?: string;
}

/** What was made of an answer. */
interface Taken {
  readonly countedFrom: number;
  readonly troubles: readonly { readonly target: string; readonly why: string }[];
}

/** Writes down answers, each thing once. */
export interface Journal {
  scrape(query: string, scrape: Scrape, taken: Taken): void;
  note(entry: JournalEntry): void;
  /** What was written since the last time; `undefined`: nothing. */
  take(): readonly JournalEntry[] | undefined;
}

export function createJournal(): Journal {
  const numbers = new Map<string, number>();
  const times = new Map<string, number>();
  const starts = new Map<string, number>();
  let lastQuery = '';
  let entries: JournalEntry[] = [];

  const leftOutBy =
    (targets: Scrape['targets']) =>
    ({ target, why }: Taken['troubles'][number]) => ({
      why,
      series: (targets.get(target)?.points ?? []).map((point) => numbers.get(point.series) ?? 0),
    });

  return {
    scrape(query, { answeredAt, targets }, { countedFrom, troubles }) {
      const series: Record<string, Readonly<Record<string, string>>> = {};
      const samples: [number, number, number][] = [];
      const started: [number, number][] = [];
      for (const [name, target] of targets) {
        for (const point of target.points) {
          const number = numbers.get(point.series) ?? numbers.size + 1;
          if (!numbers.has(point.series)) {
            numbers.set(point.series, number);
            series[String(number)] = { part: point.part, ...point.labels };
          }
          if (times.get(point.series) === point.at) continue;
          times.set(point.series, point.at);
          samples.push([number, point.at, point.value]);
        }
        const [first] = target.points;
        if (first === undefined || target.startedAt === undefined) continue;
        if (starts.get(name) === target.startedAt) continue;
        starts.set(name, target.startedAt);
        started.push([numbers.get(first.series) ?? 0, target.startedAt]);
      }
      entries.push({
        answeredAt,
        ...(Number.isFinite(countedFrom) ? { countedFrom } : {}),
        ...(query === lastQuery ? {} : { query }),
        ...(Object.keys(series).length === 0 ? {} : { series }),
        ...(started.length === 0 ? {} : { started }),
        ...(samples.length === 0 ? {} : { samples }),
        ...(troubles.length === 0 ? {} : { leftOut: troubles.map(leftOutBy(targets)) }),
      });
      lastQuery = query;
    },
    note(entry) {
      entries.push(entry);
    },
    take() {
      if (entries.length === 0) return undefined;
      const taken = entries;
      entries = [];
      return taken;
    },
  };
}
