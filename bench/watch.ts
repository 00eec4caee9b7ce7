import { startServer } from './local-server.js';
import { runMeasured, type Usage, withConfig } from './measured.js';
import { quantile } from './numbers.js';
import type { Print } from './print.js';

const SECONDS = 300;
/** Of each kind so many at once: all of them sleep nearly all the time. */
const COPIES = 3;

/** What one watch of five minutes costs, by what it looks at. */
export async function watch(print: Print): Promise<boolean> {
  print(
    `a watch of ${String(SECONDS / 60)} minutes, medians of ${String(COPIES)}; aim by Prometheus alone: 0.3 s of processor time`,
  );
  const server = await startServer('./metrics-server.ts');
  try {
    const kinds = Object.entries(kindsOf(server.url));
    const all = await Promise.all(
      kinds.map(([, inputs]) => Promise.all(Array.from({ length: COPIES }, () => measure(inputs)))),
    );
    kinds.forEach(([kind], n) => {
      const median = (of: (usage: Usage) => number): number =>
        quantile((all[n] ?? []).map(of), 0.5);
      const seconds = median(({ cpu, seconds }) => cpu * seconds).toFixed(2);
      print(
        `${kind.padEnd(50)}${seconds.padStart(6)} s  ${median(({ memory }) => memory).toFixed(0)} MiB`,
      );
    });
  } finally {
    server.stop();
  }
  return true;
}

function kindsOf(url: string): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const rate = {
    'prometheus-url': url,
    'prometheus-total': 'http_requests_total{service="shop"}',
    'prometheus-errors': 'http_requests_total{service="shop",code=~"5.."}',
  };
  const latency = {
    'prometheus-latency': 'http_request_duration_seconds_bucket{service="shop"}',
    'max-latency': 'p95 < 800ms',
  };
  const health = { 'health-url': `${url}shop` };
  return {
    'success rate by Prometheus': rate,
    'success rate and latency by Prometheus': { ...rate, ...latency },
    'the same, and health every 5 s': { ...rate, ...latency, ...health },
    'a probe a second, and health every 5 s': {
      ...health,
      url: `${url}shop`,
      'requests-per-second': '1',
      'min-success-rate': '95',
    },
  };
}

function measure(inputs: Readonly<Record<string, string>>): Promise<Usage> {
  const config = {
    ...inputs,
    'warm-up': '0s',
    duration: `${String(SECONDS)}s`,
    'on-unhealthy': 'report',
    'fail-on': 'none',
  };
  return withConfig(config, (folder) => runMeasured(folder, ['run']));
}
