import { described, type GroupId, type Input } from '../../src/inputs/input.js';
import { actionVariables } from '../../src/inputs/variables.js';

/** An input as the wrapper of a CI system offers it: a text that is empty unless the user sets it. */
export interface WrapperInput {
  readonly id: string;
  readonly description: string;
  readonly secret: boolean;
  /** It is the path of a file that may be a secret. */
  readonly file: boolean;
  readonly group: GroupId;
  /** It may have several lines. */
  readonly lines: boolean;
  /**
   * The variable that hands it over: the one of an action's or task's input without hyphens, which a shell can hold. It comes
   * before `ROLLGATE_` variables, and being empty it hides none of them.
   */
  readonly variable: string;
}

/** Files that CI systems can keep. */
const files: readonly string[] = ['kubeconfig', 'ca-file'];

/** The inputs of the table for every system but GitHub, whose action alone fills some in. */
export function wrapperInputs(
  inputs: Readonly<Record<string, Input<unknown>>>,
): readonly WrapperInput[] {
  return Object.entries(inputs)
    .filter(([, facts]) => facts.filledBy === undefined)
    .map(([id, facts]) => ({
      id,
      description: described(facts),
      secret: facts.secret === true,
      file: files.includes(id),
      group: facts.group,
      lines: facts.type.shape === 'list' || facts.type.shape === 'pairs',
      variable: actionVariables(id).at(-1)!,
    }));
}
