import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../../src/support/http/api.js';
import { failed } from '../../src/support/http/problem.js';
import type { ApiResponse } from '../../src/support/http/response.js';
import {
  type Candidate,
  isNew,
  findRun,
  listRunsBefore,
  notSeen,
  type Owner,
} from '../../src/pipelines/find-run.js';
import { Cancelled } from '../../src/support/abort.js';
import { PermanentError, TransientError } from '../../src/support/retry.js';
import { VirtualClock } from '../support/virtual-clock.js';

const never = new AbortController().signal;

function answer(status: number, data: unknown = '', date?: string): ApiResponse {
  return { status, data, headers: date === undefined ? {} : { date } };
}

const refused = (response: ApiResponse): ApiError =>
  new ApiError('listing', failed('unexpected', '', { response, fix: 'sign in' }).problem);
const page = (): ApiError => refused(answer(200, '<html>Sign in</html>'));

/** A run by its id, and its owner. */
interface Shown extends Candidate {
  readonly is: Owner;
}
const shown = (id: string, is: Owner, key?: string): Shown => ({
  run: { id, url: `https://ci.test/${id}` },
  is,
  ...(key === undefined ? {} : { key }),
});

/** Looks through these, one list after the other; the last one stays. */
async function find(...lists: (readonly Shown[] | Error)[]) {
  const clock = new VirtualClock();
  let listings = 0;
  const result = await clock.runUntil(
    findRun<Shown>(
      {
        noun: 'run',
        list: () => {
          const list = lists[Math.min(listings++, lists.length - 1)] ?? [];
          return list instanceof Error ? Promise.reject(list) : Promise.resolve({ runs: list });
        },
        owner: ({ is }) => is,
        why: 'it hung',
        clock,
      },
      never,
    ),
  );
  return { result, listings, ms: clock.monotonic() };
}

describe('finding a run after an unclear start', () => {
  const ours = shown('7', 'ours');
  const perhaps = shown('8', 'could be');
  const others = shown('9', 'others');

  it('one that shows our id: started, at once', async () => {
    const { result, ms } = await find([perhaps, others, ours]);
    expect(result).toEqual({ kind: 'started', run: ours.run });
    expect(ms).toBe(0);
  });

  it('one that shows our id only later: started', async () => {
    const { result } = await find([], [others], [ours]);
    expect(result).toEqual({ kind: 'started', run: ours.run });
  });

  it('the only possible one, seen twice: probable', async () => {
    const { result, listings } = await find([], [perhaps], [others, perhaps]);
    expect(result).toEqual({ kind: 'unknown', reason: 'it hung', probable: perhaps.run });
    expect(listings).toBe(3);
  });

  it('the only possible one, with a new id and the same key: probable', async () => {
    const { result } = await find(
      [shown('queue/5', 'could be', '5')],
      [shown('queue/5', 'could be', '5'), shown('17', 'could be', '5')],
    );
    expect(result).toMatchObject({ probable: { id: '17' } });
  });

  it('an error between two lists changes nothing', async () => {
    const { result } = await find([perhaps], new TransientError('502'), [perhaps]);
    expect(result).toMatchObject({ probable: perhaps.run });
  });

  it.each<[string, (readonly Shown[] | Error)[], string]>([
    ['no run', [[]], 'no new run could be told to be it'],
    ['only runs of others', [[others]], 'no new run could be told to be it'],
    ['two possible runs', [[perhaps, shown('10', 'could be')]], '2 new runs could be it'],
    [
      'a second possible run after the first',
      [[perhaps], [perhaps, shown('10', 'could be')]],
      '2 new runs',
    ],
    [
      'two runs that show our id',
      [[ours, shown('10', 'ours')]],
      '2 runs show the id that was sent',
    ],
    ['only errors', [new TransientError('the list: 502')], 'the list: 502'],
  ])('%s: not found, after a while', async (_, lists, says) => {
    const { result, ms } = await find(...lists);
    expect(result).toEqual({
      kind: 'unknown',
      reason: expect.stringContaining(`it hung, and its run was not found: ${says}`),
    });
    expect(ms).toBeGreaterThan(20_000);
    expect(ms).toBeLessThanOrEqual(30_000);
  });

  it('a permanent error: not found, after one list', async () => {
    const { result, listings } = await find(new PermanentError('403'));
    expect(result).toMatchObject({ reason: 'it hung, and its run was not found: 403' });
    expect(listings).toBe(1);
  });

  it('a page for the list, then the run: started', async () => {
    const { result } = await find(page(), page(), [ours]);
    expect(result).toEqual({ kind: 'started', run: ours.run });
  });

  it('aborted: not found, at once', async () => {
    const result = await findRun<Shown>(
      {
        noun: 'pipeline',
        list: (signal) => {
          signal.throwIfAborted();
          return Promise.resolve({ runs: [] });
        },
        owner: ({ is }) => is,
        why: 'it hung',
        clock: new VirtualClock(),
      },
      AbortSignal.abort(new Cancelled('SIGTERM')),
    );
    expect(result).toEqual({
      kind: 'unknown',
      reason: 'it hung, and there was no time left to look for its pipeline',
    });
  });
});

describe('the list of runs before a start', () => {
  const at = 'Thu, 01 Jan 2026 00:00:10 GMT';
  const search = (list: () => Promise<{ runs: readonly Shown[]; answer?: ApiResponse }>) =>
    listRunsBefore(list, never);

  it("gives the known runs, and the server's time less some seconds", async () => {
    const before = await search(() =>
      Promise.resolve({ runs: [shown('7', 'others')], answer: answer(200, [], at) }),
    );
    expect(before).toEqual({
      kind: 'listed',
      before: { known: new Set(['7']), since: Date.parse('2026-01-01T00:00:05Z') },
      runs: [shown('7', 'others')],
    });
  });

  it('that cannot be read: nothing is known', async () => {
    const nothing = { kind: 'listed', before: notSeen, runs: undefined };
    expect(await search(() => Promise.reject(new TransientError('502')))).toEqual(nothing);
    expect(await search(() => Promise.reject(refused(answer(403))))).toEqual(nothing);
  });

  it('that is a page: refused', async () => {
    expect(await search(() => Promise.reject(page()))).toEqual({
      kind: 'refused',
      reason: 'listing: status 200 (Sign in)',
      hint: 'sign in',
    });
  });

  it('rejects only when aborted', async () => {
    const stop = AbortSignal.abort(new Cancelled('SIGTERM'));
    const work = listRunsBefore(() => Promise.reject(page()), stop);
    await expect(work).rejects.toBeInstanceOf(Cancelled);
  });
});

describe('whether a run is new', () => {
  const seen = { known: new Set(['7', 'key']), since: 1000 } as const;
  it.each([
    ['a run created after the call is new', seen, shown('8', 'others'), 1000, true],
    ['a run created before the call is not new', seen, shown('8', 'others'), 999, false],
    ['a run without a time is not new', seen, shown('8', 'others'), Number.NaN, false],
    ['a run of the list before is not new', seen, shown('7', 'others'), 2000, false],
    [
      'a run of the list before, by its key, is not new',
      seen,
      shown('8', 'others', 'key'),
      2000,
      false,
    ],
    [
      'without a list before no run is new',
      { ...seen, known: undefined },
      shown('8', 'others'),
      2000,
      false,
    ],
    [
      'without a time of the server no run is new',
      { ...seen, since: undefined },
      shown('8', 'others'),
      2000,
      false,
    ],
    ['without list and time no run is new', notSeen, shown('8', 'others'), 2000, false],
  ])('%s', (_, before, run, createdAt, is) => {
    expect(isNew(before, run, createdAt)).toBe(is);
  });
});
