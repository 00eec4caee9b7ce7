import type { ServerResponse } from 'node:http';
import { createChecks, pastOf } from '../../src/sources/registry.js';
import type { SourceDependencies } from '../../src/sources/source.js';
import type {
  CheckEntry,
  MetricCheck,
  Observation,
  Past,
  WatchPlan,
} from '../../src/contract/check.js';
import type { Settings } from '../../src/inputs/table.js';
import { watch, type WatchObserver, type WatchOutcome } from '../../src/gate/watch.js';
import { encodeLine, headerLine } from '../../src/report/recording.js';
import type { Finding, Result } from '../../src/contract/result.js';
import type { Http } from '../../src/support/http.js';
import { drive } from './drive.js';
import type { MetricPart, Rig, MetricState } from './metric-rigs.js';
import { resolveWith } from './resolve-inputs.js';
import type { Received } from './servers.js';
import { StandInSource } from './stand-in-source.js';
import { VirtualClock } from './virtual-clock.js';

export const EPOCH_SECONDS = Date.UTC(2026, 0, 1) / 1000;
/** Requests a second. */
export const RATE = 10;

/** What happens to one request instead of the usual. */
export type Fault =
  /** Every number is this text, as it stands in the body. */
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'several' }
  | { readonly kind: 'answer'; readonly answer: (response: ServerResponse) => void };

function planWith(more: Partial<WatchPlan>): WatchPlan {
  return {
    warmUp: 30_000,
    duration: 60_000,
    interval: 10_000,
    sensitivity: 'normal',
    decision: 'balanced',
    minRequests: 20,
    earlyPass: false,
    ...more,
  };
}

/** One service, a check that reads it, and a clock. */
export class MetricScene extends StandInSource {
  readonly clock = new VirtualClock();
  /** The share of the requests that fail; of a bucket by its begin, seconds. */
  failing: number | ((at: number) => number) = 0;
  /** Length of the buckets of a storage that has its own, seconds. */
  step: number;
  /** How far the clock of the service is off, seconds. */
  skew = 0;
  fault: Fault | undefined;
  /** When the first number was sent, seconds. */
  since = -Infinity;
  private engine: Http | undefined;

  constructor(private readonly rig: Rig) {
    super();
    this.step = rig.width ?? 1;
  }

  static async start(rig: Rig): Promise<MetricScene> {
    return new MetricScene(rig).listen();
  }

  override async close(): Promise<void> {
    this.engine?.close();
    await super.close();
  }

  /** The checks of an entry `a`, made as the program makes them. */
  create(kind: 'counts' | 'value', limits: readonly string[]): Promise<readonly MetricCheck[]> {
    return this.createOf([...this.rig[kind], ...limits]);
  }

  async createOf(
    options: readonly string[],
    env?: Readonly<Record<string, string | undefined>>,
  ): Promise<readonly MetricCheck[]> {
    const { settings, entries } = this.resolve(options, env);
    const checks = await createChecks({ settings, entries, ...this.dependencies() });
    return checks.filter((check) => check.kind !== 'health');
  }

  /** What an entry `a` reads of the hour before a moment; milliseconds since the epoch. */
  past(
    options: readonly string[],
    until: number,
    env?: Readonly<Record<string, string | undefined>>,
  ): Promise<Result<Past>> {
    const { settings, entries } = this.resolve(options, env);
    const plan = { duration: settings.duration, minRequests: settings['min-requests'] };
    const reading = pastOf(
      entries.find(({ id }) => id === 'a')!,
      { from: until - 3_600_000, to: until },
      { ...this.dependencies(), plan },
      new AbortController().signal,
    );
    if (reading === undefined) throw new Error('this source cannot tell of the past');
    return this.driven(reading);
  }

  private resolve(
    options: readonly string[],
    env: Readonly<Record<string, string | undefined>> = this.rig.env,
  ): { readonly settings: Settings; readonly entries: readonly CheckEntry[] } {
    const lines = [`source: ${this.rig.source}`, ...options];
    const resolution = resolveWith({
      env: { ...env, ROLLGATE_CHECK_A_URL: this.url, ROLLGATE_CHECK_A_TIMEOUT: '5s' },
      files: {
        'rollgate.yml': ['checks:', '  - id: a', ...lines.map((l) => `    ${l}`)].join('\n'),
      },
      flags: { duration: '2m' },
    });
    if (resolution.problems.length > 0) throw new Error(JSON.stringify(resolution.problems));
    return { settings: resolution.settings, entries: resolution.checks };
  }

  private dependencies(): Omit<SourceDependencies, 'plan'> {
    this.engine ??= this.http(this.clock);
    const http = this.engine;
    return {
      clock: this.clock,
      random: () => 0.5,
      http: () => http,
      exec: () => Promise.reject(new Error('nothing is run here')),
      env: {},
      redact: (text) => text.replaceAll('secret-1234', '***'),
      leastRate: 0,
      commandEnv: {},
      platform: process.platform,
      logLines: 0,
    };
  }

  driven<T>(work: Promise<T>): Promise<T> {
    return drive(
      this.clock,
      work,
      () => this.open,
      () => this.hanging,
    );
  }

  preflight(check: MetricCheck): Promise<readonly Finding[]> {
    return this.driven(check.preflight(new AbortController().signal));
  }

  /** What the check says of windows of 10 s; the faults hold from the begin of each. */
  async observe(
    check: MetricCheck,
    faults: readonly (Fault | undefined)[],
  ): Promise<Observation[]> {
    const observations: Observation[] = [];
    const origin = this.clock.monotonic();
    check.start(origin);
    await this.driven(this.clock.sleep(1000));
    for (const [n, fault] of faults.entries()) {
      const window = { from: n * 10_000, to: (n + 1) * 10_000 };
      await this.driven(this.clock.sleep(origin + window.to - this.clock.monotonic()));
      this.fault = fault;
      observations.push(await this.driven(check.observe(window, new AbortController().signal)));
    }
    await check.stop();
    return observations;
  }

  watch(checks: readonly MetricCheck[], more: Partial<WatchPlan> = {}): Promise<WatchOutcome> {
    return this.watched(checks, planWith(more), () => undefined);
  }

  /** A watch, and what it leaves. */
  async record(
    checks: readonly MetricCheck[],
  ): Promise<{ readonly outcome: WatchOutcome; readonly recording: string }> {
    const plan = planWith({});
    const target = 'default';
    const lines = [
      encodeLine(
        headerLine('0.0.0-test', '2026-01-01T00:00:00.000Z', [{ name: target, plan, checks }]),
      ),
    ];
    const outcome = await this.watched(checks, plan, (event, at) => {
      lines.push(encodeLine({ type: 'event', target, at, event }));
    });
    return { outcome, recording: lines.join('') };
  }

  private watched(
    checks: readonly MetricCheck[],
    plan: WatchPlan,
    event: WatchObserver['event'],
  ): Promise<WatchOutcome> {
    return this.driven(
      watch({
        plan,
        checks,
        clock: this.clock,
        signal: new AbortController().signal,
        tickEvery: 60_000,
        observer: { event, tick: () => undefined },
      }),
    );
  }

  protected answer(request: Received, response: ServerResponse): void {
    const now = EPOCH_SECONDS + this.clock.monotonic() / 1000 + this.skew;
    response.setHeader('Date', new Date(Math.floor(now) * 1000).toUTCString());
    if (this.fault?.kind === 'answer') {
      this.fault.answer(response);
      return;
    }
    const { status = 200, body } = this.rig.answer(request, this.stateAt(now));
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
  }

  protected stateAt(now: number): MetricState {
    const { fault, failing, since, step } = this;
    const written = (usual: number): string | undefined => {
      if (fault?.kind === 'nothing') return undefined;
      return fault?.kind === 'token' ? fault.token : String(usual);
    };
    const failingAt = typeof failing === 'number' ? () => failing : failing;
    const share = (part: MetricPart, at: number): number => (part === 'errors' ? failingAt(at) : 1);
    return {
      now,
      series: fault?.kind === 'several' ? 2 : 1,
      inBucket: (part, start, width) => {
        if (start < since) return undefined;
        return part === 'value'
          ? written(3 + ((start / width) % 3))
          : written(RATE * width * share(part, start));
      },
      step,
      current: (part) => {
        const at = Math.floor(this.clock.monotonic() / 1000);
        return part === 'value'
          ? written(3 + (at % 3))
          : written(1000 + Math.floor(RATE * at * share(part, at)));
      },
    };
  }
}
