import { afterEach, describe, expect, it } from '@jest/globals';
import type { Askable, Asked, Check, SeenBefore } from '../../src/contract/check.js';
import type { ChainLink, Strategy } from '../../src/contract/strategy.js';
import { openSession, targetSessions, type TargetSession } from '../../src/commands/session.js';
import type { AskedBefore, Snapshot } from '../../src/commands/snapshot-file.js';
import { askAll, askedInWords, withMemory } from '../../src/commands/was-well.js';
import { Cancelled } from '../../src/support/abort.js';
import { entryWith } from '../support/entry.js';
import { good, healthCheck } from '../support/stand-in-checks.js';
import { VirtualClock } from '../support/virtual-clock.js';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

const clock = new VirtualClock();

async function targetWith(
  flags: readonly string[] = [],
  signal = new AbortController().signal,
): Promise<TargetSession> {
  const argv = ['run', '--url', 'http://shop.test/', ...flags];
  const session = await openSession(entryWith({ argv, clock, signal }));
  cleanups.push(() => {
    session.close();
  });
  expect(session.problems).toEqual([]);
  const [target] = targetSessions(session);
  if (target === undefined) throw new Error('there is no target');
  return target;
}

const well: Asked = { passed: true, detail: '', status: 200, ms: 34 };
const bad: Asked = { passed: false, detail: 'status 500', status: 500, ms: 5 };

interface Asking extends Askable {
  /** How often it was asked. */
  times: number;
  recalled: Asked | undefined;
}

/** Answers one after the other; the last one again and again. `hangs`: not at all. */
function askable(subject: string, ...answers: readonly (Asked | 'hangs' | undefined)[]): Asking {
  return {
    subject,
    times: 0,
    recalled: undefined,
    async ask(signal) {
      const answer = answers[Math.min(this.times, answers.length - 1)];
      this.times += 1;
      if (answer !== 'hangs') return answer;
      await clock.sleep(Number.MAX_SAFE_INTEGER, signal);
      return undefined;
    },
    recall(asked) {
      this.recalled = asked;
    },
  };
}

const checkOf = (id: string, source: string, ...askables: readonly Askable[]): Check => ({
  ...healthCheck(clock, () => ({ result: good })),
  ...{ id, source, askables },
});

describe('asking what checks ask', () => {
  it('stops with the first answer that is well, and goes on to `health-failures` looks', async () => {
    const [up, late, down] = [
      askable('up', well),
      askable('late', bad, undefined, well),
      askable('down', bad),
    ];
    const checks = [checkOf('health', 'http', up, late, down)];
    const asked = await clock.runUntil(askAll(await targetWith(), checks));
    expect([up, late, down].map(({ times }) => times)).toEqual([1, 3, 3]);
    expect(asked).toEqual([
      { checks: ['health'], subject: 'up', ...well },
      { checks: ['health'], subject: 'late', ...well },
      { checks: ['health'], subject: 'down', ...bad },
    ]);
  });

  it('asks once for the checks that share it, and says nothing of what tells nothing', async () => {
    const [shared, silent] = [askable('shared', well), askable('silent', undefined)];
    const checks = [checkOf('a', 'http', shared), checkOf('b', 'http', shared, silent)];
    const asked = await clock.runUntil(askAll(await targetWith(), checks));
    expect(asked).toEqual([{ checks: ['a', 'b'], subject: 'shared', ...well }]);
  });

  it('what does not answer in time is left out, or told as the caller wants it', async () => {
    const target = await targetWith();
    const checks = (): readonly Check[] => [checkOf('a', 'http', askable('x', 'hangs'))];
    expect(await clock.runUntil(askAll(target, checks()))).toEqual([]);
    const limits = { looks: 1, timeoutMs: 100, unanswered: bad };
    expect(await clock.runUntil(askAll(target, checks(), limits))).toEqual([
      { checks: ['a'], subject: 'x', ...bad },
    ]);
  });

  it('rejects when we must leave', async () => {
    const stop = new AbortController();
    const target = await targetWith([], stop.signal);
    const asking = askAll(target, [checkOf('a', 'http', askable('x', 'hangs'))]);
    stop.abort(new Cancelled('SIGTERM'));
    await expect(asking).rejects.toThrow('cancelled by SIGTERM');
  });
});

describe('what was seen, in words', () => {
  const url = 'https://shop.test/';
  const of = (asked: Partial<AskedBefore>): AskedBefore => ({
    ...{ checks: ['health'], subject: url, passed: false, detail: '', ms: 34 },
    ...asked,
  });
  const inWords = (...asked: readonly AskedBefore[]): readonly string[] =>
    askedInWords(asked, [
      checkOf('health', 'http'),
      checkOf('kubernetes-health', 'kubernetes'),
    ]).map(({ level, subject, message }) => `${level}: ${subject}: ${message}`);

  it.each<[string, Partial<AskedBefore>, string]>([
    ['an answer', { passed: true, status: 200 }, `notice: health: ${url} answered 200 in 34 ms`],
    [
      'a missing header',
      { status: 401, detail: 'status 401', obstacle: 'unauthorized' },
      `warning: health: ${url} answers 401: set \`headers\``,
    ],
    [
      'a portal of the network',
      { status: 511, detail: 'status 511', obstacle: 'network' },
      `warning: health: ${url} answers 511: run Rollgate where the service can be reached`,
    ],
    [
      'no such name',
      { detail: 'dns failure', obstacle: 'name' },
      `warning: health: ${url}: the name cannot be resolved: correct the URL, or check the DNS server of this machine`,
    ],
    [
      'a certificate of an authority of their own',
      { detail: 'TLS failure', obstacle: 'certificate' },
      `warning: health: ${url}: TLS failure: set \`ca-file\` if an authority of your own has signed it`,
    ],
    [
      'a proxy that fails',
      { detail: 'proxy failure (ECONNREFUSED): check HTTP_PROXY', obstacle: 'proxy' },
      `warning: health: ${url}: proxy failure (ECONNREFUSED): check HTTP_PROXY`,
    ],
    [
      'a proxy that wants credentials',
      { status: 407, detail: 'status 407', obstacle: 'proxy' },
      `warning: health: ${url} answers 407: check HTTP_PROXY, HTTPS_PROXY and NO_PROXY`,
    ],
    [
      'a dead port',
      { detail: 'connection refused' },
      `warning: health: ${url}: connection refused: check the URL, unless nothing answers there before the first deploy`,
    ],
    [
      'another status',
      { status: 404, detail: 'status 404' },
      `warning: health: ${url} answers 404: check the URL and \`expect-status\``,
    ],
    [
      'another body',
      { status: 200, detail: 'body did not match' },
      `warning: health: ${url} answers 200, and body did not match: check the URL and \`expect-body\``,
    ],
    [
      'a workload that is well',
      { checks: ['kubernetes-health'], subject: 'deployment/api', passed: true },
      'notice: kubernetes-health: deployment/api: well',
    ],
    [
      'a workload that is not',
      {
        ...{ checks: ['kubernetes-health'], subject: 'deployment/api' },
        detail: 'deployment/api: 1 of 2 replicas are not available',
      },
      'warning: kubernetes-health: deployment/api: 1 of 2 replicas are not available',
    ],
  ])('%s', (_, asked, said) => {
    expect(inWords(of(asked))).toEqual([said]);
  });

  it('the same of one address is said once; nothing of what is absent', () => {
    const answer = { passed: true, status: 200 };
    expect(
      inWords(
        of(answer),
        of({ ...answer, ms: 40 }),
        of({ checks: ['kubernetes-health'], subject: 'deployment/api', absent: true }),
      ),
    ).toHaveLength(1);
  });

  it('with it what the checks have seen besides, such as a cache', () => {
    const finding = { level: 'warning', subject: 'health', message: 'a cache answered' } as const;
    const check = { ...checkOf('health', 'http'), findings: () => [finding] };
    expect(askedInWords([], [check])).toEqual([finding]);
  });
});

describe('what a watch remembers', () => {
  const snapshotWith = (asked: readonly AskedBefore[]): Snapshot => ({
    schema: 1,
    tool: { name: 'rollgate', version: '1' },
    host: { system: 'local', runId: null, attempt: null },
    takenAt: '2026-01-01T00:00:00.000Z',
    targets: [{ name: 'default', strategies: {}, asked }],
  });
  const linkThat = (sawNothing: boolean): ChainLink => ({
    id: 'compose',
    strategy: { kind: 'strategy', id: 'compose', sawNothing: () => sawNothing } as Strategy,
  });

  async function remembered(
    asked: readonly AskedBefore[],
    askables: readonly Askable[],
    { flags = [], links = [] }: { flags?: readonly string[]; links?: readonly ChainLink[] } = {},
  ): Promise<SeenBefore | undefined> {
    const checks = [checkOf('health', 'http', ...askables)];
    return withMemory(await targetWith(flags), checks, snapshotWith(asked), links)[0]?.seenBefore;
  }
  const askedOf = (subject: string, asked: Asked): AskedBefore => ({
    ...{ checks: ['health'], subject },
    ...asked,
  });

  it('each of several URLs by itself, and the check as a whole only when all passed', async () => {
    const [one, other] = [askable('one', well), askable('other', well)];
    expect(await remembered([askedOf('one', well), askedOf('other', bad)], [one, other])).toEqual({
      seen: 'failed',
      detail: 'status 500',
      isNew: false,
    });
    expect([one.recalled, other.recalled]).toMatchObject([well, bad]);
    expect(
      await remembered([askedOf('one', well), askedOf('other', well)], [one, other]),
    ).toMatchObject({ seen: 'passed' });
    expect(await remembered([askedOf('one', well)], [one, other])).toMatchObject({
      seen: 'not-asked',
    });
  });

  it('not what another check or another target has asked', async () => {
    const other = { ...askedOf('one', bad), checks: ['another'] };
    expect(await remembered([other], [askable('one', well)])).toMatchObject({ seen: 'not-asked' });
  });

  it.each<[string, boolean, Parameters<typeof remembered>[2]]>([
    ['nothing says so', false, {}],
    ['a strategy that saw something', false, { links: [linkThat(false)] }],
    ['a strategy that saw nothing', true, { links: [linkThat(false), linkThat(true)] }],
    ['a canary', true, { flags: ['--canary-workload', 'deployment/canary'] }],
    ['a canary of Compose', true, { flags: ['--canary-service', 'canary'] }],
    ['`url-before: absent`', true, { flags: ['--url-before', 'absent'] }],
  ])('whether the target is new: %s, %s', async (_, isNew, given) => {
    expect(await remembered([askedOf('one', bad)], [askable('one', bad)], given)).toMatchObject({
      seen: 'failed',
      isNew,
    });
  });

  it('the target is new when a platform had nothing there', async () => {
    const absent = askedOf('one', { passed: false, detail: 'gone', absent: true, ms: 0 });
    expect(await remembered([absent], [askable('one', bad)])).toMatchObject({ isNew: true });
  });
});
