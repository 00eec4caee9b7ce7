import { createCiStrategy } from './ci.js';
import { pipelineClients } from '../pipelines/registry.js';
import type { StrategyDependencies } from './dependencies.js';
import type { Strategy, Skip } from '../contract/strategy.js';

/** The `ci` strategy with the client of the system that is to be called, or why there is none. */
export async function setUpCi(dependencies: StrategyDependencies): Promise<Strategy | Skip> {
  const { settings, ciSystem, clock, random } = dependencies;
  if (dependencies.isRollbackRun)
    return { kind: 'skip', reason: 'this run is a rollback run itself, it starts no other' };
  if (ciSystem === undefined)
    return { kind: 'skip', reason: 'the CI system to call is not known: set `ci-system`' };
  const createClient = pipelineClients[ciSystem];
  if (createClient === undefined)
    return {
      kind: 'skip',
      reason: `this version cannot start pipelines of ${ciSystem}, only of ${Object.keys(pipelineClients).join(', ')}`,
    };
  return createCiStrategy({
    client: await createClient({
      settings,
      ownRunId: dependencies.ownRunId,
      fetch: dependencies.fetch,
      clock,
      random,
    }),
    ref: settings['rollback-ref'],
    parameters: settings['rollback-parameters'] ?? {},
    wait: settings['rollback-wait'],
    startTimeout: settings['rollback-start-timeout'],
    clock,
    random,
  });
}
