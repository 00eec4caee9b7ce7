import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type {
  Check,
  Limit,
  HealthResult,
  Observation,
  WatchPlan,
} from '../../src/contract/check.js';
import { override } from '../../src/gate/overrides.js';
import { replay } from '../../src/gate/replay.js';
import { decodeRecording, RecordingError } from '../../src/report/recording-reader.js';
import {
  counts,
  defaultPlan,
  good,
  healthCheck,
  metricCheck,
  refused,
} from '../support/stand-in-checks.js';
import { recordedWatch, recordedWatches } from '../support/recorded-watch.js';
import { VirtualClock } from '../support/virtual-clock.js';
import type { Replayed } from '../../src/contract/replay.js';

function replayed(recording: string, limits: Parameters<typeof override>[1] = {}): Replayed {
  const [target] = decodeRecording(recording).targets;
  if (target === undefined) throw new Error('there is no target');
  const { plan, checks } = override(target, limits);
  return replay(plan, checks, target.events);
}

const blind: HealthResult = { ok: null, detail: 'the cluster does not answer' };

function counted(samples: number, failures: number, ofBaseline: number): Observation {
  return {
    ...counts(samples, failures, 10.1),
    kinds: failures === 0 ? {} : { 'status 503': failures },
    slower: { '100': Math.floor(samples / 3), '800': failures },
    baseline: { samples: 40, failures: ofBaseline, slower: { '100': 13, '800': ofBaseline } },
  } as Observation;
}

const fine = fc
  .tuple(fc.integer({ min: 60, max: 90 }), fc.nat(1), fc.nat(1))
  .map(([samples, failures, ofBaseline]) => counted(samples, failures, ofBaseline));
const any = fc
  .tuple(fc.nat(60), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(40))
  .map(([samples, share, ofBaseline]) => counted(samples, Math.floor(samples * share), ofBaseline));
const measured = fc
  .double({ min: 0, max: 30, noNaN: true })
  .map((value): Observation => ({ kind: 'value', value }));
const nothing = fc.constantFrom<Observation>(
  { kind: 'none', why: 'no-data' },
  { kind: 'none', why: 'provider-error', detail: 'status 500' },
);

/** What the intervals of a service look like; some services are fine, so that every verdict comes up. */
const observations = fc.oneof(
  fc.array(fine, { minLength: 1, maxLength: 12 }),
  fc.array(any, { minLength: 1, maxLength: 12 }),
  fc.array(fc.oneof(fine, any, nothing), { minLength: 1, maxLength: 12 }),
);
const probes = fc.oneof(
  fc.constant([good]),
  fc.array(fc.constantFrom(good, good, good, refused, blind), { minLength: 1, maxLength: 9 }),
);

const limits: readonly Exclude<Limit, { metric: 'health' }>[] = [
  { metric: 'success-rate', minPercent: 95 },
  { metric: 'errors-per-minute', max: 10, scaledTo: 60 },
  { metric: 'latency', percentile: 95, maxMs: 800 },
  { metric: 'relative', margin: 1 },
  { metric: 'relative', margin: 1.5, of: 'latency' },
  { metric: 'value', max: 12 },
  { metric: 'value', min: 8 },
];

const story = fc.record({
  plan: fc.record<Partial<WatchPlan>>({
    warmUp: fc.constantFrom(0, 15_000),
    duration: fc.constantFrom(60_000, 95_000),
    sensitivity: fc.constantFrom('high', 'normal', 'low'),
    decision: fc.constantFrom('balanced', 'evidence', 'strict'),
    minRequests: fc.constantFrom(1, 20, 400),
    earlyPass: fc.boolean(),
  }),
  metrics: fc.subarray([...limits]),
  observations,
  values: fc.array(fc.oneof(measured, measured, nothing), { minLength: 1, maxLength: 12 }),
  probes,
  /** What checks have instead of what the plan says. */
  own: fc.record(
    {
      minRequests: fc.constantFrom(1, 300),
      onNoData: fc.constantFrom('ignore', 'unhealthy'),
      onProviderError: fc.constant('ignore'),
    },
    { requiredKeys: [] },
  ),
  delays: fc.array(fc.constantFrom(0, 0, 37.5, 4_000.25, 12_000), { minLength: 1, maxLength: 5 }),
  hasBaseline: fc.boolean(),
});

function at<T>(cycle: readonly T[], index: number): T {
  return cycle[index % cycle.length]!;
}

type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

/** The checks of a target that fares like this. */
function checksOf(
  { metrics, observations, values, probes, own, delays, hasBaseline }: Story,
  clock: VirtualClock,
): Check[] {
  let probe = 0;
  return [
    healthCheck(clock, () => {
      probe += 1;
      return { result: at(probes, probe), takes: at(delays, probe) };
    }),
    ...metrics.map((limit, which) => {
      let interval = which;
      const check = metricCheck(async () => {
        interval += 1;
        const answer = at(limit.metric === 'value' ? values : observations, interval);
        await clock.sleep(at(delays, interval));
        return answer;
      }, limit);
      const named = { ...check, id: `${limit.metric}-${String(which)}`, ...own };
      return hasBaseline && limit.metric === 'success-rate'
        ? { ...named, baseline: { margin: 1.5 } }
        : named;
    }),
  ];
}

describe('a replay', () => {
  it('gives the judgement of each live watch, at the same moment, bit by bit', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(story, { minLength: 1, maxLength: 3 }), async (stories) => {
        const clock = new VirtualClock();
        const { outcomes, recording } = await recordedWatches(
          clock,
          stories.map((each, n) => ({
            name: `target-${String(n)}`,
            plan: { ...defaultPlan, ...each.plan },
            checks: checksOf(each, clock),
          })),
        );
        const { targets } = decodeRecording(recording);
        expect(targets).toHaveLength(stories.length);
        for (const [n, { plan, checks, events, judgement, decidedAt }] of targets.entries()) {
          const { verdict, reason, decidedBy, ...live } = outcomes[n]!;
          const again = replay(plan, checks, events);
          expect(again.judgement).toEqual({ verdict, reason, decidedBy });
          expect(again.decidedAt).toBe(live.decidedAt);
          expect(again.results).toEqual(live.results);
          // That is what the recording says, too.
          expect(judgement).toEqual(again.judgement);
          expect(decidedAt).toBe(live.decidedAt);
          seen.add(verdict);
        }
      }),
      { numRuns: 120, endOnFailure: true },
    );
    expect([...seen].sort()).toEqual(['healthy', 'inconclusive', 'unhealthy']);
  });

  const badFrom = (interval: number): ReturnType<typeof metricCheck> =>
    metricCheck((window) => counts(20, window.from >= interval * 10_000 ? 3 : 0));

  it('gives the verdict and the moment that other limits would have given', async () => {
    // From interval 27 on 15 % fail: in the end too little evidence against 95 % success, and 97.1 % of all succeed.
    const { outcome, recording } = await recordedWatch(new VirtualClock(), [badFrom(27)]);
    expect(outcome).toMatchObject({ verdict: 'healthy', decidedAt: 330_000 });
    const strict = replayed(recording, { decision: 'strict' });
    expect(strict).toMatchObject({ judgement: { verdict: 'unhealthy' }, decidedAt: 280_000 });
    const higher = replayed(recording, { minSuccessRate: 99 });
    expect(higher.judgement?.reason).toContain('limit 99 %');
    expect(higher.decidedAt).toBe(310_000);
    const never = replayed(recording, { minRequests: 1000 });
    expect(never).toMatchObject({ judgement: { verdict: 'inconclusive' }, decidedAt: 330_000 });
  });

  it('has the results at the moment of the judgement, and nothing later', async () => {
    const { recording } = await recordedWatch(new VirtualClock(), [badFrom(20)]);
    const early = replayed(recording, { minSuccessRate: 100 });
    expect(early.decidedAt).toBeGreaterThan(200_000);
    expect(early.results[0]?.series.at(-1)?.t).toBe((early.decidedAt ?? 0) / 1000);
    expect(early.endsAt).toBeGreaterThan(early.decidedAt ?? 0);
  });

  it('gives no judgement when the live watch ended too early for the new limits', async () => {
    const { outcome, recording } = await recordedWatch(new VirtualClock(), [
      metricCheck(() => counts(20, 10)),
    ]);
    expect(outcome).toMatchObject({ verdict: 'unhealthy' });
    expect(replayed(recording, { minSuccessRate: 40 })).toMatchObject({
      judgement: null,
      decidedAt: null,
      endsAt: outcome.decidedAt,
    });
  });

  it('gives no judgement on a watch that was cancelled', async () => {
    const clock = new VirtualClock();
    const cancel = new AbortController();
    void clock.sleep(65_000).then(() => {
      cancel.abort(new Error('enough'));
    });
    const { recording } = await recordedWatch(clock, [badFrom(99)], {}, cancel.signal);
    expect(replayed(recording)).toMatchObject({ judgement: null, endsAt: 60_000 });
  });

  it('leaves out a check that is off, and needs less evidence of the others', async () => {
    const clock = new VirtualClock();
    const { recording } = await recordedWatch(clock, [
      metricCheck(() => counts(20, 0)),
      metricCheck(() => counts(20, 8), { metric: 'latency', percentile: 95, maxMs: 800 }),
    ]);
    expect(replayed(recording).judgement?.decidedBy).toEqual(['latency']);
    const without = replayed(recording, { maxLatency: 'off' });
    expect(without.results.map(({ id }) => id)).toEqual(['success-rate']);
    expect(without.results[0]?.evidence?.threshold).toBeCloseTo(Math.log(100), 12);
  });

  it('a recording of 0.1.0 without times is judged at the times that its events show', async () => {
    const clock = new VirtualClock();
    const { outcome, recording } = await recordedWatch(clock, [
      healthCheck(clock, (t) => ({ result: t > 100_000 ? refused : good })),
      badFrom(99),
    ]);
    const old = recording
      .split('\n')
      .map((line) => line.replace(/("target":"default"),"at":[\d.]+/, '$1'))
      .join('\n');
    expect(old).not.toBe(recording);
    expect(replayed(old)).toMatchObject({
      judgement: { verdict: 'unhealthy' },
      decidedAt: outcome.decidedAt,
    });
  });

  it('a damaged recording is refused with a reason, or replayed to an end', async () => {
    const { recording } = await recordedWatch(new VirtualClock(), [badFrom(10)]);
    fc.assert(
      fc.property(
        fc.nat(recording.length),
        fc.nat(12),
        fc.constantFrom('', '-1', '1e308', '0', '"x"', '}', '\n', ',', 'null', '9'),
        (from, length, put) => {
          const text = recording.slice(0, from) + put + recording.slice(from + length);
          try {
            const { judgement, endsAt } = replayed(text);
            expect(endsAt).toBeGreaterThanOrEqual(0);
            expect(judgement?.reason ?? 'none').not.toBe('');
          } catch (error) {
            expect(error).toBeInstanceOf(RecordingError);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
