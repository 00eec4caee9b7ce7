import { PermanentError, TransientError } from '../retry.js';

/** Why kubectl did not do what it was asked. */
export type KubectlReason =
  /** There is no kubectl that could be run. */
  | 'missing'
  | 'not-found'
  | 'forbidden'
  | 'unauthorized'
  /** Somebody else changed the object in the meantime. */
  | 'conflict'
  /** The API server does not take the request; for a patch also: its `test` does not hold. */
  | 'invalid'
  /** The server was not reached, or is not able to answer now. */
  | 'unreachable'
  /** It did not end in time. */
  | 'timeout'
  /** Somebody ended it by a signal. */
  | 'killed'
  /** It ended well, and what it printed is not what it should be. */
  | 'garbage'
  | 'other';

/** kubectl did not do what it was asked. */
export class KubectlError extends Error {
  override readonly name = 'KubectlError';
  constructor(
    readonly reason: KubectlReason,
    message: string,
  ) {
    super(message);
  }
}

/** What kubectl writes to standard error, by what it means. The first that matches counts. */
const words: readonly (readonly [RegExp, KubectlReason])[] = [
  // staging/src/k8s.io/kubectl/pkg/cmd/util/helpers.go: "Error from server (Reason): ..."
  [/\(NotFound\)/, 'not-found'],
  [/\(Forbidden\)/, 'forbidden'],
  [/\(Unauthorized\)|must be logged in to the server/, 'unauthorized'],
  [/\(Conflict\)|the object has been modified/, 'conflict'],
  // A failed `test` of a JSON patch is answered with 422 and no details (apiserver, endpoints/handlers/patch.go).
  [
    /\(Invalid\)|The request is invalid|is invalid:|\(BadRequest\)|\(UnprocessableEntity\)/,
    'invalid',
  ],
  [/\((ServiceUnavailable|InternalError|TooManyRequests|Timeout|ServerTimeout)\)/, 'unreachable'],
  [
    /Unable to connect to the server|The connection to the server .* was refused|connection refused|no route to host|i\/o timeout|TLS handshake timeout|\bEOF\b|connection reset|Client\.Timeout|[Tt]imeout exceeded|deadline exceeded|etcdserver:|unable to handle the request|apiserver not ready|couldn't get (current )?server API group list|http2: |unexpected response/,
    'unreachable',
  ],
  [/doesn't have a resource type/, 'not-found'],
];

export function reasonOf(stderr: string): KubectlReason {
  return words.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'other';
}

/** Whether a change may have happened although this came back: the server did not say no, or we did not hear it. */
export function leavesOpen(error: KubectlError): boolean {
  return ['unreachable', 'timeout', 'killed', 'garbage', 'other'].includes(error.reason);
}

/**
 * The same error, as a reader that repeats itself understands it: only what may pass is asked again. What did not end in time
 * has had a time of its own for each request: something else hangs.
 */
export function forRetry(error: unknown): unknown {
  if (!(error instanceof KubectlError)) return error;
  return error.reason === 'unreachable' || error.reason === 'killed'
    ? new TransientError(error.message, undefined, { cause: error })
    : new PermanentError(error.message, { cause: error });
}
