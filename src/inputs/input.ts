import { good, type Result } from '../contract/result.js';
import type { StrategyId } from '../contract/strategy.js';
import type { SystemId } from '../contract/system.js';
import type { JsonSchema, ValueType } from '../support/values/value-type.js';

/** The groups of inputs, in the order in which help and documents show them. */
export const groups = {
  general: 'General',
  watch: 'Watch and verdict',
  http: 'HTTP source',
  limits: 'Limits',
  prometheus: 'Prometheus source',
  sources: 'Other sources, for checks in the configuration file',
  rollback: 'Rollback',
  kubernetes: 'Kubernetes and Helm',
  compose: 'Docker Compose',
  canary: 'Scaling down a canary',
  ci: 'Rollback pipeline',
  github: 'GitHub',
  gitlab: 'GitLab',
  jenkins: 'Jenkins',
  circleci: 'CircleCI',
  azure: 'Azure DevOps',
  'http-pipeline': 'Any other CI system (ci-system: http)',
  report: 'Report and network',
} as const;

export type GroupId = keyof typeof groups;

/** What the table says of an input besides its type. */
export interface InputFacts {
  /** One or two sentences for a stranger. What stands for a missing value is said here only when `default` does not. */
  readonly description: string;
  readonly group: GroupId;
  /** As the user would write it. */
  readonly default?: string;
  /** The word `off` is accepted, and means that there is no such check. */
  readonly off?: true;
  readonly secret?: true;
  /** Variables that users of the CI integration guide set themselves. */
  readonly guide?: readonly string[];
  /** Variables that a host sets by itself, by host. */
  readonly host?: Readonly<Record<SystemId, readonly string[]>>;
  /** The input whose value stands in when this one is not set anywhere. */
  readonly fallback?: string;
  /** The strategy that it belongs to. */
  readonly strategy?: StrategyId;
  /** Whoever sets it wants its strategy. */
  readonly configures?: true;
  /** Of a secret: the inputs that hold the URLs it is sent to. */
  readonly sentTo?: readonly string[];
  /** Concerns the whole run: a target of the configuration file has none of its own. */
  readonly perRun?: true;
  /** `false`: has no meaning in the configuration file. */
  readonly inFile?: false;
}

/** An input with the values `V`. */
export interface Input<V> extends InputFacts {
  readonly type: ValueType<unknown>;
  parse(text: string): Result<V>;
  /** Safe to print; of a secret only that there is one. */
  print(value: V): string;
  readonly schema: JsonSchema;
}

/** The description with the default, for surfaces that have no other place for it. */
export function described(facts: InputFacts): string {
  return facts.default === undefined
    ? facts.description
    : `${facts.description} Default: ${facts.default}.`;
}

type ValueOf<T, F extends InputFacts> =
  | T
  | (F extends { readonly off: true } ? 'off' : never)
  | (F extends { readonly default: string } ? never : undefined);

/** Makes an input of a type and the facts about it; what may be absent or `off` shows in its value type. */
export function input<T, const F extends InputFacts>(
  type: ValueType<T>,
  facts: F,
): Input<ValueOf<T, F>> {
  const isOff = (text: string): boolean => facts.off === true && text.toLowerCase() === 'off';
  return {
    ...facts,
    type: type,
    parse: (text) => (isOff(text) ? good('off') : type.parse(text)) as Result<ValueOf<T, F>>,
    print: (value) => {
      if (facts.secret === true) return '***';
      return value === 'off' && facts.off === true ? 'off' : type.print(value as T);
    },
    schema: facts.off === true ? { anyOf: [{ const: 'off' }, type.schema] } : type.schema,
  };
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
