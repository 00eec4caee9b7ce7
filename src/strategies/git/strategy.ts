import { type Finding, good, type Problem, type Result } from '../../contract/result.js';
import type {
  CannotAct,
  Captured,
  Plan,
  RecordedVersion,
  Skip,
  Strategy,
  StrategyContext,
  StrategyResult,
  Withheld,
} from '../../contract/strategy.js';
import type { Clock } from '../../support/clock.js';
import { fields, textOf } from '../../support/json.js';
import { printableUrl } from '../../support/text.js';
import type { RunIdentity, StrategyDependencies } from '../dependencies.js';
import { skipUnrecorded } from '../snapshot-words.js';
import { createGit, type Git, GitError, type Tip } from './client.js';
import { bodyOf, rejectedIn, short, titleOf } from './commit-message.js';
import { gitHostOf, type GitHostSettings } from './host.js';
import { propose, TRIAL_BRANCH } from './propose.js';
import { createPullRequests, type PullRequests } from './pull-requests.js';

/** The inputs that it reads. */
export interface GitSettings extends GitHostSettings {
  readonly 'git-repository': string | undefined;
  readonly 'git-branch': string | undefined;
  readonly 'git-path': string;
  readonly 'git-mode': 'push' | 'pull-request';
}

/** What the strategy records before the deploy. */
interface Recorded extends Tip {
  readonly repository: string;
  readonly branch: string;
  readonly path: string;
}

interface GitPlan extends Plan {
  readonly tip: Tip;
  /** What is to be put back, and the commit that has it. */
  readonly back: { readonly entry: string; readonly commit: string };
}

/** What the functions below share. */
interface State {
  readonly git: Git;
  readonly clock: Clock;
  readonly run: RunIdentity;
  readonly repository: string;
  readonly path: string;
  readonly recorded: Recorded | undefined;
  /** Where the commit is proposed, or why it cannot be; `undefined`: it is pushed to the branch. */
  readonly requests: Result<PullRequests> | undefined;
  /** The path when the watch began: what this run judges. */
  judged: Tip | undefined;
}

/** Somebody who pushes without end must not keep us for ever. */
const ATTEMPTS = 30;
/** Between two attempts, milliseconds. */
const PAUSE = 200;

/** The `git` strategy as it is configured, or why there is none. */
export function setUpGit(dependencies: StrategyDependencies<GitSettings>): Strategy | Skip {
  const { settings, env, exec, folders, redact, clock, random, run } = dependencies;
  const repository = settings['git-repository'];
  if (repository === undefined)
    return { kind: 'skip', reason: 'not configured: `git-repository` is not set' };
  const path = settings['git-path'].replace(/^(\.?\/)+|\/+$/g, '').replace(/^\.$/, '');
  const git = createGit({
    ...{ repository, path, env, exec, folders, redact, clock, random },
    branch: settings['git-branch'],
    token: settings['git-token'],
  });
  return createGitStrategy({
    ...{ git, clock, run, repository, path },
    recorded: readRecorded(dependencies.recorded, {
      ...{ repository, path },
      branch: settings['git-branch'],
    }),
    requests: settings['git-mode'] === 'push' ? undefined : requestsOf(repository, dependencies),
    judged: undefined,
  });
}

function requestsOf(
  repository: string,
  { settings, fetch, clock, random, redact }: StrategyDependencies<GitSettings>,
): Result<PullRequests> {
  const host = gitHostOf(repository, settings);
  if (!host.ok) return host;
  return good(createPullRequests(host.value, { fetch: fetch(), clock, random, redact }));
}

/** Puts a path of a repository back to what it was before the deploy, by one more commit on its branch. */
function createGitStrategy(state: State): Strategy<GitPlan> {
  const { git } = state;
  /** The clone lives no longer than what it is made for. */
  const closing = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      await git.close();
    }
  };
  return {
    kind: 'strategy',
    id: 'git',
    changesSource: true,
    preflight: (signal, isBeforeDeploy) =>
      closing(preflight(state, signal, isBeforeDeploy === true)),
    sawNothing: () => state.recorded?.entry === null,
    snapshot: (signal) => closing(snapshot(state, signal)),
    capture: (signal) => closing(capture(state, signal)),
    assertUnchanged: (signal) => closing(assertUnchanged(state, signal)),
    recordedVersion: () => recordedVersion(state),
    plan: (_request, signal) => closing(plan(state, signal)),
    execute: (planned, context) => closing(execute(state, planned, context)),
  };
}

async function snapshot({ git, repository, path }: State, signal: AbortSignal): Promise<Recorded> {
  const branch = await git.branch(signal);
  return { repository: printableUrl(repository), branch, path, ...(await git.tip(signal)) };
}

/** @returns `undefined` for what was recorded of another place, or by another strategy */
function readRecorded(
  value: unknown,
  place: {
    readonly repository: string;
    readonly path: string;
    readonly branch: string | undefined;
  },
): Recorded | undefined {
  const { repository: of, branch, path, commit, entry } = fields(value);
  const name = textOf(branch);
  const id = textOf(commit);
  if (name === undefined || id === undefined || !/^[0-9a-f]{40,64}$/.test(id)) return undefined;
  const repository = printableUrl(place.repository);
  if (of !== repository || path !== place.path || name !== (place.branch ?? name)) return undefined;
  const found = entry === null ? null : textOf(entry);
  if (found === undefined) return undefined;
  if (found !== null && !/^\d{6} (blob|tree) [0-9a-f]{40,64}$/.test(found)) return undefined;
  return { repository, branch: name, path: place.path, commit: id, entry: found };
}

function recordedVersion({ recorded }: State): RecordedVersion | undefined {
  return recorded && { revision: recorded.commit };
}

async function preflight(
  state: State,
  signal: AbortSignal,
  isBeforeDeploy: boolean,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  const add = (level: Finding['level'], message: string, fix?: string): void => {
    found.push({ level, subject: 'git', message, ...(fix === undefined ? {} : { fix }) });
  };
  try {
    const tip = await state.git.tip(signal);
    const nothing = `${nameOf(state)} is not on the branch ${await state.git.branch(signal)}`;
    if (tip.entry === null && isBeforeDeploy)
      add(
        'notice',
        `${nothing}: the first deploy has nothing to go back to`,
        'if this is not the first deploy, correct `git-path` or `git-branch`',
      );
    else if (tip.entry === null) add('error', nothing, 'correct `git-path` or `git-branch`');
    const { requests } = state;
    const dry = await state.git.dryPush(signal, requests && TRIAL_BRANCH);
    if (dry.kind === 'refused' || dry.kind === 'unknown')
      add(
        'error',
        `it could not push to ${requests === undefined ? 'the branch' : 'a branch of its own'}: ${dry.reason}`,
        requests === undefined
          ? 'give `git-token` the right to write contents, allow it to push to this branch, or set `git-mode: pull-request`'
          : 'give `git-token` the right to write contents',
      );
    const problem = await requestProblem(state, signal);
    if (problem !== undefined) add('error', problem.message, problem.fix);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    add('error', error.message, fixOf(error));
  }
  return found;
}

/** Why no pull request could be opened. */
async function requestProblem(
  { requests }: State,
  signal: AbortSignal,
): Promise<Problem | undefined> {
  if (requests === undefined) return undefined;
  return requests.ok ? requests.value.check(signal) : requests.problem;
}

function fixOf({ reason }: GitError): string {
  switch (reason) {
    case 'missing':
      return 'install git on the runner';
    case 'unauthorized':
      return 'set `git-token`, or give git on this runner a way to log in';
    case 'not-found':
      return 'correct `git-repository` or `git-branch`, and see whether `git-token` may read it';
    case 'unreachable':
    case 'timeout':
      return 'see whether this runner reaches the server of `git-repository`';
    case 'killed':
    case 'garbage':
    case 'other':
      return 'see whether git works on this runner';
  }
}

/** `deploy/shop of https://git.example.com/shop.git` */
function nameOf({ path, repository }: Pick<State, 'path' | 'repository'>): string {
  return `${path === '' ? 'the root' : path} of ${printableUrl(repository)}`;
}

async function capture(state: State, signal: AbortSignal): Promise<Captured> {
  const { git, recorded } = state;
  state.judged = await git.tip(signal);
  if (recorded?.entry !== state.judged.entry) return {};
  const message = await git.message(state.judged.commit, signal);
  const rejected = rejectedIn(message, state.run);
  if (rejected === undefined) return {};
  return {
    alreadyRolledBack: `this run has rolled back ${rejected.slice(0, 10)} of ${nameOf(state)} by the commit ${short(state.judged.commit)}.`,
  };
}

async function assertUnchanged(state: State, signal: AbortSignal): Promise<Withheld | undefined> {
  if (state.judged === undefined) return undefined;
  return objection(state, await state.git.tip(signal));
}

/** What the path is now must be what was judged, or what is to be gone back to. */
function objection(state: State, now: Tip): Withheld | undefined {
  const { judged, recorded } = state;
  if (judged === undefined || now.entry === judged.entry || now.entry === recorded?.entry)
    return undefined;
  return {
    kind: 'withheld',
    reason: `${nameOf(state)} was changed up to ${short(now.commit)}, which is not what this run judged (${short(judged.commit)})`,
  };
}

async function plan(
  state: State,
  signal: AbortSignal,
): Promise<GitPlan | Skip | CannotAct | Withheld> {
  const { git, recorded } = state;
  if (recorded === undefined) return skipUnrecorded(`what ${nameOf(state)} was`);
  const { entry, commit } = recorded;
  if (entry === null)
    return {
      kind: 'skip',
      reason: `${nameOf(state)} was not there before this deploy: there is nothing to go back to`,
    };
  const tip = await git.tip(signal);
  const withheld = objection(state, tip);
  if (withheld !== undefined) return withheld;
  if (state.judged?.entry === recorded.entry)
    return {
      kind: 'withheld',
      reason: `${nameOf(state)} is as it was before the deploy (${short(recorded.commit)}), so there is nothing of ours to roll back`,
    };
  if (state.requests?.ok === false) return cannotPropose(state.requests.problem);
  const branch = await git.branch(signal);
  return {
    kind: 'plan',
    steps: [stepOf(state, branch, tip, recorded)],
    from: { commit: state.judged?.commit ?? tip.commit, branch, path: state.path },
    to: { commit },
    tip,
    back: { entry, commit },
  };
}

function cannotPropose({ message, fix }: Problem): CannotAct {
  return { kind: 'failed', reason: fix === undefined ? message : `${message}; ${fix}` };
}

function stepOf(state: State, branch: string, tip: Tip, recorded: Recorded): string {
  const gives = `gives ${nameOf(state)} what it was in ${short(recorded.commit)}`;
  if (tip.entry === recorded.entry)
    return `${nameOf(state)} on ${branch} is as it was in ${short(recorded.commit)} already: nothing to commit`;
  return state.requests?.ok === true
    ? `a commit that ${gives}, on a branch of its own, and a ${state.requests.value.noun} for ${branch}`
    : `one commit on ${branch} that ${gives}, and a push of it without force`;
}

async function execute(
  state: State,
  { back, ...planned }: GitPlan,
  context: StrategyContext,
): Promise<StrategyResult | Withheld> {
  const { git } = state;
  const { signal } = context;
  const branch = await git.branch(signal);
  const { tip } = planned;
  if (tip.entry === back.entry)
    return triggered(
      `${nameOf(state)} on ${branch} was as it was before the deploy already.`,
      tip.commit,
    );
  // Neither depends on what others push elsewhere.
  await git.have(back.commit, signal);
  const title = titleOf({ path: state.path, back: back.commit });
  const body = await commitBody(state, back.commit, tip, context);
  if (state.requests?.ok === true)
    return propose(
      {
        ...{ git, clock: state.clock, requests: state.requests.value, base: branch, title, body },
        key: [state.path, state.judged?.entry ?? tip.entry ?? '', back.entry],
        what: `${nameOf(state)} to ${short(back.commit)}`,
        commit: (message) => git.commit(tip, back.entry, message, signal),
      },
      context,
    );
  return push(state, { back, tip, branch, message: `${title} [skip ci]\n\n${body}` }, context);
}

/** `[skip ci]`: no deploy pipeline is to start over. */
async function push(
  state: State,
  planned: {
    readonly back: GitPlan['back'];
    readonly tip: Tip;
    readonly branch: string;
    readonly message: string;
  },
  context: StrategyContext,
): Promise<StrategyResult | Withheld> {
  const { git } = state;
  const { signal } = context;
  const { back, branch, message } = planned;
  let { tip } = planned;
  let open: string | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const id = await git.commit(tip, back.entry, message, signal);
    context.beforeChange();
    const pushed = await git.push(id, branch, signal);
    const done = `${short(id)} on ${branch} gives ${nameOf(state)} what it was in ${short(back.commit)}.`;
    if (pushed.kind === 'done') return triggered(done, id);
    if (pushed.kind === 'refused') return refused(pushed.reason, open);
    if (pushed.kind === 'unknown') open = pushed.reason;
    tip = await git.tip(signal);
    if (tip.entry === back.entry)
      // git itself sends again what had no answer, and then loses the race against its own first push.
      return (await git.hasOnBranch(id, signal))
        ? triggered(done, id)
        : triggered(`Somebody else has put ${nameOf(state)} back meanwhile.`, tip.commit);
    const withheld = objection(state, tip);
    if (withheld !== undefined)
      return open === undefined
        ? withheld
        : { ...refused(withheld.reason, open), notBack: withheld.reason };
    context.progress(
      `${open ?? `somebody else has pushed to ${branch}`}; building the commit again`,
    );
    await state.clock.sleep(PAUSE, signal);
  }
  return refused(`others pushed ${String(ATTEMPTS)} times in between`, open);
}

/** @param commit that has the path as it was */
function triggered(detail: string, commit?: string): StrategyResult {
  return {
    outcome: 'triggered',
    detail,
    ...(commit === undefined ? {} : { runId: commit, revision: commit }),
    versionConfirmed: null,
  };
}

/** @param open an earlier push whose fate is not known */
function refused(reason: string, open: string | undefined): StrategyResult {
  return open === undefined
    ? { outcome: 'failed', detail: `nothing was pushed: ${reason}`, versionConfirmed: null }
    : triggered(`It is not known whether a push arrived (${open}); then: ${reason}.`);
}

async function commitBody(
  { path, git, run, judged }: State,
  back: string,
  tip: Tip,
  { request, signal }: Pick<StrategyContext, 'request' | 'signal'>,
): Promise<string> {
  const commits = await git.commitsSince(back, tip.commit, signal);
  const rejected = judged?.commit ?? tip.commit;
  return bodyOf({ path, back, rejected, commits, request, run });
}
