import { formatDuration, printableUrl } from '../text.js';

/** Why a request got no usable answer. */
export type HttpErrorKind =
  | 'dns'
  | 'refused'
  | 'reset'
  | 'timeout'
  | 'tls'
  /** The body is longer than the caller takes. */
  | 'too-large'
  /** More redirects than allowed, or one that cannot be followed. */
  | 'redirects'
  /** The answer is not HTTP, or not as far as we can read it. */
  | 'unreadable'
  /** The proxy could not be reached, or did not let us through. */
  | 'proxy'
  /** Our own machine ran short of something: this says nothing about the server. */
  | 'local'
  /** The caller's signal was aborted. */
  | 'aborted'
  | 'other';

/** A cause in the words for a table of failures, without any detail of this one request. */
export interface HttpFailure {
  readonly kind: HttpErrorKind;
  /** `connection refused`, `TLS failure`: few different ones, so that failures can be counted by it. */
  readonly summary: string;
  /** The code of Node or OpenSSL, when there is one: `ECONNREFUSED`. */
  readonly code?: string | undefined;
  /** What else a person needs to know. */
  readonly detail?: string | undefined;
}

/**
 * A request without a usable answer. Its message names method, printable URL and cause, never a header, a body, a
 * query value or user info; the error of the library below is not kept, because that holds the whole request.
 */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly kind: HttpErrorKind;
  readonly summary: string;
  readonly code: string | undefined;
  readonly detail: string | undefined;
  /** Whether the server may have got the request. Only when it cannot, a request that changes something may be repeated. */
  readonly mayHaveBeenReceived: boolean;

  constructor(
    request: { readonly method: string; readonly url: string },
    failure: HttpFailure,
    mayHaveBeenReceived: boolean,
    options?: ErrorOptions,
  ) {
    const code = failure.code === undefined ? '' : ` (${failure.code})`;
    const detail = failure.detail === undefined ? '' : `: ${failure.detail}`;
    super(
      `${request.method} ${printableUrl(request.url)}: ${failure.summary}${code}${detail}`,
      options,
    );
    this.kind = failure.kind;
    this.summary = failure.summary;
    this.code = failure.code;
    this.detail = failure.detail;
    this.mayHaveBeenReceived = mayHaveBeenReceived;
  }
}

/** How far a request got before it failed. */
export interface Progress {
  /** Whose turn it is: that of a name server, of a proxy that we are not connected with yet, or of the server. */
  readonly awaits: 'name' | 'proxy' | 'server';
  /** It goes through a proxy, and the way to the server is not open yet. */
  readonly atProxy: boolean;
  /** The connection to the server stands and TLS is being negotiated. */
  readonly inHandshake: boolean;
}

/** What it means that the time for a request is over: a name server or a proxy that is silent says nothing of the server. */
export function timedOut(timeoutMs: number, { awaits }: Pick<Progress, 'awaits'>): HttpFailure {
  const time = formatDuration(timeoutMs);
  switch (awaits) {
    case 'name':
      return { kind: 'dns', summary: 'dns failure', detail: `not resolved within ${time}` };
    case 'proxy':
      return {
        kind: 'proxy',
        summary: 'proxy failure',
        detail: `no connection to it within ${time}; ${PROXY_HINT}`,
      };
    case 'server':
      return {
        kind: 'timeout',
        summary: 'timeout',
        detail: `no complete answer within ${time}`,
      };
  }
}

// What our own machine lacks: open files, ports, buffers, memory. Linux connect(2), open(2).
const LOCAL = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM', 'EAI_MEMORY']);
const RESET = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);
const UNREACHABLE = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN']);
/**
 * What axios and Node say of a proxy variable that is no URL, or one of another protocol (`socks5:`). The URL that is asked for
 * has been parsed before.
 */
const UNUSABLE_PROXY = new Set([
  'ERR_INVALID_URL',
  'ERR_INVALID_PROTOCOL',
  'ERR_INVALID_ARG_TYPE',
  'ERR_SOCKET_BAD_PORT',
]);
export const PROXY_HINT = 'check HTTP_PROXY, HTTPS_PROXY and NO_PROXY';
// Node's TLS documentation, "X509 certificate error codes": the chain ends in a certificate that is not trusted.
const UNKNOWN_CA = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
]);

const CERTIFICATE =
  /^(CERT_|CRL_|ERROR_IN_C(ERT|RL)_|UNABLE_TO_(GET|DECRYPT|DECODE|VERIFY)_|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|HOSTNAME_MISMATCH$|ERR_TLS_CERT_)/;

// What OpenSSL makes of an answer that is no TLS. Versions of Node call it by its reason, or EPROTO.
const NO_TLS = new Set([
  'EPROTO',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
]);

/** Whether the other side's certificate is what TLS failed by (the codes of Node's "X509 certificate error codes"). */
export function isCertificateProblem(code: string | undefined): boolean {
  if (code === undefined) return false;
  return UNKNOWN_CA.has(code) || CERTIFICATE.test(code);
}

/** Whether TLS failed because the other side does not speak it. */
export function speaksNoTls(code: string | undefined): boolean {
  return code !== undefined && NO_TLS.has(code);
}

/** What a person should look at when TLS failed in this way; `undefined`: the code says it all. */
export function tlsHint(code: string): string | undefined {
  if (speaksNoTls(code)) return 'check scheme and port: plain HTTP may be spoken there';
  return UNKNOWN_CA.has(code)
    ? 'the certificate is signed by an authority that is not trusted; if it is yours, name its certificate in ca-file'
    : undefined;
}

/** What an error of Node's sockets, TLS, parser or decompression means. */
export function classify(error: unknown, progress: Omit<Progress, 'awaits'>): HttpFailure {
  const code = codeOf(error);
  if (code !== undefined && LOCAL.has(code)) {
    return { kind: 'local', summary: 'shortage on this machine', code };
  }
  if (progress.atProxy || (code !== undefined && UNUSABLE_PROXY.has(code)))
    return { kind: 'proxy', summary: 'proxy failure', code, detail: PROXY_HINT };
  if (code === undefined) return { kind: 'other', summary: 'network failure' };
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) {
    return { kind: 'dns', summary: 'dns failure', code };
  }
  if (code === 'ECONNREFUSED') return { kind: 'refused', summary: 'connection refused', code };
  if (code === 'ETIMEDOUT') return { kind: 'timeout', summary: 'timeout', code };
  if (RESET.has(code)) return { kind: 'reset', summary: 'connection reset', code };
  if (UNREACHABLE.has(code)) return { kind: 'other', summary: 'host unreachable', code };
  if (progress.inHandshake || code === 'EPROTO' || /^ERR_(SSL|TLS)_/.test(code)) {
    return { kind: 'tls', summary: 'TLS failure', code, detail: tlsHint(code) };
  }
  // llhttp, the parser of Node: https://github.com/nodejs/llhttp, `HPE_` error names.
  if (code.startsWith('HPE_')) return { kind: 'unreadable', summary: 'answer is not HTTP', code };
  if (code.startsWith('Z_') || code.startsWith('ERR__ERROR_FORMAT')) {
    return { kind: 'other', summary: 'unreadable body', code };
  }
  return { kind: 'other', summary: 'network failure', code };
}

/**
 * The code that says most. When several addresses of a name were tried (happy eyeballs), each has an error of its own;
 * one that our machine has no such address (`EADDRNOTAVAIL` for IPv6) says less than an answer of the other side.
 */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('errors' in error && Array.isArray(error.errors)) {
    const codes = error.errors.map(codeOf).filter((code) => code !== undefined);
    const telling = codes.find((code) => !LOCAL.has(code) && !UNREACHABLE.has(code)) ?? codes[0];
    if (telling !== undefined) return telling;
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
