import type { Clock } from '../clock.js';
import type { Exec, ExecResult } from '../exec.js';
import { retryRead } from '../retry.js';
import { oneLine } from '../text.js';
import { callTool, endingInWords, reasonIn, ToolError } from '../tool.js';
import { readDocuments } from './container.js';

interface DockerOptions {
  /**
   * The environment of docker: PATH, HOME, DOCKER_HOST (unix, tcp, ssh), DOCKER_CONTEXT, DOCKER_CONFIG, DOCKER_TLS_VERIFY,
   * DOCKER_CERT_PATH, proxies, SSH_AUTH_SOCK.
   */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exec: Exec;
  /** Takes secrets out of what is shown, before it is cut short. */
  readonly redact: (text: string) => string;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** Milliseconds for asking again while the engine is not reached; 30 s unless given. */
  readonly patienceMs?: number;
}

interface CallOptions {
  /** Written to standard input. */
  readonly input?: string;
  /** Further variables for this call alone. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds; 20 s unless given. `null`: only the signal ends it. */
  readonly timeoutMs?: number | null;
  /** Every line that it prints to standard error, as it may be shown. */
  readonly onLine?: (line: string) => void;
}

/** How Compose is called: as a plugin of the docker CLI, or as a program of its own. */
interface ComposeProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly version: string;
}

/** An engine, as the docker CLI reaches it. Everything rejects with a {@link DockerError}, or with the signal's reason. */
export interface Docker {
  /** Sent once. Gives what it printed. */
  run(args: readonly string[], signal: AbortSignal, options?: CallOptions): Promise<string>;
  /** A read; asked again while the engine is not reached. Gives what it printed. */
  read(args: readonly string[], signal: AbortSignal): Promise<string>;
  /** What `docker inspect` says of these objects, as JSON; those that are not there are left out. A read, as above. */
  inspect(
    kind: 'container' | 'image' | 'network',
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly unknown[]>;
  /** The last lines that a container has written, to either of its outputs. */
  logs(container: string, lines: number, signal: AbortSignal): Promise<string>;
  /** Which Compose there is. @throws DockerError with the reason `missing` when there is none that can be used. */
  findCompose(signal: AbortSignal): Promise<ComposeProgram>;
  /** A call of Compose, sent once. Gives what it printed. A file that is its input says everything: no `.env` is read. */
  compose(args: readonly string[], signal: AbortSignal, options?: CallOptions): Promise<string>;
}

/** A call to a remote engine logs in by ssh first. */
const CALL_TIMEOUT_MS = 20_000;
const READ_BUDGET_MS = 30_000;
const READ_ATTEMPTS = 6;
/** More than any answer that we ask for; a longer one would be cut at its front, and is no JSON then. */
const MAX_OUTPUT = 64 * 1024 * 1024;
/** Command lines have an end: Windows takes 32 KiB. An id has 64 characters. */
const MOST_NAMES = 200;

/** What the functions below share. */
interface State {
  readonly options: DockerOptions;
  readonly clock: Clock;
  readonly random: () => number;
  readonly redact: (text: string) => string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function createDocker(options: DockerOptions): Docker {
  const { clock, random, redact } = options;
  const env = cleanEnvironment(options.env);
  const state: State = { options, clock, random, redact, env };
  let known: Promise<ComposeProgram> | undefined;
  const docker: Docker = {
    run: (args, signal, callOptions) => run(state, 'docker', args, signal, callOptions),
    read: (args, signal) => read(state, () => run(state, 'docker', args, signal), signal),

    async inspect(kind, names, signal) {
      const found: unknown[] = [];
      for (let at = 0; at < names.length; at += MOST_NAMES) {
        const some = names.slice(at, at + MOST_NAMES);
        found.push(...(await read(state, () => inspectSome(state, kind, some, signal), signal)));
      }
      return found;
    },

    async logs(container, lines, signal) {
      const result = await call(
        state,
        'docker',
        ['logs', '--tail', String(lines), container],
        signal,
      );
      if (result.code !== 0) throw complaint(state, 'docker logs', result);
      // docker keeps the two apart, and so the order between them is lost.
      return `${result.stdout}\n${result.stderr}`;
    },

    findCompose(signal) {
      known ??= probe(state, signal).catch((error: unknown) => {
        known = undefined;
        throw error;
      });
      return known;
    },

    async compose(args, signal, callOptions) {
      const { program, args: before } = await docker.findCompose(signal);
      const whole = callOptions?.input !== undefined;
      return run(state, program, [...before, ...args], signal, {
        ...callOptions,
        env: { ...(whole ? wholeFile : {}), ...callOptions?.env },
      });
    },
  };
  return docker;
}

async function call(
  state: State,
  program: string,
  args: readonly string[],
  signal: AbortSignal,
  { input, env: further, timeoutMs = CALL_TIMEOUT_MS, onLine }: CallOptions = {},
): Promise<ExecResult> {
  return callTool(program, args, {
    exec: state.options.exec,
    what: wordsOf(program, args),
    fail: (reason, message) => new DockerError(reason, message),
    env: { ...state.env, ...further },
    signal,
    maxOutput: MAX_OUTPUT,
    ...(timeoutMs === null ? {} : { timeoutMs }),
    ...(input === undefined ? {} : { input }),
    ...(onLine === undefined
      ? {}
      : {
          onLine: (line, from) => {
            const shown = from === 'stderr' ? oneLine(state.redact(line)) : '';
            if (shown !== '') onLine(shown);
          },
        }),
  });
}

function complaint(state: State, what: string, result: ExecResult): DockerError {
  return new DockerError(
    reasonOf(result.stderr),
    endingInWords(what, result, complaintOf(result.stderr), state.redact),
  );
}

async function run(
  state: State,
  program: string,
  args: readonly string[],
  signal: AbortSignal,
  callOptions?: CallOptions,
): Promise<string> {
  const result = await call(state, program, args, signal, callOptions);
  if (result.code === 0) return result.stdout;
  throw complaint(state, wordsOf(program, args), result);
}

function read<T>(state: State, ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return retryRead(ask, {
    clock: state.clock,
    random: state.random,
    signal,
    budgetMs: state.options.patienceMs ?? READ_BUDGET_MS,
    attempts: READ_ATTEMPTS,
  });
}

async function inspectSome(
  state: State,
  kind: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const what = `docker ${kind} inspect`;
  const result = await call(state, 'docker', [kind, 'inspect', ...names], signal);
  const documents = readDocuments(result.stdout);
  // What is gone in the meantime is complained about; the others are printed all the same.
  if (result.code !== 0 && (documents === undefined || !isAbsence(result.stderr)))
    throw complaint(state, what, result);
  if (documents === undefined)
    throw new DockerError('garbage', `${what} printed something that is not JSON`);
  return documents;
}

async function probe(state: State, signal: AbortSignal): Promise<ComposeProgram> {
  const without: string[] = [];
  for (const { program, args, name } of candidates) {
    let printed: string;
    try {
      // `docker compose --help` prints docker's own help and ends with 0 when there is no plugin.
      printed = await run(state, program, [...args, 'version', '--short'], signal);
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      without.push(error.reason === 'missing' ? error.message : `${name} does not work`);
      continue;
    }
    const version = /^v?(\d+\.\d+[\w.+~-]*)$/.exec(printed.trim())?.[1];
    if (version === undefined) without.push(`${name} does not say its version`);
    else if (/^[01]\./.test(version))
      without.push(`${name} is version ${version}, and version 2 or newer is needed`);
    else return { program, args, version };
  }
  throw new DockerError('missing', `Compose is missing: ${without.join('; ')}`);
}

/** In the order in which users have them. */
const candidates = [
  { program: 'docker', args: ['compose'], name: 'the plugin `docker compose`' },
  { program: 'docker-compose', args: [], name: 'the stand-alone `docker-compose`' },
] as const;

function isAbsence(stderr: string): boolean {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return lines.length > 0 && lines.every((line) => /No such|not found/i.test(line));
}

/** What was called, without its arguments: they may hold anything. */
function wordsOf(program: string, args: readonly string[]): string {
  const end = args.findIndex((arg) => !/^[a-z]+$/.test(arg));
  return [program, ...args.slice(0, end === -1 ? 2 : Math.min(end, 2))].join(' ');
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment for docker and Compose. What would make Compose touch more than it is asked to is taken out: with
 * COMPOSE_REMOVE_ORPHANS it removes every service that a file does not name, and we name only some.
 *
 * Source: docs.docker.com/compose/how-tos/environment-variables/envvars.
 */
function cleanEnvironment(env: Environment): Environment {
  return {
    ...env,
    COMPOSE_REMOVE_ORPHANS: 'false',
    COMPOSE_IGNORE_ORPHANS: 'true',
    COMPOSE_MENU: 'false',
    COMPOSE_ANSI: 'never',
    COMPOSE_PROGRESS: 'plain',
    DOCKER_CLI_HINTS: 'false',
  };
}

/**
 * For a file of ours, which holds no variables: a `.env` beside the files on disk belongs to the next version, and a mistake
 * in it (or a file of COMPOSE_ENV_FILES that is not here) would keep Compose from taking the old one back.
 */
const wholeFile: Readonly<Record<string, string>> = {
  COMPOSE_DISABLE_ENV_FILE: 'true',
  COMPOSE_ENV_FILES: '',
};

/** Why the docker CLI failed. */
type DockerReason =
  | 'not-found'
  /** A container of that name exists already. */
  | 'conflict'
  /** The engine, or the host that it runs on, is there and does not let us in. */
  | 'denied'
  /** The engine was not reached. */
  | 'unreachable';

/** The docker CLI failed. */
export class DockerError extends ToolError<DockerReason> {
  override readonly name = 'DockerError';

  override get transient(): boolean {
    return this.reason === 'unreachable' || this.reason === 'timeout';
  }
}

/** What docker and Compose write to standard error, by what it means. The first that matches counts. */
const words: readonly (readonly [RegExp, DockerReason])[] = [
  // docker/cli and moby/client: client/errors.go, client/request.go.
  [/permission denied while trying to connect to the docker/i, 'denied'],
  [
    /authentication required|authorization denied by plugin|bad certificate|certificate required|unknown authority/i,
    'denied',
  ],
  // OpenSSH: sshconnect.c, sshconnect2.c.
  [/host key verification failed|permission denied \([a-z,-]+\)/i, 'denied'],
  [
    /cannot connect to the docker daemon|error during connect|failed to connect to the docker api|is the docker daemon running|connection refused|connection reset|no route to host|i\/o timeout|TLS handshake timeout|unexpected EOF|daemon is shutting down/i,
    'unreachable',
  ],
  [/\bConflict\b.*already in use/i, 'conflict'],
  [
    /No such (container|object|image|network|volume)|not found: manifest|manifest unknown/i,
    'not-found',
  ],
];

export function reasonOf(stderr: string): DockerError['reason'] {
  return reasonIn(words, stderr);
}

/** What it complains about, without the warnings and the progress that stand before it. */
export function complaintOf(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => shortened(line.trim()))
    .filter((line) => line !== '' && !/^(WARN|time="[^"]*" level=warning|See 'docker)/i.test(line));
  const errors = lines.filter((line) => /error|cannot|failed|unknown|denied|refused/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(-2).join(' ');
}

/**
 * Without what docker was about to ask, and without how it has called ssh: that is long, and the cause stands behind it.
 *
 * Source: docker/cli, cli/connhelper/commandconn/commandconn.go.
 */
function shortened(line: string): string {
  return line
    .replace(/\b(?:Get|Head|Post|Put|Delete) "[^"]*": /g, '')
    .replace(/\bcommand \[ssh .*? has exited with .*?: stderr=/, 'ssh: ');
}
