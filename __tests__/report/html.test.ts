import { Buffer } from 'node:buffer';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renderHtml } from '../../src/report/html.js';
import { headlineOf } from '../../src/report/words.js';
import type { RunReport } from '../../src/report/record.js';
import {
  aHugeReport,
  aCheck,
  anAttempt,
  aReport,
  aRollback,
  aTarget,
  healthyTarget,
  reports,
} from '../support/reports.js';
import { anyText } from '../support/any-text.js';

/** What a reader sees, in the order of the page; a head is not seen. */
function textOf(page: string): string {
  return page
    .replace(/<head>.*<\/head>/s, '')
    .replace(/<svg.*?<\/svg>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');
}

const tagsOf = (page: string): readonly string[] =>
  (page.match(/<[^>]*>/g) ?? []).map((tag) =>
    // Where a link leads is data.
    tag.replace(/ href="[^"]*"/, ' href').replace(/\s+(aria-label|datetime)="[^"]*"/, ' $1'),
  );

/** Tags that are closed by another one's end, or never. */
function unclosed(page: string): readonly string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [tag, end, name = '', empty] of page
    .replace(/<style>.*<\/style>/s, '')
    .matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/g)) {
    if (empty === '/') continue;
    if (end === '') open.push(name);
    else if (open.pop() !== name) wrong.push(tag);
  }
  return [...wrong, ...open];
}

describe('report.html', () => {
  it.each(Object.keys(reports))('begins with the verdict and why: %s', (name) => {
    const report = reports[name]!;
    const page = renderHtml(report);
    const { title } = headlineOf(report);
    const at = textOf(page).indexOf(report.reason.split('`')[0]!);
    expect(textOf(page).slice(0, at)).toContain(title.split('`')[0]!);
    expect(at).toBeLessThan(title.length + 8);
    expect(page).toContain('<h1>');
    expect(page).toMatch(/^<!doctype html>/);
  });

  it('is green for a healthy version and a rollback by hand, and not for a version that had to be rolled back', () => {
    const toneOf = (more: Partial<RunReport>): string | undefined =>
      /<header class="verdict (\w+)">/.exec(renderHtml(aReport(more)))?.[1];
    const targets = [aTarget({ rollback: aRollback({ status: 'verified' }) })];
    expect(toneOf({ verdict: 'unhealthy', exitCode: 1, targets })).toBe('warn');
    expect(toneOf({ command: 'rollback', verdict: 'not-judged', exitCode: 0, targets })).toBe(
      'good',
    );
    expect(toneOf({ verdict: 'healthy', exitCode: 0, targets: [healthyTarget] })).toBe('good');
  });

  it.each(Object.keys(reports))('has tags that are closed, and ids that are unique: %s', (name) => {
    const page = renderHtml(reports[name]!);
    expect(unclosed(page)).toEqual([]);
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, id = ''] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(id);
  });

  it('has no scripts, no requests, and a policy that forbids both', () => {
    for (const report of Object.values(reports)) {
      const page = renderHtml(report);
      expect(page).toMatch(
        /<head>\s*<meta charset="utf-8" \/>\s*<meta\s+http-equiv="Content-Security-Policy"\s+content="default-src 'none'; style-src 'unsafe-inline'"/,
      );
      expect(page).not.toMatch(
        /<script|<link|<img|<iframe|<object|<form|\ssrc=|\son\w+=|@import|url\(/i,
      );
      expect(page).not.toMatch(/\sstyle=/);
    }
  });

  it('tells what happened when', () => {
    expect(textOf(renderHtml(aReport({ config: { 'warm-up': '10s' } })))).toContain(
      [
        '+00:00 The run began ( 2026-11-02 10:00:00 UTC ).',
        '+00:00 The watch began, with a warm-up of 10s.',
        '+00:10 The warm-up ended: from here on the checks count.',
        '+00:40 Verdict: unhealthy , 40s after the watch began.',
        'Strategy ci : verified after 11s. Workflow rollback.yml ran on main and ended with success. Look at it .',
        'The failed checks ran again. Rolled back and verified. Health passed 2 checks in a row after the rollback. In all 12.3s.',
        '+00:55 The run ended with exit code 1 ( 2026-11-02 10:00:55 UTC ).',
      ].join(' '),
    );
  });

  it('tells what was watched, and from which version to which the rollback went', () => {
    const rollback = aRollback({
      attempts: [
        anAttempt({ from: { revision: 7, images: { api: 'shop:2' } }, to: { revision: 6 } }),
      ],
    });
    const text = textOf(
      renderHtml(
        aReport({
          config: {
            url: 'https://shop.example',
            'kubernetes-workload': 'deployment/api',
            'kubernetes-namespace': 'prod',
          },
          targets: [aTarget({ rollback })],
        }),
      ),
    );
    expect(text).toContain(
      'Watched https://shop.example deployment/api (kubernetes-workload) Version revision 7 → 6 Project acme/shop Environment prod Run github 4700 Verdict after 40s Exit code 1',
    );
  });

  it('has the checks, the worst first, the failures by kind, and the attempts with their links', () => {
    const text = textOf(renderHtml(aReport({ targets: [aTarget()] })));
    expect(text).toContain(
      'success-rate https://shop.example/health ✗ breached 86.33 % ≥ 95 % 41 of 300 failed 1 in 2,223',
    );
    expect(text.indexOf('✗ breached')).toBeLessThan(text.indexOf('✓ within'));
    expect(text).toContain('success-rate status 503 30 73.2 % success-rate timeout 11 26.8 %');
    expect(text).toContain(
      'ci ✓ verified Workflow rollback.yml ran on main and ended with success. 11s 4711',
    );
    expect(renderHtml(aReport())).toMatch(
      /<a href="https:\/\/github\.com\/acme\/shop\/actions\/runs\/4711"\s+rel="noopener noreferrer nofollow"\s*>4711<\/a/,
    );
  });

  it('folds statistics and configuration; secrets are as the record has them', () => {
    const page = renderHtml(aReport());
    expect(page).toMatch(/<summary>Effective configuration \(2 inputs\)<\/summary>/);
    expect(textOf(page)).toContain('github-token ***');
    expect(page).toContain('<summary>Statistics</summary>');
  });

  it('lists findings with what to do, and notices', () => {
    const text = textOf(renderHtml(reports.misconfigured!));
    expect(text).toContain(
      '✗ error min-success-rate "0.95" would be less than one percent write 95',
    );
    expect(text).toContain('ROLLGATE_URLL is not known; did you mean ROLLGATE_URL?');
  });

  it('of several targets has a table that links each, and folds the healthy ones', () => {
    const page = renderHtml(reports['several targets']!);
    expect(textOf(page)).toContain('search healthy not-needed 1 99.1 % of 600 requests');
    expect(page).toMatch(/<a href="#target-2"\s*><code>shop<\/code>/);
    expect(page).toMatch(/<section id="target-1">\s*<details class="fold"\s*>\s*<summary>/);
    expect(page).toMatch(/<section id="target-2">\s*<h2>/);
  });

  it('of 200 checks draws 48 charts, those of broken limits first, and says how many are left out', () => {
    const within = Array.from({ length: 197 }, (_, i) =>
      aCheck({ id: `check-${String(i)}`, outcome: 'within' }),
    );
    const broken = ['a', 'b', 'c'].map((id) => aCheck({ id }));
    const page = renderHtml(aReport({ targets: [aTarget({ checks: [...within, ...broken] })] }));
    expect(page.match(/class="chart"/g)).toHaveLength(48 + broken.length);
    expect(page).toContain('>c: success rate during the watch</title>');
    expect(textOf(page)).toContain('… and 152 more charts, see report.json.');
    expect(textOf(page)).toContain('Charts of the 45 checks within their limits');
  });

  it('stays below 1 MiB whatever the report is, and says that something was left out', () => {
    const page = renderHtml(aHugeReport());
    expect(Buffer.byteLength(page)).toBeLessThan(1024 * 1024 + 20_000);
    expect(textOf(page)).toContain('The rest did not fit; it is in report.json.');
    expect(textOf(page)).toContain('… and 290 more targets with a rollback, see report.json.');
    expect(page.endsWith('</html> ')).toBe(true);
  });

  it.each([
    ['javascript:alert(1)'],
    ['data:text/html,<script>alert(1)</script>'],
    [' \u0001javascript:alert(1)'],
    ['vbscript:x'],
    ['//evil.example'],
    ['no address'],
  ])('%j is no link', (url) => {
    const report = aReport({
      host: { ...aReport().host, runUrl: url },
      targets: [aTarget({ rollback: aRollback({ attempts: [anAttempt({ url })] }) })],
    });
    expect(renderHtml(report)).not.toContain('<a ');
  });

  it('has the same structure for any text', () => {
    const marks = fc.constantFrom('<', '>', '"', "'", '&', '</title>', '</style>', '<script>', '<!--', '-->', ']]>', '&lt;', '=', ' onload=', 'javascript:', '\u202e', '\u0000', '\ud800', '`', '\n', '::', '{', '%', '</svg>', 'a', ' '); // prettier-ignore
    const usual = tagsOf(renderHtml(everywhere('word')));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(marks, { minLength: 1, maxLength: 8 }).map((parts) => `x${parts.join('')}x`),
          anyText().map((text) => `x${text}x`),
        ),
        (text) => {
          // Only what stands between two backticks is shown as code.
          const page = renderHtml(everywhere(text.replace(/`/g, '')));
          expect(tagsOf(page)).toEqual(usual);
          expect(page).not.toMatch(/(?!\n)\p{Cc}|\p{Bidi_Control}|\p{Surrogate}/u);
        },
      ),
    );
  });

  it('shows any text as it is', () => {
    const text = `a < b && "c" > 'd' <b>e</b> &amp; </title><script>f()</script>`;
    expect(textOf(renderHtml(aReport({ reason: text })))).toContain(text);
  });
});

/** A report with one text wherever a text from outside can stand. */
function everywhere(text: string): RunReport {
  const series = [
    { t: 10, samples: 20, failures: 0, logE: 0, baseline: { samples: 9, failures: 1 } },
    { t: 20, samples: 20, failures: 6, logE: 8, baseline: { samples: 9, failures: 0 } },
  ];
  const check = aCheck({
    id: text,
    shown: text,
    subject: text,
    source: text,
    kinds: { [text]: 1 },
    baseline: { samples: 18, failures: 1 },
    series,
    before: {
      set: { metric: 'success-rate', minPercent: 99 },
      effect: 'over',
      limit: 0.05,
      worst: null,
      usual: null,
      requests: 0,
      blocks: [],
      of: 0,
      leftOut: 0,
      inWords: text,
    },
  });
  const attempt = anAttempt({
    detail: text,
    runId: text,
    from: { [text]: text },
    to: { version: [text] },
  });
  return aReport({
    tool: { name: 'rollgate', version: text },
    command: text,
    host: {
      system: text,
      runUrl: `https://ci.example/${encodeURIComponent(text.replace(/\p{Surrogate}/gu, ''))}`,
      runId: text,
      attempt: 1,
      project: text,
    },
    reason: text,
    startedAt: text,
    notices: [text],
    findings: [{ level: 'error', subject: text, message: text, fix: text }],
    config: { url: text, 'kubernetes-namespace': text, [`${text}-input`]: { [text]: [text] } },
    targets: [
      { ...healthyTarget, name: text },
      aTarget({
        name: text,
        reason: text,
        extension: { seconds: 60, why: text },
        checks: [check],
        rollback: aRollback({ detail: text, attempts: [attempt] }),
      }),
    ],
  });
}
