import { beforeAll, describe, expect, it } from '@jest/globals';
import { outputTable } from '../../src/contract/outcome.js';
import {
  ActionJob,
  atMost,
  type Done,
  type JobOptions,
  jobToken,
  runAction,
} from '../support/action.js';
import {
  type DispatchBehaviour,
  type StandInGithubOptions,
  problem,
  type RunStep,
  SILENT_WORKFLOW,
} from '../support/stand-in-github.js';

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

/** What became of a rollback, in everything that a user or another program can see. */
interface Fate {
  readonly exit: number;
  readonly status: string;
  readonly strategy: string;
  /** Calls that ask for a run. */
  readonly sent: number;
  /** Runs that came of them. */
  readonly accepted: number;
  readonly cancels: number;
  /** Whether the log says that the rollback run exists. */
  readonly triggered: boolean;
}

const verified: Fate = {
  exit: 1,
  status: 'verified',
  strategy: 'verified',
  sent: 1,
  accepted: 1,
  cancels: 0,
  triggered: true,
};
const refused: Fate = {
  exit: 3,
  status: 'failed',
  strategy: 'failed',
  sent: 1,
  accepted: 0,
  cancels: 0,
  triggered: false,
};
const unproven: Fate = { ...verified, exit: 3, status: 'unverified', strategy: 'triggered' };
const unseen: Fate = { ...unproven, triggered: false };

/** A name, the job, what becomes of it, and what the report says of the strategy. */
type Case = readonly [name: string, job: JobOptions, fate: Fate, says: RegExp];

const ending = (conclusion: string): readonly RunStep[] => [['completed', conclusion]];
/** The run, if there is one, succeeds at once. */
const answering = (...dispatches: DispatchBehaviour[]): JobOptions => ({
  github: { dispatches, run: ending('success') },
});
/** The service stays bad, whatever the run says. */
const inVain = (
  github: StandInGithubOptions,
  inputs: Readonly<Record<string, string>> = {},
): JobOptions => ({ github, inputs, service: 'bad' });
const soon = { 'rollback-timeout': '3s' };
const gateway = { accept: true, then: { status: 502, body: '<h1>Bad Gateway</h1>' } } as const;
const lost = { accept: true, then: 'hang' } as const;

const cases: readonly Case[] = [
  // The longest first: it waits for the 15 s that a start call is given.
  [
    'accepted, and the answer never comes: the run is found and followed',
    answering(lost),
    verified,
    /ended with "success"/,
  ],
  [
    'ends with action_required',
    inVain({ run: ending('action_required') }, soon),
    { ...unproven, cancels: 1 },
    /waited for a person.*may still fire/,
  ],
  [
    'accepted, and the answer does not come in time',
    inVain({ dispatches: [lost] }, soon),
    unseen,
    /may have been started/,
  ],
  [
    'not accepted, and the answer does not come in time',
    inVain({ dispatches: ['hang'] }, soon),
    { ...unseen, accepted: 0 },
    /may have been started/,
  ],
  ['401', inVain({ dispatches: [problem(401, 'Bad credentials')] }), refused, /expired or revoked/],
  [
    '403',
    inVain({ dispatches: [problem(403, 'Resource not accessible by integration')] }),
    refused,
    /permissions: actions: write/,
  ],
  [
    '404',
    inVain({ dispatches: [problem(404, 'Not Found')] }),
    refused,
    /check github-repository and github-workflow/,
  ],
  [
    '422 without a mention of run details',
    inVain({ dispatches: [problem(422, 'No ref found for: main')] }),
    refused,
    /rollback-ref must be a branch or a tag/,
  ],
  [
    '422 about return_run_details',
    answering('no-details'),
    { ...verified, sent: 2 },
    /ended with "success"/,
  ],
  [
    '429 with Retry-After',
    answering(problem(429, 'Slow down', { 'retry-after': '1' }), 'accept'),
    { ...verified, sent: 2 },
    /ended with "success"/,
  ],
  [
    '429 with a Retry-After of an hour',
    inVain({ dispatches: [problem(429, 'Slow down', { 'retry-after': '3600' })] }),
    refused,
    /rate limit/,
  ],
  [
    '500, and no run was started',
    inVain({ dispatches: [problem(500, 'Server Error')] }, soon),
    { ...unseen, accepted: 0 },
    /may have been started/,
  ],
  ['502 after it was accepted', answering(gateway), verified, /ended with "success"/],
  [
    '502 after it was accepted, the run does not show its id, and changes nothing',
    inVain({ dispatches: [gateway], file: SILENT_WORKFLOW, run: ending('success') }),
    unseen,
    /probably ours.*proves nothing/,
  ],
  [
    'accepted, and the connection is reset',
    answering({ accept: true, then: 'reset' }),
    verified,
    /ended with "success"/,
  ],
  ['204 without an id, and the run shows ours', answering('accept-204'), verified, /"success"/],
  [
    '204 without an id, the run does not show ours, and the service heals',
    { github: { dispatches: ['accept-204'], file: SILENT_WORKFLOW, run: ending('success') } },
    { ...verified, strategy: 'triggered', triggered: false },
    /probably ours.*proves nothing/,
  ],
  [
    '204 without an id, the run does not show ours, and the service stays bad',
    inVain({ dispatches: ['accept-204'], file: SILENT_WORKFLOW, run: ending('success') }),
    unseen,
    /probably ours.*proves nothing/,
  ],
  [
    '204 without an id, and a run of somebody else starts at the same time',
    inVain({ dispatches: ['accept-204'], file: SILENT_WORKFLOW, rival: true }, soon),
    unseen,
    /may have been started/,
  ],
  [
    'ends with success, and the service stays bad',
    inVain({ run: ending('success') }),
    { ...verified, exit: 3, status: 'still-unhealthy' },
    /ended with "success"/,
  ],
  ...[
    'failure',
    'timed_out',
    'startup_failure',
    'skipped',
    'neutral',
    'stale',
    'a word of next year',
  ].map((conclusion): Case => [
    `ends with ${conclusion}`,
    inVain({ run: ending(conclusion) }),
    unproven,
    new RegExp(`ended with "${conclusion}"`),
  ]),
  [
    'ends with cancelled',
    inVain({ run: ending('cancelled') }),
    unproven,
    /cancelled by somebody else/,
  ],
  [
    'waits for approval until the time is over',
    inVain({ run: [['waiting']], ran: false }, soon),
    { ...refused, accepted: 1, cancels: 1, triggered: true },
    /waited for a person.*before anything of it ran/,
  ],
  [
    'runs, then waits for approval until the time is over',
    inVain({ run: [['in_progress'], ['waiting']], ran: true }, soon),
    { ...unproven, cancels: 1 },
    /waited for a person.*what it changed until then is not known/,
  ],
  [
    'never starts and may not be cancelled',
    inVain(
      { run: [['queued']], ran: false, cancel: problem(403, 'Resource not accessible') },
      { 'rollback-start-timeout': '1s' },
    ),
    { ...unproven, cancels: 1 },
    /had not begun after 1s.*status 403.*may still fire/,
  ],
  [
    'never starts',
    inVain({ run: [['queued']], ran: false }, { 'rollback-start-timeout': '1s' }),
    { ...refused, accepted: 1, cancels: 1, triggered: true },
    /had not begun after 1s.*before anything of it ran/,
  ],
];

/** What the summary begins with. */
const headings: Readonly<Record<string, RegExp>> = {
  verified: /^## ↩️ Rolled back and verified\n/,
  unverified: /^## 🚨 ROLLBACK NOT CONFIRMED: look now\n/,
  'still-unhealthy': /^## 🚨 Rolled back, still unhealthy\n/,
  failed: /^## 🚨 ROLLBACK FAILED: nothing was rolled back, the bad version is live\n/,
};

describe('the action, when the rollback run', () => {
  const results = new Map<string, Done>();
  beforeAll(async () => {
    await atMost(
      4,
      cases.map(([name, job]) => async () => {
        results.set(name, await runAction(job));
      }),
    );
  }, 120_000);

  it.each(cases)('%s', (name, _, fate, says) => {
    const done = results.get(name)!;
    const rollback = done.report.targets[0]!.rollback;
    const { code, github, output, outputs, report } = done;
    expect({
      exit: code,
      status: rollback.status,
      strategy: rollback.attempts.map(({ outcome }) => outcome).join(),
      sent: github.dispatches.length,
      accepted: github.started.length,
      cancels: github.cancels.length,
      triggered: linesOf(output).includes(TRIGGERED),
    }).toEqual(fate);
    expect(rollback.attempts[0]?.detail).toMatch(says);

    expect(github.started.length).toBeLessThanOrEqual(1);
    expect(report).toMatchObject({ verdict: 'unhealthy', exitCode: code });
    expect(outputs).toMatchObject({
      verdict: 'unhealthy',
      'rollback-status': fate.status,
      'rolled-back': String(fate.status === 'verified'),
    });
    expect(output.includes('❌ Rollback failed: ')).toBe(fate.status === 'failed');
    expect(done.summary).toMatch(headings[fate.status]!);
    expect(output.replaceAll(/^::add-mask::.*$/gm, '')).not.toContain(jobToken);
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
