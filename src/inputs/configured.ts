import type { StrategyId } from '../contract/strategy.js';
import { originInWords } from './lookup.js';
import type { TargetResolution } from './resolve.js';
import { inputIds, inputOf } from './table.js';
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
  const keys = inputIds.filter((key) => inputOf(key).strategy === id && inputOf(key).configures);
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
