import { commandOf, type CommandId } from './commands.js';
import { readersOfGroup } from './input.js';
import { inputIds, inputOf, type InputId } from './table.js';

/** The commands that read an input. `init` is one only of what it must not write: it writes the others into the file. */
export function readersOf(id: InputId): readonly CommandId[] {
  const { group, readBy } = inputOf(id);
  return readBy ?? readersOfGroup[group];
}

/** The inputs whose flags a command takes, in the order of the table; not `command`, which is its name. */
export function inputsOf(command: CommandId): readonly InputId[] {
  const isTaken =
    commandOf(command).writesInputs === true
      ? (id: InputId) => inputOf(id).inFile !== false && inputOf(id).secret !== true
      : (id: InputId) => readersOf(id).includes(command);
  return inputIds.filter((id) => id !== 'command' && isTaken(id));
}

/**
 * Of an input whose readers the table names one by one: those, when the command is none of them. The commands that share a
 * pipeline may share its other flags.
 */
export function otherReaders(id: InputId, command: CommandId): readonly CommandId[] {
  const { readBy = [] } = inputOf(id);
  return readBy.includes(command) || inputsOf(command).includes(id) ? [] : readBy;
}
