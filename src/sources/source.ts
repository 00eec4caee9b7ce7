import type { Check, CheckEntry, Past } from '../contract/check.js';
import type { Result } from '../contract/result.js';
import type { Clock, ServerClock } from '../support/clock.js';
import type { Exec } from '../support/exec.js';
import type { Http } from '../support/http.js';
import { createApiClient, type HttpCall, httpTransport } from '../support/http/api.js';
import {
  type ApiProblem,
  type ErrorMapping,
  failed,
  type Failed,
  type Hints,
} from '../support/http/problem.js';
import { fields, listOf, textOf } from '../support/json.js';
import { oneLine } from '../support/text.js';
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
  /** That of a command line of the user's. */
  readonly commandEnv: Readonly<Record<string, string | undefined>>;
  /** As `process.platform`. */
  readonly platform: string;
  /** How many last lines may be shown of what a program prints that fails. */
  readonly logLines: number;
  /** Takes secrets out. For text that is to be cut short: afterwards half a secret would not be recognised. */
  readonly redact: (text: string) => string;
  /** How often origins may be asked, as far as this run knows. */
  readonly limits?: Limits | undefined;
  /** Least rate of own probes, per URL and second; 0 leaves it as configured. Above 0 a rollback is confirmed. */
  readonly leastRate: number;
  /** Whether the user set this input; absent: whatever is configured is taken for the user's. */
  readonly isSet?: ((input: string) => boolean) | undefined;
}

/** A source that `checks` of the configuration file may name. */
export interface Source<T extends OptionTable = OptionTable> extends CheckSource<T> {
  /** Makes the checks of all entries of the source, never of none: what they have in common is made once. */
  create(
    entries: readonly CheckEntry<ValuesOf<T>>[],
    deps: SourceDependencies,
  ): Promise<readonly Check[]>;
  /**
   * What it knows of the hour before a deploy, for the limits of the entry.
   * @param signal gives it up: rejects with its reason then, and never otherwise
   */
  readPast?(
    entry: CheckEntry<ValuesOf<T>>,
    hour: Hour,
    deps: SourceDependencies,
    signal: AbortSignal,
  ): Promise<Result<Past>>;
}

/** The hour before a deploy, milliseconds since the epoch: `from` ≤ t < `to`. */
export interface Hour {
  readonly from: number;
  readonly to: number;
}

/** The length of what is judged as one in it, milliseconds. */
export const BLOCK_MS = 300_000;

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

/** What was read from an answer. */
export interface Reading {
  /**
   * The service says that something is missing in its answer, and perhaps what; empty: it does not say what. Nothing is
   * judged by such an answer: the failures may be in what is missing.
   */
  readonly partial?: string | undefined;
}

/** A server that is asked for numbers, in JSON. */
export interface QueryApi {
  readonly serverClock: ServerClock;
  /**
   * @param read is given what the server says of its answer, too, with `: ` in front. A problem without a fix gets that of its kind.
   * @throws the signal's reason, when it is aborted; nothing else.
   */
  ask<T extends Reading>(
    call: HttpCall,
    timeoutMs: number,
    signal: AbortSignal,
    read: (data: unknown, said: string) => Result<T, ApiProblem>,
  ): Promise<Result<T, ApiProblem>>;
}

export function createQueryApi(
  errors: ErrorMapping,
  { http, clock, redact }: Pick<SourceDependencies, 'http' | 'clock' | 'redact'>,
): QueryApi {
  const api = createApiClient(httpTransport(http, { maxBytes: MAX_BYTES }), {
    accepts: 'json',
    maxBytes: MAX_BYTES,
    errors,
    clock,
    redact,
  });
  return {
    serverClock: api.serverClock,
    async ask(call, timeoutMs, signal, read) {
      const answer = await api.ask(call, timeoutMs, signal);
      if (!answer.ok) return answer;
      const { said, ...response } = answer.value;
      const found = read(response.data, said);
      if (found.ok && found.value.partial === undefined) return found;
      const problem = found.ok ? partialAnswer(found.value.partial ?? '', redact) : found.problem;
      const { kind, message, fix = errors.hintFor(kind, said), retryAfterMs } = problem;
      return failed(kind, message, { fix, retryAfterMs, response });
    },
  };
}

function partialAnswer(what: string, redact: (text: string) => string): ApiProblem {
  const words = oneLine(redact(what));
  const why = words === '' ? '' : `: ${words}`;
  return failed('partial', `its answer is partial, so nothing is judged by it${why}`).problem;
}

/** What an answer in the manner of Prometheus says of itself (https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview). */
export interface Remarks extends Reading {
  /** What is odd about the query. */
  readonly annotations: readonly string[];
}

/**
 * Prometheus, Thanos and Loki warn of what could not be read; VictoriaMetrics has a field for it
 * (https://docs.victoriametrics.com/victoriametrics/cluster-victoriametrics/#cluster-availability). Annotations are among the
 * warnings, and tell themselves by their first word (Prometheus, util/annotations).
 */
export function remarksIn(document: unknown): Remarks {
  const { warnings, infos, isPartial } = fields(document);
  const texts = (said: unknown): readonly string[] =>
    (Array.isArray(said) ? listOf(said) : [said]).flatMap((one) => textOf(one) ?? []);
  const isAnnotation = (text: string): boolean => text.startsWith('PromQL ');
  const annotations = [...texts(warnings), ...texts(infos)].filter(isAnnotation);
  const missing = texts(warnings).filter((text) => !isAnnotation(text));
  if (missing.length > 0) return { annotations, partial: missing.join('; ') };
  return isPartial === true
    ? { annotations, partial: 'some of its storage did not answer (isPartial)' }
    : { annotations };
}

/** What is no value of anything: the judge takes means of what is never negative. */
export function negative(value: number): string {
  return `the value is ${String(value)}, and a value must not be negative`;
}

/** What to do about it. */
export const NEVER_NEGATIVE = 'measure something that is never below 0';

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
    partial: 'make the service answer in full, or narrow the query down',
  };
}

/** The header for a bearer token or for `user:password`. A bearer token has no colon (RFC 6750, 2.1). */
export function authorization(token: string, scheme: 'Bearer' | 'Token' = 'Bearer'): string {
  return token.includes(':')
    ? `Basic ${Buffer.from(token, 'utf8').toString('base64')}`
    : `${scheme} ${token}`;
}
