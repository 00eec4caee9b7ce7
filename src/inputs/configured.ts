import type { Problem } from '../contract/result.js';
import type { StrategyId } from '../contract/strategy.js';
import { originInWords } from './lookup.js';
import type { TargetResolution } from './resolve.js';
import { inputIds, inputOf, type InputId } from './table.js';
import type { Shape } from '../support/redact.js';

/** A strategy of the chain, and whether the user configured it. */
export interface ConfiguredStrategy {
  readonly id: StrategyId;
  readonly configured: boolean;
  /** What configured it, or what to set. */
  readonly because: string;
}

/**
 * The strategies in the order of the chain. What a CI system sets by itself configures nothing: a job token alone is no sign that
 * somebody wants a pipeline started.
 */
export function configuredStrategies(resolution: TargetResolution): readonly ConfiguredStrategy[] {
  return chain(resolution).map((id) => ({ id, ...configurationOf(id, resolution) }));
}

/** Why there is nothing to roll back with, and what to set; `undefined`: a strategy is configured. */
export function lackingStrategy(resolution: TargetResolution): Problem | undefined {
  const strategies = configuredStrategies(resolution);
  if (strategies.some(({ configured }) => configured)) return undefined;
  if (!resolution.givenByUser('rollback'))
    return {
      message: 'no strategy of the rollback chain is configured',
      fix: `set \`kubernetes-workload\`, \`helm-release\`, \`compose-project\`, \`ecs-service\`, \`lambda-alias\` or \`canary-workload\`, name \`ci\` in \`rollback\` (or set \`ci-system\`), or set \`rollback-command\` and \`rollback: command\`; ${judgeOnly}`,
    };
  const named = strategies.map(({ id }) => lackingOf(id));
  const [only] = named;
  return named.length === 1 && only !== undefined
    ? { message: `it names ${only.message}`, fix: `${only.fix}; ${judgeOnly}` }
    : {
        message: `it names ${strategies.map(({ id }) => `\`${id}\``).join(', ')}, and none of them is configured`,
        fix: `${named.map(({ fix }) => fix).join(', or ')}; ${judgeOnly}`,
      };
}

const judgeOnly = 'to judge only, set `on-unhealthy: report`';

/** What a strategy that the user names lacks. */
function lackingOf(id: StrategyId): Required<Problem> {
  if (id === 'ci')
    return {
      message: '`ci`, and `ci-system` is `none`',
      fix: 'set `ci-system` to the system that runs the rollback pipeline',
    };
  const keys = configuringInputs(id).map((key) => `\`${key}\``);
  const isSet =
    keys.length === 1 ? `${keys.join('')} is not set` : `none of ${keys.join(', ')} is set`;
  return { message: `\`${id}\`, and ${isSet}`, fix: `set ${keys.join(' or ')}` };
}

function configuringInputs(id: StrategyId): readonly InputId[] {
  return inputIds.filter((key) => inputOf(key).strategy === id && inputOf(key).configures);
}

/** Strategies that have a place in the chain although nobody names them, by the input that configures them. */
const unnamed = [
  // To undo a workload behind helm's back leaves the release wrong. A chain without `kubernetes` means to leave it alone.
  { id: 'helm', input: 'helm-release', before: ['kubernetes'], isOptional: true },
  { id: 'git', input: 'git-repository', before: ['helm', 'kubernetes'], isOptional: false },
  { id: 'lambda', input: 'lambda-alias', after: ['compose'] },
  { id: 'ecs', input: 'ecs-service', after: ['compose'] },
] as const;

function chain({ settings }: TargetResolution): readonly StrategyId[] {
  let ids: readonly StrategyId[] = settings.rollback;
  for (const { id, input, ...place } of unnamed) {
    if (settings[input] === undefined || ids.includes(id)) continue;
    const neighbours: readonly StrategyId[] = 'before' in place ? place.before : place.after;
    const first = ids.findIndex((one) => neighbours.includes(one));
    if (first < 0 && 'before' in place && place.isOptional) continue;
    const at = first < 0 ? 0 : 'before' in place ? first : first + 1;
    ids = [...ids.slice(0, at), id, ...ids.slice(at)];
  }
  return ids;
}

function configurationOf(
  id: StrategyId,
  resolution: TargetResolution,
): Omit<ConfiguredStrategy, 'id'> {
  const { settings, origins, givenByUser } = resolution;
  if (id === 'ci' && settings['ci-system'] === 'none') {
    return { configured: false, because: '`ci-system` is `none`' };
  }
  const keys = configuringInputs(id);
  const given = keys.find((key) => givenByUser(key));
  if (given !== undefined) {
    return {
      configured: true,
      because: `\`${given}\` is set (${originInWords(origins[given])})`,
    };
  }
  if (id === 'ci' && givenByUser('rollback')) {
    return {
      configured: true,
      because: `\`rollback\` names it (${originInWords(origins.rollback)})`,
    };
  }
  return {
    configured: false,
    because:
      id === 'ci'
        ? 'not configured: name `ci` in `rollback`, or set `ci-system`'
        : `not configured: set ${keys.map((key) => `\`${key}\``).join(' or ')}`,
  };
}

/**
 * The configuration that rules, by id, as the user would write it. Secrets are `***`; what is not set is left out.
 */
export function effective({ settings }: TargetResolution): Readonly<Record<string, string>> {
  return Object.fromEntries(
    inputIds.flatMap((id) => {
      const value = settings[id];
      return value === undefined ? [] : [[id, inputOf(id).print(value)]];
    }),
  );
}

/** The same with the entries of `checks`, for the report. */
export function effectiveConfig(resolution: TargetResolution): Readonly<Record<string, unknown>> {
  const { effectiveChecks: checks } = resolution;
  return { ...effective(resolution), ...(checks.length === 0 ? {} : { checks }) };
}

const inputsShape: Shape = Object.fromEntries(
  inputIds.map((id) => [id, inputOf(id).type.closed === true ? 'own' : 'text']),
);

/** What the fields of the effective configuration hold, and those of its targets. */
export const configShape: Shape & object = {
  '*': 'text',
  ...inputsShape,
  targets: { '*': inputsShape },
  checks: {
    id: 'own',
    source: 'own',
    where: 'own',
    checks: 'own',
    options: { '*': 'text' },
    baseline: { '*': 'text' },
  },
};
