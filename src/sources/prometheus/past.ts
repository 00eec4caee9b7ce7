import type {
  Block,
  Bucket,
  CheckSpec,
  MetricCheck,
  MetricLimit,
  Observation,
  Past,
} from '../../contract/check.js';
import { bad, good, type Result } from '../../contract/result.js';
import { createServerClock } from '../../support/clock.js';
import type { Http } from '../../support/http.js';
import { BLOCK_MS, type Hour, type SourceDependencies } from '../source.js';
import { checksOfEntries } from './checks.js';
import { createHistory } from './history.js';
import type { PrometheusEntry } from './measurements.js';

/** How far apart the moments are that the hour is read at, milliseconds: what a restart hides is less than that. */
const STEP = 60_000;
/**
 * The hour is read from so much earlier on, milliseconds, as a watch has a warm-up: what follows a sample is counted, and nothing
 * older than that is found (https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness).
 */
const WARM_UP = 300_000;
/** When our idea of the server's time was so far off, milliseconds, another hour was asked for. */
const WRONG_TIME = 5000;

/** What is read for a limit. */
type Kind = Exclude<keyof Past, 'minutes'>;

/** Limits that make the checks read what is asked for; nothing is judged by them. */
const limitsFor: Readonly<Record<Kind, MetricLimit>> = {
  counts: { metric: 'success-rate', minPercent: 0 },
  latency: { metric: 'relative', of: 'latency', margin: 1 },
  value: { metric: 'value', max: 0 },
};

/**
 * Reads the hour before a deploy as a watch would have read it, moment by moment: resets of counters, series that come and go, and
 * what does not count are told as in the watch.
 */
export async function readPast(
  entry: PrometheusEntry,
  { from, to }: Hour,
  deps: SourceDependencies,
  signal: AbortSignal,
): Promise<Result<Past>> {
  const http = deps.http();
  const there = createServerClock(deps.clock);
  const learning: Http = {
    ...http,
    request: async (request) => {
      const response = await http.request(request);
      there.learn(response.headers);
      return response;
    },
  };
  const readBy = (ahead: number): Promise<Result<Past>> => {
    const hour = { from: from + ahead, to: to + ahead };
    return readHour(entry, hour, { ...deps, http: () => learning }, signal);
  };
  const past = await readBy(0);
  const ahead = 1000 * there.now() - deps.clock.now();
  return Math.abs(ahead) > WRONG_TIME ? readBy(ahead) : past;
}

async function readHour(
  entry: PrometheusEntry,
  { from, to }: Hour,
  deps: SourceDependencies,
  signal: AbortSignal,
): Promise<Result<Past>> {
  const kinds = new Set(entry.checks.flatMap((spec) => kindOf(spec) ?? []));
  const ids = [...kinds];
  const end = WARM_UP + to - from;
  const moments = Array.from({ length: end / STEP + 1 }, (_, n) => n * STEP);
  const history = createHistory({
    ...{ http: deps.http(), clock: deps.clock, random: deps.random },
    ...{ signal, began: from - WARM_UP, moments },
  });
  const checks = checksOfEntries(
    [
      {
        ...entry,
        baseline: undefined,
        checks: ids.map((id) => ({ id, limit: limitsFor[id] })),
      },
    ],
    { ...deps, clock: history.clock, http: () => history.http },
  );
  const seen = await observeAll(checks, moments, history.moveTo, signal);
  const failure = [...seen.values()].flat().find(isFailure);
  if (failure !== undefined) return bad(failure.detail ?? 'the server cannot be asked');
  return good({
    ...(kinds.has('counts') && { counts: blocksOf(seen.get('counts') ?? []) }),
    ...(kinds.has('latency') && { latency: histogramOf(seen.get('latency') ?? []) }),
    ...(kinds.has('value') && { value: meansOf(seen.get('value') ?? []) }),
  });
}

function kindOf({ limit }: CheckSpec): Kind | undefined {
  switch (limit.metric) {
    case 'success-rate':
    case 'errors-per-minute':
      return 'counts';
    case 'latency':
      return 'latency';
    case 'value':
      return 'max' in limit ? 'value' : undefined;
    case 'relative':
      return undefined;
  }
}

/** What each check saw at the end of every step. */
async function observeAll(
  checks: readonly MetricCheck[],
  moments: readonly number[],
  moveTo: (moment: number) => Promise<void>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly Observation[]>> {
  const seen = new Map(checks.map(({ id }) => [id, [] as Observation[]]));
  for (const check of checks) check.start(0, WARM_UP);
  try {
    for (const to of moments) {
      await moveTo(to);
      if (to === 0) continue;
      for (const check of checks) {
        const observation = await check.observe({ from: to - STEP, to }, signal);
        if (to > WARM_UP) seen.get(check.id)?.push(observation);
      }
    }
    return seen;
  } finally {
    for (const check of checks) await check.stop();
  }
}

type Failure = Extract<Observation, { kind: 'none' }>;

function isFailure(observation: Observation): observation is Failure {
  return observation.kind === 'none' && observation.why === 'provider-error';
}

/** The steps of each five minutes. */
function inBlocks(steps: readonly Observation[]): readonly (readonly Observation[])[] {
  const size = BLOCK_MS / STEP;
  return Array.from({ length: Math.ceil(steps.length / size) }, (_, n) =>
    steps.slice(n * size, (n + 1) * size),
  );
}

function blocksOf(steps: readonly Observation[]): readonly Block[] {
  return inBlocks(steps).map((block) => {
    const counts = block.filter((one) => one.kind === 'counts');
    return {
      failures: counts.reduce((sum, { failures }) => sum + failures, 0),
      requests: counts.reduce((sum, { samples }) => sum + samples, 0),
    };
  });
}

function meansOf(steps: readonly Observation[]): readonly (number | null)[] {
  return inBlocks(steps).map((block) => {
    const values = block.flatMap((one) => (one.kind === 'value' ? [one.value] : []));
    return values.length === 0 ? null : values.reduce((sum, one) => sum + one, 0) / values.length;
  });
}

function histogramOf(steps: readonly Observation[]): readonly Bucket[] {
  const slower = new Map<number, number>();
  let requests = 0;
  for (const step of steps) {
    if (step.kind !== 'counts') continue;
    requests += step.samples;
    for (const [border, count] of Object.entries(step.slower ?? {}))
      slower.set(Number(border), (slower.get(Number(border)) ?? 0) + count);
  }
  const borders = [...slower].sort(([a], [b]) => a - b);
  return [
    ...borders.map(([border, count]) => ({ border, requests: requests - count })),
    ...(requests === 0 ? [] : [{ border: Infinity, requests }]),
  ];
}
