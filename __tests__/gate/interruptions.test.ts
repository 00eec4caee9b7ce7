import { describe, expect, it } from '@jest/globals';
import type { Observation, WatchEvent } from '../../src/contract/check.js';
import { createInterruptions } from '../../src/gate/interruptions.js';
import { counts } from '../support/stand-in-checks.js';

const noAnswer: Observation = {
  kind: 'none',
  why: 'provider-error',
  detail: 'prometheus.test: connection refused',
};
const noData: Observation = { kind: 'none', why: 'no-data', detail: 'no series matches' };
const unchanged: Observation = { kind: 'none', why: 'unchanged' };
const data = counts(20, 0);

const checks = [
  { id: 'success-rate', source: 'prometheus' },
  { id: 'errors-per-minute', source: 'prometheus' },
];

/** Windows of 10 s, in each an observation for each check, in the order of the checks. */
function watched(...rounds: readonly (readonly Observation[])[]): {
  readonly lines: readonly string[];
  readonly found: readonly string[];
  readonly open: readonly (readonly [string, number])[];
} {
  const interruptions = createInterruptions(checks);
  const lines = rounds.flatMap((round, index) =>
    round.flatMap((observation, which) => {
      const line = interruptions.push({
        type: 'observation',
        check: checks[which]?.id ?? '',
        window: { from: index * 10_000, to: (index + 1) * 10_000 },
        observation,
      });
      return line === undefined ? [] : [line];
    }),
  );
  return {
    lines,
    found: interruptions.findings().map(({ subject, message }) => `${subject}: ${message}`),
    open: [...interruptions.open()],
  };
}

describe('the interruptions of sources in a watch', () => {
  it('data, or nothing new yet: no interruption', () => {
    expect(watched([data], [unchanged], [data])).toEqual({ lines: [], found: [], open: [] });
  });

  it('no answer and then data again: one line each, for all checks of the source', () => {
    expect(watched([data, data], [noAnswer, noAnswer], [noAnswer, noAnswer], [data, data])).toEqual(
      {
        lines: [
          'success-rate: no usable answer from prometheus: prometheus.test: connection refused',
          'success-rate, errors-per-minute: prometheus answers again, after 20s',
        ],
        found: [
          'success-rate, errors-per-minute: no usable answer from prometheus from 20s to 40s of the watch: prometheus.test: connection refused',
        ],
        open: [],
      },
    );
  });

  it('one interval without data: no line; two: a line that series are gone', () => {
    expect(watched([data], [noData], [data]).lines).toEqual([]);
    expect(watched([data], [noData], [noData], [data]).lines).toEqual([
      'success-rate: no data from prometheus: no series matches',
      'success-rate: prometheus has data again, after 20s',
    ]);
  });

  it('one of two checks is back, and the other is not: it is said of that one, and reported to its own end', () => {
    const { lines, open, found } = watched(
      [data, data],
      [noAnswer, noAnswer],
      [data, noAnswer],
      [data, noAnswer],
    );
    expect(lines).toEqual([
      'success-rate: no usable answer from prometheus: prometheus.test: connection refused',
      'success-rate, errors-per-minute: prometheus answers again, after 10s',
      'errors-per-minute: still no usable answer from prometheus: prometheus.test: connection refused',
    ]);
    expect(open).toEqual([['errors-per-minute', 20_000]]);
    expect(found).toEqual([
      'success-rate: no usable answer from prometheus from 20s to 30s of the watch: prometheus.test: connection refused',
      'errors-per-minute: no usable answer from prometheus from 20s to the end of the watch: prometheus.test: connection refused',
    ]);
  });

  it('no data at the end of the watch: open, and reported with its start', () => {
    const { open, found } = watched([data], [noData], [noData], [unchanged], [noAnswer]);
    expect(open).toEqual([['success-rate', 20_000]]);
    expect(found).toEqual([
      'success-rate: no data from prometheus from 20s to the end of the watch: no series matches',
    ]);
  });

  it('ten interruptions: six lines, and all ten in the report', () => {
    const rounds = Array.from({ length: 10 }, () => [[noAnswer], [data]]).flat();
    const { lines, found } = watched(...rounds);
    expect(lines).toHaveLength(6);
    expect(lines[5]).toMatch(/it comes and goes: the report lists the rest/);
    expect(found).toHaveLength(10);
  });

  it('a health check without an answer: an interruption; a failed one: none', () => {
    const interruptions = createInterruptions([{ id: 'health', source: 'kubernetes' }]);
    const probed = (at: number, ok: boolean | null): WatchEvent => ({
      type: 'look',
      check: 'health',
      at,
      look: { ok, detail: ok === null ? 'the API server does not answer' : 'status 503' },
    });
    expect(interruptions.push(probed(0, false))).toBeUndefined();
    expect(interruptions.push(probed(5000, null))).toBe(
      'health: no usable answer from kubernetes: the API server does not answer',
    );
    expect(interruptions.push(probed(10_000, true))).toBe(
      'health: kubernetes answers again, after 5s',
    );
  });
});
