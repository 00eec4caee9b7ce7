/** Why helm did not do what it was asked. */
export type HelmReason =
  /** There is no helm on the PATH. */
  | 'missing'
  /** There is no such release, or no such revision. */
  | 'not-found'
  | 'forbidden'
  /** The server was not reached, or is not able to answer now. */
  | 'unreachable'
  /** It did not end in time. */
  | 'timeout'
  /** It ended well, and what it printed is not what it should be. */
  | 'garbage'
  | 'other';

/** helm did not do what it was asked. */
export class HelmError extends Error {
  override readonly name = 'HelmError';
  constructor(
    readonly reason: HelmReason,
    message: string,
  ) {
    super(message);
  }
}

/** What helm writes to standard error, by what it means. The first that matches counts. */
const words: readonly (readonly [RegExp, HelmReason])[] = [
  // helm pkg/storage/driver/driver.go: ErrReleaseNotFound; pkg/action/rollback.go: "release has no %d version".
  [/release: not found|release has no \d+ version/, 'not-found'],
  [/is forbidden:|Unauthorized|must be logged in to the server/, 'forbidden'],
  [
    /cluster unreachable|connection refused|connection reset|no such host|no route to host|i\/o timeout|TLS handshake timeout|EOF|deadline exceeded|etcdserver:|unable to handle the request/i,
    'unreachable',
  ],
];

export function reasonOf(stderr: string): HelmReason {
  return words.find(([pattern]) => pattern.test(stderr))?.[1] ?? 'other';
}

/** helm's own complaint: it begins with `Error:`, and warnings stand before it. */
export function complaintOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const at = lines.findIndex((line) => line.startsWith('Error: '));
  return at === -1
    ? (lines.at(-1) ?? '')
    : lines
        .slice(at)
        .join(' ')
        .replace(/^Error: /, '');
}
