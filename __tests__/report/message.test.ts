import { describe, expect, it } from '@jest/globals';
import { composeMessage, renderComment } from '../../src/report/message.js';
import { jsonBody, slackBody, teamsBody } from '../../src/report/notifications.js';
import { notNeeded, type RunReport } from '../../src/report/record.js';
import { aReport, aRollback, aTarget, healthyTarget, reports } from '../support/reports.js';

const nasty =
  '<!channel> *bold* [click](https://evil.example) @everyone `x` <https://evil.example|here> & ::error::x\n# title';
const inNasty = (over: Partial<RunReport> = {}): RunReport =>
  aReport({
    reason: nasty,
    targets: [aTarget({ reason: nasty, rollback: aRollback({ detail: nasty }) })],
    ...over,
  });
const several = aReport({
  targets: [aTarget({ name: 'api' }), healthyTarget, aTarget({ name: 'web' })],
});
const textOf = (body: string): string => (JSON.parse(body) as { text: string }).text;

interface Block {
  readonly inlines: readonly { readonly type: string; readonly text: string }[];
}
interface Card {
  readonly body: readonly Block[];
  readonly actions: readonly { readonly title: string; readonly url: string }[];
}
const cardOf = (body: string): Card =>
  (JSON.parse(body) as { attachments: { content: Card }[] }).attachments[0]!.content;

describe('the notification about a run', () => {
  it('has verdict, reason, result of the rollback, and links', () => {
    expect(composeMessage(aReport())).toEqual({
      mark: '↩️',
      title: 'Rolled back and verified',
      subject: 'acme/shop',
      reason: aReport().reason,
      rollback: 'By ci in 12.3s. Health passed 2 checks in a row after the rollback.',
      targets: [],
      links: [
        { label: 'Run', url: 'https://github.com/acme/shop/actions/runs/4700' },
        { label: 'Rollback', url: 'https://github.com/acme/shop/actions/runs/4711' },
      ],
    });
  });

  it('names the only target when it has a name', () => {
    expect(composeMessage(aReport({ targets: [aTarget({ name: 'api' })] })).subject).toBe(
      'acme/shop, api',
    );
  });

  it('of several targets names those that are not healthy', () => {
    const { subject, rollback, targets, links } = composeMessage(several);
    expect([subject, rollback]).toEqual(['acme/shop', '']);
    expect(targets.map(({ name }) => name)).toEqual(['api', 'web']);
    expect(targets[0]!.text).toContain('41 of 300 requests failed');
    expect(targets[0]!.text).toContain('Rolled back and verified.');
    expect(links.map(({ label }) => label)).toEqual(['Run', 'Rollback of api', 'Rollback of web']);
  });

  it('of several targets names a healthy one that was rolled back', () => {
    const along = { ...healthyTarget, rollback: aRollback() };
    const { targets } = composeMessage(aReport({ targets: [aTarget({ name: 'api' }), along] }));
    expect(targets.map(({ name }) => name)).toEqual(['api', 'search']);
  });

  it('names 20 of 30 targets, and the number of the others', () => {
    const many = Array.from({ length: 30 }, (_, index) => aTarget({ name: `t${String(index)}` }));
    const { targets } = composeMessage(aReport({ targets: many }));
    expect(targets).toHaveLength(21);
    expect(targets.at(-1)).toEqual({ mark: '…', name: '10 more', text: 'see the report' });
  });

  it('has no link for an address that is not http or https', () => {
    const host = { ...aReport().host, runUrl: 'javascript:alert(1)' };
    expect(composeMessage(aReport({ host, targets: [] })).links).toEqual([]);
  });

  it('has no rollback text when none was needed', () => {
    const message = composeMessage(aReport({ targets: [aTarget({ rollback: notNeeded })] }));
    expect(message.rollback).toBe('');
  });
});

describe.each(Object.entries(reports))('the notification for the report "%s"', (_name, report) => {
  const message = composeMessage(report);

  it("is a text in Slack's form", () => {
    const text = textOf(slackBody(message));
    expect(text).toContain(`${message.mark} *${message.title}*`);
    expect(text.length).toBeLessThan(4000);
  });

  it('is a card for Teams', () => {
    const body = teamsBody(message);
    expect(cardOf(body).body.length).toBeGreaterThan(1);
    expect(Buffer.byteLength(body)).toBeLessThan(28 * 1024);
  });

  it('is JSON with the outputs by their names', () => {
    const parsed = JSON.parse(jsonBody(report, message, 'out/report.json')) as Record<
      string,
      unknown
    >;
    expect(parsed).toMatchObject({
      schema: 1,
      exitCode: report.exitCode,
      outputs: { verdict: report.verdict ?? '', report: 'out/report.json' },
    });
    expect(parsed.text).toContain(message.title);
  });

  it('is a comment with the verdict as its title', () => {
    const heading = `### ${message.mark} ${message.title}: acme/shop\n\n**`;
    expect(renderComment(message).slice(0, heading.length)).toBe(heading);
  });
});

describe('foreign text in a notification', () => {
  it('makes no mention, link or format in Slack', () => {
    const text = textOf(slackBody(composeMessage(inNasty())));
    const [, reason = '', rollback = ''] = text.split('\n');
    for (const line of [reason, rollback]) {
      expect(line).not.toMatch(/[<>]/);
      expect(line).toContain('&lt;\u200b!channel&gt;');
      expect(line).not.toMatch(/(^|[^\u2060])[*_~`]/);
    }
    expect(text.split('\n')).toHaveLength(4);
  });

  it.each([
    ['Slack', (report: RunReport) => slackBody(composeMessage(report))],
    [
      'any other receiver',
      (report: RunReport) => jsonBody(report, composeMessage(report), 'r.json'),
    ],
  ])('calls nobody and links nowhere in the text for %s', (_name, render) => {
    const calls = '@here @everyone @ann <!here> <@U1> <@&9> <users/all> [a](https://evil.example)';
    const target = aTarget({ name: 'api @here', rollback: aRollback({ detail: calls }) });
    const text = textOf(render(aReport({ reason: calls, targets: [target, aTarget()] })));
    expect(text).toContain('everyone');
    expect(text).not.toMatch(/@[\w&!]|<[!@#\w](?!ttps?:\/\/)|\]\(|:\/\/evil/);
  });

  it('is plain text in the card for Teams', () => {
    const { body } = cardOf(teamsBody(composeMessage(inNasty())));
    const runs = body.flatMap(({ inlines }) => inlines);
    expect(runs.every(({ type }) => type === 'TextRun')).toBe(true);
    expect(runs.some(({ text }) => text.includes('[click](https://evil.example)'))).toBe(true);
    // What would make a mention of `<at>`: a list of who is meant.
    expect(teamsBody(composeMessage(inNasty()))).not.toContain('"entities"');
  });

  it('makes no mention, link or title in a comment', () => {
    const text = renderComment(composeMessage(inNasty()));
    expect(text).not.toMatch(/(^|[^\\])\]\(https:\/\/evil/);
    expect(text).not.toMatch(/@\w|\w:\/\/evil/);
    expect(text.match(/^#/gm)).toHaveLength(1);
  });

  it("leaves a link whole when its address has Slack's special characters", () => {
    const host = { ...aReport().host, runUrl: 'https://ci.example/a|b>c' };
    expect(textOf(slackBody(composeMessage(aReport({ host }))))).toContain(
      '<https://ci.example/a%7Cb%3Ec|Run>',
    );
  });

  it('of any length stays within the limits of Slack, Teams and comments', () => {
    const long = 'a'.repeat(100_000);
    const many = Array.from({ length: 50 }, () =>
      aTarget({ name: 'n'.repeat(500), reason: long, rollback: aRollback({ detail: long }) }),
    );
    const message = composeMessage(aReport({ reason: long, targets: many }));
    expect(textOf(slackBody(message)).length).toBeLessThanOrEqual(4000);
    expect(textOf(slackBody(message))).toContain('|Run>');
    expect(Buffer.byteLength(teamsBody(message))).toBeLessThan(28 * 1024);
    expect(renderComment(message).length).toBeLessThan(65_536);
  });
});
