import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Buffer } from 'node:buffer';
import { codeMarkdown, linkMarkdown, plainMarkdown } from '../../src/report/markdown.js';
import { renderSummary } from '../../src/report/summary.js';
import {
  aHugeReport,
  aCheck,
  aReport,
  aRollback,
  anAttempt,
  aTarget,
  healthyTarget,
  reports,
} from '../support/reports.js';

const sections = (name: string): string[] => renderSummary(reports[name]!).split('\n\n');

describe('the job summary', () => {
  it.each([
    ['rolled back', '## ↩️ Rolled back and verified'],
    ['still unhealthy', '## 🚨 Rolled back, still unhealthy'],
    ['rollback failed', '## 🚨 ROLLBACK FAILED: nothing was rolled back, the bad version is live'],
    ['unverified', '## 🚨 ROLLBACK NOT CONFIRMED: look now'],
    ['withheld', '## ✋ Unhealthy, not rolled back: dry-run is set'],
    ['healthy', '## ✅ Healthy'],
    ['inconclusive', '## ❔ Inconclusive'],
    ['cancelled', '## ⏹️ Cancelled'],
    ['not judged', '## ⏭️ Not judged'],
    ['misconfigured', '## 🔧 Configuration error: nothing was touched'],
  ])('starts with the outcome, and then the reason: %s', (name, headline) => {
    const [first, second] = sections(name);
    expect(first).toBe(headline);
    expect(second).toBe(`**${plainMarkdown(reports[name]!.reason)}**`);
  });

  it.each([
    ['rolled back', 'By <code>ci</code> in 12.3s. Health passed 2 checks in a row'],
    ['still unhealthy', 'The old version fails the same checks. Either the cause is elsewhere'],
    ['rollback failed', 'No strategy could roll back.'],
    ['unverified', 'The bad version may still be live. Look before you roll back again'],
    ['withheld', 'dry-run is set; it would have started'],
  ])('has the result of the rollback next: %s', (name, sentence) => {
    expect(sections(name)[2]).toContain(sentence);
  });

  it('has checks, attempts, chart and the link to the run', () => {
    const text = renderSummary(reports['rolled back']!);
    expect(text).toContain(
      '| <code>success-rate</code> | 86.33 % | ≥ 95 % | 41 of 300 failed (30 × status 503, 11 × timeout) | 1 in 2,223 | ❌ breached |',
    );
    expect(text).toContain(
      '| <code>ci</code> | ✅ verified | Workflow rollback.yml ran on main and ended with success. | 11s | [4711](https://github.com/acme/shop/actions/runs/4711) |',
    );
    expect(text).toMatch(/^```mermaid\n---\n[^`]*\n---\nxychart-beta\n/m);
    expect(text).toContain('2026-11-02 10:00:00 – 2026-11-02 10:00:55 UTC');
    expect(text).toContain('[run](https://github.com/acme/shop/actions/runs/4700)');
  });

  it('names the subject of a check when several have the same metric', () => {
    const checks = [aCheck(), aCheck({ id: 'success-rate-2', subject: 'https://b.example' })];
    const text = renderSummary(aReport({ targets: [aTarget({ checks })] }));
    expect(text).toContain('| <code>success-rate-2</code> https:&#8203;//b.example |');
  });

  it('lists findings with their fix, and notices', () => {
    const text = renderSummary(reports.misconfigured!);
    expect(text).toContain(
      '- ❌ <code>min-success-rate</code>: "0.95" would be less than one percent → write 95',
    );
    expect(text).toContain('- ROLLGATE\\_URLL is not known');
  });

  it('has a table of several targets, and folds the healthy ones', () => {
    const text = renderSummary(reports['several targets']!);
    expect(text).toContain('| <code>shop</code> | ❌ unhealthy | verified |');
    expect(text).toContain('### ❌ <code>shop</code>');
    expect(text).toContain('<details><summary>✅ <code>search</code></summary>');
  });

  it('has a table of the shards that were combined, before all targets, and says which one is missing', () => {
    const text = renderSummary(
      aReport({
        command: 'combine',
        targets: Array.from({ length: 300 }, (_, n) => aTarget({ name: `svc-${String(n)}` })),
        shards: {
          count: 3,
          command: 'run',
          reports: [
            {
              ...{ index: 1, verdict: 'unhealthy', exitCode: 1, targets: 150 },
              runUrl: 'https://ci.example/job/1',
            },
            { index: 3, verdict: null, exitCode: 2, targets: 0, runUrl: null },
          ],
          missing: [2],
        },
      }),
    );
    const [, , title, table, note] = text.split('\n\n');
    expect(title).toBe('### Shards');
    expect(table?.split('\n')).toEqual([
      '| shard | targets | verdict | exit code | run |',
      expect.stringMatching(/^\|( ?-+ ?\|)+$/),
      '| 1/3 | 150 | unhealthy | 1 | [run](https://ci.example/job/1) |',
      '| 2/3 | – | ❔ no report | – | – |',
      '| 3/3 | 0 | none | 2 | – |',
    ]);
    expect(note).toContain('nothing was rolled back where this was made');
  });

  it('is titled by the exit code without a verdict', () => {
    const failed = aReport({ verdict: null, exitCode: 7, targets: [] });
    expect(renderSummary(failed)).toMatch(/^## 💥 Internal error: check the deployment by hand\n/);
    expect(renderSummary({ ...failed, exitCode: 0 })).toMatch(/^## ✅ Done\n/);
  });

  it('stays far below 1 MiB, and says that something was left out', () => {
    const text = renderSummary(aHugeReport());
    expect(Buffer.byteLength(text)).toBeLessThan(256 * 1024);
    expect(text).toMatch(/The rest did not fit; it is in report\.json\.\n$/);
    expect(text).toContain('… and 200 more, see report.json');
  });

  it('has the same structure for any text', () => {
    const shape = (text: string): string[] => {
      const rendered = renderSummary(
        aReport({
          reason: text,
          notices: [text],
          findings: [{ level: 'error', subject: text, message: text, fix: text }],
          targets: [
            { ...healthyTarget, name: text },
            aTarget({
              name: 'shop',
              reason: text,
              checks: [aCheck({ id: text, shown: text, subject: text, kinds: { [text]: 1 } })],
              rollback: aRollback({
                detail: text,
                attempts: [anAttempt({ detail: text, runId: text })],
              }),
            }),
          ],
        }),
      );
      // Lines by how they begin; of table rows the cells that Markdown sees; and every tag but code.
      return rendered
        .split('\n')
        .map((line) =>
          line.startsWith('|')
            ? `row ${String(line.replace(/\\\\|\\\|/g, '').split('|').length)}`
            : line.slice(0, 3).replace(/[^#<`-]/g, ''),
        )
        .concat((rendered.match(/<[^>]*>/g) ?? []).filter((tag) => !/^<\/?code>$/.test(tag)));
    };
    const usual = shape('word');
    const marks = fc.constantFrom('|', '`', '```', '\n', '\r\n', '<script>', '\\', '](x)', '**', '- ', '#', '-->', '\u202e', '~~~', 'a ', '$', '&lt;', '!['); // prettier-ignore
    fc.assert(
      fc.property(fc.array(marks, { minLength: 1, maxLength: 8 }), (parts) => {
        expect(shape(`x${parts.join('')}x`)).toEqual(usual);
      }),
    );
  });
});

describe('foreign text in Markdown', () => {
  it.each([
    ['a | b', 'a \\| b'],
    ['<b>&amp;', '&lt;b&gt;&amp;amp;'],
    ['two\nlines\r\n here', 'two lines here'],
    ['set `duration` to *5m*', 'set <code>duration</code> to \\*5m\\*'],
    ['an odd ` mark', 'an odd \\` mark'],
    ['1. one', '1\\. one'],
    ['- item', '\\- item'],
    ['86.33 % of -3', '86.33 % of -3'],
    ['# head @team $x$ ![i](u)', '\\# head \\@&#8203;team \\$x\\$ \\!\\[i\\](u)'],
    ['a\u001b[31mb\u202ec', 'a\\[31mbc'],
    [
      'fixes #12, !7, GH-3, &4, ~bug, %v1',
      'fixes \\#&#8203;12, \\!&#8203;7, GH-&#8203;3, &amp;&#8203;4, \\~&#8203;bug, %&#8203;v1',
    ],
    ['see https://evil.example', 'see https:&#8203;//evil.example'],
    ['`http://evil.example`', '<code>http:&#8203;//evil.example</code>'],
    ['WWW.evil.example', 'WWW&#8203;.evil.example'],
    ['ann@evil.example', 'ann\\@&#8203;evil.example'],
    ['/close', '\\/close'],
  ])('%j is shown as plain text', (text, markdown) => {
    expect(plainMarkdown(text)).toBe(markdown);
  });

  it('that is too long is cut', () => {
    expect(plainMarkdown('x'.repeat(20), 10)).toBe(`${'x'.repeat(9)}…`);
  });

  it('in code stays within its tag', () => {
    expect(codeMarkdown('a`|</code><b>\n*c*')).toBe(
      '<code>a&#96;&#124;&lt;/code&gt;&lt;b&gt; &#42;c&#42;</code>',
    );
  });

  it.each([
    ['https://ci.example/run/1?buildId=7', '[run](https://ci.example/run/1?buildId=7)'],
    ['https://user:pass@ci.example/', '[run](https://ci.example/)'],
    ['https://ci.example/a b(c)|d', '[run](https://ci.example/a%20b%28c%29%7Cd)'],
    ['javascript:alert(1)', ''],
    ['no address', ''],
    [null, ''],
  ])('the address %j becomes %j', (address, markdown) => {
    expect(linkMarkdown('run', address)).toBe(markdown);
  });
});
