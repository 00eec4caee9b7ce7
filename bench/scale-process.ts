/** The program of a child process: watches many targets at once, as `run` does, and tells its parent what that cost. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createChecks } from '../src/checks/registry.js';
import type { Check } from '../src/checks/types.js';
import { createLogCadence, tickEvery } from '../src/commands/progress.js';
import { beginOf } from '../src/gate/spread.js';
import type { Observation } from '../src/gate/types.js';
import { watch } from '../src/gate/watch.js';
import { resolveInputs } from '../src/inputs/resolve.js';
import type { Settings } from '../src/inputs/table.js';
import { encodeLine } from '../src/report/recording.js';
import { progressLine } from '../src/report/terminal.js';
import { systemClock as clock } from '../src/support/clock.js';
import { run as exec } from '../src/support/exec.js';
import { systemFiles } from '../src/support/files.js';
import { createHttp } from '../src/support/http.js';
import { quantile } from './numbers.js';
import { INTERVAL_SECONDS, type ScaleFigures } from './scale.js';

const [url = '', kind = '', targetsText = '', secondsText = ''] = process.argv.slice(2);
const targets = Number(targetsText);
const folder = mkdtempSync(join(tmpdir(), 'rollgate-scale-'));
const recording = join(folder, 'recording.ndjson');
const http = createHttp({ clock });
const { signal } = new AbortController();

function settingsOf(target: string): ReturnType<typeof resolveInputs> {
  const flags = {
    'prometheus-url': url,
    'prometheus-total': `http_requests_total{service="${target}"}`,
    'prometheus-errors': `http_requests_total{service="${target}",code=~"5.."}`,
    'max-errors-per-minute': 'off',
    'max-latency': 'p95 < 800ms',
    ...(kind === 'probes'
      ? { url: `${url}${target}` }
      : {
          'health-url': `${url}${target}`,
          'prometheus-latency': `http_request_duration_seconds_bucket{service="${target}"}`,
        }),
    'warm-up': '0s',
    duration: `${secondsText}s`,
    interval: `${String(INTERVAL_SECONDS)}s`,
  };
  return resolveInputs({
    flags: new Map(Object.entries(flags)),
    env: {},
    system: 'local',
    pullRequest: false,
    readFile: () => undefined,
  });
}

/** Milliseconds from the end of a window to its observation. */
const late: number[] = [];
let missed = 0;
let healthy = 0;
/** What the log would have been; it is of no interest here. */
let lines = 0;
let due = 0;

interface Target {
  readonly name: string;
  readonly settings: Settings;
  readonly checks: readonly Check[];
}

async function prepare(name: string): Promise<Target> {
  const { settings, problems } = settingsOf(name);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  const checks = await createChecks({
    ...{ settings, clock, random: Math.random, http: () => http, exec, env: {}, leastRate: 0 },
    redact: (text) => text,
  });
  if (checks.length !== 3) throw new Error(`there are ${String(checks.length)} checks`);
  return { name, settings, checks };
}

async function watchOne({ name: target, settings, checks }: Target): Promise<void> {
  const intervals = Number(secondsText) / INTERVAL_SECONDS;
  const seen = new Set<string>();
  const worthALine = createLogCadence(settings.interval);
  const outcome = await watch({
    plan: {
      warmUp: settings['warm-up'],
      duration: settings.duration,
      interval: settings.interval,
      sensitivity: settings.sensitivity,
      decision: settings.decision,
      minRequests: settings['min-requests'],
      earlyPass: settings['early-pass'],
    },
    checks,
    clock,
    signal,
    tickEvery: tickEvery(settings.interval, false),
    observer: {
      event(event, at) {
        systemFiles.append(recording, encodeLine({ type: 'event', target, at, event }));
        if (event.type === 'look') seen.add(`${event.check} ${inIntervals(event.at)}`);
        if (event.type !== 'observation') return;
        const lateBy = at - event.window.to;
        late.push(lateBy);
        if (lateBy < settings.interval && isData(event.observation))
          seen.add(`${event.check} ${inIntervals(event.window.from)}`);
      },
      tick(state) {
        const { elapsed: elapsedMs, results } = state;
        const totalMs = settings.duration;
        const line = progressLine({ elapsedMs, totalMs, phase: 'watch', checks: results });
        if (worthALine(state)) lines += line.length;
      },
    },
  });
  if (outcome.verdict === 'healthy') healthy += 1;
  for (const { id } of checks)
    for (let n = 0; n < intervals; n += 1) {
      due += 1;
      if (!seen.has(`${id} ${String(n)}`)) missed += 1;
    }
}

function inIntervals(ms: number): string {
  return String(Math.floor(ms / (1000 * INTERVAL_SECONDS)));
}

function isData({ kind }: Observation): boolean {
  return kind !== 'none';
}

const before = process.memoryUsage.rss();
const all: Target[] = [];
for (let n = 0; n < targets; n += 1) all.push(await prepare(`target-${String(n)}`));
const cpu = process.cpuUsage();
const begun = clock.monotonic();
await Promise.all(
  all.map(async (target, n) => {
    await clock.sleep(beginOf(n, targets));
    await watchOne(target);
  }),
);
const { user, system } = process.cpuUsage(cpu);
const elapsedMs = clock.monotonic() - begun;
http.close();
rmSync(folder, { recursive: true });

const figures: ScaleFigures = {
  due,
  missed,
  healthy,
  lines,
  late: { median: quantile(late, 0.5), p99: quantile(late, 0.99), max: quantile(late, 1) },
  cpu: (user + system) / 1000 / elapsedMs,
  memory: { before: before / 2 ** 20, peak: process.resourceUsage().maxRSS / 2 ** 10 },
};
process.send?.(figures, () => {
  process.disconnect();
});
