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
import { BLOCK_MS, type Hour, type SourceDependencies } from '../source.js';
import { checksOfEntries } from './checks.js';
import { createHistory } from './history.js';
import type { PrometheusEntry } from './measurements.js';

/** How far apart the moments are that the hour is read at, milliseconds: what a restart hides is less than that. */
const STEP = 60_000;

/** What is read for a limit. */
type Kind = keyof Past;

/** Limits that make the checks read what is asked for; nothing is judged by them. */
const readBy: Readonly<Record<Kind, MetricLimit>> = {
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
  const kinds = new Set(entry.checks.flatMap((spec) => kindOf(spec) ?? []));
  const ids = [...kinds];
  const moments = Array.from({ length: (to - from) / STEP + 1 }, (_, n) => n * STEP);
  const history = createHistory({
    ...{ http: deps.http(), clock: deps.clock, random: deps.random },
    ...{ signal, began: from, moments },
  });
  const checks = checksOfEntries(
    [
      {
        ...entry,
        baseline: undefined,
        checks: ids.map((id) => ({ id, limit: readBy[id] })),
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
  for (const check of checks) check.start(0);
  try {
    for (const to of moments) {
      await moveTo(to);
      if (to === 0) continue;
      for (const check of checks)
        seen.get(check.id)?.push(await check.observe({ from: to - STEP, to }, signal));
    }
    return seen;
  } finally {
    for (const check of checks) check.stop();
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
