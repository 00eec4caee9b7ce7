import { retryAfterMs, backoffMs } from '../../../support/retry.js';
import type { StartedRun } from '../types.js';
import { describeAnswer, fields, isRateLimited, textOf } from './api.js';
import type { Answer, CallOptions, Exchange } from './api.js';
import { hintFor } from './hints.js';
import { runOf } from './site.js';
import type { Site } from './site.js';

/** What became of the call that starts a run. */
export type Dispatched =
  | { readonly kind: 'started'; readonly run: StartedRun }
  /** Certain: nothing was started. */
  | { readonly kind: 'refused'; readonly reason: string; readonly hint?: string }
  /** Accepted without the number of the run, or nobody knows. */
  | { readonly kind: 'unsure'; readonly reason: string };

const POST_TIMEOUT_MS = 15_000;
/** For being turned away (429) or not getting through at all; no run can have come of those. */
const MAX_SENDS = 4;
/** Longer than that another rung is the better choice. */
const MAX_WAIT_MS = 120_000;

/**
 * Sends the dispatch. It is sent again only when it is certain that nothing was started: the connection was refused or the
 * name not found, the API turned us away with 429, or an old server does not know `return_run_details`.
 */
export async function dispatch(
  site: Site,
  ref: string,
  inputs: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Dispatched> {
  const { clock, random } = site;
  const begin = clock.monotonic();
  // GitHub.com answers with the number of the run when asked to (github.blog/changelog/2026-02-19-workflow-dispatch-api-
  // now-returns-run-ids); Enterprise Server up to 3.19 does not know the question.
  let details = true;
  for (let sends = 1; ; sends++) {
    const exchange = await send(site, ref, inputs, details, signal);
    if (exchange.kind === 'unclear') return { kind: 'unsure', reason: exchange.why };

    let again: number | undefined;
    if (exchange.kind === 'not-received') {
      again = backoffMs(sends, random);
    } else {
      const { answer } = exchange;
      if (details && refusesDetails(answer)) {
        details = false;
        again = 0;
      } else if (isRateLimited(answer)) {
        again =
          retryAfterMs((name) => answer.header(name), clock.now()) ?? backoffMs(sends, random);
      } else {
        return outcomeOf(site, answer);
      }
    }

    if (sends >= MAX_SENDS || clock.monotonic() - begin + again > MAX_WAIT_MS) {
      return refusedBy(exchange);
    }
    try {
      await clock.sleep(again, signal);
    } catch {
      return refusedBy(exchange);
    }
  }
}

function send(
  site: Site,
  ref: string,
  inputs: Readonly<Record<string, string>>,
  details: boolean,
  signal: AbortSignal,
): Promise<Exchange> {
  const { owner, repo, workflow } = site;
  return site.api.once(
    'the call that starts the workflow',
    (octokit, request: CallOptions) =>
      octokit.rest.actions.createWorkflowDispatch({
        owner,
        repo,
        workflow_id: workflow,
        ref,
        inputs,
        ...(details ? { return_run_details: true } : {}),
        // A redirect that is followed turns the call into a read, or sends it twice.
        request: { ...request, redirect: 'manual' },
      }),
    POST_TIMEOUT_MS,
    signal,
  );
}

function refusesDetails(answer: Answer): boolean {
  return (
    (answer.status === 400 || answer.status === 422) && /return_run_details/i.test(textOf(answer))
  );
}

function outcomeOf(site: Site, answer: Answer): Dispatched {
  const { status } = answer;
  if (status >= 200 && status < 300) {
    const { workflow_run_id: id, html_url: url } = fields(answer.data);
    const run = runOf(site, id, url);
    return run === undefined
      ? { kind: 'unsure', reason: 'GitHub accepted it without naming its run' }
      : { kind: 'started', run };
  }
  // 408: the server gave up waiting for us, perhaps after it had read enough.
  if (status >= 500 || status === 408) {
    return { kind: 'unsure', reason: `GitHub answered with ${describeAnswer(answer)}` };
  }
  return refusedBy({ kind: 'answer', answer });
}

function refusedBy(
  exchange: Exclude<Exchange, { kind: 'unclear' }>,
): Extract<Dispatched, { kind: 'refused' }> {
  if (exchange.kind === 'not-received') {
    return {
      kind: 'refused',
      reason: `GitHub could not be reached: ${exchange.why}`,
      hint: 'Check github-api-url and the network of the runner',
    };
  }
  const hint = hintFor(exchange.answer);
  return {
    kind: 'refused',
    reason: `GitHub refused with ${describeAnswer(exchange.answer)}`,
    ...(hint === undefined ? {} : { hint }),
  };
}
