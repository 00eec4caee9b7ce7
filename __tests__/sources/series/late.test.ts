import { afterEach, describe, expect, it } from '@jest/globals';
import { rigs, type Rig } from '../../support/metric-rigs.js';
import { MetricScene } from '../../support/metric-scene.js';

let scene: MetricScene;
afterEach(() => scene.close());

/** A check whose numbers come 90 s late, as the rig has it else. */
async function lateCheck(rig: Rig, kind: 'counts' | 'value', limits: readonly string[]) {
  scene = await MetricScene.start(rig);
  const options = [...rig[kind].filter((line) => !line.startsWith('delay')), ...limits];
  return scene.createOf([...options, 'delay: 90s']);
}

const ofBuckets = rigs
  .filter(({ width }) => width !== undefined)
  .map((rig) => [rig.source, rig] as const);

describe('numbers that come 90 s late are waited for at the end', () => {
  it.each(ofBuckets)('%s: all that was counted is judged', async (_, rig) => {
    const checks = await lateCheck(rig, 'counts', ['min-success-rate: 95']);
    const outcome = await scene.watch(checks, { duration: 120_000 });
    expect(outcome).toMatchObject({
      verdict: 'healthy',
      reason: expect.stringMatching(/^100 % of 1,200 requests succeeded .* over 2m;/),
    });
    expect(outcome.decidedAt).toBeGreaterThanOrEqual(150_000 + 80_000);
    expect(outcome.decidedAt).toBeLessThanOrEqual(150_000 + 110_000);
  });

  it.each(ofBuckets)('%s: a value too', async (_, rig) => {
    const checks = await lateCheck(rig, 'value', ['max: 10']);
    const outcome = await scene.watch(checks, { duration: 120_000 });
    expect(outcome).toMatchObject({
      verdict: 'healthy',
      reason: expect.stringMatching(/ over 2m;/),
    });
    expect(outcome.results[0]).toMatchObject({ samples: 12 });
  });
});
