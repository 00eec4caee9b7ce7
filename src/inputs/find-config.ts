import { fileProblem, type UsageProblem } from '../support/errors.js';
import { quote } from '../support/values/value-type.js';
import { type InputSources, lookUp, originInWords } from './lookup.js';

/** Read without being named. */
export const USUAL_FILE = 'rollgate.yml';

/** The configuration file that counts, if there is one, and what is to be said about where it was looked for. */
export interface FoundConfig {
  /** As messages show it. */
  readonly name: string;
  /** `undefined`: no file counts. */
  readonly content: string | undefined;
  readonly problems: readonly UsageProblem[];
  readonly notices: readonly string[];
}

/**
 * Finds the file that `config` names, or the usual one. It is not parsed here: the parser is a large part of the start, and most
 * runs have no file.
 * @param readFile the content of a file, `undefined` when there is none; throws when it cannot be read
 */
export function findConfigFile(
  sources: InputSources,
  readFile: (path: string) => string | undefined,
): FoundConfig {
  const named = lookUp('config', { sources, file: undefined });
  const name = named?.text ?? USUAL_FILE;
  const none = { name, content: undefined, problems: [], notices: [] };
  let content: string | undefined;
  try {
    content = readFile(name);
  } catch (thrown) {
    const { message, fix = 'name a readable file in `config`' } = fileProblem(thrown);
    const problem = {
      subject: name,
      message: `cannot be read: ${message}`,
      fix,
    };
    return { ...none, problems: [problem] };
  }
  if (content === undefined) {
    if (named === undefined) return none;
    const problem = {
      subject: 'config',
      message: `there is no file ${quote(name)} (${originInWords(named.origin)})`,
      fix: 'give the path of an existing file, from the working directory',
    };
    return { ...none, problems: [problem] };
  }
  if (sources.pullRequest && named === undefined) {
    const notice =
      `${USUAL_FILE} is ignored, because this run is for a pull or merge request and the file may come from a stranger; ` +
      'name it by `config` to use it.';
    return { ...none, notices: [notice] };
  }
  return { ...none, content };
}
