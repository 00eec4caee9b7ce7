import type { Finding } from '../../contract/result.js';
import { createOwnership, ownerMethods } from './owners.js';
import { createKubectl, KubectlError, type Kubectl } from '../../support/kubernetes/kubectl.js';
import {
  getWorkloads,
  imagesOf,
  nameOf,
  desiredReplicas,
  type Workload,
  type WorkloadName,
} from '../../support/kubernetes/workload.js';
import type { StrategyDependencies, RunIdentity } from '../dependencies.js';
import type {
  Captured,
  Plan,
  Strategy,
  StrategyResult,
  Skip,
  Withheld,
  RollbackRequest,
  StrategyContext,
} from '../../contract/strategy.js';
import { currentNamespace } from './target.js';
import {
  finding,
  fixOf,
  getAutoscalers,
  lackingRights,
  ownerInWords,
  type Prospect,
  prospectFinding,
  prospectOf,
  readScaledDown,
  scalable,
  unscalable,
} from './scale-down-findings.js';
import { isOther, replaced, revisionOf, takeDown, type Taken, untilGone } from './scale-to-zero.js';
import type { Clock } from '../../support/clock.js';
import { isSameRun } from './rejections.js';
import { listed, timeInWords } from './versions.js';
import { ended } from '../../support/text.js';

interface ScaleDownPlan extends Plan {
  readonly workloads: readonly Workload[];
  /** What stays as it is, and why. */
  readonly left: readonly string[];
  readonly prospects: readonly Prospect[];
}

/** The inputs that it reads. */
export interface WorkloadScaleDownSettings {
  readonly 'canary-workload': readonly string[] | undefined;
  readonly 'kubernetes-namespace': string | undefined;
  readonly 'kubernetes-context': string | undefined;
  readonly kubeconfig: string | undefined;
}

/** The part of `scale-down` that takes `canary-workload` down. */
export function setUpWorkloadScaleDown(
  dependencies: StrategyDependencies<WorkloadScaleDownSettings>,
): Strategy | Skip {
  const { settings, env, exec, redact, clock, random } = dependencies;
  const kubectl = createKubectl({
    kubeconfig: settings.kubeconfig,
    context: settings['kubernetes-context'],
    namespace: settings['kubernetes-namespace'],
    ...{ env, exec, redact, clock, random },
  });
  return createWorkloadScaleDown(dependencies, kubectl, settings['canary-workload'] ?? []);
}

/** What the functions below share. */
interface State {
  readonly settings: WorkloadScaleDownSettings;
  readonly run: RunIdentity;
  readonly clock: Clock;
  readonly kubectl: Kubectl;
  readonly names: WorkloadName[];
  readonly never: string[];
  /** The versions that this run judges, by name; unknown until the watch begins. */
  evaluated: ReadonlyMap<string, Workload> | undefined;
}

function createWorkloadScaleDown(
  { settings, run, clock }: StrategyDependencies<WorkloadScaleDownSettings>,
  kubectl: Kubectl,
  workloadNames: readonly string[],
): Strategy<ScaleDownPlan> {
  const names = workloadNames.flatMap(scalable);
  const never = workloadNames.flatMap((name) => unscalable(name) ?? []);
  const state: State = { settings, run, clock, kubectl, names, never, evaluated: undefined };
  const ownership = createOwnership({
    ...{ kubectl, clock },
    read: async (signal) => (await get(state, signal)).values(),
  });
  return {
    kind: 'strategy',
    id: 'scale-down',
    preflight: (signal, isBeforeDeploy = false) => preflight(state, signal, isBeforeDeploy),
    async capture(signal) {
      const [seen] = await Promise.all([capture(state, signal), ownership.capture(signal)]);
      return seen;
    },
    async assertUnchanged(signal) {
      return state.evaluated === undefined ? undefined : objection(state, await get(state, signal));
    },
    ...ownerMethods(ownership),
    plan: (_request, signal) => plan(state, _request, signal),
    execute: (planned, context) => execute(state, planned, context),
  };
}

async function preflight(
  state: State,
  signal: AbortSignal,
  isBeforeDeploy: boolean,
): Promise<Finding[]> {
  const found: Finding[] = state.never.map((reason) =>
    finding(state.names.length === 0 ? 'error' : 'warning', reason),
  );
  if (state.names.length === 0) return found;
  let live: ReadonlyMap<string, Workload>;
  try {
    live = await get(state, signal);
    const namespace =
      state.settings['kubernetes-namespace'] ?? (await currentNamespace(state.kubectl, signal));
    if (namespace !== undefined)
      found.push(...(await lackingRights(state.kubectl, state.names, namespace, signal)));
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    return [...found, finding('error', error.message, fixOf(error))];
  }
  const missing = missingOf(state.names, live);
  const scalers = await getAutoscalers(state.kubectl, signal);
  return [
    ...found,
    ...missing.map((name) => absent(name, isBeforeDeploy, missing.length < state.names.length)),
    ...[...live.values()].flatMap((workload) => {
      const scaler = scalers?.get(nameOf(workload));
      return [
        ...(scaler === undefined ? [] : [prospectFinding(prospectOf(workload, scaler))]),
        ...ownerInWords(workload).map((words) => finding('notice', words)),
      ];
    }),
  ];
}

/** A canary is often made by the deploy. */
function absent(name: string, isBeforeDeploy: boolean, isOneOfSeveral: boolean): Finding {
  const inputs = 'correct `canary-workload` or `kubernetes-namespace`';
  return isBeforeDeploy
    ? finding('notice', `${name} is not there yet`, `if the deploy does not make it, ${inputs}`)
    : finding(isOneOfSeveral ? 'warning' : 'error', `${name} is not there`, inputs);
}

async function capture(state: State, signal: AbortSignal): Promise<Captured> {
  state.evaluated = await get(state, signal);
  const downs = [...state.evaluated.values()].filter((workload) => desiredReplicas(workload) === 0);
  if (downs.length === 0) return {};
  const ours = downs.flatMap((workload) => {
    const mark = readScaledDown(workload);
    return mark !== undefined && isSameRun(mark.run, state.run) ? [{ workload, mark }] : [];
  });
  const [first] = ours;
  if (first !== undefined && ours.length === state.evaluated.size)
    return {
      alreadyRolledBack: `${listed(ours.map(({ workload }) => nameOf(workload)))} was taken to 0 replicas at ${timeInWords(Date.parse(first.mark.at), state.clock.now())} by this run.`,
    };
  return {
    findings: downs.map((workload) =>
      finding('warning', `${nameOf(workload)} has no replicas: there is nothing to take down`),
    ),
  };
}

async function plan(
  state: State,
  _request: RollbackRequest,
  signal: AbortSignal,
): Promise<ScaleDownPlan | Skip | Withheld> {
  if (state.names.length === 0) return { kind: 'skip', reason: state.never.join('; ') };
  let live: ReadonlyMap<string, Workload>;
  try {
    live = await get(state, signal);
  } catch (error) {
    if (error instanceof KubectlError && error.reason === 'missing')
      return { kind: 'skip', reason: error.message };
    throw error;
  }
  const other = objection(state, live);
  if (other !== undefined) return other;
  const workloads = [...live.values()].filter((workload) => desiredReplicas(workload) !== 0);
  const left = [
    ...state.never,
    ...missingOf(state.names, live).map((name) => `${name} is not there`),
    ...[...live.values()]
      .filter((workload) => desiredReplicas(workload) === 0)
      .map((workload) => `${nameOf(workload)} has no replicas already`),
  ];
  if (workloads.length === 0) return { kind: 'skip', reason: left.join('; ') };
  const scalers = await getAutoscalers(state.kubectl, signal);
  return {
    kind: 'plan',
    steps: workloads.map(
      (workload) =>
        `scale ${nameOf(workload)} from ${String(desiredReplicas(workload))} to 0 replicas, if its version is still ${revisionOf(workload)}`,
    ),
    from: Object.fromEntries(
      workloads.map((workload) => [
        nameOf(workload),
        { replicas: desiredReplicas(workload), images: imagesOf(workload.template) },
      ]),
    ),
    to: Object.fromEntries(workloads.map((workload) => [nameOf(workload), { replicas: 0 }])),
    touches: workloads.map(nameOf),
    workloads,
    left,
    prospects: workloads.flatMap((workload) => {
      const scaler = scalers?.get(nameOf(workload));
      return scaler === undefined ? [] : [prospectOf(workload, scaler)];
    }),
  };
}

async function execute(
  state: State,
  { workloads, left, prospects }: ScaleDownPlan,
  context: StrategyContext,
): Promise<StrategyResult | Withheld> {
  const { signal } = context;
  const taken: { readonly workload: Workload; readonly end: Taken }[] = [];
  for (const workload of workloads) {
    const end = await takeDown(workload, {
      ...{ kubectl: state.kubectl, clock: state.clock, run: state.run, signal },
      beforeChange: () => {
        context.beforeChange();
      },
    });
    taken.push({ workload, end });
    context.progress(
      `${nameOf(workload)}: ${end.kind === 'done' ? 'scaled to 0 replicas' : problemOf(end, workload)}`,
    );
  }
  const done = taken.filter(({ end }) => end.kind === 'done');
  const problems = taken.flatMap(({ workload, end }) =>
    end.kind === 'done' ? [] : [problemOf(end, workload)],
  );
  const isUntouched = taken.every(({ end }) => end.kind === 'refused' || end.kind === 'replaced');
  if (isUntouched) {
    const other = taken.find(({ end }) => end.kind === 'replaced');
    if (other?.end.kind === 'replaced') return replaced(other.end.workload, other.workload);
    return { outcome: 'failed', detail: ended(problems.join('; ')), versionConfirmed: null };
  }
  const endings = await Promise.all(
    done.map(({ workload }) =>
      untilGone(workload, { kubectl: state.kubectl, clock: state.clock }, signal),
    ),
  );
  const still = taken.flatMap(({ workload, end }) =>
    end.kind === 'refused' || end.kind === 'replaced' ? [problemOf(end, workload)] : [],
  );
  const proven = problems.length === 0 && endings.every(({ gone }) => gone);
  return {
    outcome: proven ? 'verified' : 'triggered',
    detail: ended(
      [
        ...endings.map(({ words }) => words),
        ...problems,
        ...left,
        ...prospects.map(({ words, fix }) => (fix === undefined ? words : `${words} (${fix})`)),
        ...done.flatMap(({ workload }) => ownerInWords(workload)),
      ].join('; '),
    ),
    ...(still[0] === undefined ? {} : { notBack: still[0] }),
    versionConfirmed: null,
  };
}

function objection(state: State, now: ReadonlyMap<string, Workload>): Withheld | undefined {
  for (const [name, ours] of state.evaluated ?? []) {
    const live = now.get(name);
    if (live !== undefined && isOther(live, ours)) return replaced(live, ours);
  }
  return undefined;
}

function get(state: State, signal: AbortSignal): Promise<ReadonlyMap<string, Workload>> {
  return getWorkloads(state.kubectl, state.names, signal);
}

function missingOf(
  names: readonly WorkloadName[],
  live: ReadonlyMap<string, Workload>,
): readonly string[] {
  return names.map(nameOf).filter((name) => !live.has(name));
}

function problemOf(end: Exclude<Taken, { kind: 'done' }>, ours: Workload): string {
  switch (end.kind) {
    case 'refused':
      return `${nameOf(ours)} was not scaled: ${end.reason}`;
    case 'unknown':
      return `${nameOf(ours)} may have been scaled to 0 replicas: ${end.reason}`;
    case 'replaced':
      return `${replaced(end.workload, ours).reason}, so it was left alone`;
  }
}
