import type { CheckEntry, MetricCheck } from '../contract/check.js';
import type { Clock } from '../support/clock.js';
import type { Exec } from '../support/exec.js';
import type { Http } from '../support/http.js';
import {
  createApiClient,
  type ApiClient,
  type HttpCall,
  httpTransport,
} from '../support/http/api.js';
import { type ErrorMapping, failed, type Failed, type Hints } from '../support/http/problem.js';
import type { CheckSource, OptionTable, ValuesOf } from '../support/options.js';
import type { Limits } from './http/limits.js';

/** How the watch is planned, for what can be said beforehand. */
export interface Plan {
  /** Milliseconds. */
  readonly duration: number;
  readonly minRequests: number;
}

/** What checks are made from. */
export interface SourceDependencies {
  readonly plan: Plan;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly http: () => Http;
  readonly exec: Exec;
  /** The environment of programs that a check runs. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes secrets out. For text that is to be cut short: afterwards half a secret would not be recognised. */
  readonly redact: (text: string) => string;
  /** How often origins may be asked, as far as this run knows. */
  readonly limits?: Limits | undefined;
  /** Least rate of own probes, per URL and second; 0 leaves it as configured. */
  readonly leastRate: number;
}

/** A source that `checks` of the configuration file may name. */
export interface Source<T extends OptionTable = OptionTable> extends CheckSource<T> {
  /** Makes the checks of all entries of the source, never of none: what they have in common is made once. */
  create(
    entries: readonly CheckEntry<ValuesOf<T>>[],
    deps: SourceDependencies,
  ): Promise<readonly MetricCheck[]>;
}

/** What a check of health is made from, which the inputs alone describe. */
export type HealthDependencies<S> = Omit<SourceDependencies, 'plan'> & {
  readonly settings: S & {
    /** Milliseconds. */
    readonly 'health-interval': number;
    readonly 'health-failures': number;
    readonly 'health-successes': number;
  };
};

/** Some ten thousand series. A query that gives more is a mistake. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The API of a server that is asked for numbers, in JSON. */
export function createQueryApi(
  errors: ErrorMapping,
  { http, clock, redact }: Pick<SourceDependencies, 'http' | 'clock' | 'redact'>,
): ApiClient<HttpCall> {
  return createApiClient(httpTransport(http, { maxBytes: MAX_BYTES }), {
    accepts: 'json',
    maxBytes: MAX_BYTES,
    errors,
    clock,
    redact,
  });
}

/** For an answer that is none to what was asked. */
export function unexpected(message: string): Failed {
  return failed('unexpected', message);
}

/** @param said with `: ` in front */
export function noAnswerToQuery(said = ''): Failed {
  return unexpected(`its answer is not one to a query${said}`);
}

/** The usual hints, in the names of what the user set. */
export function hintsOf(names: {
  /** What the address is set by. */
  readonly address: string;
  /** What the credentials are set by. */
  readonly credentials: string;
  /** What stands behind the address: `/render`. */
  readonly path: string;
}): Hints {
  const { address, credentials, path } = names;
  return {
    redirect: `redirects are not followed, because credentials would go along: set ${address} to the final address; a login page means that credentials are missing`,
    page: `a page for people, such as a login page: check ${address}, and set ${credentials}`,
    'not-json': `check ${address}: it is the address in front of ${path}`,
    unauthorized: `check ${credentials}`,
    forbidden: `give ${credentials} the right to query, or use others`,
    'not-found': `there is no ${path} behind this address: check ${address}`,
    'bad-request': 'correct the query',
    timeout: 'raise timeout, or make the query cheaper',
    'too-large': 'narrow the query down to what was deployed',
    unreachable: `check ${address}, and whether it can be reached from here`,
  };
}

/** The header for a bearer token or for `user:password`. A bearer token has no colon (RFC 6750, 2.1). */
export function authorization(token: string, scheme: 'Bearer' | 'Token' = 'Bearer'): string {
  return token.includes(':')
    ? `Basic ${Buffer.from(token, 'utf8').toString('base64')}`
    : `${scheme} ${token}`;
}
