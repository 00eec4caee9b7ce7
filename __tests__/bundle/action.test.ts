import { beforeAll, describe, expect, it } from '@jest/globals';
import { outputTable } from '../../src/contract/outcome.js';
import { ActionJob, type Done, jobToken, runAction } from '../support/action.js';
import { problem } from '../support/stand-in-github.js';

const TRIGGERED = '✅ CI/CD rollback triggered';

function linesOf(output: string): string[] {
  return output.split('\n');
}

describe('the action, on a service whose rollback workflow works', () => {
  let done: Done;
  beforeAll(async () => {
    done = await runAction({
      github: { workflow: 'undo.yml', token: jobToken },
      inputs: { 'github-workflow': 'undo.yml' },
    });
  });

  it('rolls back, verified: exit 1', () => {
    expect(done.code).toBe(1);
    expect(done.report).toMatchObject({
      verdict: 'unhealthy',
      exitCode: 1,
      host: {
        system: 'github',
        runId: '4711',
        attempt: 2,
        runUrl: 'https://github.example/acme/shop/actions/runs/4711',
      },
      targets: [
        {
          rollback: {
            status: 'verified',
            healthConfirmed: true,
            versionConfirmed: null,
            attempts: [
              {
                id: 'ci',
                outcome: 'verified',
                runId: '9001',
                url: 'https://github.example/acme/shop/actions/runs/9001',
              },
            ],
          },
        },
      ],
    });
  });

  it('sends exactly this dispatch, once', () => {
    expect(done.github.dispatches).toHaveLength(1);
    expect(done.github.dispatches[0]).toMatchObject({
      method: 'POST',
      path: '/repos/acme/shop/actions/workflows/undo.yml/dispatches',
      query: {},
      headers: {
        authorization: `token ${jobToken}`,
        accept: 'application/vnd.github.v3+json',
        'content-type': 'application/json; charset=utf-8',
        'x-github-api-version': '2022-11-28',
        'user-agent': expect.stringContaining('rollgate'),
      },
    });
    expect(done.github.dispatches[0]?.body).toEqual({
      ref: 'main',
      inputs: {
        rollback: 'true',
        rollback_id: expect.stringMatching(/^rollgate-[0-9a-f]{16}-[0-9a-f]{16}$/),
        rollback_target: 'default',
      },
      return_run_details: true,
    });
  });

  it('follows the run through all its states', () => {
    const statuses = linesOf(done.output)
      .filter((line) => line.includes('rollback run:'))
      .map((line) => line.replace(/^.*rollback run: /, ''));
    expect(statuses).toEqual(['queued', 'in_progress', 'success']);
    expect(done.github.cancels).toEqual([]);
  });

  it('logs the lines of the integration guide', () => {
    expect(linesOf(done.output).filter((line) => line === TRIGGERED)).toHaveLength(1);
    expect(done.output).not.toContain('❌ Rollback failed');
    expect(linesOf(done.output)).toContainEqual(expect.stringMatching(/^::error title=Rollgate/));
  });

  it('sets every output', () => {
    expect(Object.keys(done.outputs)).toEqual(outputTable.map(({ id }) => id));
    expect(done.outputs).toEqual({
      verdict: 'unhealthy',
      reason: done.report.reason,
      'rolled-back': 'true',
      'rollback-status': 'verified',
      'rollback-strategy': 'ci',
      'rollback-url': 'https://github.example/acme/shop/actions/runs/9001',
      'rollback-run-id': '9001',
      'success-rate': expect.stringMatching(/^(100\.00)?$/),
      'errors-per-minute': '',
      'detection-seconds': expect.stringMatching(/^\d+\.\d$/),
      report: 'rollgate-report/report.json',
    });
  });

  it('writes the job summary', () => {
    expect(done.summary).toMatch(/^## ↩️ Rolled back and verified\n/);
    expect(done.summary).toContain('https://github.example/acme/shop/actions/runs/9001');
    expect(done.summary.trim()).toBe(done.files['rollgate-report/summary.md']?.trim());
  });

  it('has the runner mask the token, and shows it nowhere else', () => {
    const lines = linesOf(done.output);
    expect(lines).toContain(`::add-mask::${jobToken}`);
    const seen = [
      lines.filter((line) => !line.startsWith('::add-mask::')).join('\n'),
      ...Object.values(done.files),
    ].join('\n');
    expect(Object.keys(done.files)).toEqual(
      expect.arrayContaining(['rollgate-report/report.json', 'rollgate-report/recording.ndjson']),
    );
    for (const form of [jobToken, Buffer.from(jobToken).toString('base64')])
      expect(seen).not.toContain(form);
    expect(done.report.config['host-token']).toBe('***');
  });
});

describe('the action, before the watch', () => {
  it('the only strategy cannot work: exit 2, and nothing is watched', async () => {
    const { code, report, github, service, outputs, summary } = await runAction({
      github: { file: null },
    });
    expect(code).toBe(2);
    expect(report).toMatchObject({ verdict: null, exitCode: 2, targets: [] });
    expect(report.reason).toMatch(/ci: .*404.*check github-repository and github-workflow/);
    expect(github.requests.every(({ method }) => method === 'GET')).toBe(true);
    expect(service.received).toEqual([]);
    expect(outputs).toMatchObject({ verdict: '', 'rolled-back': 'false' });
    expect(summary).toContain('Configuration error');
  });

  it('one of two strategies cannot work: a warning, and the watch goes on', async () => {
    const { code, output, github } = await runAction({
      github: { file: null },
      service: 'good',
      inputs: { rollback: 'ci,command', 'rollback-command': 'exit 0' },
    });
    expect(code).toBe(0);
    expect(output).toMatch(/^::warning title=Rollgate preflight::ci: .*404/m);
    expect(github.dispatches).toEqual([]);
  });

  it('uses github-token, and host-token where that is not given', async () => {
    const own = 'ghp_theUsersOwnToken123';
    const secrets = [own, jobToken];
    const runs = await Promise.all(
      [own, ''].map((token) => runAction({ inputs: { 'github-token': token }, service: 'good' })),
    );
    for (const [index, { code, github, output }] of runs.entries()) {
      const used = new Set(github.requests.map(({ headers }) => headers.authorization));
      expect([...used]).toEqual([`token ${secrets[index]!}`]);
      expect(linesOf(output)).toContain(`::add-mask::${secrets[index]!}`);
      expect(code).toBe(0);
    }
  });

  it.each([['"true"'], ['true'], ['"YES"']])(
    'an event with the input rollback %s: nothing is watched',
    async (value) => {
      const job = await ActionJob.prepare({
        service: 'bad',
        files: { 'event.json': `{"inputs":{"rollback":${value}}}` },
        env: { GITHUB_EVENT_NAME: 'workflow_dispatch', GITHUB_EVENT_PATH: 'event.json' },
      });
      const { code, report, github, service, outputs } = await job.run();
      expect(code).toBe(0);
      expect(report).toMatchObject({ verdict: 'not-judged', exitCode: 0, targets: [] });
      expect(report.reason).toContain('the input `rollback` of the workflow_dispatch event');
      expect(github.requests).toEqual([]);
      expect(service.received).toEqual([]);
      expect(outputs).toMatchObject({ verdict: 'not-judged', 'rolled-back': 'false' });
    },
  );

  it('a dry run prints the exact call and does not make it', async () => {
    const { code, output, report, github } = await runAction({
      service: 'bad',
      inputs: { 'dry-run': 'true', 'rollback-ref': 'main' },
    });
    expect(code).toBe(5);
    expect(report.targets[0]?.rollback).toMatchObject({
      status: 'withheld',
      attempts: [{ id: 'ci', outcome: 'skipped' }],
    });
    expect(output).toContain(
      `POST ${github.url}/repos/acme/shop/actions/workflows/rollback.yml/dispatches; with {`,
    );
    const body = /dispatches; with (\{.*?\}); then wait/.exec(output)?.[1];
    expect(JSON.parse(body ?? '')).toEqual({
      ref: 'main',
      inputs: {
        rollback: 'true',
        rollback_id: expect.stringMatching(/^rollgate-/),
        rollback_target: 'default',
      },
      return_run_details: true,
    });
    expect(github.dispatches).toEqual([]);
    expect(output).not.toContain(TRIGGERED);
  });

  it('reads rollgate.yml, but in a run for a pull request only when an input names it', async () => {
    const pull = { GITHUB_EVENT_NAME: 'pull_request' };
    const runs = await Promise.all(
      [{}, pull, { ...pull, INPUT_CONFIG: 'rollgate.yml' }].map((env) =>
        runAction({
          github: { branches: ['release'] },
          service: 'good',
          files: { 'rollgate.yml': 'rollback-ref: release\n' },
          env,
        }),
      ),
    );
    expect(
      runs.map(({ code, output, report }) => ({
        code,
        ref: report.config['rollback-ref'] ?? null,
        ignored: output.includes('note: rollgate.yml is ignored'),
      })),
    ).toEqual([
      { code: 0, ref: 'release', ignored: false },
      { code: 0, ref: null, ignored: true },
      { code: 0, ref: 'release', ignored: false },
    ]);
    expect(runs[1]?.report.notices.join()).toContain('may come from a stranger');
  });
});

describe('the action, with runner commands in the answers of others', () => {
  const hostile = Array.from({ length: 12 }, () => 'x\n::error::pwned ##vso[task.complete]').join(
    '\n',
  );

  it('has the runner execute none of them', async () => {
    const { code, output, report } = await runAction({
      github: {
        dispatches: [problem(422, `\r\n${hostile}`)],
        overrides: [{ method: 'GET', path: /contents/, answer: problem(403, hostile) }],
      },
      service: 'bad',
      inputs: {
        rollback: 'ci,command',
        'rollback-command': "printf '::error::pwned\\r::error::pwned\\n##[error]pwned\\n'; exit 1",
      },
    });
    expect(code).toBe(3);
    expect(report.targets[0]?.rollback.attempts.map(({ outcome }) => outcome)).toEqual([
      'failed',
      'triggered',
    ]);
    expect(output).toContain('pwned');
    expect(output).not.toMatch(/^\s*::error::pwned/m);
    expect(output.split('\r').join('\n')).not.toMatch(/^\s*::error::pwned/m);
    expect(output).not.toMatch(/##(vso)?\[/);
  });
});
