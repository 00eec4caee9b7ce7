import type { SeriesPoint } from '../contract/check.js';

/**
 * The course of a check for people to look at, in bounded memory: when there are more than `capacity` points, each
 * two neighbours become one (counts added, time and evidence of the later).
 */
export function createSeries(capacity = 240): {
  push(point: SeriesPoint): void;
  points(): readonly SeriesPoint[];
} {
  let points: SeriesPoint[] = [];
  let perPoint = 1;
  let open: SeriesPoint | undefined;
  let inOpen = 0;
  return {
    push(point) {
      open = open === undefined ? point : merge(open, point);
      inOpen += 1;
      if (inOpen < perPoint) return;
      points.push(open);
      open = undefined;
      inOpen = 0;
      if (points.length < capacity) return;
      points = pairs(points);
      perPoint *= 2;
    },
    points: () => (open === undefined ? points : [...points, open]),
  };
}

function merge(earlier: SeriesPoint, later: SeriesPoint): SeriesPoint {
  return {
    t: later.t,
    samples: earlier.samples + later.samples,
    failures: earlier.failures + later.failures,
    logE: later.logE,
  };
}

function pairs(points: readonly SeriesPoint[]): SeriesPoint[] {
  const merged: SeriesPoint[] = [];
  for (let i = 0; i < points.length; i += 2) {
    const earlier = points[i];
    const later = points[i + 1];
    if (earlier !== undefined) merged.push(later === undefined ? earlier : merge(earlier, later));
  }
  return merged;
}
