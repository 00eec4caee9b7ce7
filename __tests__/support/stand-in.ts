import type { PipelineClient } from '../../src/contract/pipeline.js';
import type { ClientDependencies } from '../../src/pipelines/client.js';
import type { StartRecords } from '../../src/pipelines/start-records.js';
import type { Clock } from '../../src/support/clock.js';

/** What goes wrong with one request. Every stand-in can do all of these, on the call that starts and on reads of a run. */
export type Fault =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** The connection is torn down without an answer. */
  | 'reset'
  /** The headers and a part of the body, and then the connection is torn down. */
  | 'reset-mid-answer'
  /** No answer until the client gives up. */
  | 'hang'
  /** Only for the call that starts: the run is made, and the answer is this. */
  | { readonly accepted: true; readonly then: Fault };

/** A request as a stand-in got it. */
export interface StandInRequest {
  readonly method: string;
  /** As it was sent, with the query. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A server on a loopback port that behaves as one CI system does. */
export interface StandIn {
  /** `github`, `gitlab`, ... */
  readonly system: string;
  /** Root of the API. */
  readonly url: string;
  readonly requests: readonly StandInRequest[];
  /** How many runs exist because of us, whatever we were told. */
  readonly started: number;
  /** Requests that hang on purpose right now. */
  readonly hanging: number;
  /** The secret that the client is given: it must appear nowhere but in requests. */
  readonly secret: string;
  /** From now on every request of this kind goes wrong like this; `null`: no longer. */
  fault(on: 'start' | 'follow', fault: Fault | null): void;
  /** The client of this system, set up for this server with the least that it needs. */
  client(deps: {
    readonly fetch: typeof globalThis.fetch;
    readonly clock: Clock;
    readonly random: () => number;
    /** Of the machine that it runs on; a machine of its own unless given. */
    readonly records?: StartRecords;
  }): PipelineClient;
  /** The variables of the CI integration guide, and those of the host, that alone make the `ci` strategy work with it. */
  guideVariables(): Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Settings of a client, and what else it is made from. */
export type ClientOptions<S> = S & ClientDependencies;

/** Of a machine on which nobody has started anything. */
export const noRecords: StartRecords = {
  claim: () => Promise.resolve(true),
  read: () => undefined,
  ofScope: () => Promise.resolve([]),
  note: () => Promise.resolve(),
  drop: () => undefined,
};

/** A client that is part of no run unless it is said. */
export function clientFrom<S>(
  create: (settings: S, dependencies: ClientDependencies) => PipelineClient,
  options: S & Omit<ClientDependencies, 'ownRunId' | 'records'> & Partial<ClientDependencies>,
): PipelineClient {
  return create(options, { ownRunId: null, records: noRecords, ...options });
}
