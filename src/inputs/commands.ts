import { bad, good, type Result } from '../contract/result.js';
import { capitalised } from '../support/text.js';
import { didYouMean, quote, type ValueType } from '../support/values/value-type.js';

interface CommandFacts {
  readonly id: string;
  /** For a list of commands: at most 80 characters. */
  readonly summary: string;
  readonly description: string;
  /** Command lines after `rollgate `. */
  readonly examples: readonly string[];
  /** The words that it takes after its name, as help shows them. */
  readonly words?: string;
  /**
   * Flags without a value that are its own, and what they do. They are no inputs: what they allow is allowed on the command
   * line only, and never by a variable or a file.
   */
  readonly switches?: Readonly<Record<string, string>>;
  /** It takes every flag of an input that may stand in the configuration file, and writes it there. */
  readonly writesInputs?: true;
}

/** The commands, in the order in which help shows them. */
export const commands = [
  {
    id: 'run',
    summary: 'watches the deployment, judges it, and rolls it back when it is bad (the default)',
    examples: [
      'run --url https://shop.example.com/ --kubernetes-workload deployment/shop',
      'run --url https://shop.example.com/ --rollback command --rollback-command ./back.sh',
      'run --url https://shop.example.com/ --duration 2m --on-unhealthy report',
    ],
    description:
      'Watches the deployment, judges it, and rolls it back when it is bad. The default.',
  },
  {
    id: 'snapshot',
    summary: 'records, before the deploy, what runs now: the state that a rollback returns to',
    examples: [
      'snapshot',
      'snapshot --kubernetes-workload deployment/shop --url https://shop.example.com/',
    ],
    description:
      'Records what runs now, before the deploy: the state that a rollback returns to, and whether it is healthy.',
  },
  {
    id: 'preflight',
    summary: 'proves, before the deploy, that every check and strategy would work',
    examples: [
      'preflight',
      'preflight --url https://shop.example.com/ --kubernetes-workload deployment/shop',
    ],
    description:
      'Proves, before the deploy, that every configured check and strategy would work, and says what every URL answers. Changes nothing.',
  },
  {
    id: 'rollback',
    summary: 'rolls back now, without a watch',
    examples: ["rollback --reason 'checkout is down'", 'rollback --dry-run'],
    description: 'Rolls back now, without a watch; `--reason` says why.',
  },
  {
    id: 'combine',
    summary: 'makes one verdict of the reports of all shards',
    examples: ['combine rollgate-report', 'combine shard-1/report.json shard-2/report.json'],
    words: 'FILE ...',
    description:
      'Makes one verdict, exit code and report of those of all shards (`report.json`, or folders that hold them). Rolls nothing back: each shard does that for its own targets.',
  },
  {
    id: 'validate',
    summary: 'checks the configuration and prints the effective one, secrets masked',
    examples: ['validate', 'validate --config deploy/rollgate.yml'],
    description: 'Checks the configuration and prints the effective one, secrets masked.',
  },
  {
    id: 'replay',
    summary: 'judges recorded watches, or past deploys, with other limits',
    examples: [
      'replay rollgate-report/recording.ndjson --min-success-rate 99',
      'replay --prometheus --at 2026-11-24T09:12:00Z',
    ],
    words: 'FILE ...',
    description:
      'Judges recorded watches (`recording.ndjson`) again, with the limits that are given, and says what would have happened when. With `--prometheus --at TIME ...` it judges past deploys by the history of the metrics server.',
  },
  {
    id: 'init',
    summary: 'writes pipeline, rollback pipeline and `rollgate.yml` for this repository',
    examples: [
      'init',
      'init --yes --url https://shop.example.com/ --kubernetes-workload deployment/shop',
    ],
    description:
      'Writes the pipeline with the gate, the rollback pipeline and `rollgate.yml` for the CI system of this repository. Asks what no flag says; every flag of an input is written into `rollgate.yml`.',
    writesInputs: true,
    switches: {
      yes: 'asks nothing: flags, and what is usual',
      force: 'replaces files that are there and say something else',
    },
  },
  {
    id: 'demo',
    summary: 'shows the whole story on this machine: a bad deploy is caught and rolled back',
    examples: ['demo', 'demo --fast'],
    description:
      'Shows the whole story on this machine: a small service goes bad, is caught, is rolled back.',
    switches: { fast: 'tells a shorter story, in less than 12 seconds' },
  },
] as const satisfies readonly CommandFacts[];

export type CommandId = (typeof commands)[number]['id'];

export const commandIds: readonly CommandId[] = commands.map(({ id }) => id);

/** Words that stand where a command does, and are answered before anything is read or checked. */
export const entryWords = [
  { id: 'help', words: '[COMMAND]', summary: 'shows the usage of a command' },
  {
    id: 'completion',
    words: 'bash|zsh|fish',
    summary: 'prints a script that completes commands, flags and words in that shell',
  },
  {
    id: 'schema',
    words: '',
    summary: 'prints the JSON schema of `rollgate.yml`, with which editors complete and check it',
  },
  { id: 'version', words: '', summary: 'prints the version' },
] as const;

/** The row of a command. */
export function commandOf(command: CommandId): CommandFacts {
  const facts = (commands as readonly CommandFacts[]).find(({ id }) => id === command);
  if (facts === undefined) throw new Error(`there is no command ${command}`);
  return facts;
}

/** The words that a command takes after its name, as help shows them; `undefined`: none. */
export function wordsOf(command: CommandId): string | undefined {
  return commandOf(command).words;
}

/** The flags of its own that a command has, and what they do. */
export function switchesOf(command: CommandId): Readonly<Record<string, string>> {
  return commandOf(command).switches ?? {};
}

/** The names of all such flags. */
export const switchNames: readonly string[] = [
  ...new Set(commandIds.flatMap((id) => Object.keys(switchesOf(id)))),
];

/** Reads the name of a command. */
export function parseCommand(text: string): Result<CommandId> {
  const id = commandIds.find((each) => each === text);
  if (id !== undefined) return good(id);
  const known = [...commandIds, ...entryWords.map((word) => word.id)];
  const all = `the commands are ${known.map((each) => `\`${each}\``).join(', ')}`;
  const meant = didYouMean(text, known);
  return bad(
    `${quote(text)} is not a command`,
    meant === undefined ? all : `${meant} ${capitalised(all)}`,
  );
}

/** The input type of `command`. */
export function command(): ValueType<CommandId> {
  return {
    name: 'choice',
    shape: 'text',
    parse: parseCommand,
    print: String,
    schema: { enum: commandIds },
  };
}
