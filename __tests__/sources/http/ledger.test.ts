import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Ledger } from '../../../src/sources/http/ledger.js';
import { createSchedule, type ProbeResult } from '../../../src/sources/http/prober.js';
import { settle } from '../../support/virtual-clock.js';

const result = (latencyMs: number): ProbeResult => ({ sent: true, ok: true, kind: '', latencyMs });

function ledgerOf(perSecond: number, ...askers: string[]): Ledger {
  const ledger = new Ledger(createSchedule(perSecond));
  for (const asker of askers) ledger.join(asker);
  return ledger;
}

async function isOpen(work: Promise<unknown>): Promise<boolean> {
  let open = true;
  void work.then(() => {
    open = false;
  });
  await settle();
  return open;
}

describe('the ledger of probes', () => {
  it('answers when all probes of the window have ended, in any order', async () => {
    const ledger = ledgerOf(1, 'a');
    ledger.settle(2, result(2));
    const pending = ledger.settled('a', { from: 0, to: 3000 });
    ledger.settle(0, result(0));
    expect(await isOpen(pending)).toBe(true);
    ledger.settle(3, result(3));
    expect(await isOpen(pending)).toBe(true);
    ledger.settle(1, result(1));
    await expect(pending).resolves.toEqual([result(0), result(1), result(2)]);
  });

  it('answers at once for a window in which no probe is due', async () => {
    const ledger = ledgerOf(0.1, 'a');
    await expect(ledger.settled('a', { from: 1000, to: 2000 })).resolves.toEqual([]);
  });

  it('answers a later window while an earlier one is open', async () => {
    const ledger = ledgerOf(1, 'a');
    const first = ledger.settled('a', { from: 0, to: 2000 });
    const second = ledger.settled('a', { from: 2000, to: 4000 });
    for (const probe of [0, 2, 3]) ledger.settle(probe, result(probe));
    await expect(second).resolves.toEqual([result(2), result(3)]);
    expect(await isOpen(first)).toBe(true);
    ledger.settle(1, result(1));
    await expect(first).resolves.toEqual([result(0), result(1)]);
    expect(ledger.size).toBe(0);
  });

  it('gives every check the same results, and forgets them after the last one', async () => {
    const ledger = ledgerOf(1, 'a', 'b');
    ledger.settle(0, result(0));
    const window = { from: 0, to: 1000 };
    await expect(ledger.settled('a', window)).resolves.toEqual([result(0)]);
    expect(ledger.size).toBe(1);
    await expect(ledger.settled('b', window)).resolves.toEqual([result(0)]);
    expect(ledger.size).toBe(0);
  });

  it('answers a check that leaves with the results so far, and keeps nothing for it', async () => {
    const ledger = ledgerOf(1, 'a', 'b');
    ledger.settle(0, result(0));
    const pending = ledger.settled('a', { from: 0, to: 5000 });
    await ledger.settled('b', { from: 0, to: 1000 });
    ledger.leave('a');
    await expect(pending).resolves.toEqual([result(0)]);
    expect(ledger.size).toBe(0);
  });

  it('gives every probe exactly once to each check, in any order of calls', async () => {
    const probes = 40;
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...Array(probes).keys()], { minLength: probes, maxLength: probes }),
        fc.integer({ min: 1, max: 10 }),
        fc.array(fc.constantFrom('a', 'b', 'settle'), { maxLength: 120 }),
        async (order, length, steps) => {
          const ledger = ledgerOf(1, 'a', 'b');
          const observations: Record<'a' | 'b', Promise<readonly ProbeResult[]>[]> = {
            a: [],
            b: [],
          };
          const ask = (asker: 'a' | 'b'): void => {
            const from = observations[asker].length * length * 1000;
            if (from >= probes * 1000) return;
            const to = Math.min(probes * 1000, from + length * 1000);
            observations[asker].push(ledger.settled(asker, { from, to }));
          };
          const waiting = [...order];
          const settleNext = (): void => {
            const probe = waiting.shift();
            if (probe !== undefined) ledger.settle(probe, result(probe));
          };
          for (const step of steps) {
            if (step === 'settle') settleNext();
            else ask(step);
          }
          while (waiting.length > 0) settleNext();
          for (let i = 0; i < probes; i++) {
            ask('a');
            ask('b');
          }
          const all = [...Array(probes).keys()].map(result);
          expect((await Promise.all(observations.a)).flat()).toEqual(all);
          expect((await Promise.all(observations.b)).flat()).toEqual(all);
          expect(ledger.size).toBe(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('stays small over hours of 1 s windows', async () => {
    const seconds = 3 * 3600;
    const perSecond = 2;
    const ledger = ledgerOf(perSecond, 'a', 'b', 'c');
    let largest = 0;
    let observations = 0;
    for (let second = 0; second < seconds; second++) {
      const window = { from: second * 1000, to: (second + 1) * 1000 };
      const pending = ['a', 'b', 'c'].map((asker) => ledger.settled(asker, window));
      for (let i = 0; i < perSecond; i++) ledger.settle(second * perSecond + i, result(1));
      largest = Math.max(largest, ledger.size);
      for (const results of await Promise.all(pending)) observations += results.length;
    }
    expect(observations).toBe(3 * seconds * perSecond);
    expect(largest).toBeLessThanOrEqual(perSecond);
  });
});
