import type { StartedRun } from '../types.js';
import { describeAnswer } from '../exchange.js';
import { START_TIMEOUT_MS, startOnce } from '../start-once.js';
import type { Refused, Unsure } from '../start-once.js';
import { isSignInPage } from './api.js';
import { hintFor } from './hints.js';
import type { Parameters } from './parameters.js';
import { runCall } from './preview.js';
import { runOf } from './site.js';
import type { Site } from './site.js';

/** What became of the call that starts a run. */
export type Sent = { readonly kind: 'started'; readonly run: StartedRun } | Refused | Unsure;

/** Sends the call that runs the pipeline. */
export function sendRun(
  site: Site,
  pipelineId: string,
  ref: string | undefined,
  parameters: Parameters,
  signal: AbortSignal,
): Promise<Sent> {
  return startOnce<Sent>(
    {
      system: 'Azure DevOps',
      addressInput: 'azure-url',
      send: (within) =>
        site.api.once(
          'the call that starts the pipeline',
          runCall(pipelineId, ref, parameters),
          START_TIMEOUT_MS,
          within,
        ),
      accepted: (answer) => {
        if (isSignInPage(answer)) {
          const hint = hintFor(answer);
          return {
            kind: 'refused',
            reason: `Azure DevOps refused with ${describeAnswer(answer)}`,
            ...(hint === undefined ? {} : { hint }),
          };
        }
        const run = runOf(site, answer.data);
        return run === undefined
          ? { kind: 'unsure', reason: 'Azure DevOps accepted it without naming its run' }
          : { kind: 'started', run };
      },
      hint: hintFor,
      clock: site.clock,
      random: site.random,
    },
    signal,
  );
}
