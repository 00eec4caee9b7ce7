import { settle, type VirtualClock } from './virtual-clock.js';

/** `fetch`, and how many of its requests are without a complete answer. */
export interface CountedFetch {
  readonly fetch: typeof globalThis.fetch;
  readonly open: () => number;
}

export function countedFetch(inner: typeof globalThis.fetch = globalThis.fetch): CountedFetch {
  let open = 0;
  return {
    open: () => open,
    fetch: async (input, init) => {
      open++;
      try {
        const response = await inner(input, init);
        const body = await response.arrayBuffer();
        const { status, headers } = response;
        return new Response(body.byteLength === 0 ? null : body, { status, headers });
      } finally {
        open--;
      }
    },
  };
}

const STEP_MS = 250;

/**
 * Gives the result of `work`, which waits for a virtual clock and for real sockets: time passes only while no request is
 * under way but those that hang on purpose. Otherwise every answer would come after its timeout.
 */
export async function drive<T>(
  clock: VirtualClock,
  work: Promise<T>,
  open: () => number,
  hanging: () => number,
): Promise<T> {
  let done = false;
  const end = (): void => {
    done = true;
  };
  work.then(end, end);
  for (;;) {
    await settle();
    await settle();
    // Set from elsewhere, which the compiler cannot see.
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
    if (done) return work;
    if (open() === hanging()) await clock.advance(STEP_MS);
  }
}
