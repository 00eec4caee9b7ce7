import { messageOf } from '../support/errors.js';
import { PermanentError, TransientError } from '../support/retry.js';
import { clip, neutralise, printableUrl } from '../support/text.js';
import { hintOf, refusalIn } from '../support/http/api.js';
import { stateIn } from './http/answer.js';
import { composeCancel, composeStart, composeState } from './http/compose.js';
import type { Description } from './http/description.js';
import { hintFor } from './http/hints.js';
import { locate } from './http/locate.js';
import { preflight } from './http/preflight.js';
import { addressOf, type Site, siteOf, type SiteOptions } from './http/site.js';
import { sendStart } from './http/start.js';
import { soonThere } from './reading.js';
import { joined } from './refusal.js';
import { CANCEL_TIMEOUT_MS, refused } from './start-once.js';
import type { PipelineClient, RunState, StartedRun, StartResult } from '../contract/pipeline.js';
import { unusable } from './unusable.js';

export interface HttpClientOptions extends SiteOptions {
  /** The system, or which inputs its description lacks. */
  readonly description: Description | { readonly missing: readonly string[] };
}

const BODY_SHOWN = 1000;
/** What system it is only the user knows. */
const NAME = 'the CI system';

/** The client of the `ci` strategy for a CI system that the user describes: which calls it has, and where its answers stand. */
export function createHttpClient({ description, ...options }: HttpClientOptions): PipelineClient {
  if ('missing' in description) {
    const { missing } = description;
    return unusable('http', NAME, {
      message: `ci-system is http, and ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set`,
      fix: 'describe how the rollback pipeline is started',
    });
  }
  const site = siteOf(description, options);
  return {
    id: 'http',
    name: NAME,

    preflight: (request, signal) => preflight(site, request, signal),

    describe(request) {
      const { call, problems } = composeStart(description, request);
      return Promise.resolve([
        `${call.method} ${printableUrl(addressOf(site, call))}`,
        ...(call.text === undefined ? [] : [`with ${clip(neutralise(call.text), BODY_SHOWN)}`]),
        ...problems.map(({ message, fix }) => `it would be refused: ${message} (${fix})`),
      ]);
    },

    async start(request, signal, beforeSend): Promise<StartResult> {
      const { call, problems } = composeStart(description, request);
      if (problems.length > 0) return refused(joined(problems));
      signal.throwIfAborted();
      beforeSend();
      const sent = await sendStart(site, call, request.correlationId, signal);
      return sent.kind === 'unsure' ? locate(site, request, sent.reason, signal) : sent;
    },

    state: (run, signal) => readState(site, run, signal),
    cancel: (run, signal) => cancel(site, run, signal),
  };
}

async function readState(site: Site, run: StartedRun, signal: AbortSignal): Promise<RunState> {
  const { state } = site.description;
  if (state === undefined) {
    throw new PermanentError('http-state-path, http-state and http-states do not say how');
  }
  const what = `reading the state of run ${run.id}`;
  const answer = await withHint(
    soonThere(site.api.request(what, composeState(state.path, run.id), signal)),
  );
  if (typeof answer.data !== 'object' || answer.data === null) {
    throw new TransientError(`${what}: the answer is no JSON object`);
  }
  return stateIn(answer.data, state);
}

async function cancel(site: Site, run: StartedRun, signal: AbortSignal): Promise<void> {
  const how = site.description.cancel;
  if (how === undefined) throw new PermanentError('http-cancel-path does not say how to cancel it');
  const composed = composeCancel(how, site.description.contentType, run.id);
  if ('problem' in composed) throw new PermanentError(composed.problem.message);
  await withHint(
    site.api
      .request('cancelling the run', composed.call, signal, CANCEL_TIMEOUT_MS)
      .catch((error: unknown) => {
        // There is nothing left to cancel: Gitea and Buildkite say so of a run that has ended.
        if (refusalIn(error)?.status !== 409) throw error;
      }),
  );
}

async function withHint<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const hint = hintOf(error, hintFor);
    throw hint === undefined ? error : new PermanentError(`${messageOf(error)}. ${hint}`);
  }
}
