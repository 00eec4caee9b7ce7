/** The program of a child process: probes the URL that it is given, and tells its parent how that went. */
import { createProbeChecks } from '../src/sources/http/checks.js';
import { systemClock as clock } from '../src/support/clock.js';
import { createHttp, type Http } from '../src/support/http.js';
import { quantile } from './numbers.js';
import { PER_SECOND, SECONDS, type ProberFigures } from './prober.js';

const IN_TIME_MS = 10;
/** The prober leaves out what is later than this. */
const LEFT_OUT_MS = 1000;
/** As in a watch: what is settled is asked for, interval by interval. */
const INTERVAL_MS = 10_000;
const PLANNED = PER_SECOND * SECONDS;

const url = process.argv[2]!;
const sentAt: number[] = [];
const http = createHttp({ clock });
const stamped: Http = {
  request(request) {
    sentAt.push(clock.monotonic());
    return http.request(request);
  },
  close: () => {
    http.close();
  },
};
const [check] = createProbeChecks(
  {
    url,
    requestsPerSecond: PER_SECOND,
    requestTimeout: 5000,
    followRedirects: 0,
    expectStatus: [{ from: 200, to: 399 }],
    headers: {},
    checks: [{ id: 'success-rate', limit: { metric: 'success-rate', minPercent: 95 } }],
    duration: SECONDS * 1000,
    minRequests: 20,
  },
  { http: stamped, clock },
);
if (check === undefined) throw new Error('there is no check to probe for');

const signal = new AbortController().signal;
const before = process.memoryUsage.rss();
const cpu = process.cpuUsage();
const origin = clock.monotonic();
let failed = 0;
check.start(origin);
for (let from = 0; from < SECONDS * 1000; from += INTERVAL_MS) {
  const window = { from, to: from + INTERVAL_MS };
  await clock.sleep(origin + window.to - clock.monotonic());
  const observation = await check.observe(window, signal);
  if (observation.kind === 'counts') failed += observation.failures;
}
const { user, system } = process.cpuUsage(cpu);
const elapsedMs = clock.monotonic() - origin;
void check.stop();
stamped.close();

const late = lateness(sentAt.map((at) => at - origin));
const figures: ProberFigures = {
  planned: PLANNED,
  sent: late.length,
  failed,
  onTime: late.filter((ms) => ms <= IN_TIME_MS).length / PLANNED,
  late: { median: quantile(late, 0.5), p999: quantile(late, 0.999), max: quantile(late, 1) },
  cpu: (user + system) / 1000 / elapsedMs,
  memory: { before: before / 2 ** 20, peak: process.resourceUsage().maxRSS / 2 ** 10 },
};
process.send?.(figures, () => {
  process.disconnect();
});

/** How late each planned probe was sent, in milliseconds; those that were left out are left out. */
function lateness(times: readonly number[]): number[] {
  const result: number[] = [];
  let probe = 0;
  for (const at of times) {
    const late = (): number => at - (probe * 1000) / PER_SECOND;
    while (late() > LEFT_OUT_MS) probe += 1;
    if (probe >= PLANNED) break;
    result.push(late());
    probe += 1;
  }
  return result;
}
