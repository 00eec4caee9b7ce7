import {
  json,
  scrapeAnswer,
  type Behaviour,
  type ServedSeries,
  vector,
} from './stand-in-prometheus.js';

const EPOCH_SECONDS = Date.UTC(2026, 0, 1) / 1000;

/** Requests and failures of one side, counted up to a second of the test. `undefined`: its series are not there. */
export type Counted = (second: number) => readonly [total: number, errors: number] | undefined;

/** `perSecond` requests a second, of which this share fails from a second on. */
export function failing(perSecond: number, share: number, from = 0): Counted {
  return (second) => [
    1000 + Math.floor(perSecond * second),
    Math.floor(perSecond * share * Math.max(0, second - from)),
  ];
}

/**
 * A Prometheus that scrapes the pods of two versions.
 * @param scraped when it did so last, seconds
 */
export function twoVersions(scraped: () => number, canary: Counted, baseline: Counted): Behaviour {
  return (response, query) => {
    const second = scraped();
    const at = EPOCH_SECONDS + second;
    const sideOf = (name: string, counted: Counted, prefix: string): ServedSeries[] => {
      const counts = counted(second);
      if (counts === undefined || !query.includes(`"${prefix}total"`)) return [];
      const labels = { job: 'shop', instance: `${name}:80`, version: name };
      return [
        { part: `${prefix}total`, labels: { ...labels, code: '200' }, value: counts[0], at },
        { part: `${prefix}errors`, labels: { ...labels, code: '503' }, value: counts[1], at },
      ];
    };
    const series = [...sideOf('v2', canary, ''), ...sideOf('v1', baseline, 'baseline-')];
    json(query.includes('rollgate_part') ? scrapeAnswer(series, at) : vector([]))(response, query);
  };
}
