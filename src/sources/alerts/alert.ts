import { createHash } from 'node:crypto';
import type { Result } from '../../contract/result.js';
import type { HttpCall } from '../../support/http/api.js';
import type { ApiProblem, ErrorMapping } from '../../support/http/problem.js';
import { type Matcher, type Selector, unquote } from '../../support/selector.js';
import type { Reading } from '../source.js';

/** Something that fires, and that nobody has silenced. */
export interface Alert {
  readonly name: string;
  /** A name may be there several times: a monitor has tags. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  /** Since when, seconds since the epoch; `undefined`: nobody says. */
  readonly since: number | undefined;
}

/** One answer to what is firing. */
export interface Page extends Reading {
  readonly alerts: readonly Alert[];
  /** What to ask for to get the rest. */
  readonly next?: string | undefined;
}

/** Who knows what is firing. */
export interface AlertProvider {
  readonly address: string;
  readonly errors: ErrorMapping;
  /**
   * @param now what time it is there, seconds
   * @param page what the page before said comes next
   */
  request(now: number, page: string | undefined): HttpCall | Promise<HttpCall>;
  /** @param said what the server says of its answer, with `: ` in front */
  read(document: unknown, said: string, now: number): Result<Page, ApiProblem>;
}

/** Which alerts are meant. */
export interface Selection {
  readonly names: readonly string[] | undefined;
  readonly selector: Selector | undefined;
}

/** Whether an alert is one of those that are meant. */
export function isSelected({ name, labels }: Alert, { names, selector }: Selection): boolean {
  return (
    (names === undefined || names.some((pattern) => globOf(pattern).test(name))) &&
    (selector?.matchers ?? []).every((matcher) => holds(matcher, labels))
  );
}

/** `*` stands for any characters. */
export function globOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

/** As with series: a label that is not there is empty, and a regular expression is one of the whole value. */
function holds({ label, operator, literal }: Matcher, labels: Alert['labels']): boolean {
  const wanted = unquote(literal);
  const own = labels.filter(([name]) => name === label).map(([, value]) => value);
  const values = own.length === 0 ? [''] : own;
  const pattern = operator.endsWith('~') ? new RegExp(`^(?:${wanted})$`, 's') : undefined;
  const isThere = values.some((value) =>
    pattern === undefined ? value === wanted : pattern.test(value),
  );
  return operator.startsWith('!') ? !isThere : isThere;
}

/** What tells an alert from every other one, and stays the same while it fires. Labels may hold anything, so they are not shown. */
export function keyOf({ name, labels }: Alert): string {
  const sorted = labels.map((pair) => JSON.stringify(pair)).sort();
  return createHash('sha256')
    .update(JSON.stringify([name, sorted]))
    .digest('hex')
    .slice(0, 20);
}

/** A time as APIs write it; `undefined`: it is none. */
export function secondsOf(time: unknown): number | undefined {
  const seconds = typeof time === 'string' ? Date.parse(time) / 1000 : time;
  return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds : undefined;
}
