import { PermanentError, TransientError } from '../retry.js';

/** Why the docker CLI did not do what it was asked. */
export type DockerReason =
  /** There is no such program on the PATH. */
  | 'missing'
  | 'not-found'
  /** A container of that name exists already. */
  | 'conflict'
  /** The engine, or the host that it runs on, is there and does not let us in. */
  | 'denied'
  /** The engine was not reached. */
  | 'unreachable'
  /** It did not end in time. */
  | 'timeout'
  /** It ended well, and what it printed is not what it should be. */
  | 'garbage'
  | 'other';

/** The docker CLI did not do what it was asked. */
export class DockerError extends Error {
  override readonly name = 'DockerError';
  constructor(
    readonly reason: DockerReason,
    message: string,
  ) {
    super(message);
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

export function reasonOf(stderr: string): DockerReason {
  return words.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'other';
}

/** The same error, as a reader that repeats itself understands it: only what may pass is asked again. */
export function forRetry(error: unknown): unknown {
  if (!(error instanceof DockerError)) return error;
  return error.reason === 'unreachable' || error.reason === 'timeout'
    ? new TransientError(error.message, undefined, { cause: error })
    : new PermanentError(error.message, { cause: error });
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
