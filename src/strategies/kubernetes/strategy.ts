import type { Skip, Strategy, StrategyContext, Withheld } from '../../contract/strategy.js';
import { isCancelled } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import { createKubectl, type Kubectl, KubectlError } from '../../support/kubernetes/kubectl.js';
import {
  getWorkloads,
  nameOf,
  objectOf,
  parseWorkloadName,
  type Workload,
  type WorkloadName,
} from '../../support/kubernetes/workload.js';
import type { RunIdentity, StrategyDependencies } from '../dependencies.js';
import { markPatch, type Put, putBack } from './apply-template.js';
import {
  beginningOf,
  judgedVersions,
  readRecorded,
  readRejections,
  recordedVersionOf,
  recordOf,
  withoutRejection,
} from './capture.js';
import { isAsRecorded, nothingDeployed, replacedInWords, replacedOnes } from './guard.js';
import {
  type KubernetesPlan,
  planFor,
  versionInWords,
  type Wanted,
  wantedRevisions,
} from './plan.js';
import { canBeStuck } from './pods.js';
import { denied, preflight } from './preflight.js';
import { outcomeOf, settle, type Settled } from './settle.js';
import { type Live, look, withHistory } from './target.js';
import { type Version, versionOf } from './versions.js';

interface KubernetesStrategyOptions {
  readonly names: readonly WorkloadName[];
  readonly kubectl: Kubectl;
  /** As it is configured; `undefined`: as kubectl has it. */
  readonly namespace: string | undefined;
  readonly wanted: Wanted;
  /** What `snapshot` gave before the deploy, as it came from the file. */
  readonly recorded: unknown;
  readonly run: RunIdentity;
  /** Milliseconds. */
  readonly deployedWithin: number;
  /** How many last lines of a failing container may be shown. */
  readonly logLines: number;
  readonly helmStrategy: boolean;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
}

/**
 * The `kubernetes` strategy: puts the pod template of an earlier revision back, as `kubectl rollout undo` does, but of the revision
 * that ran before the deploy, never over somebody else's deploy, and waits until it is there.
 */
export function createKubernetesStrategy(
  options: KubernetesStrategyOptions,
): Strategy<KubernetesPlan> {
  const { names, kubectl, wanted, run, clock } = options;
  const recorded = readRecorded(options.recorded);
  /** What this run judges, and what it has put there itself, by workload. */
  let judged: ReadonlyMap<string, Live> = new Map();
  const ours = new Map<string, Version>();
  const withheld = (reason: string): Withheld => ({ kind: 'withheld', reason });
  const skip = (reason: string): Skip => ({ kind: 'skip', reason });

  /** Somebody has deployed over what was judged. */
  async function replaced(
    workloads: Iterable<Workload>,
    signal: AbortSignal,
  ): Promise<Withheld | undefined> {
    const [first] = replacedOnes(workloads, judged, ours);
    return first === undefined ? undefined : inWords(first, signal);
  }

  async function inWords(workload: Workload, signal: AbortSignal): Promise<Withheld> {
    const before = judged.get(nameOf(workload));
    const [seen] = await withHistory(kubectl, [workload], signal).catch(() => []);
    return withheld(replacedInWords(seen ?? { workload, revisions: [] }, before, clock.now()));
  }

  return {
    kind: 'strategy',
    id: 'kubernetes',

    preflight: (signal) =>
      preflight(
        {
          ...{ kubectl, names, wanted, recorded },
          namespace: options.namespace,
          logs: options.logLines > 0,
          helmStrategy: options.helmStrategy,
          now: clock.now(),
        },
        signal,
      ),

    async snapshot(signal) {
      const seen = await look(kubectl, names, signal);
      const found = new Set(seen.map(({ workload }) => nameOf(workload)));
      return {
        takenAt: new Date(clock.now()).toISOString(),
        workloads: seen.map(({ workload, revisions }) => recordOf(workload, revisions)),
        missing: names.map(nameOf).filter((name) => !found.has(name)),
      };
    },

    recordedVersion: () => recordedVersionOf(recorded, names),

    async begin(signal) {
      const seen = await look(kubectl, names, signal);
      judged = judgedVersions(seen);
      return beginningOf({
        ...{ names, seen, recorded, run },
        unreadable: options.recorded !== undefined && recorded === undefined,
        deployedWithin: options.deployedWithin,
        now: clock.now(),
      });
    },

    async guard(signal) {
      const found = await getWorkloads(kubectl, names, signal);
      const objection = await replaced(found.values(), signal);
      if (objection !== undefined) return objection;
      // What we have put there is as recorded, of course. Who names a revision is answered by the plan.
      const named = !('problem' in wanted) && wanted.size > 0;
      return recorded !== undefined &&
        ours.size === 0 &&
        !named &&
        isAsRecorded(found, names, recorded)
        ? withheld(nothingDeployed(recorded, clock.now()))
        : undefined;
    },

    async keep(signal) {
      const found = await getWorkloads(kubectl, names, signal);
      const cleared: string[] = [];
      for (const workload of found.values()) {
        const { hash } = versionOf(workload.template);
        const rest = withoutRejection(readRejections(workload.annotations), hash);
        if (rest === undefined || judged.get(nameOf(workload))?.hash !== hash) continue;
        await kubectl.patch(objectOf(workload), markPatch(workload, rest), signal);
        cleared.push(nameOf(workload));
      }
      return cleared.length === 0
        ? undefined
        : `the version of ${cleared.join(', ')}, which had been taken back before, was found healthy: it may be gone back to again`;
    },

    async plan(request, signal): Promise<KubernetesPlan | Skip | Withheld> {
      if ('problem' in wanted) return skip(wanted.problem);
      let found: ReadonlyMap<string, Workload>;
      try {
        found = await getWorkloads(kubectl, names, signal);
      } catch (error) {
        if (error instanceof KubectlError && error.reason === 'missing') return skip(error.message);
        throw error;
      }
      const absent = names.find((name) => !found.has(nameOf(name)));
      if (absent !== undefined) return skip(`${nameOf(absent)} does not exist`);
      const objection = await replaced(found.values(), signal);
      if (objection !== undefined) return objection;

      const seen = await withHistory(
        kubectl,
        names.flatMap((name) => found.get(nameOf(name)) ?? []),
        signal,
      );
      return planFor({
        ...{ seen, recorded, wanted },
        byHand: request.verdict === 'requested',
        deployedWithin: options.deployedWithin,
        now: clock.now(),
      });
    },

    async execute(plan, context) {
      const puts: Put[] = [];
      for (const step of plan.work) {
        if (context.signal.aborted) break;
        const put = await putBack(step, {
          ...{ kubectl, clock, run },
          signal: context.signal,
          beforeChange: () => {
            context.beforeChange();
          },
          progress: (line) => {
            context.progress(line);
          },
        });
        puts.push(put);
        if (put.kind !== 'done') break;
        ours.set(nameOf(step.workload), put.version);
        context.progress(
          `${nameOf(step.workload)}: has the template of ${versionInWords(step.target)} again`,
        );
      }
      const last = puts.at(-1);
      const nothingDone = ours.size === 0 && puts.length <= 1;
      if (nothingDone && last?.kind === 'replaced') return inWords(last.workload, context.signal);
      const settled = await waitFor(plan, puts, context);
      return outcomeOf({
        ...{ puts, settled, work: plan.work },
        stopped: context.signal.aborted ? messageOf(context.signal.reason) : undefined,
        now: clock.now(),
      });
    },
  };

  /** Waits for those that have their template back. */
  async function waitFor(
    { work }: KubernetesPlan,
    puts: readonly Put[],
    context: StrategyContext,
  ): Promise<ReadonlyMap<string, Settled>> {
    const expected = work.flatMap(({ workload }, index) => {
      const put = puts[index];
      return put?.kind === 'done' ? [{ workload, version: put.version }] : [];
    });
    if (expected.length === 0 || isCancelled(context.signal)) return new Map();
    return settle(expected, {
      ...{ kubectl, clock },
      signal: context.signal,
      redact: options.redact,
      logLines: options.logLines,
      mayDeletePods: await mayDeletePods(expected, context.signal),
      progress: (line) => {
        context.progress(line);
      },
    });
  }

  async function mayDeletePods(
    expected: readonly { readonly workload: Workload }[],
    signal: AbortSignal,
  ): Promise<boolean> {
    const one = expected.find(({ workload }) => canBeStuck(workload));
    if (one === undefined) return false;
    try {
      const verb = { verb: 'delete', group: '', resource: 'pods' } as const;
      return (await denied(kubectl, [verb], one.workload.namespace, signal)).length === 0;
    } catch {
      return false;
    }
  }
}

/** The `kubernetes` strategy as it is configured, or why there is none. */
export function setUpKubernetes(dependencies: StrategyDependencies): Strategy | Skip {
  const { settings, env, exec, redact, clock, random } = dependencies;
  const given = settings['kubernetes-workload'] ?? [];
  const skip = (reason: string): Skip => ({ kind: 'skip', reason });
  if (given.length === 0) return skip('not configured: `kubernetes-workload` is not set');
  const namespace = settings['kubernetes-namespace'];
  const rollout = given.find((text) => text.startsWith('rollout/'))?.slice('rollout/'.length);
  if (rollout !== undefined)
    return skip(
      `rollout/${rollout} belongs to Argo Rollouts, which goes back by itself: kubectl argo rollouts abort ${rollout}${namespace === undefined ? '' : ` -n ${namespace}`}`,
    );
  const names = [...new Set(given)].flatMap((text) => parseWorkloadName(text) ?? []);
  return createKubernetesStrategy({
    names,
    kubectl: createKubectl({
      ...{ env, exec, redact, clock, random, namespace },
      kubeconfig: settings.kubeconfig,
      context: settings['kubernetes-context'],
    }),
    namespace,
    wanted: wantedRevisions(settings['kubernetes-revision'], names),
    recorded: dependencies.recorded,
    run: dependencies.run,
    deployedWithin: settings['deployed-within'],
    logLines: settings['report-logs'],
    helmStrategy: settings['helm-release'] !== undefined,
    clock,
    redact,
  });
}
