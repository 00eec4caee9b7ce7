import type { Scrape } from './scrape.js';

/** One answer, as a recording keeps it: all that is needed to compute the differences by hand. */
export interface Entry {
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
  /** What was read instead of counters. */
  readonly values?: readonly number[];
  readonly error?: string;
}

/** Writes down answers, each thing once. */
export interface Journal {
  scrape(query: string, scrape: Scrape, countedFrom: number): void;
  note(entry: Entry): void;
  /** What was written since the last time; `undefined`: nothing. */
  take(): readonly Entry[] | undefined;
}

export function createJournal(): Journal {
  const numbers = new Map<string, number>();
  const times = new Map<string, number>();
  const starts = new Map<string, number>();
  let lastQuery = '';
  let entries: Entry[] = [];

  return {
    scrape(query, { answeredAt, targets }, countedFrom) {
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
