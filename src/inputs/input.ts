import type { Problem } from '../contract/result.js';
import type { StrategyId } from '../contract/strategy.js';
import type { SystemId } from '../contract/system.js';
import type { CommandId } from './commands.js';
import {
  tableRow,
  type OffOf,
  type RowFacts,
  type RowValue,
  type ValueType,
} from '../support/values/value-type.js';

/** The groups of inputs, in the order in which help and documents show them. */
export const groups = {
  general: 'General',
  watch: 'Watch and verdict',
  http: 'HTTP source',
  limits: 'Limits',
  prometheus: 'Prometheus source',
  tests: 'Tests of your own',
  sources: 'Other sources, for checks in the configuration file',
  rollback: 'Rollback',
  git: 'Git',
  kubernetes: 'Kubernetes and Helm',
  compose: 'Docker Compose',
  aws: 'AWS',
  canary: 'Scaling down a canary',
  ci: 'Rollback pipeline',
  github: 'GitHub',
  gitlab: 'GitLab',
  jenkins: 'Jenkins',
  circleci: 'CircleCI',
  azure: 'Azure DevOps',
  gitea: 'Gitea and Forgejo',
  'http-pipeline': 'Any other CI system (ci-system: http)',
  report: 'Report and network',
} as const;

export type GroupId = keyof typeof groups;

const probing = ['run', 'snapshot', 'preflight', 'rollback', 'validate'] as const;
const judging = [...probing, 'replay'] as const;
const rollingBack = [...probing, 'combine'] as const;

/** The commands that read the inputs of a group, where an input does not say it itself (`readBy`). */
export const readersOfGroup: Readonly<Record<GroupId, readonly CommandId[]>> = {
  general: probing,
  watch: ['run', 'preflight', 'validate', 'replay'],
  http: probing,
  limits: judging,
  prometheus: judging,
  tests: probing,
  sources: judging,
  rollback: rollingBack,
  git: probing,
  kubernetes: probing,
  compose: probing,
  aws: probing,
  canary: probing,
  // `combine` starts the rollback pipeline where there is one for all shards.
  ci: rollingBack,
  github: rollingBack,
  gitlab: rollingBack,
  jenkins: rollingBack,
  circleci: rollingBack,
  azure: rollingBack,
  gitea: rollingBack,
  'http-pipeline': rollingBack,
  report: ['run', 'rollback', 'combine', 'validate'],
};

/** A variable that tells a value in another form. */
export interface Derivation {
  readonly variable: string;
  /** The value that it tells, if it does. */
  readonly read: (text: string) => string | undefined;
}

/** What the table says of an input besides its type. */
export interface InputFacts extends RowFacts, InputRules {
  readonly group: GroupId;
  /** The commands that read it, where those are not the ones that read its group. */
  readonly readBy?: readonly CommandId[];
  /** It names files, although its type does not say so. */
  readonly isPath?: true;
  /** Variables that users of the CI integration guide set themselves. */
  readonly guide?: readonly string[];
  /** Variables that a CI system sets by itself, by the id of the system. */
  readonly setBy?: Readonly<Record<SystemId, readonly string[]>>;
  /** Variables of a system that tell the value in another form, where none of `setBy` is there. */
  readonly derivedFrom?: Readonly<Record<SystemId, Derivation>>;
  /** The input whose value stands in when this one is not set anywhere. */
  readonly fallback?: string;
  /**
   * The only systems in whose jobs that is so. What stands in is the token of such a job: it is sent to the server of the job,
   * and to no other address.
   */
  readonly fallbackIn?: readonly SystemId[];
  /** The strategy that it belongs to. */
  readonly strategy?: StrategyId;
  /** Whoever sets it wants its strategy. */
  readonly configures?: true;
  /** Of a secret: the inputs that hold the URLs it is sent to. */
  readonly sentTo?: readonly string[];
  /** Concerns the whole run: a target of the configuration file has none of its own. */
  readonly perRun?: true;
  /** The expression by which the action of GitHub fills it in; other wrappers do not have the input. */
  readonly filledBy?: string;
  /** `false`: has no meaning in the configuration file. */
  readonly inFile?: false;
}

/**
 * Which other inputs an input needs, and which it excludes. `rules.ts` checks in this order, and reports the first broken rule
 * of an input. An input counts as set when it was given, rightly or wrongly, and is not `off`.
 */
export interface InputRules {
  /** The address that it configures: setting it without that address is a mistake. */
  readonly belongsTo?: string;
  /** Checks of this source in the configuration file use it too, whatever else is missing. */
  readonly usedBySource?: string;
  /** It makes no sense together with any of these. `{id}` is the input itself. */
  readonly excludes?: { readonly inputs: readonly string[] } & Problem;
  /** It needs each of these. */
  readonly requires?: readonly (string | ({ readonly input: string } & Problem))[];
  /** It needs at least one of these. */
  readonly requiresOneOf?: { readonly inputs: readonly string[] } & Partial<Problem>;
  /** It must be set where other inputs have these values, and its strategy is in the chain. */
  readonly requiredWhen?: {
    readonly values: Readonly<Record<string, unknown>>;
    /** Those values in words. */
    readonly because: string;
    /** What to set it to. */
    readonly to: string;
  };
}

/** An input with the values `V`. */
export interface Input<V> extends InputFacts, RowValue<V> {}

/** The description with the default, for surfaces that have no other place for it. */
export function described(facts: InputFacts): string {
  return facts.default === undefined
    ? facts.description
    : `${facts.description} Default: ${facts.default}.`;
}

type ValueOf<T, F extends InputFacts> =
  T | OffOf<F> | (F extends { readonly default: string } ? never : undefined);

/** Makes an input of a type and the facts about it; what may be absent or `off` shows in its value type. */
export function input<T, const F extends InputFacts>(
  type: ValueType<T>,
  facts: F,
): Input<ValueOf<T, F>> {
  return tableRow<ValueOf<T, F>, F>(type, facts);
}

/** To hide these wherever they stand would wreck every report; CircleCI does not mask them either. */
const plainWord = /^(true|false|null|none|undefined)$/i;

/**
 * Everything that must be hidden because this text was given to this input: the text itself and each of its lines,
 * because logs are masked line by line; of headers the values; of URLs what stands before the `@`.
 */
export function secretsOf(
  row: Pick<Input<unknown>, 'type' | 'secret'>,
  text: string,
): readonly string[] {
  const parts = row.type.secretParts?.(text);
  const whole = row.secret === true && parts === undefined ? [text, ...text.split('\n')] : [];
  return [...(parts ?? []), ...whole]
    .map((part) => part.trim())
    .filter((part) => part !== '' && !plainWord.test(part));
}
