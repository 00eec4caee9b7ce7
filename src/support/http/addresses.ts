import type { LookupAddress } from 'node:dns';

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
  readonly unreached: readonly Unreached[];
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
    get unreached() {
      return [...unreached.values()];
    },
  };
}
