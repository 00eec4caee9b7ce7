import type { Finding } from '../../contract/result.js';
import type {
  Captured,
  Plan,
  RollbackRequest,
  Skip,
  Strategy,
  StrategyContext,
  Withheld,
  StrategyResult,
} from '../../contract/strategy.js';
import { messageOf } from '../../support/errors.js';
import type { StrategyDependencies } from '../dependencies.js';
import { createHelm, type Helm, HelmError, rollbackCommand } from './client.js';
import { rollBack } from './execution.js';
import {
  chooseTarget,
  inWords,
  isPending,
  isSame,
  lastGood,
  readRecorded,
  type RecordedRelease,
  ReleaseIsBusy,
  type Revision,
  since,
  type Situation,
  takenBack,
  type ReleaseTarget,
  topOf,
  versionOf,
} from './release.js';
import {
  digestOf,
  kubectlOf,
  objectsIn,
  type ReleasedWorkload,
  releasedOf,
  rightsFindings,
} from './rights.js';
import { createOwnership, ownerMethods } from '../kubernetes/owners.js';
import { unusableKubectl } from '../../support/kubernetes/kubectl.js';
import type { Workload } from '../../support/kubernetes/workload.js';
import type { Exec } from '../../support/exec.js';
import type { Clock } from '../../support/clock.js';

interface HelmPlan extends Plan {
  readonly target: ReleaseTarget;
}

/** Before the end of our own time helm must have given up in order, milliseconds. */
const RESERVE_MS = 15_000;
const LEAST_TIMEOUT_MS = 5000;

/** The inputs that it reads. */
export interface HelmSettings {
  readonly 'helm-release': string | undefined;
  readonly 'helm-namespace': string | undefined;
  readonly 'kubernetes-namespace': string | undefined;
  readonly 'kubernetes-context': string | undefined;
  readonly kubeconfig: string | undefined;
  readonly 'deployed-within': number;
}

/** The `helm` strategy as it is configured, or why there is none. */
export function setUpHelm(dependencies: StrategyDependencies<HelmSettings>): Strategy | Skip {
  const { settings } = dependencies;
  const release = settings['helm-release'];
  if (release === undefined)
    return { kind: 'skip', reason: 'not configured: `helm-release` is not set' };
  const place = {
    namespace: settings['helm-namespace'] ?? settings['kubernetes-namespace'],
    kubeconfig: settings.kubeconfig,
    context: settings['kubernetes-context'],
  };
  return createHelmStrategy(dependencies, release, place);
}

interface Place {
  readonly namespace: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
}

/** What the functions below share. */
interface State {
  readonly settings: HelmSettings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exec: Exec;
  readonly redact: (text: string) => string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly release: string;
  readonly place: Place;
  readonly helm: Helm;
  readonly recorded: RecordedRelease | undefined;
  readonly contents: Contents;
  /** The version that this run judges; unknown until the watch begins. */
  evaluated: Revision | undefined;
  /** The revision that our rollback has made; 0: none. */
  made: number;
}

function createHelmStrategy(
  {
    settings,
    recorded: data,
    env,
    exec,
    redact,
    clock,
    random,
  }: StrategyDependencies<HelmSettings>,
  release: string,
  place: Place,
): Strategy<HelmPlan> {
  const helm: Helm = createHelm({ release, ...place, env, exec, redact, clock, random });
  const recorded = readRecorded(data, release);
  const contents = createContents(helm);
  const state: State = {
    settings,
    env,
    exec,
    redact,
    clock,
    random,
    release,
    place,
    helm,
    recorded,
    contents,
    evaluated: undefined,
    made: 0,
  };
  const kubectl = kubectlOf({ ...place, env, exec, redact, clock, random });
  const ownership = createOwnership({
    kubectl: kubectl.ok ? kubectl.value : unusableKubectl(kubectl.problem.message),
    clock,
    isRelease: true,
    read: async (signal) => (await contents(topOf(await helm.history(signal)), signal)).objects,
  });
  return {
    kind: 'strategy',
    id: 'helm',
    preflight: (signal, isBeforeDeploy = false) => preflight(state, signal, isBeforeDeploy),
    async capture(signal) {
      const [seen] = await Promise.all([capture(state, signal), ownership.capture(signal)]);
      return seen;
    },
    assertUnchanged: (signal) => assertUnchanged(state, signal),
    plan: (_request, signal) => plan(state, _request, signal),
    execute: (planned, context) => execute(state, planned, context),
    ...ownerMethods(ownership),
    sawNothing: () => recorded?.newest === null,
    recordedVersion: () => versionOf(recorded),
    snapshot: (signal) => snapshot(state, signal),
  };
}

async function preflight(
  state: State,
  signal: AbortSignal,
  isBeforeDeploy: boolean,
): Promise<Finding[]> {
  let history: readonly Revision[];
  try {
    history = await state.helm.history(signal);
  } catch (error) {
    if (!(error instanceof HelmError)) throw error;
    const { message, fix } = unreadable(error, state.release, state.place);
    return [
      error.reason === 'not-found' && isBeforeDeploy
        ? {
            level: 'notice',
            subject: 'helm',
            message: `${message} yet: its first deploy has nothing to go back to`,
            fix: 'if this is not its first deploy, correct `helm-release` or `helm-namespace`',
          }
        : { level: 'error', subject: 'helm', message, fix },
    ];
  }
  const found: Finding[] = [];
  try {
    const target = await chooseTarget(situation(state, history, signal));
    if (target.kind === 'skip' && state.recorded?.revision === null)
      found.push({ level: 'warning', subject: 'helm', message: target.reason });
    else if (target.kind === 'skip')
      found.push({
        level: 'error',
        subject: 'helm',
        message: target.reason,
        fix: 'take a snapshot before the deploy (the command `snapshot`); the first version of a release has nothing to go back to',
      });
    else if (target.kind === 'withheld')
      found.push({ level: 'notice', subject: 'helm', message: target.reason });
  } catch (error) {
    if (!(error instanceof ReleaseIsBusy || error instanceof HelmError)) throw error;
    found.push({ level: 'error', subject: 'helm', message: error.message });
  }
  const { workloads } = await state.contents(topOf(history), signal);
  const access = {
    ...state.place,
    env: state.env,
    exec: state.exec,
    redact: state.redact,
    clock: state.clock,
    random: state.random,
  };
  return [...found, ...(await rightsFindings(workloads, access, signal))];
}

async function capture(state: State, signal: AbortSignal): Promise<Captured> {
  const history = await state.helm.history(signal);
  state.evaluated = topOf(history);
  const sentence = await takenBack(situation(state, history, signal));
  return sentence === undefined ? {} : { alreadyRolledBack: sentence };
}

async function assertUnchanged(state: State, signal: AbortSignal): Promise<Withheld | undefined> {
  if (state.evaluated === undefined) return undefined;
  try {
    return await objection(state, state.evaluated, await state.helm.history(signal), signal);
  } catch (error) {
    if (error instanceof HelmError && error.reason === 'not-found')
      return withheld(`${state.release} was uninstalled since the watch began`);
    throw error;
  }
}

async function plan(
  state: State,
  _request: RollbackRequest,
  signal: AbortSignal,
): Promise<HelmPlan | Skip | Withheld> {
  let history: readonly Revision[];
  try {
    history = await state.helm.history(signal);
  } catch (error) {
    if (error instanceof HelmError && error.reason === 'missing')
      return { kind: 'skip', reason: error.message };
    throw error;
  }
  const replaced =
    state.evaluated === undefined
      ? undefined
      : await objection(state, state.evaluated, history, signal);
  if (replaced !== undefined) return replaced;
  const target = await chooseTarget(situation(state, history, signal));
  if (target.kind !== 'target') return target;
  const { live, to } = target;
  const [now, then] = await Promise.all([state.contents(live, signal), state.contents(to, signal)]);
  return {
    kind: 'plan',
    steps: [
      `${rollbackCommand(state.release, to.revision)} --wait: from ${inWords(live)} to ${inWords(to)}`,
    ],
    from: plainly(live, now.workloads),
    to: plainly(to, then.workloads),
    touches: [...new Set([...now.workloads, ...then.workloads].map(({ name }) => name))],
    target,
  };
}

async function execute(
  state: State,
  { target }: HelmPlan,
  context: StrategyContext,
): Promise<StrategyResult | Withheld> {
  // helm takes the newest revision for the current one, whatever it is, so it is read once more right before.
  const history = await state.helm.history(context.signal);
  const replaced = await objection(state, target.live, history, context.signal);
  if (replaced !== undefined) return replaced;
  const top = topOf(history);
  const result = await rollBack(
    {
      release: state.release,
      helm: state.helm,
      clock: state.clock,
      target: { ...target, live: top },
      timeoutMs: Math.max(LEAST_TIMEOUT_MS, context.timeLeft() - RESERVE_MS),
      same: (a, b, signal) => isSame([], a, b, situation(state, [], signal).digest),
    },
    context,
  );
  if (result.outcome !== 'failed') state.made = top.revision + 1;
  return result;
}

async function snapshot(state: State, signal: AbortSignal): Promise<RecordedRelease> {
  const nothing = { status: '', chart: '', appVersion: '', manifest: null, images: [] };
  let history: readonly Revision[];
  try {
    history = await state.helm.history(signal);
  } catch (error) {
    if (error instanceof HelmError && error.reason === 'not-found')
      return { release: state.release, revision: null, newest: null, ...nothing };
    throw error;
  }
  const good = lastGood(history);
  const newest = topOf(history).revision;
  if (good === undefined) return { release: state.release, revision: null, newest, ...nothing };
  const { digest, workloads } = await state.contents(good, signal);
  return {
    release: state.release,
    revision: good.revision,
    newest,
    status: good.status,
    chart: good.chart,
    appVersion: good.appVersion,
    manifest: digest,
    images: workloads.flatMap(({ images }) => images),
  };
}

function situation(state: State, history: readonly Revision[], signal: AbortSignal): Situation {
  return {
    release: state.release,
    history,
    recorded: state.recorded,
    deployedWithin: state.settings['deployed-within'],
    now: state.clock.now(),
    digest: async (revision) => (await state.contents(revision, signal)).digest,
  };
}

/** Why the newest revision is neither `ours` nor the same version. */
async function objection(
  state: State,
  ours: Revision,
  history: readonly Revision[],
  signal: AbortSignal,
): Promise<Withheld | undefined> {
  const top = topOf(history);
  if (top.revision === ours.revision || top.revision === state.made) return undefined;
  const number = `revision ${String(top.revision)} of ${state.release}`;
  if (top.revision > ours.revision && isPending(top))
    return withheld(
      `${number} is ${top.status}, begun${since(top)}: somebody deploys over ours (${String(ours.revision)})`,
    );
  const { digest } = situation(state, history, signal);
  if (top.revision > ours.revision && (await isSame(history, top, ours, digest))) return undefined;
  return withheld(`${number} replaced ours (${String(ours.revision)})${since(top)}`);
}

interface Content {
  readonly digest: string;
  /** The workloads as the manifest has them, with the labels of whoever made the release. */
  readonly objects: readonly Workload[];
  readonly workloads: readonly ReleasedWorkload[];
}

type Contents = (revision: Revision, signal: AbortSignal) => Promise<Content>;

/** What a revision consists of never changes, so it is read once. */
function createContents(helm: Helm): Contents {
  const known = new Map<string, Content>();
  return async (revision, signal) => {
    const key = `${String(revision.revision)} ${String(revision.updated)}`;
    const content = known.get(key);
    if (content !== undefined) return content;
    const manifest = await helm.manifest(revision.revision, signal);
    const objects = objectsIn(manifest);
    const read = { digest: digestOf(manifest), objects, workloads: objects.map(releasedOf) };
    known.set(key, read);
    return read;
  };
}

function plainly(
  { revision, chart, appVersion }: Revision,
  workloads: readonly ReleasedWorkload[],
): Readonly<Record<string, unknown>> {
  return { revision, chart, appVersion, images: workloads.flatMap(({ images }) => images) };
}

function withheld(reason: string): Withheld {
  return { kind: 'withheld', reason };
}

function unreadable(
  error: HelmError,
  release: string,
  place: Place,
): { readonly message: string; readonly fix: string } {
  const message = messageOf(error);
  switch (error.reason) {
    case 'missing':
      return { message, fix: 'install helm 3 or helm 4 on the runner' };
    case 'not-found':
      return {
        message: `there is no release ${release} in ${place.namespace === undefined ? "helm's own namespace" : `the namespace ${place.namespace}`}`,
        fix: 'correct `helm-release` or `helm-namespace`; a release that was never deployed has nothing to go back to',
      };
    case 'forbidden':
      return { message, fix: 'let this user read the Secrets that helm keeps the release in' };
    case 'unreachable':
    case 'timeout':
    case 'garbage':
    case 'other':
      return {
        message,
        fix: `see whether \`helm history ${release}\` works on this runner, with \`kubeconfig\` and \`kubernetes-context\` as they are set`,
      };
  }
}
