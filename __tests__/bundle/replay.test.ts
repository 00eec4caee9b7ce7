import { describe, expect, it } from '@jest/globals';
import { replay } from '../../src/gate/replay.js';
import { decodeRecording } from '../../src/report/recording-reader.js';
import { ailingService, watching } from '../support/ailing-service.js';
import { quick, type Workplace } from '../support/bundle.js';
import { withWorkplace } from '../support/with-workplace.js';

const recordingFile = 'rollgate-report/recording.ndjson';

let place: Workplace;
const servers = withWorkplace((fresh) => {
  place = fresh;
});

/** Watches a service of which this share of the requests fails, with the real bundle. */
async function watched(failing: number, ...flags: readonly string[]): Promise<void> {
  const server = await ailingService(place, failing, failing === 1 ? 500 : 200);
  servers.push(server);
  await place.run([...watching(server.url), '--on-unhealthy', 'report', ...flags]);
}

describe('a recording of the bundle, replayed', () => {
  it.each([
    { what: 'healthy', failing: 0, flags: [], verdict: 'healthy' },
    { what: 'half of the requests fail', failing: 0.5, flags: [], verdict: 'unhealthy' },
    { what: 'every request fails', failing: 1, flags: [], verdict: 'unhealthy' },
    {
      what: 'too few requests',
      failing: 0,
      flags: ['--min-requests', '100000'],
      verdict: 'inconclusive',
    },
  ])(
    'gives the judgement of the live run, bit by bit: $what',
    async ({ failing, flags, verdict }) => {
      await watched(failing, ...flags);
      const report = place.report();
      const [target] = decodeRecording(place.read(recordingFile) ?? '').targets;
      if (target === undefined) throw new Error('nothing is recorded');
      const again = replay(target.plan, target.checks, target.events);
      expect(again.judgement).toEqual(target.judgement);
      expect(again.decidedAt).toBe(target.decidedAt);
      expect(again.judgement?.verdict).toBe(verdict);
      expect(report.verdict).toBe(verdict);
      expect(report.reason).toContain(again.judgement?.reason);
      // The report rounds to a microsecond.
      expect(again.decidedAt).toBeCloseTo((report.detectionSeconds ?? 0) * 1000, 2);

      const { code, output } = await place.run(['replay', recordingFile]);
      expect(code).toBe(0);
      expect(output).toContain('limits: as they were');
      expect(output.split(target.judgement?.reason ?? '')).toHaveLength(3);
      expect(output.match(new RegExp(`${verdict} at \\+00:0\\d`, 'g'))).toHaveLength(2);
      // A replay leaves the report of the run alone.
      expect(place.report()).toEqual(report);
    },
  );

  it('gives the judgement of each of several targets, with baselines', async () => {
    const [good, twin, bad, canary, old] = await Promise.all(
      [0, 0, 0.5, 0.5, 0.5].map((failing) => ailingService(place, failing)),
    );
    if (!good || !twin || !bad || !canary || !old) throw new Error('there is a server for each');
    servers.push(good, twin, bad, canary, old);
    const probed = (id: string, url: string, baseline: string): string =>
      `{id: ${id}, source: http, url: "${url}/", requests-per-second: 20, baseline: {url: "${baseline}/"}}`;
    place.write(
      'rollgate.yml',
      [
        'on-unhealthy: report',
        'targets:',
        `  - {name: same, checks: [${probed('same', good.url, twin.url)}]}`,
        `  - {name: worse, checks: [${probed('worse', bad.url, good.url)}]}`,
        `  - {name: both, min-success-rate: 95, max-errors-per-minute: off, health-url: off, url: "${canary.url}/", baseline-url: "${old.url}/"}`,
      ].join('\n'),
    );
    const { output } = await place.run(['run', ...quick]);
    const report = place.report();
    const { targets } = decodeRecording(place.read(recordingFile) ?? '');
    expect(targets.map(({ name, judgement }) => [name, judgement?.verdict, output])).toEqual([
      ['same', 'healthy', output],
      ['worse', 'unhealthy', output],
      ['both', 'inconclusive', output],
    ]);
    for (const [n, { plan, checks, events, judgement, decidedAt }] of targets.entries()) {
      const again = replay(plan, checks, events);
      expect(again.judgement).toEqual(judgement);
      expect(again.decidedAt).toBe(decidedAt);
      expect(report.targets[n]).toMatchObject({ verdict: judgement?.verdict });
      expect(
        report.targets[n]?.checks.map(({ id, samples, failures }) => [id, samples, failures]),
      ).toEqual(again.results.map(({ id, samples, failures }) => [id, samples, failures]));
    }
    const replayed = await place.run(['replay', recordingFile]);
    expect(replayed.code).toBe(0);
    for (const { name, judgement } of targets) {
      expect(replayed.output).toContain(`target ${name}`);
      expect(replayed.output).toContain(judgement?.reason);
    }
    expect(replayed.output).not.toContain('its rules are others');
  });

  it('is of the run that began last, where two are made in one folder at once', async () => {
    await Promise.all([watched(0), watched(0, '--min-requests', '100000')]);
    const { targets, truncated } = decodeRecording(place.read(recordingFile) ?? '');
    expect(truncated).toBe(false);
    for (const { plan, checks, events, judgement } of targets)
      expect(replay(plan, checks, events).judgement).toEqual(judgement);
    expect(targets[0]?.judgement?.verdict).toMatch(/^(healthy|inconclusive)$/);
  });

  it('judges by other limits, and refuses another interval', async () => {
    await watched(0);
    const stricter = await place.run(['replay', recordingFile, '--min-requests', '100000']);
    expect(stricter.code).toBe(0);
    expect(stricter.output).toContain('live:   healthy at');
    expect(stricter.output).toContain('now:    inconclusive at');
    const vain = await place.run(['replay', recordingFile, '--interval', '1s']);
    expect(vain.code).toBe(2);
    expect(vain.output).toContain('interval: the recording was made with 500ms');
    const foreign = await place.run(['replay', 'rollgate-report/report.json']);
    expect(foreign.code).toBe(2);
    expect(foreign.output).toContain('report.json: line 1 of the recording');
    const several = await place.run(['replay', recordingFile, recordingFile]);
    expect(several.output).toContain('0 of 2 would have been rolled back');
  });
});
