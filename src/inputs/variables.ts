import type { Environment, SystemId } from '../contract/system.js';
import { outputTable } from '../contract/outcome.js';
import type { InputFacts } from './input.js';
import { pickBy } from '../support/objects.js';

const prefix = 'ROLLGATE_';

/** `min-success-rate` → `ROLLGATE_MIN_SUCCESS_RATE` */
export function ownVariable(id: string): string {
  return `${prefix}${id.toUpperCase().replaceAll('-', '_')}`;
}

/**
 * The variables in which a CI system hands an input of an action or a task over. GitHub keeps hyphens (actions/toolkit,
 * packages/core/src/core.ts), Azure names have none (azure-pipelines-agent, Handler.cs).
 */
export function actionVariables(id: string): readonly string[] {
  const name = id.toUpperCase();
  const bare = name.replaceAll('-', '');
  return name === bare ? [`INPUT_${name}`] : [`INPUT_${name}`, `INPUT_${bare}`];
}

/**
 * The environment without the secrets that the CI system handed to this program as inputs: what we start for the user has
 * the user's own variables, and not our token.
 */
export function commandEnvironment(
  env: Environment,
  inputs: Readonly<Record<string, InputFacts>>,
): Environment {
  return withoutSecrets(env, inputs, actionVariables);
}

/**
 * The environment for the tools that we call (kubectl, helm, docker): without any variable that a secret input may come from,
 * the tokens of the CI system among them. What plugins of a kubeconfig and credential helpers need (`AWS_...`, `GOOGLE_...`,
 * `ACTIONS_ID_TOKEN_...`) is no input of ours, and stays.
 */
export function toolEnvironment(
  env: Environment,
  inputs: Readonly<Record<string, InputFacts>>,
): Environment {
  return withoutSecrets(env, inputs, allVariables);
}

function withoutSecrets(
  env: Environment,
  inputs: Readonly<Record<string, InputFacts>>,
  variablesOf: (id: string, facts: InputFacts) => readonly string[],
): Environment {
  const ours = new Set(
    Object.entries(inputs)
      .filter(([, facts]) => facts.secret === true)
      .flatMap(([id, facts]) => variablesOf(id, facts)),
  );
  return pickBy(env, (_, name) => !ours.has(name));
}

/** Variables that count as the user's own in this CI system: what that sets by itself says nothing of what the user wants. */
export function guideVariables(facts: InputFacts, system: SystemId): readonly string[] {
  const bySystem = systemVariables(facts, system);
  return (facts.guide ?? []).filter((name) => !bySystem.includes(name));
}

/** Variables that this CI system sets by itself. */
export function systemVariables(facts: InputFacts, system: SystemId): readonly string[] {
  return facts.setBy?.[system] ?? [];
}

/** Every variable that the input may come from, in whatever CI system. */
export function allVariables(id: string, facts: InputFacts): readonly string[] {
  return [
    ...actionVariables(id),
    ownVariable(id),
    ...(facts.guide ?? []),
    ...Object.values(facts.setBy ?? {}).flat(),
  ];
}

/** What the wrappers say and are given: templates/shell/gate.sh, and the task for Azure DevOps. */
const ofWrappers = ['cli', 'package', 'version', 'receipt', 'restricted'];

/**
 * The outputs, which a GitLab dotenv report or CircleCI's `$BASH_ENV` hands to later jobs as variables like ours, and what
 * the `command` strategy and the tests of this program are given.
 */
const reserved: ReadonlySet<string> = new Set(
  [...outputTable.map(({ id }) => id), ...ofWrappers, 'target', 'e2e', 'schemas'].map(ownVariable),
);

/** The variables that look like ours, and that nothing is read from. */
export function unknownVariables(names: readonly string[], read: readonly string[]): string[] {
  const known = new Set(read);
  return names.filter((name) => name.startsWith(prefix) && !known.has(name) && !reserved.has(name));
}
