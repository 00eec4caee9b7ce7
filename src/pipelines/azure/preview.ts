import { refusalIn } from '../../support/http/api.js';
import type { StartRequest } from '../../contract/pipeline.js';
import type { Call } from './api.js';
import type { Refusal } from '../refusal.js';
import {
  allOf,
  offerOf,
  overridden,
  type Parameters,
  undeclared,
  undeclaredIn,
  without,
} from './parameters.js';
import { labelOf, type Site } from './site.js';

/** What may be sent, as far as a dry run tells. */
export type Agreement =
  /** Azure accepts these. `omitted`: what the pipeline does not declare. */
  | {
      readonly kind: 'accepted';
      readonly parameters: Parameters;
      readonly omitted: readonly string[];
    }
  /** Certain: it must not be sent. */
  | {
      readonly kind: 'refused';
      readonly parameters: Parameters;
      readonly problems: readonly Refusal[];
    }
  /** The dry run was turned away, or did not get through. Only what must be sent is. */
  | { readonly kind: 'unchecked'; readonly parameters: Parameters; readonly error: unknown };

/** The call that runs a pipeline. */
export function runCall(
  pipelineId: string,
  ref: string | undefined,
  parameters: Parameters,
): Call & { readonly method: 'POST'; readonly json: object } {
  return {
    method: 'POST',
    room: 'pipelines',
    path: `pipelines/${pipelineId}/runs`,
    json: {
      ...(ref === undefined ? {} : { resources: { repositories: { self: { refName: ref } } } }),
      templateParameters: parameters,
    },
  };
}

/**
 * Finds out what the pipeline takes, by dry runs (`previewRun`: "If true, don't actually create a new run", REST reference of
 * Run Pipeline since 6.0): no read tells which parameters it declares. Those that Azure calls unexpected are left out when they are
 * optional; a refusal in words that name none is tried once more without any of them.
 *
 * @throws only the signal's reason.
 */
export async function agree(
  site: Site,
  pipelineId: string,
  ref: string | undefined,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Agreement> {
  let offer = offerOf(request);
  const wanted = Object.keys(offer.optional);
  const own = overridden(request);
  if (own.length > 0) return { kind: 'refused', parameters: allOf(offer), problems: own };

  for (;;) {
    const parameters = allOf(offer);
    try {
      const { json, ...call } = runCall(pipelineId, ref, parameters);
      await site.api.read(
        'the dry run of the rollback pipeline',
        { ...call, json: { ...json, previewRun: true } },
        signal,
      );
      return {
        kind: 'accepted',
        parameters,
        omitted: wanted.filter((name) => !(name in parameters)),
      };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const left = Object.keys(offer.optional);
      const refusal = refusalIn(error);
      const named = refusal === undefined ? [] : undeclaredIn(refusal, parameters);
      const needed = named.filter((name) => !left.includes(name));
      if (needed.length > 0) {
        return { kind: 'refused', parameters, problems: undeclared(needed, labelOf(site)) };
      }
      if (refusal?.status !== 400 || left.length === 0) {
        return { kind: 'unchecked', parameters: allOf(without(offer, left)), error };
      }
      offer = without(offer, named.length > 0 ? named : left);
    }
  }
}
