import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { main } from '../../src/commands/main.js';
import type { EntryPoint } from '../../src/commands/entry-point.js';
import { Cancelled } from '../../src/support/abort.js';
import { systemClock } from '../../src/support/clock.js';
import { systemFiles } from '../../src/support/files.js';
import { Workplace } from '../support/bundle.js';
import { entryWith } from '../support/entry.js';
import { MetricsHistory, process } from '../support/metrics-history.js';
import { serve, type Handler, type HttpTestServer } from '../support/servers.js';

const NOW = Date.UTC(2026, 0, 20);
const day = (n: number): number => Date.UTC(2026, 0, n) / 1000;
const at = (n: number): string => `2026-01-${String(n).padStart(2, '0')}T00:00:00Z`;

/** On the 10th, the 12th and the 14th there were deploys; that of the 12th went bad a minute after it began to be judged. */
const metrics = new MetricsHistory(
  [
    process({ instance: 'good:80', to: day(12) }),
    process({
      instance: 'bad:80',
      from: day(12),
      to: day(13),
      failing: 0.2,
      badFrom: day(12) + 90,
    }),
    process({ instance: 'fine:80', from: day(14) - 600 }),
  ],
  day(8),
);

let place: Workplace;
let server: HttpTestServer;
let behave: Handler;

beforeEach(async () => {
  place = new Workplace();
  behave = ({ url, body }, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(metrics.answer(url, body, NaN));
  };
  server = await serve((request, response) => {
    behave(request, response);
  });
});
afterEach(async () => {
  place.remove();
  await server.close();
});

async function replay(
  words: readonly string[],
  given: Partial<EntryPoint> = {},
): Promise<{ code: number; output: string; lines: readonly string[] }> {
  let output = '';
  const before = place.files();
  const code = await main(
    entryWith({
      argv: ['replay', ...words],
      write: (text) => {
        output += text;
      },
      clock: { ...systemClock, now: () => NOW },
      files: { ...systemFiles, read: (path) => systemFiles.read(place.path(path)) },
      ...given,
    }),
  );
  expect(place.files()).toEqual(before);
  return { code, output, lines: output.trimEnd().split('\n') };
}

const configured = (): readonly string[] => [
  ...['--prometheus-url', server.url, '--max-errors-per-minute', 'off'],
  ...['--prometheus-total', 'http_requests_total', '--prometheus-errors', 'errors_total'],
];

describe('replay --prometheus', () => {
  it('says of each deploy whether it would have been rolled back', async () => {
    const { code, lines } = await replay([
      ...['--prometheus', '--at', `${at(10)},${at(12)}`, ...configured()],
      ...['--at', String(day(14)), '--health-url', server.url],
    ]);
    expect(code).toBe(0);
    expect(lines).toEqual([
      'each deploy: 30s of warm-up and 5m, checked every 10s; up to 5m more if the end is in doubt',
      'limits: success-rate ≥ 95 %, and what the hour before each deploy gives',
      'note: a live watch also checks health; the history does not have that',
      `${at(10)}  would have passed`,
      `${at(12)}  would have rolled back at +02:00 (success-rate 94.88 %, limit ≥ 99.5 %: 46 of 900 failed: 46 × status 503)`,
      `${at(14)}  would have passed`,
      '1 of 3 would have been rolled back, 2 would have passed, 0 inconclusive, 0 not judged',
    ]);
  });

  it('a single deploy is reported with its reason and its checks', async () => {
    const { lines } = await replay(['--prometheus', '--at', at(12), ...configured()]);
    expect(lines.slice(2)).toEqual([
      expect.stringMatching(/would have rolled back at/),
      expect.stringMatching(
        /^ {2}5\.11 % of 900 requests failed; in the worst five minutes of the hour before it was 0 %, so up to 0\.5 % is accepted\. .*not bad luck/,
      ),
      expect.stringMatching(
        /^ {2}success-rate {2}≥ 99\.5 % {2}\d+\.\d+ % {2}breached {2}evidence at most/,
      ),
    ]);
  });

  it('without the hour before, a deploy is judged by the limit that was set', async () => {
    const { lines } = await replay([
      ...['--prometheus', '--at', at(12), ...configured(), '--compare-before', 'off'],
    ]);
    expect(lines[1]).toBe('limits: success-rate ≥ 95 %');
    expect(lines[2]).toMatch(
      /at \+02:40 \(success-rate 90\.3 %, limit ≥ 95 %: 126 of 1,300 failed/,
    );
  });

  it.each<[string, readonly string[]]>([
    ['several flags', ['--at', at(10), '--at', at(12)]],
    ['words', ['--at', at(10), at(12)]],
    ['words with commas', [`${at(10)},${at(12)}`, at(10)]],
    ['lines', ['--at', `${at(10)}\n${at(12)}`]],
  ])('takes the times as %s', async (_, words) => {
    const { code, output } = await replay(['--prometheus', ...words, ...configured()]);
    expect(code).toBe(0);
    expect(output).toContain('1 of 2 would have been rolled back');
  });

  it('judges by the limits and windows of the configuration file', async () => {
    place.write('rollgate.yml', 'duration: 1m\nwarm-up: 15s\nmin-success-rate: 70\n');
    const { lines } = await replay(['--prometheus', '--at', at(12), ...configured()]);
    expect(lines[0]).toBe(
      'each deploy: 15s of warm-up and 1m, checked every 10s; up to 1m more if the end is in doubt',
    );
    expect(lines[1]).toBe('limits: success-rate ≥ 70 %');
    expect(lines[2]).toBe(`${at(12)}  would have passed`);
  });

  it('a deploy without data, with too little data, or in the future is named as such', async () => {
    const { code, lines } = await replay(
      ['--prometheus', '--at', `${at(2)},${at(13)},${at(19)},${at(21)}`, ...configured()],
      { clock: { ...systemClock, now: () => Date.UTC(2026, 0, 19, 0, 2, 5) } },
    );
    expect(code).toBe(0);
    expect(lines.slice(2)).toEqual([
      `${at(2)}  not judged: the server has nothing of that time: it does not keep it so long, or did not run then`,
      `${at(13)}  inconclusive: No data for success-rate during the whole watch (no series matches http_requests_total): not enough to judge`,
      `${at(19)}  not over: nothing decided by +02:00; the watch ends at 2026-01-19T00:05:30Z`,
      `${at(21)}  not judged: it lies in the future`,
      '0 of 4 would have been rolled back, 0 would have passed, 1 inconclusive, 3 not judged',
    ]);
  });

  it('a watch that is not over yet is judged when its data decides already', async () => {
    const { lines } = await replay(['--prometheus', '--at', at(12), ...configured()], {
      clock: { ...systemClock, now: () => Date.UTC(2026, 0, 12, 0, 4) },
    });
    expect(lines[2]).toMatch(/would have rolled back at \+02:00/);
  });

  it('an inconclusive deploy with on-inconclusive rollback would have rolled back', async () => {
    const { lines } = await replay([
      ...['--prometheus', '--at', at(10), ...configured()],
      ...['--min-requests', '100000', '--on-inconclusive', 'rollback'],
    ]);
    expect(lines[2]).toMatch(
      /would have rolled back at \+05:30 \(inconclusive: Only 3,000 requests/,
    );
  });

  it('an error for one deploy: that one is not judged, the others are', async () => {
    const healthy = behave;
    behave = (request, response) => {
      if (new URLSearchParams(request.body).get('start') !== String(day(12)))
        healthy(request, response);
      else response.writeHead(422).end('{"status":"error","error":"too many samples"}');
    };
    const { code, output } = await replay([
      '--prometheus',
      '--at',
      at(10),
      at(12),
      ...configured(),
    ]);
    expect(code).toBe(0);
    expect(output).toMatch(/00Z {2}not judged: http:\S+: it answered 422: too many samples\n/);
    expect(output).toContain('1 would have passed');
  });

  it('three errors in a row: the rest is not asked for, exit 2', async () => {
    behave = (_, response) => response.writeHead(401).end();
    const { code, lines } = await replay([
      ...['--prometheus', '--at', at(10), at(11), at(12), at(13), at(14), ...configured()],
    ]);
    expect(code).toBe(2);
    expect(lines.filter((line) => line.includes('it answered 401'))).toHaveLength(3);
    expect(lines.filter((line) => line.includes('not asked'))).toHaveLength(2);
    expect(lines.at(-1)).toContain('5 not judged');
  });

  it('a signal: exit 6, with the deploys judged so far', async () => {
    const stop = new AbortController();
    const healthy = behave;
    behave = (request, response) => {
      if (new URLSearchParams(request.body).get('start') === String(day(12)))
        stop.abort(new Cancelled('SIGINT'));
      healthy(request, response);
    };
    const { code, output } = await replay(
      ['--prometheus', '--at', at(10), at(12), at(14), ...configured()],
      { signal: stop.signal },
    );
    expect(code).toBe(6);
    expect(output).toContain('cancelled by SIGINT');
    expect(output).toContain(`${at(10)}  would have passed`);
    expect(output).not.toContain(at(14));
  });

  it('a secret in an answer of the server is masked', async () => {
    behave = ({ headers }, response) =>
      response.writeHead(403).end(`no right for ${String(headers.authorization)}`);
    const { output } = await replay(['--prometheus', '--at', at(10), ...configured()], {
      env: { ROLLGATE_PROMETHEUS_TOKEN: 'hunter2-hunter2' },
    });
    expect(output).toContain('no right for Bearer ***');
    expect(output).not.toContain('hunter2');
  });

  it.each<[string, readonly string[], RegExp]>([
    [
      'no time',
      ['--prometheus', ...'--prometheus-url http://p.test'.split(' ')],
      /at: no deploy is named → say when/,
    ],
    [
      'a time that is none',
      ['--prometheus', '--at', 'noon'],
      /at: `noon` is not a time \(from --at\)/,
    ],
    [
      'a word that is no time',
      ['--prometheus', '--at', at(10), 'a.ndjson'],
      /at: `a\.ndjson` is not a time/,
    ],
    [
      'no Prometheus server',
      ['--prometheus', '--at', at(10)],
      /prometheus: there is no check whose history could be asked for/,
    ],
    [
      'times without --prometheus',
      ['--at', at(10)],
      /at: it belongs to `replay --prometheus` → add `--prometheus`/,
    ],
  ])('refuses %s', async (_, words, message) => {
    const { code, output } = await replay(words);
    expect(code).toBe(2);
    expect(output).toMatch(message);
    expect(server.received).toEqual([]);
  });

  it('judges each target of the file by its own limits', async () => {
    place.write(
      'rollgate.yml',
      [
        'max-errors-per-minute: off',
        `prometheus-url: ${server.url}`,
        'prometheus-total: http_requests_total',
        'prometheus-errors: errors_total',
        'targets:',
        '  - name: shop',
        '  - name: cart',
        '    min-success-rate: 50',
      ].join('\n'),
    );
    const { code, lines } = await replay(['--prometheus', '--at', at(12)]);
    expect(code).toBe(0);
    expect(lines).toContain('[cart] limits: success-rate ≥ 50 %');
    expect(lines.some((line) => /^\S+Z \(shop\) {2}would have rolled back at/.test(line))).toBe(
      true,
    );
    expect(lines).toContain(`${at(12)} (cart)  would have passed`);
  });
});

describe('the flags of replay --prometheus', () => {
  it.each([
    ['run', ['--prometheus']],
    ['run', ['--at', at(10)]],
    ['validate', ['--prometheus', '--at', at(10)]],
  ])('are refused by %s %j', async (command, flags) => {
    const { code, output } = await replay([], {
      argv: [command, ...flags, '--url', 'http://127.0.0.1:9', '--on-unhealthy', 'report'],
    });
    expect(code).toBe(2);
    expect(output).toMatch(/belongs to `replay/);
  });
});
