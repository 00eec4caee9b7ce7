import dns, { type LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import type { SecureContext } from 'node:tls';

export interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

/** Looks up all addresses of a name. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** The names that are asked for, whoever asks. */
export interface Names {
  readonly resolve: Resolve;
  isLookingUp(host: string): boolean;
}

/**
 * Whoever asks for a name that is being looked up shares the answer. A lookup holds one of the four threads of Node for as long
 * as a name server is silent, and files are read and written by the same ones (Node's documentation of `dns.lookup`).
 *
 * @param resolve by default as the system does
 */
export function createNames(resolve: Resolve = resolveAll): Names {
  const pending = new Map<string, ReturnType<Resolve>>();
  return {
    resolve(host) {
      const found =
        pending.get(host) ??
        resolve(host).finally(() => {
          pending.delete(host);
        });
      pending.set(host, found);
      return found;
    },
    isLookingUp: (host) => pending.has(host),
  };
}

/** What the agents of one set of connections are made with. */
export interface AgentOptions {
  readonly secureContext?: SecureContext | undefined;
  readonly names: Names;
  /** Milliseconds that never jump. */
  readonly monotonic: () => number;
}

/** How long an idle connection is kept, milliseconds: by then a balancer may send a new one elsewhere. */
const IDLE_MS = 4000;
/** So many times as many connections may be opened where they do not last. */
const MORE = 10;
/** How long one address of several may take to accept before the next is tried, milliseconds. */
const ATTEMPT_MS = 1000;

/**
 * Connections that are shared by requests that belong together, and by nothing else. A balancer in front of a service chooses
 * one of its processes for a connection and not for a request, and a name may get other addresses at any time: only new
 * connections meet the others. So each serves a bounded number of requests.
 */
export class Connections {
  /** How many were opened. */
  opened = 0;
  private readonly remotes = new Set<string>();
  private readonly addresses = createAddresses();
  private made: { readonly pooled: Agents; readonly single: Agents } | undefined;
  private names: Names | undefined;
  private monotonic: () => number = () => 0;
  private mostEach: number;

  /** @param requestsEach how many requests one may serve; 1: a new one for every request. */
  constructor(readonly requestsEach: number) {
    this.mostEach = requestsEach;
  }

  /** How many addresses of other machines they led to. */
  get remoteAddresses(): number {
    return this.remotes.size;
  }

  /** Addresses that were passed over, because another one of the same name could be reached. */
  unreached(): readonly Unreached[] {
    return this.addresses.unreached();
  }

  /** Whether no name server has answered yet what the addresses of this name are. */
  isLookingUp(host: string): boolean {
    return this.names?.isLookingUp(host) === true;
  }

  /** Made once, for the transport that asks first. `single`: for a request that needs a connection of its own. */
  agents(options: AgentOptions): { readonly pooled: Agents; readonly single: Agents } {
    if (this.made !== undefined) return this.made;
    this.monotonic = options.monotonic;
    this.names = options.names;
    const shared = {
      ...(options.secureContext === undefined ? {} : { secureContext: options.secureContext }),
      lookup: this.lookup(options.names.resolve),
      autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
    };
    const agentsWith = (keepAlive: boolean): Agents => {
      const all = keepAlive
        ? // The one that has been idle longest is used first, so that all are used up.
          ({ ...shared, keepAlive, scheduling: 'fifo' } as const)
        : { ...shared, keepAlive };
      const agents = { http: new http.Agent(all), https: new https.Agent(all) };
      if (keepAlive) for (const agent of Object.values(agents)) bound(agent, () => this.mostEach);
      return agents;
    };
    const single = agentsWith(false);
    this.made = { single, pooled: this.requestsEach > 1 ? agentsWith(true) : single };
    return this.made;
  }

  /** A new connection is open. `failed`: the addresses that were tried in vain before it, each with its code. */
  noteOpened(
    host: string,
    remoteAddress: string | undefined,
    failed: ReadonlyMap<string, string> = new Map(),
  ): void {
    this.opened += 1;
    if (remoteAddress === undefined) return;
    this.remotes.add(remoteAddress);
    this.addresses.reached(host, remoteAddress, failed, this.monotonic());
  }

  /**
   * The other side ended one before its time. A process that does so serves one request by a connection while others serve many,
   * and would be met as much less often: from now on the others serve hardly more.
   */
  noteEnded(): void {
    this.mostEach = Math.ceil(this.requestsEach / MORE);
  }

  /** Ends all of them. */
  close(): void {
    for (const agents of [this.made?.pooled, this.made?.single]) {
      agents?.http.destroy();
      agents?.https.destroy();
    }
  }

  private lookup(resolve: Resolve): LookupFunction {
    return (host, { all, family }, callback) => {
      resolve(host).then(
        (found) => {
          const wanted = found.filter(
            (one) => !isFamily(family) || one.family === familyOf(family),
          );
          const ordered = this.addresses.order(host, wanted, this.monotonic());
          const [first] = ordered;
          if (all === true) callback(null, ordered);
          else if (first !== undefined) callback(null, first.address, first.family);
          else callback(notFound(host), '');
        },
        (error: unknown) => {
          callback(error as NodeJS.ErrnoException, '');
        },
      );
    };
  }
}

type Family = number | 'IPv4' | 'IPv6' | undefined;

function isFamily(family: Family): boolean {
  return family !== undefined && family !== 0;
}

function familyOf(family: Family): number {
  return family === 'IPv6' || family === 6 ? 6 : 4;
}

function notFound(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' });
}

/** Node keeps no answer: every call asks again. */
function resolveAll(host: string): Promise<readonly LookupAddress[]> {
  return dns.promises.lookup(host, { all: true, order: 'verbatim' } as dns.LookupAllOptions);
}

/**
 * Has a connection end when it has served so many requests, or was idle for so long. (Node's documentation of
 * `agent.keepSocketAlive` and `agent.reuseSocket`, which are meant to be replaced.)
 */
function bound(agent: http.Agent, requestsEach: () => number): void {
  const served = new WeakMap<Socket, number>();
  const idle = new WeakMap<Socket, () => void>();
  const replaceable = agent as unknown as {
    keepSocketAlive: (socket: Socket) => boolean;
    reuseSocket: (socket: Socket, request: http.ClientRequest) => void;
  };
  const keep = replaceable.keepSocketAlive.bind(agent);
  const reuse = replaceable.reuseSocket.bind(agent);
  replaceable.keepSocketAlive = (socket) => {
    const count = (served.get(socket) ?? 0) + 1;
    served.set(socket, count);
    if (count >= requestsEach() || !keep(socket)) return false;
    const onTimeout = (): void => {
      socket.destroy();
    };
    idle.set(socket, onTimeout);
    socket.setTimeout(IDLE_MS, onTimeout);
    return true;
  };
  replaceable.reuseSocket = (socket, request) => {
    const onTimeout = idle.get(socket);
    if (onTimeout !== undefined) socket.setTimeout(0).off('timeout', onTimeout);
    reuse(socket, request);
  };
}

/** An address that could not be reached while another one of the same name could. */
export interface Unreached {
  readonly host: string;
  readonly address: string;
  /** The code of Node: `ECONNREFUSED`. */
  readonly code: string;
}

/** The addresses of names, in turn: the next connection begins with the next address. */
export interface Addresses {
  /** In the order in which they are to be tried. Those that could not be reached lately come last. */
  order(host: string, found: readonly LookupAddress[], now: number): LookupAddress[];
  /** One was reached, and before it those of `failed` were not. */
  reached(host: string, address: string, failed: ReadonlyMap<string, string>, now: number): void;
  /** Each address that was passed over, once. */
  unreached(): readonly Unreached[];
}

/** An address that could not be reached is tried first again after this time, milliseconds. */
const AGAIN_MS = 30_000;

export function createAddresses(): Addresses {
  const turns = new Map<string, number>();
  const avoidedSince = new Map<string, number>();
  const unreached = new Map<string, Unreached>();
  const keyOf = (host: string, address: string): string => `${host} ${address}`;
  return {
    order(host, found, now) {
      const turn = turns.get(host) ?? 0;
      turns.set(host, turn + 1);
      const isAvoided = ({ address }: LookupAddress): boolean => {
        const since = avoidedSince.get(keyOf(host, address));
        return since !== undefined && now - since < AGAIN_MS;
      };
      const good = found.filter((one) => !isAvoided(one));
      const start = good.length === 0 ? 0 : turn % good.length;
      return [...good.slice(start), ...good.slice(0, start), ...found.filter(isAvoided)];
    },
    reached(host, address, failed, now) {
      avoidedSince.delete(keyOf(host, address));
      for (const [other, code] of failed) {
        const key = keyOf(host, other);
        avoidedSince.set(key, now);
        if (!unreached.has(key)) unreached.set(key, { host, address: other, code });
      }
    },
    unreached: () => [...unreached.values()],
  };
}
