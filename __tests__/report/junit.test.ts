import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { renderJunit } from '../../src/report/junit.js';
import { notNeeded, type RunReport } from '../../src/report/record.js';
import {
  aCheck,
  aReport,
  aRollback,
  anAttempt,
  aTarget,
  errorsWithin,
  latencyNoData,
  reports,
  skippedAttempt,
} from '../support/reports.js';
import { anyText } from '../support/any-text.js';

interface Problem {
  message: string;
  '#text'?: string;
}
interface Case {
  classname: string;
  name: string;
  time: string;
  failure?: Problem;
  error?: Problem;
  skipped?: Problem;
}
interface Counts {
  tests: string;
  failures: string;
  errors: string;
  skipped: string;
  time: string;
}
interface Suite extends Counts {
  name: string;
  timestamp: string;
  testcase: Case[];
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  htmlEntities: true,
  trimValues: false,
  isArray: (name) => name === 'testsuite' || name === 'testcase',
});

// eslint-disable-next-line @typescript-eslint/no-deprecated -- it is to become a package of its own; this version is pinned
const validated = (xml: string): unknown => XMLValidator.validate(xml);

function parse(report: RunReport): Counts & { testsuite: Suite[] } {
  const xml = renderJunit(report);
  expect(validated(xml)).toBe(true);
  return (parser.parse(xml) as { testsuites: Counts & { testsuite: Suite[] } }).testsuites;
}

function outcomeOf(item: Case | undefined): string | undefined {
  if (item === undefined) return undefined;
  if (item.failure) return `failure: ${item.failure.message}`;
  if (item.error) return `error: ${item.error.message}`;
  if (item.skipped) return `skipped: ${item.skipped.message}`;
  return 'passed';
}

describe('junit.xml', () => {
  it('has a suite for each target, with the verdict, each check and each strategy', () => {
    const checks = [aCheck(), errorsWithin, latencyNoData];
    const attempts = [
      skippedAttempt,
      anAttempt({ id: 'helm', outcome: 'failed', detail: 'no release' }),
      anAttempt({ outcome: 'triggered', detail: 'it waits' }),
      anAttempt({ id: 'scale-down' }),
    ];
    const { testsuite } = parse(
      aReport({ targets: [aTarget({ name: 'shop', checks, rollback: aRollback({ attempts }) })] }),
    );
    expect(testsuite.map((suite) => suite.name)).toEqual(['shop']);
    const cases = testsuite[0]!.testcase;
    expect(cases.map((item) => [item.name, outcomeOf(item)])).toEqual([
      ['verdict', `failure: Rolled back and verified. ${aTarget().reason}`],
      [
        'check success-rate',
        'failure: success-rate: 86.33 % is over the limit (≥ 95 %); 41 of 300 failed: 30 × status 503, 11 × timeout.',
      ],
      ['check errors-per-minute', 'passed'],
      [
        'check latency',
        'skipped: latency: no data (limit p95 ≤ 800ms); 4 checks without data, 1 error of the source.',
      ],
      ['strategy kubernetes', 'skipped: skipped: not configured: set `kubernetes-workload`'],
      ['strategy helm', 'failure: failed: no release'],
      ['strategy ci', 'failure: triggered: it waits'],
      ['strategy scale-down', 'passed'],
    ]);
    expect(new Set(cases.map((item) => item.classname))).toEqual(new Set(['rollgate.shop']));
    expect(cases.map((item) => item.time).slice(-1)).toEqual(['11.040']);
  });

  it.each([
    ['healthy', 'passed'],
    ['inconclusive', 'error: why'],
    ['cancelled', 'error: why'],
    ['not-judged', 'skipped: why'],
    ['unhealthy', 'failure: why'],
  ] as const)('shows the verdict %s as %s', (verdict, outcome) => {
    const target = aTarget({ verdict, reason: 'why', checks: [], rollback: notNeeded });
    const { testsuite } = parse(aReport({ verdict, targets: [target] }));
    expect(outcomeOf(testsuite[0]?.testcase[0])).toBe(outcome);
  });

  it('shows a run without a verdict as an error, with the findings of preflight as failures', () => {
    const { testsuite } = parse(reports.misconfigured!);
    expect(testsuite[0]?.testcase.map((item) => [item.name, outcomeOf(item)])).toEqual([
      ['verdict', 'error: The configuration has 2 problems; nothing was touched.'],
      ['preflight min-success-rate', 'failure: "0.95" would be less than one percent'],
    ]);
  });

  it('shows a successful command without a verdict as passed', () => {
    const report = aReport({ command: 'preflight', verdict: null, exitCode: 0, targets: [] });
    expect(parse(report).testsuite.map((s) => [s.name, outcomeOf(s.testcase[0])])).toEqual([
      ['preflight', 'passed'],
    ]);
  });

  it.each(Object.entries(reports))('has the right counts of its cases: %s', (_name, report) => {
    const root = parse(report);
    const cases = root.testsuite.flatMap((suite) => suite.testcase);
    expect(root).toMatchObject({
      tests: String(cases.length),
      failures: String(cases.filter((item) => item.failure).length),
      errors: String(cases.filter((item) => item.error).length),
      skipped: String(cases.filter((item) => item.skipped).length),
    });
    const seconds = cases.reduce((sum, item) => sum + Number(item.time), 0);
    expect(Number(root.time)).toBeCloseTo(seconds, 2);
    for (const suite of root.testsuite) {
      expect(suite.tests).toBe(String(suite.testcase.length));
      expect(suite.timestamp).toBe(report.startedAt);
    }
  });

  it.each([
    [']]>', ']]>'],
    ['<b a="1">&amp;\'</b>', '<b a="1">&amp;\'</b>'],
    ['a\u0000\u0008\u001b[31mb\uffff\ud800c', 'a[31mbc'],
    ['two\nlines\tand a tab', 'two\nlines\tand a tab'],
    ['😀 ü', '😀 ü'],
  ])('shows %j as %j', (text, kept) => {
    const target = aTarget({ reason: text, checks: [], rollback: notNeeded });
    const failure = parse(aReport({ targets: [target] })).testsuite[0]?.testcase[0]?.failure;
    expect(failure?.message).toBe(kept);
    expect(failure?.['#text']).toBe(`${kept}\nrollback: not-needed`);
  });

  it('is valid XML 1.0 for any text', () => {
    fc.assert(
      fc.property(anyText(), (text) => {
        const xml = renderJunit(
          aReport({
            targets: [
              aTarget({
                name: text,
                reason: text,
                checks: [aCheck({ id: text, shown: text, kinds: { [text]: 1 } })],
                rollback: aRollback({ attempts: [anAttempt({ detail: text, outcome: 'failed' })] }),
              }),
            ],
          }),
        );
        expect(validated(xml)).toBe(true);
        // XML 1.0, production 2.
        expect(xml).toMatch(/^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u);
      }),
    );
  });
});
