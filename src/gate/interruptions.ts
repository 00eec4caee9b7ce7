import type { EvaluatedCheck, WatchEvent } from '../contract/check.js';
import type { Finding } from '../contract/result.js';
import { formatDuration } from '../support/text.js';

/** The times of a watch in which sources gave nothing to judge by. */
export interface Interruptions {
  /**
   * What a person should hear of this event: that a source stopped, or is back. Checks that miss their data for the same
   * reason at the same time are spoken of once.
   */
  push(event: WatchEvent): string | undefined;
  /** Since when each check that has no data now has none, milliseconds since the start of the watch, by id. */
  open(): ReadonlyMap<string, number>;
  /** All of them, for the report. */
  findings(): readonly Finding[];
}

interface Interruption {
  readonly checks: string[];
  readonly source: string;
  readonly isAnswered: boolean;
  readonly detail: string;
  readonly from: number;
  to: number | undefined;
}

/** What an event says of the source of its check. */
type Sign =
  | { readonly at: number; readonly hasData: true }
  | {
      readonly at: number;
      readonly hasData: false;
      /** The source answered, and had nothing. */
      readonly isAnswered: boolean;
      readonly detail: string;
    };

/** A source that has nothing once may have nothing to count; one that does not answer is worth a line at once. */
const MISSES = { answered: 2, unanswered: 1 };
/** A source that comes and goes is told so often; the report lists all. */
const MOST_LINES = 6;

/** Follows what the judge learns, and judges nothing. */
export function createInterruptions(
  checks: readonly Pick<EvaluatedCheck, 'id' | 'source'>[],
): Interruptions {
  const sources = new Map(checks.map(({ id, source }) => [id, source]));
  const all: Interruption[] = [];
  const ofCheck = new Map<string, Interruption>();
  const misses = new Map<string, { since: number; count: number }>();
  let lines = 0;

  function say(line: string): string | undefined {
    lines += 1;
    if (lines === MOST_LINES) return `${line} (it comes and goes: the report lists the rest)`;
    return lines < MOST_LINES ? line : undefined;
  }

  function isBack(id: string, at: number): string | undefined {
    misses.delete(id);
    const interruption = ofCheck.get(id);
    ofCheck.delete(id);
    if (interruption === undefined || interruption.to !== undefined) return undefined;
    interruption.to = at;
    return say(
      `${interruption.checks.join(', ')}: ${interruption.source} ${interruption.isAnswered ? 'has data' : 'answers'} again, after ${formatDuration(at - interruption.from)}`,
    );
  }

  function isMissing(id: string, sign: Extract<Sign, { hasData: false }>): string | undefined {
    const { since, count } = misses.get(id) ?? { since: sign.at, count: 0 };
    misses.set(id, { since, count: count + 1 });
    const { isAnswered, detail } = sign;
    const current = ofCheck.get(id);
    if (current?.to !== undefined) return goesOn(id, current);
    if (current !== undefined || count + 1 < MISSES[isAnswered ? 'answered' : 'unanswered'])
      return undefined;
    const source = sources.get(id) ?? '';
    const same = all.find(
      (one) =>
        one.to === undefined &&
        one.source === source &&
        one.detail === detail &&
        one.from === since,
    );
    if (same !== undefined) {
      same.checks.push(id);
      ofCheck.set(id, same);
      return undefined;
    }
    const begun = { checks: [id], source, isAnswered, detail, from: since, to: undefined };
    all.push(begun);
    ofCheck.set(id, begun);
    return say(`${id}: ${whatIsMissing(begun)}${reasonOf(begun)}`);
  }

  /** Others are back that missed their data with it. */
  function goesOn(id: string, over: Interruption): string | undefined {
    over.checks.splice(over.checks.indexOf(id), 1);
    const own = { ...over, checks: [id], to: undefined };
    all.push(own);
    ofCheck.set(id, own);
    return say(`${id}: still ${whatIsMissing(own)}${reasonOf(own)}`);
  }

  return {
    push(event) {
      const sign = signOf(event);
      if (sign === undefined || event.type === 'deadline') return undefined;
      return sign.hasData ? isBack(event.check, sign.at) : isMissing(event.check, sign);
    },
    open: () => new Map([...ofCheck].map(([id, { from }]) => [id, from])),
    findings: () =>
      all.map((one) => ({
        level: 'warning' as const,
        subject: one.checks.join(', '),
        message: `${whatIsMissing(one)} from ${formatDuration(one.from)} ${one.to === undefined ? 'to the end' : `to ${formatDuration(one.to)}`} of the watch${reasonOf(one)}`,
      })),
  };
}

/** `undefined`: nothing. A source that has nothing new yet is as it should be. */
function signOf(event: WatchEvent): Sign | undefined {
  if (event.type === 'deadline') return undefined;
  if (event.type === 'look') {
    const { ok, detail } = event.look;
    return ok === null
      ? { at: event.at, hasData: false, isAnswered: false, detail }
      : { at: event.at, hasData: true };
  }
  const { observation, window } = event;
  if (observation.kind !== 'none') return { at: window.to, hasData: true };
  const { why, detail = '' } = observation;
  return why === 'unchanged'
    ? undefined
    : { at: window.to, hasData: false, isAnswered: why === 'no-data', detail };
}

function whatIsMissing({ source, isAnswered }: Interruption): string {
  return `no ${isAnswered ? 'data' : 'usable answer'} from ${source}`;
}

function reasonOf({ detail }: Interruption): string {
  return detail === '' ? '' : `: ${detail}`;
}
