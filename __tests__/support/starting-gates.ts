import { afterEach } from '@jest/globals';
import type { PipelineClient, StartRequest, StartResult } from '../../src/contract/pipeline.js';
import type { StartRecord, StartRecords } from '../../src/pipelines/start-records.js';
import { correlationOf } from '../../src/strategies/ci/correlation.js';
import { countedFetch, drive } from './drive.js';
import { noRecords, type StandIn } from './stand-in.js';
import { type End, standIns } from './stand-ins.js';
import { VirtualClock } from './virtual-clock.js';

/** Runs of these are listed with the ids that they were started with, in the order in which they were started. */
export const listsIds = ['github', 'gitlab', 'azure', 'jenkins', 'gitea', 'forgejo'];
/** Of `http`, as this stand-in is described, only the run with the very id can be found. */
export const showsIds = [...listsIds, 'http'];

export const never = new AbortController().signal;

/** What is asked for in a run; another occasion is another deploy of the same. */
export function requestOf(occasion: string, job = 'deploy', run = '42'): StartRequest {
  const ids = correlationOf(
    { run: ['github', 'ci.test', 'acme/shop', run, job], occasion },
    { target: 'api', pipeline: 'https://ci.test/rollback', ref: undefined, parameters: {} },
  );
  return {
    ref: undefined,
    optional: { rollback: 'true', rollback_id: ids.correlationId, rollback_target: 'api' },
    parameters: {},
    ...ids,
  };
}

export const inFirstAttempt = requestOf('snapshot 1');
/** Another snapshot, or without one another attempt. */
export const inNextDeploy = requestOf('snapshot 2');

/** The records of one machine. */
function createRecords(clock: VirtualClock): StartRecords {
  const records = new Map<string, StartRecord>();
  return {
    claim(id) {
      if (records.has(id)) return Promise.resolve(false);
      records.set(id, { id, at: clock.now() });
      return Promise.resolve(true);
    },
    read: (id) => records.get(id),
    ofScope: (scope) =>
      Promise.resolve([...records.values()].filter(({ id }) => id.startsWith(scope))),
    note(id, run) {
      records.set(id, { id, at: clock.now(), run });
      return Promise.resolve();
    },
    drop: (id) => records.delete(id),
  };
}

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** A CI system, and gates that call it. Time is the same for all of them. */
export interface Scene {
  readonly standIn: StandIn;
  /** What one machine remembers; `createRecords` makes another. */
  readonly machine: StartRecords;
  readonly clock: VirtualClock;
  readonly fetch: typeof globalThis.fetch;
  /** Gives the result of something that waits for the time and for the stand-in. */
  readonly run: <T>(work: Promise<T>) => Promise<T>;
}

export async function open(system: string, end: End = 'well'): Promise<Scene> {
  const standIn = await standIns[system]?.(end);
  if (standIn === undefined) throw new Error(`no stand-in for ${system}`);
  cleanUps.push(() => standIn.close());
  const clock = new VirtualClock();
  const counted = countedFetch();
  return {
    standIn,
    machine: createRecords(clock),
    clock,
    fetch: counted.fetch,
    run: (work) => drive(clock, work, counted.open, () => standIn.hanging),
  };
}

export interface Gate {
  readonly start: (request: StartRequest) => Promise<StartResult | 'killed'>;
  readonly client: PipelineClient;
  /** So many steps from one wait to the next it has made. */
  readonly steps: () => number;
}

/**
 * A process that calls a stand-in. It is killed at a step: before a request is sent or after it is answered, before or after
 * something is written down.
 */
export function gateFor(
  { standIn, clock, fetch }: Scene,
  records: StartRecords = noRecords,
  killAt = Infinity,
): Gate {
  let steps = 0;
  let kill: (() => void) | undefined;
  const killed = new Promise<'killed'>((resolve) => {
    kill = () => {
      resolve('killed');
    };
  });
  const isAlive = async (): Promise<void> => {
    if (++steps < killAt) return;
    kill?.();
    await new Promise(() => undefined);
  };
  const mortal: StartRecords = {
    ...records,
    async claim(id) {
      await isAlive();
      const claimed = await records.claim(id);
      await isAlive();
      return claimed;
    },
    async note(id, run) {
      await isAlive();
      await records.note(id, run);
      await isAlive();
    },
  };
  const client = standIn.client({
    fetch: async (input, init) => {
      await isAlive();
      const response = await fetch(input, init);
      await isAlive();
      return response;
    },
    clock,
    random: () => 0.5,
    records: mortal,
  });
  return {
    start: (request) => Promise.race([client.start(request, never, () => undefined), killed]),
    client,
    steps: () => steps,
  };
}
