import { valueAt } from '../../support/json.js';
import { clip, neutralise } from '../../support/text.js';
import { isLink, own } from '../reading.js';
import type { RunState } from '../../contract/pipeline.js';
import type { Description } from './description.js';

/** The id of the run that a part of an answer speaks of; `undefined` when it names none. */
export function runIdIn(data: unknown, { runId }: Description): string | undefined {
  for (const pointer of runId) {
    const id = idOf(valueAt(data, pointer));
    if (id !== undefined) return id;
  }
  return undefined;
}

/** The address of a run for people, where an answer has one. */
export function linkIn(data: unknown, { runLink }: Description): string | undefined {
  return runLink.map((pointer) => valueAt(data, pointer)).find(isLink);
}

/** Whether a text of the answer holds the id that we sent: then it speaks of our run, and of no other. */
export function shows(data: unknown, correlationId: string): boolean {
  if (typeof data === 'string') return data.includes(correlationId);
  if (typeof data !== 'object' || data === null) return false;
  return Object.values(data).some((inner) => shows(inner, correlationId));
}

/** The state of a run in our words. A word that has no meaning given is `unknown`, and never success. */
export function stateIn(
  data: unknown,
  { at, meanings }: NonNullable<Description['state']>,
): RunState {
  const words = at
    .map((pointer) => valueAt(data, pointer))
    .filter((value) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '')
    .map(String);
  if (words.length === 0) {
    return { phase: 'unknown', word: `no state at ${at.join(', ')}` };
  }
  const whole = words.join('/');
  const word = clip(neutralise(whole), 100);
  const phase = own(meanings, whole);
  switch (phase) {
    case undefined:
      return { phase: 'unknown', word };
    case 'queued':
      return { phase, word, hint: QUEUED };
    case 'running':
    case 'waiting':
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return { phase, word };
  }
}

const QUEUED =
  'it waits for a free runner, or for what this job holds; give the rollback pipeline runners and locks of its own';

/** Identifies a run in paths. A number beyond 2^53 has lost digits already. */
function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  // A segment of dots would lead to another path.
  return typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value) && !/^\.+$/.test(value)
    ? value
    : undefined;
}
