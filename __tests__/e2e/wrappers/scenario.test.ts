import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { atMost } from '../../support/action.js';
import { describeWith } from '../components.js';
import { drivers } from './drivers.js';
import { cases, comparable, type Case, type Driver, type Ended } from './scenario.js';
import { TestBed } from './test-bed.js';

/**
 * One scenario, every wrapper, each through its system's own machinery. `-t gitlab` tells it with one of them.
 */

/** Pipelines at a time: they mostly wait for the service that they watch. */
const AT_ONCE = 3;

interface Result {
  readonly ended: Ended;
  readonly started: number;
  readonly image: string;
  readonly secret: string;
}

const results = new Map<string, Result>();
const key = (system: string, { name }: Case): string => `${system}: ${name}`;

async function tell({ system, run }: Driver, one: Case): Promise<void> {
  const bed = await TestBed.open(system);
  try {
    const ended = await run(one.pipeline(bed), bed);
    const { started, image, secret } = bed;
    results.set(key(system, one), { ended, started, image, secret });
  } finally {
    await bed.close();
  }
}

for (const driver of drivers) {
  const { system } = driver;
  describeWith(`the scenario with ${system}`, driver.lacking, () => {
    beforeAll(async () => {
      const began = Date.now();
      await atMost(
        AT_ONCE,
        cases.map((one) => () => tell(driver, one)),
      );
      process.stdout.write(
        `${system}: ${String(cases.length)} pipelines in ${((Date.now() - began) / 1000).toFixed(0)} s\n`,
      );
    }, 600_000);

    describe.each(cases)('$name', (one) => {
      const of = (): Result => results.get(key(system, one))!;

      it('has the expected verdict, code and rollback', () => {
        const { gates, log } = of().ended;
        const came = Object.entries(gates).map(([name, { exitCode, report }]) => [
          name,
          { exitCode, verdict: report?.verdict, rollback: report?.targets[0]?.rollback.status },
        ]);
        const expected = Object.entries(one.expected).map(([name, is]) => {
          const absent = gates[name]?.report === null && is.verdict === 'not-judged';
          return [
            name,
            absent
              ? { exitCode: null, verdict: undefined, rollback: undefined }
              : { exitCode: is.exitCode, verdict: is.verdict, rollback: is.status },
          ];
        });
        expect({ came, log }).toEqual({ came: expected, log });
      });

      it('has the codes and attempts in its report', () => {
        for (const [name, { exitCode, attempts, verdict }] of Object.entries(one.expected)) {
          const report = of().ended.gates[name]?.report;
          if (report === null && verdict === 'not-judged') continue;
          expect(report?.exitCode).toBe(exitCode);
          if (attempts === undefined) continue;
          const outcomes = report?.targets[0]?.rollback.attempts.map(({ id, outcome }) => [
            id,
            outcome,
          ]);
          expect(Object.fromEntries(outcomes ?? [])).toEqual(attempts);
        }
      });

      it('passes the outputs on', () => {
        for (const { report, outputs } of Object.values(of().ended.gates)) {
          if (report === null) {
            expect(outputs).toEqual({});
            continue;
          }
          expect(outputs).toMatchObject({
            verdict: report.verdict ?? '',
            'rolled-back': String(report.targets[0]?.rollback.status === 'verified'),
            'rollback-status': report.targets[0]?.rollback.status ?? '',
          });
        }
      });

      it('sends the expected requests, and no other', () => {
        const { started, image } = of();
        expect({ started, image }).toEqual({ started: one.started, image: one.image });
      });

      it('shows the secret nowhere', () => {
        const { ended, secret } = of();
        // The runner has to be told what to mask: those lines hold it, and are shown to nobody.
        const shown = ended.log.replace(/^.*(::add-mask::|##vso\[task\.setsecret\]).*$/gm, '');
        expect(shown).not.toContain(secret);
        expect(JSON.stringify(ended.gates)).not.toContain(secret);
      });
    });
  });
}

describe('all wrappers', () => {
  it.each(cases)('$name: the same verdict, code and report in all wrappers', (one) => {
    const reports = drivers.flatMap(({ system }) => {
      const gates = results.get(key(system, one))?.ended.gates;
      // In a rollback pipeline some systems have no such job at all.
      const there = Object.entries(gates ?? {}).filter(([, { report }]) => report !== null);
      return there.length === 0
        ? []
        : [
            {
              system,
              gates: there.map(([name, { exitCode, report }]) => [
                name,
                exitCode,
                comparable(report!),
              ]),
            },
          ];
    });
    for (const { system, gates } of reports)
      expect({ system, gates }).toEqual({ system, gates: reports[0]?.gates });
  });
});

afterAll(() => {
  results.clear();
});
