import type { Clock } from '../../src/support/clock.js';
import {
  type Http,
  HttpError,
  type HttpErrorKind,
  type HttpRequest,
  type HttpResponse,
} from '../../src/support/http.js';

export interface Sent {
  readonly at: number;
  readonly request: HttpRequest;
}

export interface Reply {
  readonly status?: number;
  readonly body?: string;
  /** Milliseconds until the answer; longer than the timeout of the request: a timeout. */
  readonly after?: number;
  /** How much of that went by until there was a connection. */
  readonly connectMs?: number;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly fails?: HttpErrorKind;
  /** The words of the failure, where its kind does not say enough. */
  readonly summary?: string;
}

/** An `Http` without sockets: answers on the clock of the test. */
export class StandInTransport implements Http {
  readonly sent: Sent[] = [];
  /** Requests that are not answered yet. */
  open = 0;

  constructor(
    private readonly clock: Clock,
    private readonly reply: (request: HttpRequest, index: number) => Reply = () => ({}),
  ) {}

  async request(request: HttpRequest): Promise<HttpResponse> {
    const reply = this.reply(request, this.sent.length);
    const { status = 200, body = '', after = 0, connectMs = 0, headers = {}, fails } = reply;
    this.sent.push({ at: this.clock.monotonic(), request });
    this.open += 1;
    try {
      if (after > 0) await this.clock.sleep(Math.min(after, request.timeoutMs), request.signal);
    } catch {
      throw failed(request, 'aborted');
    } finally {
      this.open -= 1;
    }
    if (after > request.timeoutMs) throw failed(request, 'timeout');
    if (fails !== undefined) throw failed(request, fails, reply.summary);
    return { status, headers, body: Buffer.from(body), url: request.url, connectMs };
  }

  close(): void {
    // There is nothing to close.
  }
}

function failed(request: HttpRequest, kind: HttpErrorKind, summary: string = kind): HttpError {
  return new HttpError(request, { kind, summary, code: kind.toUpperCase() }, true);
}
