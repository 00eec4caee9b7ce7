import type { CheckSpec, Obstacle } from '../../contract/check.js';
import type { Clock } from '../../support/clock.js';
import { type Connections, type Http, HttpError, type HttpResponse } from '../../support/http.js';
import { isCertificateProblem, speaksNoTls } from '../../support/http/error.js';
import { createMatcher } from './pattern.js';
import { isFromCache, limitSign, type LimitSign } from './signs.js';

/** What is asked, and which answers are good. */
export interface ProbeConfig {
  /** How many redirects are followed; 0: a redirect is the answer. */
  readonly followRedirects: number;
  /** Statuses that are good; both ends belong to the range. */
  readonly expectStatus: readonly StatusRange[];
  /** Must match somewhere in the first MiB of the body. */
  readonly expectBody?: RegExp | undefined;
  /** Sent with every probe to the URL's own origin; not with a redirect to another one. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the time until there is a connection (DNS, TCP, TLS) counts as the service's; by default it does not. */
  readonly latencyIncludesConnect?: boolean | undefined;
}

/** Traffic of our own to one URL, and what must hold of it. Times in milliseconds. */
export interface Probing extends ProbeConfig {
  readonly url: string;
  /** Where the old version runs; probed in the same moments, at the same rate. */
  readonly baselineUrl?: string | undefined;
  /** Sent to it in place of the others. */
  readonly baselineHeaders?: ProbeConfig['headers'] | undefined;
  /** 0.1 to 500. */
  readonly requestsPerSecond: number;
  readonly requestTimeout: number;
  readonly checks: readonly CheckSpec[];
  /** How long traffic is judged, to say beforehand whether that can be enough. */
  readonly duration: number;
  readonly minRequests: number;
  /** The limit on errors per minute is a default: what it means is no news. */
  readonly isErrorLimitUnset?: boolean;
}

/** A health check of one or more URLs. Times in milliseconds. */
export interface HealthConfig extends ProbeConfig {
  /** All of them must pass. */
  readonly urls: readonly string[];
  readonly requestTimeout: number;
  readonly interval: number;
  readonly failures: number;
  readonly successes: number;
}

interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** What one probe found. */
export type ProbeResult =
  | {
      readonly sent: true;
      readonly ok: boolean;
      /** What was answered, where something was. */
      readonly status?: number;
      /** It cannot be watched from here. */
      readonly obstacle?: Obstacle;
      /** Why it failed, in words that can be counted: `status 503`; empty when it did not. */
      readonly kind: string;
      /** Milliseconds to the last byte; `Infinity` for a timeout; `null` when there was no answer to take the time of. */
      readonly latencyMs: number | null;
      /** How much of it may be our own, milliseconds: while it lasted, this process could not run for so long. Absent: nothing. */
      readonly stalledMs?: number;
      /** A cache answered in place of the service. */
      readonly fromCache?: true;
      /** A rate limiter or a bot guard answered in place of the service. */
      readonly limited?: LimitSign;
      /** The answer is none that can be read. */
      readonly unreadable?: true;
    }
  /**
   * Nothing was asked, or nobody was there to see the answer, so nothing is known. `why` in words. `because`: it is not this
   * machine's fault.
   */
  | {
      readonly sent: false;
      readonly why: string;
      readonly because?: 'limited' | 'slowed' | 'unreadable';
      readonly obstacle?: Obstacle;
    };

/** Asks one URL once. A failure is a result; it rejects only for a defect of our own. */
export type Probe = (url: string, timeoutMs: number, signal: AbortSignal) => Promise<ProbeResult>;

const TOO_SLOW =
  '`expect-body` takes too long on an answer: write it without repetitions inside of repetitions';
export const TOO_BUSY = 'this machine was too busy to see the answer in time';

export function createProbe(
  config: ProbeConfig,
  deps: { http: Http; clock: Clock; connections?: Connections },
): Probe {
  const { http, clock, connections } = deps;
  const { expectBody } = config;
  const matches = expectBody === undefined ? undefined : createMatcher(expectBody);
  return (url, timeoutMs, signal) => {
    const start = clock.monotonic();
    const stalled = clock.countStalls();
    const asking = http.request({
      method: 'GET',
      url,
      headers: config.headers,
      timeoutMs,
      signal,
      maxRedirects: config.followRedirects,
      keepBody: matches === undefined ? false : 'start',
      connections,
      lenient: true,
    });
    return asking.then(
      (response) => {
        const own = config.latencyIncludesConnect === true ? 0 : response.connectMs;
        const latencyMs = clock.monotonic() - start - own;
        const stalledMs = stalled();
        return ofResponse(response, { config, matches, latencyMs, stalledMs, now: clock.now() });
      },
      (error: unknown) => {
        const stalledMs = stalled();
        if (!(error instanceof HttpError)) throw error;
        return ofError(error, timeoutMs, stalledMs);
      },
    );
  };
}

function ofResponse(
  { status, headers, body }: HttpResponse,
  seen: {
    readonly config: ProbeConfig;
    readonly matches: ReturnType<typeof createMatcher> | undefined;
    readonly latencyMs: number;
    readonly stalledMs: number;
    /** Wall clock, milliseconds. */
    readonly now: number;
  },
): ProbeResult {
  const { config, matches, latencyMs, stalledMs, now } = seen;
  const sign = limitSign(status, headers, now);
  const isExpected = config.expectStatus.some(({ from, to }) => from <= status && status <= to);
  const isChallenge = sign?.isChallenge === true;
  const isMatch =
    !isExpected || isChallenge || matches === undefined || matches(body.toString('utf8'));
  if (isMatch === undefined) return { sent: false, why: TOO_SLOW };
  const ofStatus = isExpected ? '' : `status ${String(status)}`;
  const kind = isChallenge
    ? `bot challenge, status ${String(status)}`
    : isMatch
      ? ofStatus
      : 'body did not match';
  // Whoever expects a 429 means it.
  const limited = kind === '' ? undefined : sign;
  return {
    sent: true,
    ok: kind === '',
    kind,
    latencyMs,
    status,
    ...(kind === '' ? {} : inTheWay(obstacleOf[status])),
    ...(stalledMs > 0 ? { stalledMs } : {}),
    ...(isFromCache(headers) ? { fromCache: true } : {}),
    ...(limited === undefined ? {} : { limited }),
  };
}

function ofError(error: HttpError, timeoutMs: number, stalledMs: number): ProbeResult {
  // The way from here, and not the service.
  if (error.kind === 'local' || error.kind === 'proxy') {
    const code = error.code === undefined ? '' : ` (${error.code})`;
    const detail = error.detail === undefined ? '' : `: ${error.detail}`;
    return {
      sent: false,
      why: `${error.summary}${code}${detail}`,
      ...inTheWay(error.kind === 'proxy' ? 'proxy' : undefined),
    };
  }
  if (error.kind === 'aborted') return { sent: false, why: error.summary };
  if (error.kind === 'timeout' && stalledMs > timeoutMs / 2) return { sent: false, why: TOO_BUSY };
  const latencyMs = error.kind === 'timeout' ? Number.POSITIVE_INFINITY : null;
  return {
    sent: true,
    ok: false,
    kind: error.summary,
    latencyMs,
    ...inTheWay(obstacleIn(error)),
    ...(error.kind === 'unreadable' ? { unreadable: true } : {}),
  };
}

/** RFC 9110, 15.5.2 and 15.5.8; RFC 6585, 6. */
const obstacleOf: Readonly<Record<number, Obstacle>> = {
  401: 'unauthorized',
  407: 'proxy',
  511: 'network',
};

function obstacleIn({ kind, code }: HttpError): Obstacle | undefined {
  if (kind === 'dns') return 'name';
  if (kind !== 'tls') return undefined;
  if (speaksNoTls(code)) return 'scheme';
  return isCertificateProblem(code) ? 'certificate' : undefined;
}

function inTheWay(obstacle: Obstacle | undefined): { readonly obstacle?: Obstacle } {
  return obstacle === undefined ? {} : { obstacle };
}

/**
 * When probes are due: number k (from 0) at `k · 1000 / rate` milliseconds after the origin. Windows are told in numbers of
 * probes, so that every probe belongs to exactly one of two neighbouring windows, whatever doubles make of the times.
 */
export interface Schedule {
  /** Milliseconds after the origin. */
  due(probe: number): number;
  /** The first probe that is due at `ms` after the origin, or later. */
  firstAt(ms: number): number;
}

/** Less than what separates two probes, more than the error of a product of doubles. */
const SLACK = 1e-6;

/** @param perSecond 0.1 to 500. */
export function createSchedule(perSecond: number): Schedule {
  return {
    due: (probe) => (probe * 1000) / perSecond,
    firstAt: (ms) => Math.max(0, Math.ceil((ms * perSecond) / 1000 - SLACK)),
  };
}

/** A probe later than this, in milliseconds, is left out: the machine slept, and a flood would measure only itself. */
const TOO_LATE_MS = 1000;
/** Timers know whole milliseconds: what is due within half of one is due. */
const TIMER_MS = 0.5;

interface ProberOptions {
  readonly schedule: Schedule;
  readonly clock: Clock;
  /** Monotonic time that the schedule counts from. */
  readonly origin: number;
  readonly send: (signal: AbortSignal) => Promise<ProbeResult>;
  /** Called once for every probe, in the order in which they settle. */
  readonly settled: (probe: number, result: ProbeResult) => void;
  /** Aborted when no more is to be sent; what is under way is given up. */
  readonly signal: AbortSignal;
}

/**
 * Sends probes in an open loop: each at its own time, however long the answers to earlier ones take. Those that a busy
 * moment delayed are sent at once.
 *
 * @returns when the signal is aborted, and only then.
 */
export async function runProber(options: ProberOptions): Promise<void> {
  const { schedule, clock, origin, settled, signal } = options;
  // Not async, as all that waits for an answer: there may be thousands.
  const send = (probe: number): Promise<void> =>
    options.send(signal).then((result) => {
      if (!signal.aborted) settled(probe, result);
    });
  const elapsed = (): number => clock.monotonic() - origin;
  for (let probe = 0; !signal.aborted;) {
    try {
      await clock.sleep(schedule.due(probe) - elapsed(), signal);
    } catch {
      return;
    }
    const now = elapsed();
    for (; schedule.due(probe) <= now + TIMER_MS; probe++) {
      if (now - schedule.due(probe) > TOO_LATE_MS) {
        settled(probe, { sent: false, why: 'this machine was busy or asleep when it was due' });
      } else void send(probe);
    }
  }
}
