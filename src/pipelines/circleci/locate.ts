import { fields } from '../../support/json.js';
import {
  type Before,
  type Candidate,
  isNew,
  type Listing,
  locateRun,
  lookBefore as look,
} from '../locate.js';
import { listIn, timeOf } from '../reading.js';
import type { Refused } from '../start-once.js';
import type { StartResult } from '../../contract/pipeline.js';
import { hintFor } from './hints.js';
import { encodedSlug, type Ref } from './names.js';
import { runOf, type Site } from './site.js';

/** `trigger.type` of pipelines that were not started through the API (API v2, "Get your pipelines"). */
const othersTriggers = new Set(['webhook', 'scheduled_pipeline']);

/** The newest pipelines of the token's user that are there already. @throws only the signal's reason. */
export function lookBefore(
  site: Site,
  slug: string,
  signal: AbortSignal,
): Promise<Before | Refused> {
  return look((stop) => listMine(site, 'read', slug, stop), hintFor, signal);
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
 * certain.
 */
export function locate(
  site: Site,
  { slug, ref, before, why }: Wanted,
  signal: AbortSignal,
): Promise<Exclude<StartResult, { kind: 'refused' }>> {
  return locateRun<Mine>(
    {
      noun: 'pipeline',
      list: (stop) => listMine(site, 'request', slug, stop),
      whose: (mine) => (couldBe(mine, ref, before) ? 'could be' : 'others'),
      why,
      clock: site.clock,
    },
    signal,
  );
}

interface Mine extends Candidate {
  readonly item: Readonly<Record<string, unknown>>;
}

function couldBe(mine: Mine, ref: Ref, before: Before): boolean {
  const { created_at: created, trigger, vcs } = mine.item;
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
  return isNew(before, mine, timeOf(created));
}

/** The newest come first; one page of them reaches further back than a call that starts one takes. */
async function listMine(
  site: Site,
  how: 'read' | 'request',
  slug: string,
  signal: AbortSignal,
): Promise<Listing<Mine>> {
  const what = 'listing the pipelines of our user';
  const answer = await site.api[how](
    what,
    { method: 'GET', path: `project/${encodedSlug(slug)}/pipeline/mine` },
    signal,
  );
  return {
    runs: listIn(what, fields(answer.data).items)
      .map(fields)
      .flatMap((item) => {
        const run = runOf(site, slug, item);
        return run === undefined ? [] : [{ run, item }];
      }),
    answer,
  };
}
