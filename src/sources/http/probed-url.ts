import type { Askable, Asked, Reach } from '../../contract/check.js';
import type { Finding } from '../../contract/result.js';
import type { Clock } from '../../support/clock.js';
import { Connections, type Http } from '../../support/http.js';
import { formatDuration, formatNumber, plural, printableUrl } from '../../support/text.js';
import { Limits, type LaneRequest } from './limits.js';
import { createProbe, type ProbeConfig, type ProbeResult } from './prober.js';

/** What probes of all kinds are sent by. */
export interface ProbeDependencies {
  readonly http: Http;
  readonly clock: Clock;
  /** How often origins may be asked, as far as this run knows; absent: nothing is known. */
  readonly limits?: Limits | undefined;
}

/** A URL that is asked again and again, by connections of its own. */
export interface ProbedUrl {
  /** Asks once, unless it is not its turn. A failure is a result; it rejects only for a defect of our own. */
  ask(timeoutMs: number, signal: AbortSignal): Promise<ProbeResult>;
  /** The same, before the deploy. */
  readonly askable: Askable;
  /** Whether it passed before the deploy, or since. */
  hasPassed(): boolean;
  reach(): Reach;
  /** What a person should know of the way between us and the service. @param subject who says it. */
  findings(subject: string): readonly Finding[];
  /** Ends the connections. */
  close(): void;
}

/** Up to so many a second, every request has a connection of its own; above that, so many are opened a second. */
const CONNECTIONS_PER_SECOND = 20;

/** How many requests one connection serves when so many are sent in a second. */
export function requestsEach(perSecond: number): number {
  return Math.max(1, Math.ceil(perSecond / CONNECTIONS_PER_SECOND));
}

interface Seen {
  answers: number;
  cached: number;
  limited: number;
  unreadable: number;
  /** What was said of the last one that could not be read, or turned us away. */
  unreadableKind: string;
  limitedKind: string;
  isGuarded: boolean;
}

/** What a probe says of it. */
interface Memory {
  hasPassed: boolean;
  /** It gave an answer that could be read. */
  wasReadable: boolean;
}

/** @param every how often it is going to be asked, milliseconds. */
export function createProbedUrl(
  url: string,
  every: number,
  config: ProbeConfig & { readonly requestTimeout: number },
  deps: ProbeDependencies,
): ProbedUrl {
  const { http, clock, limits = new Limits() } = deps;
  const connections = new Connections(requestsEach(1000 / every));
  const probe = createProbe(config, { http, clock, connections });
  const pace = limits.of(url);
  const lane = pace.join(every);
  const seen: Seen = {
    answers: 0,
    cached: 0,
    limited: 0,
    unreadable: 0,
    unreadableKind: '',
    limitedKind: '',
    isGuarded: false,
  };
  const memory: Memory = { hasPassed: false, wasReadable: false };
  function ask(timeoutMs: number, signal: AbortSignal): Promise<ProbeResult> {
    const turn = lane.turn(clock.monotonic());
    if (turn !== 'now') return Promise.resolve(turn === 'blind' ? BLIND : SLOWED);
    const asked = lane.ask(clock.monotonic());
    return probe(url, timeoutMs, signal).then((result) => {
      const weighed = weigh(result, { seen, memory }, asked, clock.monotonic());
      if (weighed.sent && weighed.ok) memory.hasPassed = true;
      return weighed;
    });
  }
  return {
    ask,
    askable: {
      subject: printableUrl(url),
      ask: async (signal) => {
        const from = clock.monotonic();
        const result = await ask(config.requestTimeout, signal);
        signal.throwIfAborted();
        return askedOf(result, clock.monotonic() - from);
      },
      recall: ({ passed, status }) => {
        memory.hasPassed = passed;
        memory.wasReadable = passed || status !== undefined;
      },
    },
    hasPassed: () => memory.hasPassed,
    reach: () => ({
      connections: connections.opened,
      remoteAddresses: connections.remoteAddresses,
    }),
    findings: (subject) => [
      ...ofAnswers(printableUrl(url), seen, pace.spacing()).map((said) => ({ subject, ...said })),
      ...ofWay(printableUrl(url), seen, connections).map((said) => ({ subject, ...said })),
    ],
    close: () => {
      connections.close();
    },
  };
}

const BLIND: ProbeResult = {
  sent: false,
  why: 'the service is asked too often, and makes us wait',
  because: 'limited',
};
const SLOWED: ProbeResult = {
  sent: false,
  why: 'probes are slowed down, because the service was asked too often',
  because: 'slowed',
};

/** What a result says of the service, after all that was seen before. */
function weigh(
  result: ProbeResult,
  { seen, memory }: { readonly seen: Seen; readonly memory: Memory },
  asked: LaneRequest,
  now: number,
): ProbeResult {
  if (!result.sent) return result;
  const { fromCache, limited, unreadable, ...plain } = result;
  if (unreadable === true) {
    seen.unreadable += 1;
    seen.unreadableKind = result.kind;
    // What could be read before is worse now; what never could be read may be read by others.
    return seen.answers > 0 || memory.wasReadable
      ? plain
      : { sent: false, why: result.kind, because: 'unreadable' };
  }
  if (limited !== undefined) {
    seen.limited += 1;
    seen.limitedKind = result.kind;
    seen.isGuarded = limited.isChallenge;
    return asked.limited(limited, now) === 'failure'
      ? plain
      : {
          sent: false,
          why: limited.isChallenge ? result.kind : `${result.kind}: asked too often`,
          because: 'limited',
        };
  }
  if (result.latencyMs === null || !Number.isFinite(result.latencyMs)) return plain;
  asked.answered();
  seen.answers += 1;
  if (fromCache === true) seen.cached += 1;
  return plain;
}

/** What our own machine or a rate limit hides tells nothing. */
function askedOf(result: ProbeResult, ms: number): Asked | undefined {
  const { obstacle } = result;
  if (result.sent)
    return {
      ...{ passed: result.ok, detail: result.kind, status: result.status, obstacle },
      ms: Math.round(result.latencyMs !== null && result.latencyMs < ms ? result.latencyMs : ms),
    };
  if (obstacle === undefined && result.because !== 'unreadable') return undefined;
  return { passed: false, detail: result.why, obstacle, ms: Math.round(ms) };
}

type Said = Omit<Finding, 'subject'>;

function ofAnswers(url: string, seen: Seen, spacing: number): readonly Said[] {
  const { answers, cached, limited, unreadable } = seen;
  const said: Said[] = [];
  if (cached > 0)
    said.push({
      level: 'warning',
      message: `${url}: ${formatNumber(cached)} of ${plural(answers, 'answer')} came from a cache: the service behind it was not asked`,
      fix: 'probe an address that is not cached, or set a header that goes past the cache (`headers: "Cache-Control: no-cache"` where it is honoured)',
    });
  if (limited > 0) {
    const whatIsSaid = seen.isGuarded
      ? 'came from a bot guard and not from the service'
      : 'said that it is asked too often';
    const slower = `set requests-per-second to ${formatNumber(lowerRate(spacing), 1)} or less`;
    said.push({
      level: 'warning',
      message: `${url}: ${plural(limited, 'answer')} ${whatIsSaid} (${seen.limitedKind})${
        spacing > 0 ? `, so probes were slowed down to one in ${formatDuration(spacing)}` : ''
      }`,
      fix: seen.isGuarded
        ? `let these requests past the guard, or ${slower}`
        : `${slower}, or exempt these requests from the limit`,
    });
  }
  if (unreadable > 0 && answers === 0)
    said.push({
      level: 'warning',
      message: `${url}: no answer could be read (${seen.unreadableKind})`,
      fix: 'check scheme and port of the URL: `curl -v` shows what is answered',
    });
  return said;
}

function lowerRate(spacing: number): number {
  return Math.max(0.1, Math.floor(spacing > 0 ? 10_000 / spacing : 0) / 10);
}

function ofWay(url: string, seen: Seen, connections: Connections): readonly Said[] {
  const passedOver = connections.unreached().filter(({ host }) => host !== 'localhost');
  return [
    ...(connections.opened === 1 && seen.answers > 1
      ? [
          {
            level: 'warning' as const,
            message: `${url}: all ${formatNumber(seen.answers)} requests went over one connection, so a balancer may have led all of them to the same process`,
            fix: 'check whether a proxy of this machine is in between',
          },
        ]
      : []),
    ...passedOver.map(({ host, address, code }) => ({
      level: 'notice' as const,
      message: `${host}: ${address} cannot be reached from here (${code}) and was passed over; other addresses of the name can`,
    })),
  ];
}
