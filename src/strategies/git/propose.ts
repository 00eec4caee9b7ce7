import { createHash } from 'node:crypto';
import type { Problem } from '../../contract/result.js';
import type { StrategyContext, StrategyResult } from '../../contract/strategy.js';
import type { Clock } from '../../support/clock.js';
import { asSentence, capitalised } from '../../support/text.js';
import type { Git } from './client.js';
import { type PullRequest, type PullRequests, problemIn } from './pull-requests.js';

/** What is proposed. */
export interface Proposal {
  readonly git: Git;
  readonly clock: Clock;
  readonly requests: PullRequests;
  /** Equal for every attempt to take back the same thing. */
  readonly key: readonly string[];
  /** The branch that is deployed. */
  readonly base: string;
  readonly title: string;
  /** Of the commit. */
  readonly body: string;
  /** `apps/shop of https://… to 4f1d2c9a01` */
  readonly what: string;
  /** Makes the commit; nothing leaves this machine. */
  readonly commit: (message: string) => Promise<string>;
}

/** What a person or another attempt may have left behind takes a name each. */
const MOST_NAMES = 9;
/** Looking for what another attempt is just opening, or the server has not said. */
const LOOKS = 5;
const LOOK_AGAIN = 1000;

/** The branch that a push is tried with before it is needed. */
export const TRIAL_BRANCH = 'rollgate/rollback-preflight';

/** Pushes the commit to a branch of its own, and opens a pull request for it; one that is open already is taken. */
export async function propose(
  proposal: Proposal,
  context: StrategyContext,
): Promise<StrategyResult> {
  const { git, requests, base } = proposal;
  const { signal } = context;
  const id = createHash('sha256').update(proposal.key.join('\0')).digest('hex').slice(0, 10);
  const first = `rollgate/rollback-${id}`;
  let commit: string | undefined;
  for (let n = 1; n <= MOST_NAMES; n += 1) {
    const head = n === 1 ? first : `${first}-${String(n)}`;
    try {
      const open = await requests.find(head, base, signal);
      if (open !== undefined) return waitsFor(open, proposal, ' was open already. It');
    } catch (error) {
      return nothingPushed(problemIn(error));
    }
    // Without `[skip ci]`: checks that a merge requires would stay pending.
    commit ??= await proposal.commit(`${proposal.title}\n\n${proposal.body}`);
    context.beforeChange();
    const pushed = await git.create(commit, head, signal);
    if (pushed.kind === 'refused') return nothingPushed({ message: pushed.reason });
    if (pushed.kind === 'done' || (await arrived(git, commit, head, signal)) === true)
      return openFor(head, commit, proposal, context);
    if (pushed.kind === 'unknown')
      return left(`It is not known whether the branch ${head} arrived (${pushed.reason}).`);
    const theirs = await lookFor(proposal, head, signal);
    if (theirs !== undefined) return waitsFor(theirs, proposal, ' was open already. It');
  }
  return nothingPushed({
    message: `the branches ${first} to ${first}-${String(MOST_NAMES)} exist already`,
    fix: 'delete those that nobody needs',
  });
}

/** Whether the branch has the commit; `undefined`: it cannot be read. */
async function arrived(
  git: Git,
  commit: string,
  head: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  try {
    return (await git.headOf(head, signal)) === commit;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

async function openFor(
  head: string,
  commit: string,
  proposal: Proposal,
  { signal }: StrategyContext,
): Promise<StrategyResult> {
  const { git, requests, base, title, body, what } = proposal;
  const { noun } = requests;
  // A commit's message may name people, or close issues: in a block it does neither.
  const text = `Merging this rolls back ${what}.\n\n~~~text\n${body}~~~\n`;
  try {
    const opened = await requests.open({ head, base, title, body: text }, signal);
    if (opened.kind === 'open') return waitsFor(opened.request, proposal);
    const found = await lookFor(proposal, head, signal, opened.kind === 'unknown' ? LOOKS : 1);
    if (found !== undefined) return waitsFor(found, proposal);
    const why = inWords(opened.problem);
    if (opened.kind === 'unknown')
      return left(
        `It is not known whether a ${noun} was opened (${why}). The branch ${head} has the commit: open one, or delete it.`,
      );
    const removed = await git.remove(commit, head, signal);
    const rest =
      removed.kind === 'done' ? '' : `. The branch ${head} is left behind: open one, or delete it`;
    return {
      outcome: 'failed',
      detail: `no ${noun} was opened: ${why}${rest}`,
      versionConfirmed: null,
    };
  } catch (error) {
    if (!signal.aborted) throw error;
    return left(
      `The branch ${head} has the commit, and it is not known whether a ${noun} was opened for it: open one, or delete the branch.`,
    );
  }
}

/** One that somebody else is opening, or that is there although no answer said so. What cannot be read is none. */
async function lookFor(
  { clock, requests, base }: Proposal,
  head: string,
  signal: AbortSignal,
  looks = LOOKS,
): Promise<PullRequest | undefined> {
  for (let look = 1; look <= looks; look += 1) {
    try {
      const found = await requests.find(head, base, signal);
      if (found !== undefined) return found;
    } catch (error) {
      signal.throwIfAborted();
      problemIn(error);
    }
    if (look < looks) await clock.sleep(LOOK_AGAIN, signal);
  }
  return undefined;
}

function waitsFor(
  { name, number, url }: PullRequest,
  { what }: Proposal,
  already = '',
): StrategyResult {
  return {
    outcome: 'triggered',
    detail: asSentence(`${capitalised(name)}${already} rolls back ${what} when it is merged`),
    ...{ url, runId: String(number) },
    notBack: `nothing is rolled back before ${name} is merged (${url})`,
    versionConfirmed: null,
  };
}

/** Something may be on the server that no pull request shows. */
function left(detail: string): StrategyResult {
  return {
    outcome: 'triggered',
    detail,
    notBack: 'nothing is rolled back before it is merged',
    versionConfirmed: null,
  };
}

function nothingPushed(problem: Problem): StrategyResult {
  return {
    outcome: 'failed',
    detail: `nothing was pushed: ${inWords(problem)}`,
    versionConfirmed: null,
  };
}

function inWords({ message, fix }: Problem): string {
  return fix === undefined ? message : `${message}; ${fix}`;
}
