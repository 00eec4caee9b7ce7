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

/** A run by its id, and owner it is. */
interface Shown extends Candidate {
  readonly is: Owner;
}
const shown = (id: string, is: Owner, key?: string): Shown => ({
  run: { id, url: `https://ci.test/${id}` },
  is,
  ...(key === undefined ? {} : { key }),
});

/** Looks through these, one list after the other; the last one stays. */
async function locate(...lists: (readonly Shown[] | Error)[]) {
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

describe('locateRun', () => {
  const ours = shown('7', 'ours');
  const perhaps = shown('8', 'could be');
  const others = shown('9', 'others');

  it('is certain of the one that shows it', async () => {
    const { result, ms } = await locate([perhaps, others, ours]);
    expect(result).toEqual({ kind: 'started', run: ours.run });
    expect(ms).toBe(0);
  });

  it('waits for it to be seen', async () => {
    const { result } = await locate([], [others], [ours]);
    expect(result).toEqual({ kind: 'started', run: ours.run });
  });

  it('believes in the only one that could be it when it has seen it twice', async () => {
    const { result, listings } = await locate([], [perhaps], [others, perhaps]);
    expect(result).toEqual({ kind: 'unknown', reason: 'it hung', probable: perhaps.run });
    expect(listings).toBe(3);
  });

  it('a run that has another id by now is the same by its key', async () => {
    const { result } = await locate(
      [shown('queue/5', 'could be', '5')],
      [shown('queue/5', 'could be', '5'), shown('17', 'could be', '5')],
    );
    expect(result).toMatchObject({ probable: { id: '17' } });
  });

  it('an error between two looks changes nothing', async () => {
    const { result } = await locate([perhaps], new TransientError('502'), [perhaps]);
    expect(result).toMatchObject({ probable: perhaps.run });
  });

  it.each<[string, (readonly Shown[] | Error)[], string]>([
    ['nothing', [[]], 'no new run could be told to be it'],
    ['only others', [[others]], 'no new run could be told to be it'],
    ['two that could be', [[perhaps, shown('10', 'could be')]], '2 new runs could be it'],
    ['a second one after the first', [[perhaps], [perhaps, shown('10', 'could be')]], '2 new runs'],
    ['two that show the id', [[ours, shown('10', 'ours')]], '2 runs show the id that was sent'],
    ['only errors', [new TransientError('the list: 502')], 'the list: 502'],
  ])('%s: not found, after a while', async (_, lists, says) => {
    const { result, ms } = await locate(...lists);
    expect(result).toEqual({
      kind: 'unknown',
      reason: expect.stringContaining(`it hung, and its run was not found: ${says}`),
    });
    expect(ms).toBeGreaterThan(20_000);
    expect(ms).toBeLessThanOrEqual(30_000);
  });

  it('does not go on asking what is refused for good', async () => {
    const { result, listings } = await locate(new PermanentError('403'));
    expect(result).toMatchObject({ reason: 'it hung, and its run was not found: 403' });
    expect(listings).toBe(1);
  });

  it('outlasts a page, which passes with the trouble that has made it', async () => {
    const { result } = await locate(page(), page(), [ours]);
    expect(result).toEqual({ kind: 'started', run: ours.run });
  });

  it('has no time left when it is told to stop', async () => {
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

describe('lookBefore', () => {
  const at = 'Thu, 01 Jan 2026 00:00:10 GMT';
  const search = (list: () => Promise<{ runs: readonly Shown[]; answer?: ApiResponse }>) =>
    listRunsBefore(list, never);

  it('knows what is there, and the time of the server less some seconds', async () => {
    const before = await search(() =>
      Promise.resolve({ runs: [shown('7', 'others')], answer: answer(200, [], at) }),
    );
    expect(before).toEqual({
      kind: 'seen',
      known: new Set(['7']),
      since: Date.parse('2026-01-01T00:00:05Z'),
    });
  });

  it('does without what cannot be read', async () => {
    expect(await search(() => Promise.reject(new TransientError('502')))).toEqual(notSeen);
    expect(await search(() => Promise.reject(refused(answer(403))))).toEqual(notSeen);
  });

  it('a page in place of the list: the call is not made', async () => {
    expect(await search(() => Promise.reject(page()))).toEqual({
      kind: 'refused',
      reason: 'listing: status 200 (Sign in)',
      hint: 'sign in',
    });
  });

  it('rejects only when it is told to stop', async () => {
    const stop = AbortSignal.abort(new Cancelled('SIGTERM'));
    const work = listRunsBefore(() => Promise.reject(page()), stop);
    await expect(work).rejects.toBeInstanceOf(Cancelled);
  });
});

describe('isNew', () => {
  const seen = { kind: 'seen', known: new Set(['7', 'key']), since: 1000 } as const;
  it.each([
    ['a later one', seen, shown('8', 'others'), 1000, true],
    ['an older one', seen, shown('8', 'others'), 999, false],
    ['one without a time', seen, shown('8', 'others'), Number.NaN, false],
    ['one that was there', seen, shown('7', 'others'), 2000, false],
    ['one that was there by its key', seen, shown('8', 'others', 'key'), 2000, false],
    ['without a list', { ...seen, known: undefined }, shown('8', 'others'), 2000, false],
    ['without a time', { ...seen, since: undefined }, shown('8', 'others'), 2000, false],
    ['without anything', notSeen, shown('8', 'others'), 2000, false],
  ])('%s', (_, before, run, createdAt, is) => {
    expect(isNew(before, run, createdAt)).toBe(is);
  });
});
