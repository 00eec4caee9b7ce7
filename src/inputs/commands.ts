import { bad, good, type Result } from '../contract/result.js';
import { didYouMean, quote, type ValueType } from '../support/values/value-type.js';

interface CommandFacts {
  readonly id: string;
  readonly description: string;
  /** The words that it takes after its name, as help shows them. */
  readonly words?: string;
  /**
   * Flags without a value that are its own, and what they do. They are no inputs: what they allow is allowed on the command
   * line only, and never by a variable or a file.
   */
  readonly switches?: Readonly<Record<string, string>>;
}

/** The commands, in the order in which help shows them. */
export const commands = [
  {
    id: 'run',
    description:
      'Watches the deployment, judges it, and rolls it back when it is bad. The default.',
  },
  {
    id: 'snapshot',
    description:
      'Records what runs now, before the deploy: the state that a rollback returns to, and whether it is healthy.',
  },
  {
    id: 'preflight',
    description:
      'Proves, before the deploy, that every configured check and strategy would work, and says what every URL answers. Changes nothing.',
  },
  { id: 'rollback', description: 'Rolls back now, without a watch; `--reason` says why.' },
  {
    id: 'combine',
    words: 'FILE ...',
    description:
      'Makes one verdict, exit code and report of those of all shards (`report.json`, or folders that hold them). Rolls nothing back: each shard does that for its own targets.',
  },
  {
    id: 'validate',
    description: 'Checks the configuration and prints the effective one, secrets masked.',
  },
  {
    id: 'replay',
    words: 'FILE ...',
    description:
      'Judges recorded watches (`recording.ndjson`) again, with the limits that are given, and says what would have happened when. With `--prometheus --at TIME ...` it judges past deploys by the history of the metrics server.',
  },
  {
    id: 'init',
    description:
      'Writes the pipeline with the gate, the rollback pipeline and `rollgate.yml` for the CI system of this repository. Asks what no flag says; every flag of an input is written into `rollgate.yml`.',
    switches: {
      yes: 'asks nothing: flags, and what is usual',
      force: 'replaces files that are there and say something else',
    },
  },
  {
    id: 'demo',
    description:
      'Shows the whole story on this machine: a small service goes bad, is caught, is rolled back.',
  },
] as const satisfies readonly CommandFacts[];

export type CommandId = (typeof commands)[number]['id'];

const ids: readonly CommandId[] = commands.map(({ id }) => id);

/** The words that a command takes after its name, as help shows them; `undefined`: none. */
export function wordsOf(command: CommandId): string | undefined {
  return (commands as readonly CommandFacts[]).find(({ id }) => id === command)?.words;
}

/** The flags of its own that a command has, and what they do. */
export function switchesOf(command: CommandId): Readonly<Record<string, string>> {
  return (commands as readonly CommandFacts[]).find(({ id }) => id === command)?.switches ?? {};
}

/** The names of all such flags. */
export const switchNames: readonly string[] = ids.flatMap((id) => Object.keys(switchesOf(id)));

/** Reads the name of a command. */
export function parseCommand(text: string): Result<CommandId> {
  const id = ids.find((each) => each === text);
  if (id !== undefined) return good(id);
  const all = `the commands are ${ids.map((each) => `\`${each}\``).join(', ')}`;
  const meant = didYouMean(text, ids);
  return bad(`${quote(text)} is not a command`, meant === undefined ? all : `${meant} ${all}`);
}

/** The input type of `command`. */
export function command(): ValueType<CommandId> {
  return {
    name: 'choice',
    shape: 'text',
    parse: parseCommand,
    print: String,
    schema: { enum: ids },
  };
}
