import { START_TIMEOUT_MS, startOnce } from '../start-once.js';
import type { Sent } from '../start-once.js';
import { hintFor } from './hints.js';
import type { Parameters } from './parameters.js';
import { runCall } from './preview.js';
import { runOf } from './site.js';
import type { Site } from './site.js';

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
        site.api.send(
          'the call that starts the pipeline',
          runCall(pipelineId, ref, parameters),
          START_TIMEOUT_MS,
          within,
        ),
      named: ({ data }) => {
        const run = runOf(site, data);
        return run === undefined ? undefined : { kind: 'started', run };
      },
      noun: 'its run',
      // So it says that it does not accept the token (MicrosoftDocs/vsts-rest-api-specs#97, #574).
      isRefusal: ({ status }) => status === 203,
      hint: hintFor,
      clock: site.clock,
      random: site.random,
    },
    signal,
  );
}
