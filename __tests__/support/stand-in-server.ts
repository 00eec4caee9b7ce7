import type { ServerResponse } from 'node:http';
import { serve, type HttpTestServer, type Received } from './servers.js';
import type { Fault, StandInRequest } from './stand-in.js';

/** What the stand-ins have in common: a server on a loopback port, and how requests to it go wrong. */
export abstract class StandInServer {
  /** Requests that hang on purpose right now. */
  hanging = 0;
  protected readonly faults: { start: Fault | null; follow: Fault | null } = {
    start: null,
    follow: null,
  };
  private server: HttpTestServer | undefined;

  /** Answers one request, or lets it go wrong. */
  protected abstract answer(request: Received, response: ServerResponse): void;

  protected async listen(): Promise<this> {
    this.server = await serve((request, response) => {
      this.answer(request, response);
    });
    return this;
  }

  /** Without a slash at the end. */
  protected get origin(): string {
    return this.server?.url ?? '';
  }

  get requests(): readonly StandInRequest[] {
    return this.server?.received ?? [];
  }

  fault(on: 'start' | 'follow', fault: Fault | null): void {
    this.faults[on] = fault;
  }

  async close(): Promise<void> {
    await this.server?.close();
  }

  /** The fault of something that was accepted concerns its answer only. */
  protected goWrong(response: ServerResponse, fault: Fault): void {
    if (fault === 'hang') {
      this.hanging++;
      response.on('close', () => {
        this.hanging--;
      });
    } else if (fault === 'reset') {
      response.socket?.resetAndDestroy();
    } else if (fault === 'reset-mid-answer') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"id": 9', () => response.socket?.resetAndDestroy());
    } else if ('accepted' in fault) {
      this.goWrong(response, fault.then);
    } else {
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      response.end(fault.body);
    }
  }
}

/** Whether the run is made, whatever is answered. */
export function isAccepted(fault: Fault | null): fault is Extract<Fault, { accepted: true }> {
  return typeof fault === 'object' && fault !== null && 'accepted' in fault;
}
