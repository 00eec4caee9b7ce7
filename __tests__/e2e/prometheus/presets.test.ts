import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Workplace, type Ended } from '../../support/bundle.js';
import type { RunReport } from '../../../src/report/record.js';
import { describeWith } from '../components.js';
import { lacking } from './components.js';
import { exporter } from './exporter.js';
import { Prometheus } from './prometheus.js';

const presets = [
  { preset: 'istio', selector: 'destination_workload="details-v1"' },
  { preset: 'nginx-ingress', selector: 'ingress="shop"' },
  { preset: 'spring', selector: 'application="shop"' },
] as const;

/** In the expositions one request of ten fails. */
const versions = [
  { version: 'good', failing: 0.1, verdict: 'healthy', code: 0 },
  { version: 'bad', failing: 1, verdict: 'unhealthy', code: 5 },
] as const;

const cases = presets.flatMap((one) => versions.map((other) => ({ ...one, ...other })));

describeWith('the presets, by the metrics of their exporters', lacking(), () => {
  const results = new Map<string, { ended: Ended; report: RunReport } | Error>();
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    const jobs = await Promise.all(
      cases.map(async ({ preset, version, failing }) => {
        const server = await exporter(preset, failing);
        ends.push(() => server.close());
        const targets = [`127.0.0.1:${String(server.port)}`];
        return { name: `${preset}-${version}`, scrapeSeconds: 1, targets };
      }),
    );
    const prometheus = new Prometheus(jobs);
    ends.unshift(() => prometheus.remove());
    await prometheus.start();
    for (const { name } of jobs) await prometheus.has(`up{job="${name}"} == 1`);
    await Promise.all(
      cases.map(async ({ preset, selector, version }) => {
        const name = `${preset}-${version}`;
        const place = new Workplace();
        ends.push(() => {
          place.remove();
        });
        const judge = async (): Promise<{ ended: Ended; report: RunReport }> => {
          const ended = await place.run([
            ...['run', '--on-unhealthy', 'report', '--warm-up', '2s', '--duration', '16s'],
            ...['--interval', '1s', '--prometheus-url', prometheus.url, '--rollback', 'command'],
            ...['--prometheus-preset', preset, '--max-latency', 'p95 < 250ms'],
            ...['--prometheus-selector', `${selector}, job="${name}"`],
            ...['--max-errors-per-minute', 'off'],
          ]);
          return { ended, report: place.report() };
        };
        results.set(name, await judge().catch((error: unknown) => error as Error));
      }),
    );
  });
  afterAll(() => Promise.all(ends.map((end) => end())));

  it.each(cases)(
    '$preset: a $version version is $verdict',
    ({ preset, version, verdict, code }) => {
      const outcome = results.get(`${preset}-${version}`);
      if (outcome === undefined || outcome instanceof Error)
        throw outcome ?? new Error('there is no outcome');
      const { ended, report } = outcome;
      expect({ code: ended.code, verdict: report.verdict, output: ended.output }).toEqual({
        code,
        verdict,
        output: expect.anything(),
      });
      const checks = new Map(report.targets[0]!.checks.map((check) => [check.id, check]));
      expect([...checks.keys()]).toEqual(['success-rate', 'latency']);
      const rate = checks.get('success-rate')!;
      // 45 good ones a second, and 5 or 0.5 bad ones: the 500 of others are not counted.
      expect(rate.samples).toBeGreaterThan(200);
      expect(rate.value).toBeCloseTo(version === 'good' ? 0.989 : 0.9, 1);
      expect(checks.get('latency')!.outcome).toBe('within');
      if (version === 'bad')
        expect(Object.keys(rate.kinds)).toEqual([expect.stringMatching(/^status 50[0-3]$/)]);
    },
  );

  describe('presets in preflight', () => {
    it.each(presets)(
      '$preset: found',
      ({ preset, version = 'good' }: { preset: string; version?: string }) => {
        const outcome = results.get(`${preset}-${version}`);
        if (outcome === undefined || outcome instanceof Error)
          throw outcome ?? new Error('there is no outcome');
        expect(outcome.report.findings.filter(({ level }) => level !== 'notice')).toEqual([]);
      },
    );
  });
});
