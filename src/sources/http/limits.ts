import type { LimitSign } from './signs.js';

/** A series of requests to one origin. */
export interface Lane {
  /**
   * Whether it may ask. `slowed`: it is not its turn at the pace that is allowed, and the last answer stands for what it would
   * see. `blind`: the last answer was a refusal, or the server asked us to wait.
   */
  turn(now: number): 'now' | 'slowed' | 'blind';
  /** Sends a request now; its result must be reported. */
  ask(now: number): LaneRequest;
}

/** One request of a lane. */
export interface LaneRequest {
  /** The service itself answered. */
  answered(): void;
  /** A limiter answered. `failure`: it does so although it is hardly asked, so that users must meet it too. */
  limited(sign: Pick<LimitSign, 'retryAfterMs'>, now: number): 'no-data' | 'failure';
}

/** How often an origin may be asked, learned from its refusals. Milliseconds. */
export interface Pace {
  /** @param every how often it would ask if there were no limit. */
  join(every: number): Lane;
  /** Least time between two requests of a lane; 0: as often as each likes. */
  spacing(): number;
}

/** Who is turned away at one request in this time is turned away by the service, milliseconds. */
const SLOWEST_MS = 10_000;
/** No server makes us wait longer: a watch is short. */
const LONGEST_PAUSE_MS = 60_000;
/** A lane that has asked nothing for this long is no more. */
const GONE_MS = 60_000;
/** Timers know whole milliseconds. */
const TIMER_MS = 1;

interface LaneState {
  readonly every: number;
  askedAt: number | undefined;
  wasRefused: boolean;
}

/**
 * Every time that the origin turns a request away, all lanes ask half as often as the fastest of them did, down to one
 * request in 10 s of all of them together. Requests that were under way when that was decided decide nothing more.
 */
export function createPace(): Pace {
  const lanes = new Set<LaneState>();
  let spacing = 0;
  let slowedAt = Number.NEGATIVE_INFINITY;
  let pausedUntil = Number.NEGATIVE_INFINITY;
  let answeredSincePause = true;
  const active = (now: number): LaneState[] =>
    [...lanes].filter(({ askedAt }) => askedAt !== undefined && now - askedAt < GONE_MS);
  const slowest = (now: number): number => SLOWEST_MS * Math.max(1, active(now).length);

  function slowDown(now: number): void {
    const fastest = Math.min(...active(now).map(({ every }) => every));
    const isIgnored = !answeredSincePause;
    spacing = isIgnored ? slowest(now) : Math.min(slowest(now), 2 * Math.max(spacing, fastest));
    slowedAt = now;
  }

  function pause(ms: number, now: number): void {
    pausedUntil = Math.max(pausedUntil, now + Math.min(ms, LONGEST_PAUSE_MS));
    answeredSincePause = false;
  }

  function askIn(lane: LaneState, sentAt: number): LaneRequest {
    lane.askedAt = sentAt;
    const pace = Math.max(spacing, lane.every);
    return {
      answered() {
        lane.wasRefused = false;
        if (sentAt >= pausedUntil) answeredSincePause = true;
      },
      limited(sign, now) {
        // All lanes are looked at for it, and hardly any request is refused.
        const isSlowest = pace >= slowest(sentAt) - TIMER_MS;
        lane.wasRefused = !isSlowest;
        if (isSlowest) return 'failure';
        if (sentAt < slowedAt) return 'no-data';
        slowDown(now);
        if (sign.retryAfterMs !== undefined && sign.retryAfterMs > 0) pause(sign.retryAfterMs, now);
        return 'no-data';
      },
    };
  }

  return {
    join(every) {
      const lane: LaneState = { every, askedAt: undefined, wasRefused: false };
      lanes.add(lane);
      return {
        turn(now) {
          if (now < pausedUntil) return 'blind';
          const since = lane.askedAt === undefined ? Infinity : now - lane.askedAt;
          if (since >= spacing - TIMER_MS) return 'now';
          return lane.wasRefused ? 'blind' : 'slowed';
        },
        ask: (now) => askIn(lane, now),
      };
    },
    spacing: () => spacing,
  };
}

/** How often each origin may be asked. It is kept for a whole run: what was learned in the watch counts in the confirmation. */
export class Limits {
  private readonly paces = new Map<string, Pace>();

  of(url: string): Pace {
    const { origin } = new URL(url);
    const pace = this.paces.get(origin) ?? createPace();
    this.paces.set(origin, pace);
    return pace;
  }

  /** The rate that every origin allows, as far as is known, when `perSecond` is wanted. */
  allowed(perSecond: number): number {
    const spacing = Math.max(0, ...[...this.paces.values()].map((pace) => pace.spacing()));
    return spacing === 0 ? perSecond : Math.min(perSecond, 1000 / spacing);
  }
}
