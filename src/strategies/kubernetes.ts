import { createKubectl } from '../support/kubectl.js';
import { parseWorkloadName } from '../support/kubernetes/workload.js';
import type { StrategyDependencies } from './dependencies.js';
import { createKubernetesStrategy } from './kubernetes/strategy.js';
import { wantedRevisions } from './kubernetes/wanted.js';
import type { Strategy, Skip } from '../contract/strategy.js';

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
