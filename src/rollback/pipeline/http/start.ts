import { describeAnswer } from '../exchange.js';
import type { Answer } from '../exchange.js';
import type { JsonCall } from '../json-api.js';
import { START_TIMEOUT_MS, startOnce } from '../start-once.js';
import type { Refused, Unsure } from '../start-once.js';
import type { StartedRun } from '../types.js';
import { isPage, runIdIn } from './answer.js';
import { hintFor } from './hints.js';
import { runFrom } from './site.js';
import type { Site } from './site.js';

/** What became of the call that starts a run. */
export type Sent = { readonly kind: 'started'; readonly run: StartedRun } | Refused | Unsure;

/** Sends the call that starts a run. */
export function sendStart(
  site: Site,
  call: JsonCall,
  correlationId: string,
  signal: AbortSignal,
): Promise<Sent> {
  return startOnce<Sent>(
    {
      system: site.name,
      addressInput: 'http-url',
      send: (inner) =>
        site.api.once('the call that starts the rollback', call, START_TIMEOUT_MS, inner),
      accepted: (answer) => accepted(site, answer, correlationId),
      hint: hintFor,
      clock: site.clock,
      random: site.random,
    },
    signal,
  );
}

function accepted(site: Site, answer: Answer, correlationId: string): Sent {
  const { description, name } = site;
  if (description.runId.length === 0) {
    // A webhook may well answer with a page of its own; whether it was the right one cannot be told.
    return isPage(answer)
      ? { kind: 'unsure', reason: `${name} answered with a page (${describeAnswer(answer)})` }
      : { kind: 'started', run: runFrom(site, correlationId, answer.data) };
  }
  if (isPage(answer)) {
    const hint = hintFor(answer);
    return {
      kind: 'refused',
      reason: `${name} answered with a page where data were due: ${describeAnswer(answer)}`,
      ...(hint === undefined ? {} : { hint }),
    };
  }
  const id = runIdIn(answer.data, description);
  return id === undefined
    ? {
        kind: 'unsure',
        reason: `${name} accepted it (status ${String(answer.status)}) without an id of its run at ${description.runId.join(', ')}`,
      }
    : { kind: 'started', run: runFrom(site, id, answer.data) };
}
