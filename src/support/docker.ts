import { cleanEnvironment, wholeFile } from './docker/environment.js';
import { readDocuments } from './docker/documents.js';
import { complaintOf, DockerError, forRetry, reasonOf } from './docker/problems.js';
import type { Clock } from './clock.js';
import type { Exec, ExecResult } from './exec.js';
import { retryRead } from './retry.js';
import { clip, neutralise } from './text.js';

export { DockerError, type DockerReason } from './docker/problems.js';

export interface DockerOptions {
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

export interface CallOptions {
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
export interface ComposeProgram {
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

export function createDocker(options: DockerOptions): Docker {
  const { clock, random, redact } = options;
  const env = cleanEnvironment(options.env);
  let known: Promise<ComposeProgram> | undefined;

  async function call(
    program: string,
    args: readonly string[],
    signal: AbortSignal,
    { input, env: further, timeoutMs = CALL_TIMEOUT_MS, onLine }: CallOptions = {},
  ): Promise<ExecResult> {
    const what = wordsOf(program, args);
    const result = await options.exec(program, args, {
      env: { ...env, ...further },
      signal,
      maxOutput: MAX_OUTPUT,
      ...(timeoutMs === null ? {} : { timeoutMs }),
      ...(input === undefined ? {} : { input }),
      ...(onLine === undefined
        ? {}
        : {
            onLine: (line, from) => {
              const shown = from === 'stderr' ? clip(neutralise(redact(line))) : '';
              if (shown !== '') onLine(shown);
            },
          }),
    });
    const { spawnError, stopped } = result;
    if (stopped === 'aborted') throw signal.reason;
    if (spawnError?.code === 'ENOENT')
      throw new DockerError('missing', `${program} is not on the PATH`);
    if (spawnError !== undefined)
      throw new DockerError('other', `${program} could not be run: ${spawnError.message}`);
    if (stopped === 'timeout')
      throw new DockerError(
        'timeout',
        `${what} did not end within ${String((timeoutMs ?? 0) / 1000)} s`,
      );
    return result;
  }

  function complaint(what: string, result: ExecResult): DockerError {
    const said = clip(neutralise(redact(complaintOf(result.stderr))));
    const ending =
      result.code === null
        ? `was ended by ${result.signal ?? 'a signal'}`
        : `ended with code ${String(result.code)}`;
    return new DockerError(
      reasonOf(result.stderr),
      said === '' ? `${what} ${ending}` : `${what}: ${said}`,
    );
  }

  async function run(
    program: string,
    args: readonly string[],
    signal: AbortSignal,
    callOptions?: CallOptions,
  ): Promise<string> {
    const result = await call(program, args, signal, callOptions);
    if (result.code === 0) return result.stdout;
    throw complaint(wordsOf(program, args), result);
  }

  async function read<T>(look: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await retryRead(
        async () => {
          try {
            return await look();
          } catch (error) {
            throw forRetry(error);
          }
        },
        {
          clock,
          random,
          signal,
          budgetMs: options.patienceMs ?? READ_BUDGET_MS,
          attempts: READ_ATTEMPTS,
        },
      );
    } catch (error) {
      throw error instanceof Error && error.cause instanceof DockerError ? error.cause : error;
    }
  }

  async function inspectSome(
    kind: string,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly unknown[]> {
    const what = `docker ${kind} inspect`;
    const result = await call('docker', [kind, 'inspect', ...names], signal);
    const documents = readDocuments(result.stdout);
    // What is gone in the meantime is complained about; the others are printed all the same.
    if (result.code !== 0 && (documents === undefined || !isAbsence(result.stderr)))
      throw complaint(what, result);
    if (documents === undefined)
      throw new DockerError('garbage', `${what} printed something that is no JSON`);
    return documents;
  }

  async function probe(signal: AbortSignal): Promise<ComposeProgram> {
    const without: string[] = [];
    for (const { program, args, name } of candidates) {
      let printed: string;
      try {
        // `docker compose --help` prints docker's own help and ends with 0 when there is no plugin.
        printed = await run(program, [...args, 'version', '--short'], signal);
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

  const docker: Docker = {
    run: (args, signal, callOptions) => run('docker', args, signal, callOptions),
    read: (args, signal) => read(() => run('docker', args, signal), signal),

    async inspect(kind, names, signal) {
      const found: unknown[] = [];
      for (let at = 0; at < names.length; at += MOST_NAMES) {
        const some = names.slice(at, at + MOST_NAMES);
        found.push(...(await read(() => inspectSome(kind, some, signal), signal)));
      }
      return found;
    },

    async logs(container, lines, signal) {
      const result = await call('docker', ['logs', '--tail', String(lines), container], signal);
      if (result.code !== 0) throw complaint('docker logs', result);
      // docker keeps the two apart, and so the order between them is lost.
      return `${result.stdout}\n${result.stderr}`;
    },

    findCompose(signal) {
      known ??= probe(signal).catch((error: unknown) => {
        known = undefined;
        throw error;
      });
      return known;
    },

    async compose(args, signal, callOptions) {
      const { program, args: before } = await docker.findCompose(signal);
      const whole = callOptions?.input !== undefined;
      return run(program, [...before, ...args], signal, {
        ...callOptions,
        env: { ...(whole ? wholeFile : {}), ...callOptions?.env },
      });
    },
  };
  return docker;
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
