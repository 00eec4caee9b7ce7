import { messageOf } from '../../../support/errors.js';
import { fields } from '../exchange.js';
import type { Answer } from '../exchange.js';
import type { JsonCall } from '../json-api.js';
import type { StartedRun, StartResult } from '../types.js';
import { encodedSlug } from './names.js';
import type { Ref } from './names.js';
import { runOf } from './site.js';
import type { Site } from './site.js';

/** What is known before the call that starts a pipeline, so that the pipeline can be told from others after it. */
export interface Before {
  /** The newest pipelines of the token's user that are there already; `undefined`: they could not be listed. */
  readonly known: ReadonlySet<string> | undefined;
  /** The server's own time, milliseconds since the epoch; ours may differ from it by minutes. */
  readonly serverTime: number | undefined;
}

/** The server's `Date` has whole seconds, and its parts need not agree to the second. */
const SLACK_MS = 5000;
const LOCATE_MS = 30_000;
const FIRST_POLL_MS = 1000;
const LONGEST_POLL_MS = 5000;

/** `trigger.type` of pipelines that were not started through the API (API v2, "Get your pipelines"). */
const othersTriggers = new Set(['webhook', 'scheduled_pipeline']);

/** Reads what must be known before the call. Not being able to is no reason not to make the call. */
export async function lookBefore(site: Site, slug: string, signal: AbortSignal): Promise<Before> {
  try {
    const answer = await site.api.read('listing the pipelines of our user', mine(slug), signal);
    const date = Date.parse(answer.header('date') ?? '');
    const items = itemsOf(answer);
    return {
      known: items === undefined ? undefined : new Set(items.map(({ id }) => String(id))),
      serverTime: Number.isNaN(date) ? undefined : date,
    };
  } catch {
    if (signal.aborted) throw signal.reason;
    return { known: undefined, serverTime: undefined };
  }
}

export interface Wanted {
  readonly slug: string;
  readonly ref: Ref;
  readonly before: Before;
  /** Why the pipeline has to be looked for. */
  readonly why: string;
}

/**
 * Looks for the pipeline that a call may have started. CircleCI shows nothing of what was sent by which it could be told for
 * certain: the only new pipeline of our user that there is, seen twice, is `probable`.
 */
export async function locate(
  site: Site,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Extract<StartResult, { kind: 'unknown' }>> {
  const { clock } = site;
  const end = clock.monotonic() + LOCATE_MS;
  let pause = FIRST_POLL_MS;
  let seen: readonly StartedRun[] = [];
  let problem: string | undefined;
  try {
    for (;;) {
      try {
        const answer = await site.api.readOnce(
          'looking for the started pipeline',
          mine(wanted.slug),
          signal,
        );
        problem = undefined;
        const fresh = (itemsOf(answer) ?? [])
          .filter((one) => isNew(one, wanted))
          .flatMap((one) => runOf(site, wanted.slug, one) ?? []);
        const only = fresh.length === 1 ? fresh[0] : undefined;
        if (only !== undefined && seen.length === 1 && seen[0]?.id === only.id) {
          return { kind: 'unknown', reason: wanted.why, probable: only };
        }
        seen = fresh;
      } catch (error) {
        if (signal.aborted) throw error;
        problem = messageOf(error);
      }
      if (clock.monotonic() + pause > end) break;
      await clock.sleep(pause, signal);
      pause = Math.min(LONGEST_POLL_MS, pause * 2);
    }
  } catch {
    return {
      kind: 'unknown',
      reason: `${wanted.why}, and there was no time left to look for its pipeline`,
    };
  }
  const found =
    problem ??
    (seen.length > 1
      ? `${String(seen.length)} new pipelines could be it`
      : 'no new pipeline could be told to be it');
  return { kind: 'unknown', reason: `${wanted.why}, and its pipeline was not found: ${found}` };
}

/** Without the list and the time from before the call, an old pipeline cannot be told from a new one. */
function isNew(item: Readonly<Record<string, unknown>>, { before, ref }: Wanted): boolean {
  if (before.known === undefined || before.serverTime === undefined) return false;
  const { id, created_at: created, trigger, vcs } = item;
  if (typeof id !== 'string' || before.known.has(id) || typeof created !== 'string') return false;
  const { type } = fields(trigger);
  if (typeof type === 'string' && othersTriggers.has(type)) return false;
  const { branch, tag } = fields(vcs);
  // Pipelines of the GitHub App have no such field.
  const on =
    'tag' in ref
      ? { said: tag, other: branch, name: ref.tag }
      : { said: branch, other: tag, name: ref.branch };
  if (typeof on.said === 'string' ? on.said !== on.name : typeof on.other === 'string')
    return false;
  return Date.parse(created) >= before.serverTime - SLACK_MS;
}

function itemsOf(answer: Answer): readonly Readonly<Record<string, unknown>>[] | undefined {
  const { items } = fields(answer.data);
  return Array.isArray(items) ? items.map(fields) : undefined;
}

/** The newest come first; one page of them reaches further back than a call that starts one takes. */
function mine(slug: string): JsonCall {
  return { method: 'GET', path: `project/${encodedSlug(slug)}/pipeline/mine` };
}
