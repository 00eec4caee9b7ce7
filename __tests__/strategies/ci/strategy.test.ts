import { createGithubClient } from '../../../src/pipelines/github/client.js';
import type { GithubSettings } from '../../../src/pipelines/github/context.js';
import { clientFrom, type ClientOptions } from '../../support/stand-in.js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type CiStrategyOptions, createCiStrategy } from '../../../src/strategies/ci/strategy.js';
import type { RollbackRequest, StrategyResult } from '../../../src/contract/strategy.js';
import { Cancelled, deadline } from '../../../src/support/abort.js';
import { countedFetch, drive } from '../../support/drive.js';
import {
  StandInGithub,
  type StandInGithubOptions,
  problem,
  ROLLBACK_WORKFLOW,
  SILENT_WORKFLOW,
} from '../../support/stand-in-github.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const TOKEN = 'ghs_secretsecretsecret';
const request: RollbackRequest = {
  target: 'api',
  verdict: 'unhealthy',
  reason: '41 of 300 requests failed',
  correlationId: 'rg-77-1-abcdef',
};

interface RolledBack {
  readonly result: StrategyResult;
  readonly standIn: StandInGithub;
  readonly lines: readonly string[];
  readonly changes: number;
  readonly started: readonly unknown[];
  readonly clock: VirtualClock;
}

const standIns: StandInGithub[] = [];
afterEach(async () => {
  await Promise.all(standIns.splice(0).map((standIn) => standIn.close()));
});

interface Scenario {
  readonly github?: StandInGithubOptions;
  readonly client?: Partial<ClientOptions<GithubSettings>>;
  readonly strategy?: Partial<CiStrategyOptions>;
  readonly request?: Partial<RollbackRequest>;
  /** Milliseconds for the strategy. */
  readonly time?: number;
  /** Called with every line; may ask the strategy to leave. */
  readonly onLine?: (line: string, leave: () => void) => void;
}

async function roll(scenario: Scenario): Promise<RolledBack> {
  const standIn = await StandInGithub.start(scenario.github);
  standIns.push(standIn);
  const clock = new VirtualClock();
  const { fetch, open } = countedFetch();
  const random = (): number => 0.5;
  const strategy = createCiStrategy({
    client: clientFrom(createGithubClient, {
      'github-repository': 'acme/shop',
      'github-workflow': 'rollback.yml',
      'github-token': TOKEN,
      'github-api-url': standIn.url,
      ownRunId: null,
      fetch,
      clock,
      random,
      ...scenario.client,
    }),
    ref: undefined,
    parameters: {},
    wait: true,
    startTimeout: 120_000,
    clock,
    random,
    ...scenario.strategy,
  });
  const lines: string[] = [];
  const started: unknown[] = [];
  let changes = 0;
  const stop = new AbortController();
  const time = deadline(clock, scenario.time ?? 600_000, 'the strategy', stop.signal);
  const requested = { ...request, ...scenario.request };
  const work = (async () => {
    const plan = await strategy.plan(requested, time.signal);
    if (plan.kind === 'failed')
      return { outcome: 'failed', detail: plan.reason, versionConfirmed: null } as const;
    if (plan.kind !== 'plan') throw new Error('there is no plan');
    return strategy.execute(plan, {
      request: requested,
      signal: time.signal,
      beforeChange: () => {
        changes++;
        expect(standIn.dispatches).toHaveLength(0);
      },
      progress: (line) => {
        lines.push(line);
        scenario.onLine?.(line, () => {
          stop.abort(new Cancelled('SIGTERM'));
        });
      },
      started: (run) => started.push(run),
      timeLeft: () => 300_000,
      lastOfAll: () => undefined,
    });
  })();
  const result = await drive(clock, work, open, () => standIn.hanging);
  time.clear();
  return { result, standIn, lines, changes, started, clock };
}

describe('the ci strategy with GitHub', () => {
  it('starts exactly one run, follows it to success and reports it', async () => {
    const { result, standIn, lines, changes, started } = await roll({
      request: { revision: '12', image: 'shop:1.4' },
    });
    expect(standIn.dispatches).toHaveLength(1);
    expect(standIn.dispatches[0]).toMatchObject({
      path: '/repos/acme/shop/actions/workflows/rollback.yml/dispatches',
      headers: {
        authorization: `token ${TOKEN}`,
        'x-github-api-version': '2022-11-28',
        'user-agent': expect.stringMatching(/^rollgate /),
      },
      body: {
        ref: 'main',
        inputs: {
          rollback: 'true',
          rollback_id: 'rg-77-1-abcdef',
          rollback_target: 'api',
          rollback_revision: '12',
          rollback_image: 'shop:1.4',
        },
        return_run_details: true,
      },
    });
    const url = 'https://github.example/acme/shop/actions/runs/9001';
    expect(result).toEqual({
      outcome: 'verified',
      detail: 'The rollback run 9001 ended with "success".',
      url,
      runId: '9001',
      versionConfirmed: null,
    });
    expect(lines).toEqual([
      '✅ CI/CD rollback triggered',
      url,
      'rollback run: queued',
      'rollback run: in_progress',
      'rollback run: success',
    ]);
    expect(started).toEqual([{ url, runId: '9001' }]);
    expect(changes).toBe(1);
    expect(standIn.cancels).toHaveLength(0);
  });

  it('sends no input that the workflow does not declare', async () => {
    const file = `
on: { workflow_dispatch: { inputs: { rollback: {}, rollback_target: {}, mode: {} } } }
`;
    const { standIn, result } = await roll({
      github: { file },
      strategy: { parameters: { mode: 'fast' }, ref: 'refs/heads/main' },
    });
    expect(standIn.dispatches[0]?.body).toMatchObject({
      ref: 'main',
      inputs: { rollback: 'true', rollback_target: 'api', mode: 'fast' },
    });
    expect(result.outcome).toBe('verified');
  });

  it('sends only the marker and the parameters when the workflow cannot be read', async () => {
    const { standIn, result } = await roll({
      github: { mayReadContents: false },
      strategy: { parameters: { rollback_image: 'shop:1.3' } },
    });
    expect(standIn.dispatches[0]?.body).toMatchObject({
      inputs: { rollback: 'true', rollback_image: 'shop:1.3' },
    });
    expect(result.outcome).toBe('verified');
  });

  describe('a refused start: failed, and the next strategy may act', () => {
    const refusals: [string, Scenario, RegExp][] = [
      [
        '401',
        { github: { token: 'another' }, strategy: { ref: 'main' } },
        /Bad credentials.*set github-token/,
      ],
      [
        '403',
        { github: { mayWrite: false } },
        /not accessible by integration.*permissions: actions: write/,
      ],
      ['404', { github: { file: null } }, /status 404.*must be on the default branch/],
      [
        '422 without a mention of run details',
        {
          github: {
            dispatches: [problem(422, "Workflow does not have 'workflow_dispatch' trigger")],
          },
        },
        /Add on: workflow_dispatch/,
      ],
      [
        'a ref that does not exist',
        { github: { mayReadContents: false }, strategy: { ref: 'gone' } },
        /No ref found for: gone.*must be a branch or a tag/,
      ],
      [
        'a repository that has moved',
        { github: { dispatches: [{ status: 307, headers: { location: '/elsewhere' } }] } },
        /new name/,
      ],
      [
        'a required input that is not known',
        { github: { dispatches: [problem(422, "Required input 'x' not provided")] } },
        /Give that input a default/,
      ],
    ];
    it.each(refusals)('%s', async (_, scenario, says) => {
      const { result, standIn, lines } = await roll(scenario);
      expect(result.outcome).toBe('failed');
      expect(result.detail).toMatch(says);
      expect(result.detail).not.toContain(TOKEN);
      expect(standIn.dispatches).toHaveLength(1);
      expect(standIn.started).toHaveLength(0);
      expect(lines).toEqual([]);
    });

    const unsent: [string, Scenario, RegExp][] = [
      ['no token', { client: { 'github-token': undefined } }, /no token/],
      ['a token with a line break', { client: { 'github-token': `${TOKEN}\n` } }, /line break/],
      ['a malformed repository', { client: { 'github-repository': 'shop' } }, /owner\/name/],
      [
        'a workflow by its title',
        { client: { 'github-workflow': 'My rollback' } },
        /name of the file/,
      ],
      ['an API URL that is no URL', { client: { 'github-api-url': 'github' } }, /not a URL/],
      ['a commit as ref', { strategy: { ref: 'a'.repeat(40) } }, /is a commit/],
      [
        'a pull request as ref',
        { strategy: { ref: 'refs/pull/3/merge' } },
        /neither a branch nor a tag/,
      ],
      [
        'a workflow without the marker',
        { github: { file: 'on: workflow_dispatch' } },
        /could not tell a rollback from a deploy/,
      ],
      ['a workflow without workflow_dispatch', { github: { file: 'on: [push]' } }, /by hand/],
      [
        'an undeclared parameter',
        { strategy: { parameters: { speed: '1' } } },
        /"speed".*declares: rollback/,
      ],
      [
        'a parameter that would unset the marker',
        { strategy: { parameters: { rollback: 'false' } } },
        /sets "rollback"/,
      ],
      [
        'a required input that is not sent',
        {
          github: {
            file: ROLLBACK_WORKFLOW.replace(
              'rollback_image: { type: string }',
              'zone: { required: true }',
            ),
          },
        },
        /requires the input "zone"/,
      ],
      [
        'a default branch that cannot be read',
        {
          github: {
            overrides: [
              { method: 'GET', path: /shop$/, times: 9, answer: { status: 500, body: 'oops' } },
            ],
          },
        },
        /status 500.*Set rollback-ref/,
      ],
    ];
    it.each(unsent)('%s: nothing is sent', async (_, scenario, says) => {
      const { result, standIn, changes } = await roll(scenario);
      expect(result.outcome).toBe('failed');
      expect(result.detail).toMatch(says);
      expect(result.detail).not.toContain(TOKEN);
      expect(standIn.dispatches).toHaveLength(0);
      expect(changes).toBe(0);
    });
  });

  describe('a dispatch is sent again only when no run can have started', () => {
    it('422 about return_run_details: sent once more without it', async () => {
      const { result, standIn } = await roll({ github: { dispatches: ['no-details'] } });
      expect(standIn.dispatches.map(({ body }) => body)).toEqual([
        expect.objectContaining({ return_run_details: true }),
        expect.not.objectContaining({ return_run_details: true }),
      ]);
      expect(standIn.started).toHaveLength(1);
      // Found by the correlation id in its title.
      expect(result).toMatchObject({ outcome: 'verified', runId: '9001' });
    });

    it.each([
      ['429', problem(429, 'Too many requests', { 'retry-after': '30' })],
      ['403 as a rate limit', problem(403, 'Secondary rate limit', { 'retry-after': '30' })],
    ])('%s with Retry-After: waits and sends again', async (_, limited) => {
      const { result, standIn, clock } = await roll({
        github: { dispatches: [limited, 'accept'] },
      });
      expect(standIn.dispatches).toHaveLength(2);
      expect(standIn.started).toHaveLength(1);
      expect(clock.monotonic()).toBeGreaterThanOrEqual(30_000);
      expect(result.outcome).toBe('verified');
    });

    it('429 with Retry-After 0, every time: its four dispatches have pauses that grow', async () => {
      const answer = problem(429, 'Too many requests', { 'retry-after': '0' });
      const { standIn, clock } = await roll({ github: { dispatches: [answer] } });
      expect(standIn.dispatches).toHaveLength(4);
      expect(clock.monotonic()).toBeGreaterThanOrEqual((500 + 1000 + 2000) / 2);
    });

    it('429 with Retry-After 1 h: refused at once', async () => {
      const { result, standIn } = await roll({
        github: { dispatches: [problem(429, 'Too many requests', { 'retry-after': '3600' })] },
      });
      expect(standIn.dispatches).toHaveLength(1);
      expect(result.outcome).toBe('failed');
      expect(result.detail).toMatch(/rate limit/);
    });

    it('429 every time: refused after four dispatches', async () => {
      const { result, standIn } = await roll({
        github: { dispatches: [problem(429, 'Too many requests')] },
      });
      expect(standIn.dispatches).toHaveLength(4);
      expect(result.outcome).toBe('failed');
    });

    it('a refused connection: failed', async () => {
      const closed = await StandInGithub.start();
      const { url } = closed;
      await closed.close();
      const { result } = await roll({
        client: { 'github-api-url': url },
        strategy: { ref: 'main' },
      });
      expect(result.outcome).toBe('failed');
      expect(result.detail).toMatch(/could not be reached: .*ECONNREFUSED/);
    });
  });

  describe('an unclear answer to the dispatch', () => {
    const accepted = (
      then: 'hang' | 'reset' | ReturnType<typeof problem>,
    ): StandInGithubOptions => ({
      dispatches: [{ accept: true, then }],
    });
    const unclear: [string, StandInGithubOptions][] = [
      ['500 after it was accepted', accepted(problem(500, 'Server Error'))],
      ['502 after it was accepted', accepted({ status: 502, body: '<html>Bad gateway</html>' })],
      ['a hang after it was accepted', accepted('hang')],
      ['a reset after it was accepted', accepted('reset')],
      ['204 without an id', { dispatches: ['accept-204'] }],
      ['200 with a page', accepted({ status: 200, body: '<html></html>' })],
    ];
    it.each(unclear)('%s: the run is found by its correlation id', async (_, github) => {
      const { result, standIn, lines } = await roll({ github: { ...github, rival: true } });
      expect(standIn.dispatches).toHaveLength(1);
      expect(standIn.started).toHaveLength(1);
      expect(result).toMatchObject({ outcome: 'verified', runId: '9001' });
      expect(lines).toContain('✅ CI/CD rollback triggered');
    });

    it.each(unclear)(
      '%s: without the id the only new run is taken as probable: triggered',
      async (_, github) => {
        const { result, standIn, lines } = await roll({
          github: { ...github, file: SILENT_WORKFLOW, runs: [{}, {}] },
        });
        expect(standIn.dispatches).toHaveLength(1);
        expect(result).toMatchObject({ outcome: 'triggered', runId: '9001' });
        expect(result.detail).toMatch(/probably ours/);
        expect(lines).not.toContain('✅ CI/CD rollback triggered');
      },
    );

    it.each(unclear)(
      '%s: without the id neither of two new runs is taken: triggered',
      async (_, github) => {
        const { result, standIn } = await roll({
          github: { ...github, file: SILENT_WORKFLOW, rival: true },
        });
        expect(standIn.dispatches).toHaveLength(1);
        expect(result.outcome).toBe('triggered');
        expect(result.runId).toBeUndefined();
        expect(result.detail).toMatch(/may have been started.*2 new runs/);
      },
    );

    it.each([
      ['500', problem(500, 'Server Error')],
      ['502', { status: 502, body: '<html></html>' }],
      ['a hang', 'hang' as const],
      ['a reset', 'reset' as const],
    ])('%s, and no run appears: never sent again', async (_, answer) => {
      const { result, standIn } = await roll({ github: { dispatches: [answer, 'accept'] } });
      expect(standIn.dispatches).toHaveLength(1);
      expect(standIn.started).toHaveLength(0);
      expect(result.outcome).toBe('triggered');
      expect(result.detail).toMatch(/may have been started/);
    });

    it('a run that may belong to others is not cancelled', async () => {
      const { result, standIn } = await roll({
        github: { file: SILENT_WORKFLOW, dispatches: ['accept-204'], run: [['queued']] },
      });
      expect(result.outcome).toBe('triggered');
      expect(standIn.cancels).toHaveLength(0);
    });
  });

  it.each([
    ['failure', 'ended with "failure"'],
    ['cancelled', 'cancelled by somebody else'],
    ['timed_out', 'ended with "timed_out"'],
    ['startup_failure', 'ended with "startup_failure"'],
    ['skipped', 'ended with "skipped"'],
    ['neutral', 'ended with "neutral"'],
    ['stale', 'ended with "stale"'],
    ['a_word_of_tomorrow', 'ended with "a_word_of_tomorrow"'],
  ])('a run that ends with %s is not verified', async (conclusion, says) => {
    const { result, standIn } = await roll({
      github: { run: [['in_progress'], ['completed', conclusion]] },
    });
    expect(result.outcome).toBe('triggered');
    expect(result.detail).toContain(says);
    expect(standIn.dispatches).toHaveLength(1);
  });

  it.each([['waiting'], ['action_required']])(
    'a run that is %s for approval: prints its link, and cancels it when the time is over',
    async (word) => {
      const { result, standIn, lines } = await roll({
        github: { run: [[word]], ran: true },
        time: 60_000,
      });
      expect(lines.filter((line) => line.includes('waits for a person'))).toEqual([
        expect.stringContaining('https://github.example/acme/shop/actions/runs/9001'),
      ]);
      expect(result.outcome).toBe('triggered');
      expect(result.detail).toMatch(/waited for a person.*was cancelled/);
      expect(standIn.cancels).toHaveLength(1);
    },
  );

  it('a run that is approved in time is verified', async () => {
    const { result } = await roll({
      github: { run: [['waiting'], ['waiting'], ['in_progress'], ['completed', 'success']] },
    });
    expect(result.outcome).toBe('verified');
  });

  it.each([
    ['nothing of it ran', { ran: false }, 'failed', /before anything of it ran/],
    ['it began at the last moment', { ran: true }, 'triggered', /what it changed until then/],
    ['the cancel is ignored', { ran: false, cancel: 'ignore' }, 'triggered', /may still fire/],
    [
      'the cancel is refused',
      { ran: false, cancel: problem(403, 'Must have admin rights') },
      'triggered',
      /Must have admin rights.*may still fire/,
    ],
  ] as const)('a run that never starts is cancelled: %s', async (_, github, outcome, says) => {
    const { result, standIn } = await roll({ github: { run: [['queued']], ...github } });
    expect(result.outcome).toBe(outcome);
    expect(result.detail).toMatch(/had not begun after 2m/);
    expect(result.detail).toMatch(says);
    expect(standIn.cancels.length).toBeGreaterThanOrEqual(1);
    expect(standIn.dispatches).toHaveLength(1);
  });

  it('a run that waits in its concurrency group: the log says what to change', async () => {
    const { lines } = await roll({ github: { run: [['pending']], ran: false } });
    expect(lines).toContainEqual(expect.stringMatching(/pending.*concurrency group/));
  });

  it('a run that is still in progress when the time is over is cancelled: triggered', async () => {
    const { result, standIn } = await roll({ github: { run: [['in_progress']] }, time: 30_000 });
    expect(result.outcome).toBe('triggered');
    expect(result.detail).toMatch(/was not done when the time was over.*cancelled/);
    expect(standIn.cancels).toHaveLength(1);
  });

  it.each([
    ['success', 'verified'],
    ['failure', 'triggered'],
  ])('a run that ends with %s during its cancel: that result counts', async (word, outcome) => {
    const { result } = await roll({
      github: { run: [['queued'], ['completed', word]], cancel: 'ignore' },
      // Over before the second read, so that the read after the cancel is the one that sees the end.
      time: 1500,
    });
    expect(result.outcome).toBe(outcome);
    expect(result.detail).toContain(`ended with "${word}"`);
  });

  it('SIGTERM: the run goes on, and the report has its link', async () => {
    const { result, standIn } = await roll({
      github: { run: [['in_progress']] },
      onLine: (line, leave) => {
        if (line.includes('in_progress')) leave();
      },
    });
    expect(result).toMatchObject({ outcome: 'triggered', runId: '9001' });
    expect(result.detail).toMatch(/left running \(cancelled by SIGTERM\)/);
    expect(standIn.cancels).toHaveLength(0);
  });

  it('rollback-wait: false starts the run and does not follow it', async () => {
    const { result, standIn } = await roll({ strategy: { wait: false } });
    expect(result.outcome).toBe('triggered');
    expect(result.detail).toMatch(/not followed/);
    expect(standIn.requests.filter(({ path }) => path.endsWith('/runs/9001'))).toHaveLength(0);
  });

  it('seven bad answers in between do not end the following', async () => {
    const { result } = await roll({
      github: {
        run: [
          problem(404, 'Not Found'),
          ['queued'],
          problem(502, 'Bad gateway'),
          'reset',
          'hang',
          { status: 200, body: '<html></html>' },
          ['completed', 'success'],
        ],
      },
    });
    expect(result.outcome).toBe('verified');
  });

  it.each([
    ['a lost permission', problem(401, 'Bad credentials'), /Bad credentials/],
    ['errors without an end', problem(503, 'Unavailable'), /Unavailable/],
  ])('a state that cannot be read is not verified: %s', async (_, answer, says) => {
    const { result } = await roll({ github: { run: [['queued'], answer] } });
    expect(result.outcome).toBe('triggered');
    expect(result.detail).toMatch(/cannot be read/);
    expect(result.detail).toMatch(says);
  });
});
