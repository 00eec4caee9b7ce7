import type { CheckResult } from '../contract/check.js';
import type { Finding } from '../contract/result.js';
import type { Attempt, RollbackReport } from '../contract/strategy.js';
import { joined } from '../support/text.js';
import type { RunReport, TargetReport } from './record.js';
import {
  checkSentence,
  kindsInWords,
  missingInWords,
  chanceInWords,
  outcomeTitle,
} from './words.js';

type Outcome = 'passed' | 'failure' | 'error' | 'skipped';

interface Case {
  readonly name: string;
  readonly seconds: number;
  readonly outcome: Outcome;
  /** One sentence; nothing is said of what passed. */
  readonly message: string;
  readonly details: readonly string[];
}

interface Suite {
  readonly name: string;
  readonly cases: readonly Case[];
}

/**
 * `junit.xml`: a suite per target, in it a case for the verdict, one per check and one per attempt. What preflight
 * refused, and the reason of a run that ended without a verdict, stand in a suite of their own.
 * Times are seconds. Attributes as GitLab, Jenkins, Azure and CircleCI read them:
 * https://github.com/testmoapp/junitxml
 */
export function renderJunit(report: RunReport): string {
  const suites = [...runSuite(report), ...report.targets.map((t) => targetSuite(t, report))];
  const cases = suites.flatMap((suite) => suite.cases);
  const root = element('testsuites', { name: 'rollgate', ...totals(cases) }, [
    '\n',
    ...suites.map((suite) => renderSuite(suite, report)),
  ]);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`;
}

function runSuite(report: RunReport): readonly Suite[] {
  const errors = report.findings.filter((finding) => finding.level === 'error');
  const own = report.verdict === null || report.targets.length === 0;
  if (!own && errors.length === 0) return [];
  const cases = [...(own ? [runCase(report)] : []), ...errors.map(findingCase)];
  return [{ name: report.command, cases }];
}

function runCase(report: RunReport): Case {
  const outcome =
    report.verdict === null
      ? report.exitCode === 0
        ? 'passed'
        : 'error'
      : verdictOutcome[report.verdict];
  return {
    name: 'verdict',
    seconds: report.detectionSeconds ?? 0,
    outcome,
    message: report.reason,
    details: [`exit code: ${String(report.exitCode)}`],
  };
}

function findingCase(finding: Finding): Case {
  return {
    name: `preflight ${finding.subject}`,
    seconds: 0,
    outcome: 'failure',
    message: finding.message,
    details: finding.fix === undefined ? [] : [finding.fix],
  };
}

function targetSuite(target: TargetReport, report: RunReport): Suite {
  return {
    name: target.name,
    cases: [
      {
        name: 'verdict',
        seconds: report.detectionSeconds ?? 0,
        outcome: verdictOutcome[target.verdict],
        message: joined([outcomeTitle(target.rollback.status), target.reason]),
        details: [`rollback: ${statusLine(target.rollback)}`],
      },
      ...target.checks.map((check) => checkCase(check, target)),
      ...target.rollback.attempts.map(attemptCase),
    ],
  };
}

const verdictOutcome: Readonly<Record<TargetReport['verdict'], Outcome>> = {
  healthy: 'passed',
  unhealthy: 'failure',
  inconclusive: 'error',
  cancelled: 'error',
  'not-judged': 'skipped',
};

function statusLine(rollback: RollbackReport): string {
  return rollback.detail === '' ? rollback.status : `${rollback.status}: ${rollback.detail}`;
}

const checkOutcome: Readonly<Record<CheckResult['outcome'], Outcome>> = {
  breached: 'failure',
  within: 'passed',
  'no-data': 'skipped',
};

function checkCase(check: CheckResult, target: TargetReport): Case {
  const chance = chanceInWords(check, target);
  const kinds = kindsInWords(check);
  const missing = missingInWords(check);
  return {
    name: `check ${check.id}`,
    seconds: 0,
    outcome: checkOutcome[check.outcome],
    message: checkSentence(check),
    details: [
      `subject: ${check.subject} (${check.source})`,
      ...(chance === '' ? [] : [`evidence: ${chance}`]),
      ...(kinds === '' ? [] : [`failures: ${kinds}`]),
      ...(missing === '' ? [] : [`missing: ${missing}`]),
    ],
  };
}

const attemptOutcome: Readonly<Record<Attempt['outcome'], Outcome>> = {
  verified: 'passed',
  skipped: 'skipped',
  failed: 'failure',
  triggered: 'failure',
};

function attemptCase(attempt: Attempt): Case {
  return {
    name: `strategy ${attempt.id}`,
    seconds: attempt.seconds,
    outcome: attemptOutcome[attempt.outcome],
    message: `${attempt.outcome}: ${attempt.detail}`,
    details: attempt.url === null ? [] : [attempt.url],
  };
}

function renderSuite(suite: Suite, report: RunReport): string {
  const children = suite.cases.map((item) => `    ${renderCase(item, suite.name)}\n`);
  const attributes = { name: suite.name, ...totals(suite.cases), timestamp: report.startedAt };
  return `  ${element('testsuite', attributes, ['\n', ...children, '  '])}\n`;
}

function renderCase(item: Case, suite: string): string {
  const attributes = {
    classname: `rollgate.${suite}`,
    name: item.name,
    time: seconds(item.seconds),
  };
  return element('testcase', attributes, outcomeElement(item));
}

function outcomeElement(item: Case): readonly string[] {
  if (item.outcome === 'passed') return [];
  if (item.outcome === 'skipped') return [element('skipped', { message: item.message })];
  const text = [item.message, ...item.details].join('\n');
  const attributes = { message: item.message, type: item.name.split(' ')[0] ?? item.name };
  return [element(item.outcome, attributes, [escapeXml(text)])];
}

function totals(cases: readonly Case[]): Readonly<Record<string, string | number>> {
  const count = (outcome: Outcome): number => cases.filter((c) => c.outcome === outcome).length;
  return {
    tests: cases.length,
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: seconds(cases.reduce((sum, item) => sum + item.seconds, 0)),
  };
}

function seconds(value: number): string {
  return value.toFixed(3);
}

/**
 * Text for an XML 1.0 element or a quoted attribute. Characters that XML 1.0 does not have (most control characters,
 * halves of surrogate pairs, U+FFFE, U+FFFF) are dropped; line ends in attributes survive as references.
 * Source: https://www.w3.org/TR/xml/#charsets
 */
function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"'\t\n\r]/g, (character) => references[character] ?? character);
}

// `>` too: `]]>` may not stand in text.
const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** An element with its attributes in order; without children it is empty. */
function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[] = [],
): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`)
    .join('');
  return children.length === 0
    ? `<${name}${written}/>`
    : `<${name}${written}>${children.join('')}</${name}>`;
}
