import type { RollbackRequest } from '../../contract/strategy.js';
import { oneLine } from '../../support/text.js';
import type { RunIdentity } from '../dependencies.js';

const RUN_TRAILER = 'Rollgate-Run';
const REJECTED_TRAILER = 'Rollgate-Rejected';

/** What a commit of a rollback tells. */
interface CommitFacts {
  /** From the root of the repository; empty: all of it. */
  readonly path: string;
  /** The commit whose state comes back, and the one that was judged. */
  readonly back: string;
  readonly rejected: string;
  /** The commits in between, in one line each. */
  readonly commits: readonly string[];
  readonly request: Pick<RollbackRequest, 'verdict' | 'reason'>;
  readonly run: RunIdentity;
}

/** `Roll back apps/shop to 4f1d2c9a01` */
export function titleOf({ path, back }: Pick<CommitFacts, 'path' | 'back'>): string {
  return `Roll back ${path === '' ? 'everything' : oneLine(path, 60)} to ${short(back)}`;
}

/** What people read in the history below the title, and trailers for programs. */
export function bodyOf({ rejected, commits, request, run }: CommitFacts): string {
  return [
    `${request.verdict}: ${oneLine(request.reason, 500)}`,
    ...(run.url === null ? [] : ['', oneLine(run.url)]),
    ...(commits.length === 0
      ? []
      : ['', 'Reverts:', ...commits.map((line) => `- ${oneLine(line, 120)}`)]),
    '',
    `${REJECTED_TRAILER}: ${rejected}`,
    `${RUN_TRAILER}: ${runInWords(run)}`,
    '',
  ].join('\n');
}

/** What the commit of this very run rejected; `undefined`: the message is not of this run. */
export function rejectedIn(message: string, run: RunIdentity): string | undefined {
  if ((run.runId ?? run.snapshot) === undefined) return undefined;
  if (!trailersIn(message, RUN_TRAILER).includes(runInWords(run))) return undefined;
  return trailersIn(message, REJECTED_TRAILER)[0] ?? 'the new version';
}

function runInWords(run: RunIdentity): string {
  return `${run.system} ${run.runId ?? run.snapshot ?? ''}`.trim();
}

function trailersIn(message: string, name: string): readonly string[] {
  return message
    .split('\n')
    .flatMap((line) => (line.startsWith(`${name}: `) ? [line.slice(name.length + 2).trim()] : []));
}

/** A commit as people write it. */
export function short(commit: string): string {
  return commit.slice(0, 10);
}
