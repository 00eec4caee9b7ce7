import { describe, expect, it } from '@jest/globals';
import type { RunState, StartRequest, StartResult } from '../../src/contract/pipeline.js';
import { joinRival } from '../../src/pipelines/attempts.js';
import { noRecords } from '../support/stand-in.js';
import { type End, standIns } from '../support/stand-ins.js';
import {
  type Gate,
  gateFor,
  inFirstAttempt,
  inNextDeploy,
  listsIds,
  never,
  open,
  requestOf,
} from '../support/starting-gates.js';
import { VirtualClock } from '../support/virtual-clock.js';

const BY_ANOTHER = 'Another attempt of this run had started it.';
const NOT_AGAIN =
  'Another attempt of this run had started it; to start one more, use the command `rollback`.';
const notJoined: unknown = expect.not.objectContaining({ joined: expect.anything() });

function runIn(result: StartResult | 'killed' | undefined): string | undefined {
  return typeof result === 'object' && result.kind === 'started' ? result.run.id : undefined;
}

/** Reads the run to its end. */
async function toTheEnd({ client }: Gate, result: StartResult | 'killed'): Promise<string> {
  if (result === 'killed' || result.kind !== 'started') return 'no run';
  for (;;) {
    const { phase } = await client.state(result.run, never);
    if (['succeeded', 'failed', 'cancelled'].includes(phase)) return phase;
  }
}

describe.each(Object.keys(standIns))('%s', (system) => {
  describe('a rollback that has ended', () => {
    async function rolledBack(end: End) {
      const scene = await open(system, end);
      const gate = gateFor(scene, scene.machine);
      const first = await scene.run(gate.start(inFirstAttempt));
      const phase = await scene.run(toTheEnd(gate, first));
      const askAgain = (request: StartRequest) =>
        scene.run(gateFor(scene, scene.machine).start(request));
      return { standIn: scene.standIn, first, phase, askAgain };
    }

    it.each([
      ['well, and is asked for again: it is confirmed', 'well', 'succeeded', BY_ANOTHER],
      [
        'badly, and is asked for again: it is said, and not started again',
        'badly',
        'failed',
        NOT_AGAIN,
      ],
    ] as const)('%s', async (_, end, expected, joined) => {
      const { standIn, first, phase, askAgain } = await rolledBack(end);
      expect(phase).toBe(expected);
      expect(await askAgain(inFirstAttempt)).toEqual({ ...(first as object), joined });
      expect(standIn.started).toBe(1);
    });

    it.each([
      ['after a new deploy of the same run', inNextDeploy],
      ['by another job of a matrix', requestOf('snapshot 1', 'deploy 2')],
      ['by another run', requestOf('snapshot 1', 'deploy', '43')],
    ])('and is asked for %s: it is another rollback', async (_, request) => {
      const { standIn, askAgain } = await rolledBack('well');
      expect(await askAgain(request)).toEqual(notJoined);
      expect(standIn.started).toBe(2);
    });
  });

  it.each([
    ['another job of a matrix', requestOf('snapshot 1', 'deploy 2')],
    ['another run', requestOf('snapshot 1', 'deploy', '43')],
  ])('a rollback of %s that is still going is never joined', async (_, request) => {
    const scene = await open(system);
    await scene.run(gateFor(scene, scene.machine).start(request));
    const ours = await scene.run(gateFor(scene, scene.machine).start(inFirstAttempt));
    expect(ours).toEqual(notJoined);
    expect(scene.standIn.started).toBe(2);
  });

  it('two gates at once on one machine: one starts the run, the other joins it', async () => {
    const scene = await open(system);
    const results = await scene.run(
      Promise.all(
        [scene.machine, scene.machine].map((records) =>
          gateFor(scene, records).start(inFirstAttempt),
        ),
      ),
    );
    expect(scene.standIn.started).toBe(1);
    expect(new Set(results.map(runIn))).toEqual(new Set([runIn(results[0])]));
    expect(runIn(results[0])).toBeDefined();
  });
});

describe.each(listsIds)('%s, two gates at once on two machines', (system) => {
  it('the first run stays, and the other is cancelled', async () => {
    const scene = await open(system);
    const gates = [gateFor(scene), gateFor(scene)];
    const results = await scene.run(Promise.all(gates.map((gate) => gate.start(inFirstAttempt))));
    expect(new Set(results.map(runIn))).toEqual(new Set([runIn(results[0])]));
    expect(runIn(results[0])).toBeDefined();
    const joined = results.flatMap((one) =>
      typeof one === 'object' && 'joined' in one ? [one.joined] : [],
    );
    // Jenkins makes one item of two that are equal.
    expect([
      ...(scene.standIn.started === 1 ? [[], [BY_ANOTHER]] : []),
      [expect.stringMatching(/started it just before; our own run \S+ was cancelled\.$/)],
    ]).toContainEqual(joined);
  });
});

/** A server whose clock has gone on by a minute between what has been asked for and what is listed. */
function aMinuteLater(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (...request) => {
    const response = await fetch(...request);
    const headers = new Headers(response.headers);
    headers.set('date', new Date(Date.now() + 60_000).toUTCString());
    return new Response(response.body, { status: response.status, headers });
  };
}

describe.each(listsIds)('%s, whose list is a minute behind', (system) => {
  it('two gates on two machines: the first run stays, and the other is cancelled', async () => {
    const opened = await open(system);
    const scene = { ...opened, fetch: aMinuteLater(opened.fetch) };
    const results = await scene.run(
      Promise.all([gateFor(scene), gateFor(scene)].map((gate) => gate.start(inFirstAttempt))),
    );
    expect(runIn(results[0])).toBeDefined();
    expect(new Set(results.map(runIn))).toEqual(new Set([runIn(results[0])]));
  });
});

it.each(Object.keys(standIns))(
  '%s: a run is written down before a rival is looked for',
  async (system) => {
    const scene = await open(system);
    const isNoted = (): boolean =>
      scene.machine.read(inFirstAttempt.correlationId)?.run !== undefined;
    const early: string[] = [];
    const gate = gateFor(
      {
        ...scene,
        fetch: (input, init) => {
          const url = input instanceof Request ? input.url : String(input);
          // Jenkins has to be asked which build its queue item has become.
          if (scene.standIn.started > 0 && !isNoted() && !url.includes('/queue/item/'))
            early.push(url);
          return scene.fetch(input, init);
        },
      },
      scene.machine,
    );
    await scene.run(gate.start(inFirstAttempt));
    expect(early).toEqual([]);
    expect(isNoted()).toBe(true);
  },
);

describe('a run that was started before ours, and was not listed before the call', () => {
  const runOf = (id: string) => ({ id, url: `https://ci.test/runs/${id}` });
  const [first, second] = [inFirstAttempt, inNextDeploy];

  /** Ours is run 8 with the id of the first deploy. */
  async function rivalOf(
    id: string,
    ended: RunState,
    ours: readonly RunState[] = [{ phase: 'cancelled', word: 'cancelled' }],
  ) {
    const clock = new VirtualClock();
    const left = [...ours];
    let cancelled = 0;
    const joined = await clock.runUntil(
      joinRival(
        {
          system: 'GitHub',
          correlationId: first.correlationId,
          scope: first.scope ?? '',
          list: () => Promise.resolve({ runs: ['8', '7'].map((one) => ({ run: runOf(one) })) }),
          idShown: ({ run }) => Promise.resolve(run.id === '7' ? id : first.correlationId),
          state: ({ id: asked }) => {
            const state = asked === '7' ? ended : left.length > 1 ? left.shift() : left[0];
            return state === undefined ? Promise.reject(new Error('gone')) : Promise.resolve(state);
          },
          cancel: () => {
            cancelled += 1;
            return Promise.resolve();
          },
          records: noRecords,
          clock,
        },
        runOf('8'),
        never,
      ),
    );
    return { joined: joined?.run.id, cancelled, says: joined?.joined };
  }

  const well: RunState = { phase: 'succeeded', word: 'success' };
  const badly: RunState = { phase: 'failed', word: 'failure' };

  it('has ended well, with our id: it counts, and ours is cancelled', async () => {
    expect(await rivalOf(first.correlationId, well)).toMatchObject({ joined: '7', cancelled: 1 });
  });

  it.each([
    ['badly', first.correlationId, badly],
    ['well, and was for another deploy', second.correlationId, well],
  ])('has ended %s: ours stays', async (_, id, state) => {
    expect(await rivalOf(id, state)).toEqual({ joined: undefined, cancelled: 0, says: undefined });
  });

  it.each<[string, readonly RunState[], string]>([
    [
      'takes a moment',
      [
        { phase: 'queued', word: 'queued' },
        { phase: 'cancelled', word: 'cancelled' },
      ],
      'our own run 8 was cancelled.',
    ],
    ['comes too late', [well], 'our own run 8 had ended before it could be cancelled ("success").'],
    [
      'ends nothing',
      [{ phase: 'running', word: 'in_progress' }],
      'our own run 8 was asked to end, and is "in_progress": look at it, and cancel it by hand.',
    ],
    [
      'cannot be seen',
      [],
      'our own run 8 was asked to end, and what became of that could not be seen: look at it.',
    ],
  ])('a cancellation that %s is told as it is', async (_, ours, says) => {
    const rival = await rivalOf(first.correlationId, { phase: 'running', word: 'r' }, ours);
    expect(rival).toEqual({
      joined: '7',
      cancelled: 1,
      says: `Another gate of this run had started it just before; ${says}`,
    });
  });
});

describe('a list of runs that is behind', () => {
  const run = (id: string) => ({ id, url: `https://ci.test/runs/${id}` });
  const ids = requestOf('snapshot 1');

  /** Two gates have started runs 7 and 8; the list shows nothing of them for so many reads. */
  async function rivalOf(ours: string, behind: number) {
    const clock = new VirtualClock();
    let reads = 0;
    const cancelled: string[] = [];
    const joined = await clock.runUntil(
      joinRival(
        {
          system: 'GitHub',
          correlationId: ids.correlationId,
          scope: ids.scope ?? '',
          list: () => {
            reads += 1;
            const shown = reads > behind ? ['8', '7'] : [];
            return Promise.resolve({ runs: shown.map((id) => ({ run: run(id) })) });
          },
          idShown: () => Promise.resolve(`Rollback ${ids.correlationId}`),
          state: ({ id }) =>
            Promise.resolve(
              cancelled.includes(id)
                ? { phase: 'cancelled', word: 'cancelled' }
                : { phase: 'queued', word: 'queued' },
            ),
          cancel: ({ id }) => {
            cancelled.push(id);
            return Promise.resolve();
          },
          records: noRecords,
          clock,
        },
        run(ours),
        never,
      ),
    );
    return { joined: joined?.run.id, cancelled, reads, waited: clock.monotonic() };
  }

  it('the gate whose run is second waits until the list shows its own, and then sees the first', async () => {
    expect(await rivalOf('8', 2)).toEqual({
      joined: '7',
      cancelled: ['8'],
      reads: 3,
      waited: 2000,
    });
  });

  it('the gate whose run is first keeps it', async () => {
    expect(await rivalOf('7', 0)).toEqual({
      joined: undefined,
      cancelled: [],
      reads: 1,
      waited: 0,
    });
  });

  it('a list that never shows our run: the run is kept, after some seconds', async () => {
    expect(await rivalOf('8', Infinity)).toEqual({
      joined: undefined,
      cancelled: [],
      reads: 4,
      waited: 3000,
    });
  });
});
