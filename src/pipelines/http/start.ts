import type { ApiRequest } from '../../support/http/api.js';
import { type ApiResponse, isPage } from '../../support/http/response.js';
import { type Sent, START_TIMEOUT_MS, startOnce } from '../start-once.js';
import { runIdIn } from './answer.js';
import { hintFor } from './hints.js';
import { runFrom, type Site } from './site.js';

/** Sends the call that starts a run. */
export function sendStart(
  site: Site,
  call: ApiRequest,
  correlationId: string,
  signal: AbortSignal,
): Promise<Sent> {
  const { runId } = site.description;
  return startOnce<Sent>(
    {
      system: site.name,
      addressInput: 'http-url',
      send: (inner) =>
        site.api.send('the call that starts the rollback', call, START_TIMEOUT_MS, inner),
      named: (answer) => {
        const id = namedIn(site, answer, correlationId);
        return id === undefined
          ? undefined
          : { kind: 'started', run: runFrom(site, id, answer.data) };
      },
      noun: runId.length === 0 ? 'its run' : `its run at ${runId.join(', ')}`,
      hint: hintFor,
      clock: site.clock,
      random: site.random,
    },
    signal,
  );
}

/** The id of the run that the call has started. A page, such as one to sign in on, is no proof that there is one. */
function namedIn(
  { description }: Site,
  answer: ApiResponse,
  correlationId: string,
): string | undefined {
  if (description.runId.length > 0) return runIdIn(answer.data, description);
  return isPage(answer) ? undefined : correlationId;
}
