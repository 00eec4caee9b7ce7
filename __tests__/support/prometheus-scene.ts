import { afterEach, beforeEach } from '@jest/globals';
import type { MetricCheck } from '../../src/contract/check.js';
import { createPrometheusChecks } from '../../src/sources/prometheus/checks.js';
import { createClient } from '../../src/sources/prometheus/client.js';
import type { CheckDescription } from '../../src/sources/prometheus/measurements.js';
import type { Http } from '../../src/support/http.js';
import { drive } from './drive.js';
import { serverAt } from './prometheus-server.js';
import { StandInPrometheus } from './stand-in-prometheus.js';
import { VirtualClock } from './virtual-clock.js';

/** A server, the time of a test, and the way from one to the other. */
export interface PrometheusScene {
  readonly server: StandInPrometheus;
  readonly clock: VirtualClock;
  readonly http: Http;
  /** The checks, asked of the server. */
  create(descriptions: readonly CheckDescription[]): readonly MetricCheck[];
  /** The result of work that waits for the clock and for the server. */
  driven<T>(work: Promise<T>): Promise<T>;
}

/** Each test of the file has a scene of its own, which is cleared away after it. @param take is given it before the test */
export function withPrometheus(take: (scene: PrometheusScene) => void): void {
  let scene: PrometheusScene;
  beforeEach(async () => {
    scene = sceneOf(await StandInPrometheus.start());
    take(scene);
  });
  afterEach(async () => {
    scene.http.close();
    await scene.server.close();
  });
}

function sceneOf(server: StandInPrometheus): PrometheusScene {
  const clock = new VirtualClock();
  const http = server.http(clock);
  return {
    server,
    clock,
    http,
    create(descriptions) {
      const plan = { duration: 300_000, minRequests: 20 };
      const client = createClient(serverAt(server.url), { http, clock, redact: (text) => text });
      return createPrometheusChecks(descriptions, plan, { client, clock });
    },
    driven: (work) =>
      drive(
        clock,
        work,
        () => server.open,
        () => server.hanging,
      ),
  };
}
