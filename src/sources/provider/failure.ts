export type FailureKind =
  | 'unreachable'
  | 'timeout'
  | 'too-large'
  | 'redirect'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'rate-limited'
  | 'bad-query'
  | 'not-json'
  | 'unexpected'
  | 'server-error';

/** Why a query got no usable answer. Never the application's fault. */
export interface Failure {
  readonly kind: FailureKind;
  /** One sentence without a full stop; safe to print. */
  readonly message: string;
  /** What to change, when that can be told. */
  readonly fix?: string;
  /** How long the server asked us to wait, milliseconds. */
  readonly retryAfterMs?: number;
}

/** Instead of an answer. */
export interface Failed {
  readonly ok: false;
  readonly failure: Failure;
}

export function failed(failure: Failure): Failed {
  return { ok: false, failure };
}

/** For an answer that is none to what was asked. */
export function unexpected(message: string): Failed {
  return failed({ kind: 'unexpected', message });
}

/** Whether the same query may be answered a moment later. */
export function mayPass({ kind }: Failure): boolean {
  return (
    kind === 'unreachable' ||
    kind === 'timeout' ||
    kind === 'rate-limited' ||
    kind === 'server-error'
  );
}
