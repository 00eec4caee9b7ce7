import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { main } from '../../src/commands/main.js';
import type { SeenBefore } from '../../src/contract/check.js';
import { encodeLine, headerLine } from '../../src/report/recording.js';
import { systemFiles } from '../../src/support/files.js';
import { Workplace } from '../support/bundle.js';
import { entryWith } from '../support/entry.js';
import { counts, defaultPlan, good, healthCheck, metricCheck } from '../support/stand-in-checks.js';
import { recordedWatch } from '../support/recorded-watch.js';
import { VirtualClock } from '../support/virtual-clock.js';

let place: Workplace;

beforeEach(() => {
  place = new Workplace();
});

afterEach(() => {
  place.remove();
});

/** Runs the command inside the test, in its folder; nothing may be written there. */
async function replay(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string }> {
  let output = '';
  const before = place.files();
  const code = await main(
    entryWith({
      argv: ['replay', ...words],
      env,
      write: (text) => {
        output += text;
      },
      files: { ...systemFiles, read: (path) => systemFiles.read(place.path(path)) },
    }),
  );
  expect(place.files()).toEqual(before);
  return { code, output };
}

/** 97.1 % succeed, the failures towards the end. */
async function healthyRecording(name = 'a.ndjson'): Promise<string> {
  const clock = new VirtualClock();
  const { outcome, recording } = await recordedWatch(clock, [
    healthCheck(clock, () => ({ result: good })),
    metricCheck((window) => counts(20, window.from >= 270_000 ? 3 : 0)),
  ]);
  expect(outcome.verdict).toBe('healthy');
  place.write(name, recording);
  return outcome.reason;
}

async function unhealthyRecording(name = 'b.ndjson'): Promise<void> {
  const { outcome, recording } = await recordedWatch(new VirtualClock(), [
    metricCheck(() => counts(20, 10)),
  ]);
  expect(outcome).toMatchObject({ verdict: 'unhealthy', decidedAt: 60_000 });
  place.write(name, recording);
}

describe('replay', () => {
  it('a recording without new limits: the verdict of the live run', async () => {
    const reason = await healthyRecording();
    const { code, output } = await replay(['a.ndjson']);
    expect(code).toBe(0);
    expect(output).toContain('limits: as they were');
    expect(output).toContain('live:   healthy at +05:30');
    expect(output).toContain('now:    healthy at +05:30: would have passed');
    expect(output.split(reason)).toHaveLength(3);
  });

  it.each<[SeenBefore['seen'], string]>([
    ['passed', 'unhealthy'],
    ['failed', 'inconclusive'],
    ['not-asked', 'unhealthy'],
  ])(
    'a recording of a service that failed, and before %s: as it was, %s',
    async (seen, verdict) => {
      const clock = new VirtualClock();
      const seenBefore = { seen, detail: seen === 'failed' ? 'status 500' : '', isNew: false };
      const bad = { ok: false, detail: 'status 500' };
      const { outcome, recording } = await recordedWatch(clock, [
        { ...healthCheck(clock, () => ({ result: bad })), seenBefore },
        { ...metricCheck(() => counts(20, 20)), seenBefore },
      ]);
      expect(outcome.verdict).toBe(verdict);
      place.write('c.ndjson', recording);
      const { code, output } = await replay(['c.ndjson']);
      expect(code).toBe(0);
      expect(output).toMatch(new RegExp(`now: +${verdict}`));
      expect(output.split(outcome.reason)).toHaveLength(3);
    },
  );

  it.each<[readonly string[], string, string]>([
    [['--min-success-rate', '99'], 'success-rate: ≥ 99 % (was ≥ 95 %)', 'unhealthy at +05:10'],
    [['--decision', 'strict'], 'decision: strict (was balanced)', 'unhealthy at +04:40'],
    [['--min-requests=1000'], 'min-requests: 1000 (was 20)', 'inconclusive at +05:30'],
    [['--early-pass'], 'early-pass: true (was false)', 'healthy at +03:00'],
    [['--sensitivity', 'low'], 'sensitivity: low (was normal)', 'healthy at +05:30'],
    [['--health-failures', '1'], 'health: fewer than 1 failed', 'healthy at +05:30'],
    [['--min-success-rate', 'off'], 'success-rate: off (was ≥ 95 %)', 'healthy at +05:30'],
    [['--min-success-rate', '95'], 'limits: as they were', 'healthy at +05:30'],
  ])('the flags %j change the limit and the verdict', async (flags, limits, verdict) => {
    await healthyRecording();
    for (const words of [
      ['a.ndjson', ...flags],
      [...flags, 'a.ndjson'],
    ]) {
      const { code, output } = await replay(words);
      expect(code).toBe(0);
      expect(output).toContain(limits);
      expect(output).toContain(`now:    ${verdict}`);
      expect(output).toContain('live:   healthy at +05:30');
    }
  });

  it('takes limits from variables and from inputs of the action, too', async () => {
    await healthyRecording();
    for (const name of ['ROLLGATE_MIN_SUCCESS_RATE', 'INPUT_MIN-SUCCESS-RATE'])
      expect((await replay(['a.ndjson'], { [name]: '99' })).output).toContain('now:    unhealthy');
  });

  it('takes limits from the file of --config, and says that an unnamed rollgate.yml does not count', async () => {
    await healthyRecording();
    place.write('rollgate.yml', 'min-success-rate: 99\ninterval: 20s\nurl: http://127.0.0.1:9/\n');
    const without = await replay(['a.ndjson']);
    expect(without.code).toBe(0);
    expect(without.output).toContain('now:    healthy');
    expect(without.output).toContain(
      'rollgate.yml does not count in a replay (min-success-rate, interval); to judge by it, name it: `--config rollgate.yml`',
    );
    const wrong = await replay(['a.ndjson', '--config', 'rollgate.yml']);
    expect(wrong.code).toBe(2);
    expect(wrong.output).toContain('interval: the recording was made with 10s');
    place.write('rollgate.yml', 'min-success-rate: 99\ninterval: 10s\nurl: http://127.0.0.1:9/\n');
    const named = await replay(['a.ndjson', '--config', 'rollgate.yml']);
    expect(named.code).toBe(0);
    expect(named.output).toContain('now:    unhealthy');
    expect(named.output).toContain('as it is recorded: url do not count');
  });

  it('an invalid check in an unnamed rollgate.yml does not matter, in a named one it is exit 2', async () => {
    await healthyRecording();
    place.write(
      'rollgate.yml',
      'checks:\n  - source: influxdb\n    database: shop\n    value: SELECT 1\n    max: 1\n',
    );
    const { code, output } = await replay(['a.ndjson']);
    expect(output).toContain('now:    healthy');
    expect(code).toBe(0);
    const named = await replay(['a.ndjson', '--config', 'rollgate.yml']);
    expect(named.output).toMatch(/check influxdb: `url`: is missing/);
    expect(named.code).toBe(2);
  });

  it('shows several recordings as a table', async () => {
    await healthyRecording();
    await unhealthyRecording();
    const { code, output } = await replay(['a.ndjson', 'b.ndjson', '--min-success-rate', '40']);
    expect(code).toBe(0);
    expect(output.split('\n').filter((line) => line.includes('ndjson'))).toEqual([
      'a.ndjson  healthy at +05:30    healthy at +05:30  would have passed',
      'b.ndjson  unhealthy at +01:00  no verdict         nothing decided when the recording ends at +01:00',
    ]);
    expect(output).toContain('0 of 2 would have been rolled back; 1 would have ended otherwise');
  });

  it('judges every target of a recording', async () => {
    const target = { plan: defaultPlan, checks: [metricCheck(() => counts(1, 0))] };
    const lines = [
      encodeLine(
        headerLine('0.1.0', '2026-11-02T10:00:00.000Z', [
          { name: 'shop', ...target },
          { name: 'cart', ...target },
        ]),
      ),
      ...[40_000, 50_000, 60_000].flatMap((to) =>
        ['shop', 'cart'].map((name) =>
          encodeLine({
            type: 'event',
            target: name,
            at: to + 5,
            event: {
              type: 'observation',
              check: 'success-rate',
              window: { from: to - 10_000, to },
              observation: counts(20, name === 'cart' ? 20 : 0),
            },
          }),
        ),
      ),
    ];
    place.write('both.ndjson', lines.join(''));
    const { output } = await replay(['both.ndjson']);
    expect(output).toMatch(/target shop\n.*\n.*\n +now: +no verdict/);
    expect(output).toMatch(/target cart\n.*\n.*\n +now: +unhealthy at \+01:00/);
    const refused = await replay(['both.ndjson', '--duration', '1m']);
    expect(refused.output).toContain('(both.ndjson (shop))');
    expect(refused.output).toContain('(both.ndjson (cart))');
  });

  it.each<[string, readonly string[], RegExp]>([
    ['no file', [], /replay: no recording is named → name one or more/],
    ['a file that does not exist', ['x.ndjson'], /x\.ndjson: there is no such file/],
    ['a folder', ['folder'], /folder: cannot be read: .*is not a file|EISDIR/],
    ['another interval', ['a.ndjson', '--interval', '5s'], /interval: .* with 10s.*--interval/],
    ['another duration', ['a.ndjson', '--duration', '3m'], /duration: .* with 5m/],
    ['another warm-up', ['a.ndjson', '--warm-up', '0s'], /warm-up: .* with 30s/],
    [
      'a limit of a check that was off',
      ['a.ndjson', '--max-latency', 'p95 < 1s'],
      /max-latency: the recording has no latency check: .*given from --max-latency \(a\.ndjson\)/,
    ],
    [
      'an input about requests',
      ['a.ndjson', '--expect-status', '200'],
      /expect-status: a recording holds what was asked and answered then/,
    ],
    ['a value that is invalid', ['a.ndjson', '--sensitivity', 'huge'], /sensitivity: /],
    [
      'a file that is not JSON',
      ['text.txt'],
      /text\.txt: line 1 of the recording: it is not JSON → name a/,
    ],
    ['a report', ['report.json'], /report\.json: line 1 of the recording: it is not JSON/],
    ['an empty file', ['empty'], /empty: line 1 of the recording: there is no complete line/],
    ['JSON of another kind', ['other.json'], /other\.json: line 1 of the recording: .*type/],
    ['a broken line', ['broken.ndjson'], /broken\.ndjson: line 3 of the recording: it is not JSON/],
    [
      'a recording without a target',
      ['none.ndjson'],
      /none\.ndjson: line 1 of the recording: it has no target/,
    ],
  ])('refuses %s', async (_, words, message) => {
    await healthyRecording();
    const [header = '', first = ''] = (place.read('a.ndjson') ?? '').split('\n');
    place.write('folder/file', '');
    place.write('text.txt', 'hello\n::error::boo\n');
    place.write('report.json', '{\n  "schema": 1\n}\n');
    place.write('empty', '');
    place.write('other.json', '{"name":"x"}\n');
    place.write('broken.ndjson', `${header}\n${first}\n{"type"\n`);
    place.write('none.ndjson', encodeLine(headerLine('0.1.0', '2026-11-02T10:00:00.000Z', [])));
    const { code, output } = await replay(words);
    expect(code).toBe(2);
    expect(output).toMatch(message);
    expect(output).toContain('This cannot be replayed:');
    expect(output).not.toMatch(/^\s*::/m);
  });

  it('lists every problem at once, and judges nothing', async () => {
    await healthyRecording();
    const { code, output } = await replay(['a.ndjson', 'x', 'y', '--interval', '5s', '--url', 'z']);
    expect(code).toBe(2);
    for (const part of ['x: ', 'y: ', 'interval: ', 'url: ']) expect(output).toContain(part);
    expect(output).not.toContain('live');
  });

  it('a secret in a file is not shown', async () => {
    place.write('leak.txt', `{"type":"hunter2-hunter2"}\n`);
    const { output } = await replay(['leak.txt'], { ROLLGATE_GITHUB_TOKEN: 'hunter2-hunter2' });
    expect(output).not.toContain('hunter2-hunter2');
  });

  it('a recording without its last bytes is judged, and named incomplete', async () => {
    await healthyRecording();
    place.write('cut.ndjson', (place.read('a.ndjson') ?? '').slice(0, -30));
    const { code, output } = await replay(['cut.ndjson']);
    expect(code).toBe(0);
    expect(output).toContain('The last line is incomplete');
    expect(output).toContain('now:    healthy');
  });
});
