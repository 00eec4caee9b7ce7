import { beforeAll, describe, expect, it } from '@jest/globals';
import { atMost, type Done, type JobOptions, jobToken, runAction } from '../support/action.js';
import {
  type DispatchBehaviour,
  type StandInGithubOptions,
  problem,
  type RunStep,
  SILENT_WORKFLOW,
} from '../support/stand-in-github.js';

const TRIGGERED = '✅ CI/CD rollback triggered';

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
      triggered: output.split('\n').includes(TRIGGERED),
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
