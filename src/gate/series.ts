import type { SeriesPoint } from '../contract/check.js';

/** A point, and how much its `value` counts when neighbours are merged: what it is the mean of. */
interface Weighted {
  readonly point: SeriesPoint;
  readonly weight: number;
}

/**
 * The course of a check for people to look at, in bounded memory: when there are more than `capacity` points, each
 * two neighbours become one (counts added, the mean of values, time and evidence of the later).
 */
export function createSeries(capacity = 240): {
  /** @param weight what the value of the point is the mean of: samples or seconds */
  push(point: SeriesPoint, weight?: number): void;
  points(): readonly SeriesPoint[];
} {
  let points: Weighted[] = [];
  let perPoint = 1;
  let open: Weighted | undefined;
  let inOpen = 0;
  return {
    push(point, weight = 1) {
      const one = { point, weight: point.value === undefined ? 0 : weight };
      open = open === undefined ? one : merge(open, one);
      inOpen += 1;
      if (inOpen < perPoint) return;
      points.push(open);
      open = undefined;
      inOpen = 0;
      if (points.length < capacity) return;
      points = pairs(points);
      perPoint *= 2;
    },
    points: () => (open === undefined ? points : [...points, open]).map(({ point }) => point),
  };
}

function merge({ point: earlier, weight: before }: Weighted, later: Weighted): Weighted {
  const { point } = later;
  const weight = before + later.weight;
  const baseline =
    earlier.baseline && point.baseline
      ? sum(earlier.baseline, point.baseline)
      : (point.baseline ?? earlier.baseline);
  return {
    point: {
      t: point.t,
      ...sum(earlier, point),
      logE: point.logE,
      ...(weight > 0 && {
        value: ((earlier.value ?? 0) * before + (point.value ?? 0) * later.weight) / weight,
      }),
      ...(baseline && { baseline }),
    },
    weight,
  };
}

type Counts = NonNullable<SeriesPoint['baseline']>;

function sum(a: Counts, b: Counts): Counts {
  return { samples: a.samples + b.samples, failures: a.failures + b.failures };
}

function pairs(points: readonly Weighted[]): Weighted[] {
  const merged: Weighted[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const earlier = points[i];
    const later = points[i + 1];
    if (earlier !== undefined) merged.push(later === undefined ? earlier : merge(earlier, later));
  }
  return merged;
}
