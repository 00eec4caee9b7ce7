import type { Finding } from '../../contract/finding.js';
import type {
  Beginning,
  Plan,
  RollbackRequest,
  Skip,
  Strategy,
  StrategyContext,
  Withheld,
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
  type Target,
  topOf,
  versionOf,
} from './release.js';
import { digestOf, type ReleasedWorkload, rightsFindings, workloadsIn } from './rights.js';

interface HelmPlan extends Plan {
  readonly target: Target;
}

/** Before the end of our own time helm must have given up in order, milliseconds. */
const RESERVE_MS = 15_000;
const LEAST_TIMEOUT_MS = 5000;

/** The `helm` strategy as it is configured, or why there is none. */
export function setUpHelm(dependencies: StrategyDependencies): Strategy | Skip {
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

function createHelmStrategy(
  { settings, recorded: data, env, exec, redact, clock, random }: StrategyDependencies,
  release: string,
  place: Place,
): Strategy<HelmPlan> {
  const helm: Helm = createHelm({ release, ...place, env, exec, redact, clock, random });
  const recorded = readRecorded(data, release);
  const contents = createContents(helm);
  /** What this run judges; unknown until the watch begins. */
  let judged: Revision | undefined;
  /** The revision that our rollback has made; 0: none. */
  let made = 0;

  const situation = (history: readonly Revision[], signal: AbortSignal): Situation => ({
    release,
    history,
    recorded,
    deployedWithin: settings['deployed-within'],
    now: clock.now(),
    digest: async (revision) => (await contents(revision, signal)).digest,
  });

  /** Why the newest revision is neither `ours` nor the same version. */
  async function objection(
    ours: Revision,
    history: readonly Revision[],
    signal: AbortSignal,
  ): Promise<Withheld | undefined> {
    const top = topOf(history);
    if (top.revision === ours.revision || top.revision === made) return undefined;
    const number = `revision ${String(top.revision)} of ${release}`;
    if (top.revision > ours.revision && isPending(top))
      return withheld(
        `${number} is ${top.status}, begun${since(top)}: somebody deploys over ours (${String(ours.revision)})`,
      );
    const { digest } = situation(history, signal);
    if (top.revision > ours.revision && (await isSame(history, top, ours, digest)))
      return undefined;
    return withheld(`${number} replaced ours (${String(ours.revision)})${since(top)}`);
  }

  return {
    kind: 'strategy',
    id: 'helm',

    async preflight(signal) {
      let history: readonly Revision[];
      try {
        history = await helm.history(signal);
      } catch (error) {
        if (!(error instanceof HelmError)) throw error;
        return [{ level: 'error', subject: 'helm', ...unreadable(error, release, place) }];
      }
      const found: Finding[] = [];
      try {
        const target = await chooseTarget(situation(history, signal));
        if (target.kind === 'skip')
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
      const { workloads } = await contents(topOf(history), signal);
      const access = { ...place, env, exec, redact, clock, random };
      return [...found, ...(await rightsFindings(workloads, access, signal))];
    },

    async begin(signal): Promise<Beginning> {
      const history = await helm.history(signal);
      judged = topOf(history);
      const sentence = await takenBack(situation(history, signal));
      return sentence === undefined ? {} : { alreadyRolledBack: sentence };
    },

    async guard(signal) {
      if (judged === undefined) return undefined;
      try {
        return await objection(judged, await helm.history(signal), signal);
      } catch (error) {
        if (error instanceof HelmError && error.reason === 'not-found')
          return withheld(`${release} was uninstalled since the watch began`);
        throw error;
      }
    },

    async plan(_request: RollbackRequest, signal): Promise<HelmPlan | Skip | Withheld> {
      let history: readonly Revision[];
      try {
        history = await helm.history(signal);
      } catch (error) {
        if (error instanceof HelmError && error.reason === 'missing')
          return { kind: 'skip', reason: error.message };
        throw error;
      }
      const replaced = judged === undefined ? undefined : await objection(judged, history, signal);
      if (replaced !== undefined) return replaced;
      const target = await chooseTarget(situation(history, signal));
      if (target.kind !== 'target') return target;
      const { live, to } = target;
      const [now, then] = await Promise.all([contents(live, signal), contents(to, signal)]);
      return {
        kind: 'plan',
        steps: [
          `${rollbackCommand(release, to.revision)} --wait: from ${inWords(live)} to ${inWords(to)}`,
        ],
        from: plainly(live, now.workloads),
        to: plainly(to, then.workloads),
        touches: [...new Set([...now.workloads, ...then.workloads].map(({ name }) => name))],
        target,
      };
    },

    async execute({ target }, context: StrategyContext) {
      // helm takes the newest revision for the current one, whatever it is: we look once more, right before.
      const history = await helm.history(context.signal);
      const replaced = await objection(target.live, history, context.signal);
      if (replaced !== undefined) return replaced;
      const top = topOf(history);
      const result = await rollBack(
        {
          release,
          helm,
          clock,
          target: { ...target, live: top },
          timeoutMs: Math.max(LEAST_TIMEOUT_MS, context.timeLeft() - RESERVE_MS),
          same: (a, b, signal) => isSame([], a, b, situation([], signal).digest),
        },
        context,
      );
      if (result.outcome !== 'failed') made = top.revision + 1;
      return result;
    },

    recordedVersion: () => versionOf(recorded),

    async snapshot(signal): Promise<RecordedRelease> {
      const nothing = { status: '', chart: '', appVersion: '', manifest: null, images: [] };
      let history: readonly Revision[];
      try {
        history = await helm.history(signal);
      } catch (error) {
        if (error instanceof HelmError && error.reason === 'not-found')
          return { release, revision: null, newest: null, ...nothing };
        throw error;
      }
      const good = lastGood(history);
      const newest = topOf(history).revision;
      if (good === undefined) return { release, revision: null, newest, ...nothing };
      const { digest, workloads } = await contents(good, signal);
      return {
        release,
        revision: good.revision,
        newest,
        status: good.status,
        chart: good.chart,
        appVersion: good.appVersion,
        manifest: digest,
        images: workloads.flatMap(({ images }) => images),
      };
    },
  };
}

interface Content {
  readonly digest: string;
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
    const read = { digest: digestOf(manifest), workloads: workloadsIn(manifest) };
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
