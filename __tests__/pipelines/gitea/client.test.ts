import { afterEach, describe, expect, it } from '@jest/globals';
import type { GiteaSettings } from '../../../src/pipelines/gitea/context.js';
import type { StartRequest } from '../../../src/contract/pipeline.js';
import { isPermanent } from '../../../src/support/retry.js';
import { countedFetch, drive } from '../../support/drive.js';
import { StandInGitea, type GiteaStandInOptions } from '../../support/stand-in-gitea.js';
import { ROLLBACK_WORKFLOW, SILENT_WORKFLOW } from '../../support/stand-in-github.js';
import type { ClientOptions } from '../../support/stand-in.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const request: StartRequest = {
  ref: undefined,
  optional: { rollback: 'true', rollback_id: 'rg-1', rollback_target: 'api' },
  parameters: {},
  correlationId: 'rg-1',
};
const never = new AbortController().signal;

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function setUp(
  options: GiteaStandInOptions = {},
  settings: Partial<ClientOptions<GiteaSettings>> = {},
) {
  const standIn = await StandInGitea.start(options);
  cleanUps.push(() => standIn.close());
  const clock = new VirtualClock();
  const counted = countedFetch();
  const client = standIn.client({ fetch: counted.fetch, clock, random: () => 0.5 }, settings);
  const run = <T>(work: Promise<T>): Promise<T> =>
    drive(clock, work, counted.open, () => standIn.hanging);
  const start = (changes: Partial<StartRequest> = {}) =>
    run(client.start({ ...request, ...changes }, never, () => undefined));
  const findings = async (changes: Partial<StartRequest> = {}) =>
    (await run(client.preflight({ ...request, ...changes }, never))).map(
      ({ level, message, fix }) => `${level}: ${message} → ${fix ?? ''}`,
    );
  return { standIn, client, run, start, findings };
}

const both = ['gitea', 'forgejo'] as const;

describe.each(both)('a start with %s', (kind) => {
  it('reads the workflow, and sends one dispatch that asks for its run', async () => {
    const { standIn, start } = await setUp({ kind });
    const page = kind === 'gitea' ? 9001 : 1;
    expect(await start()).toEqual({
      kind: 'started',
      run: { id: '9001', url: `${standIn.url}/acme/shop/actions/runs/${String(page)}` },
    });
    const base = '/git/api/v1/repos/acme/shop';
    expect(standIn.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET ${base}`,
      `GET ${base}/contents/.${kind}%2Fworkflows%2Frollback.yml?ref=main`,
      `GET ${base}/actions/runs?event=workflow_dispatch&limit=50`,
      `POST ${base}/actions/workflows/rollback.yml/dispatches${kind === 'gitea' ? '?return_run_details=true' : ''}`,
    ]);
    expect(JSON.parse(standIn.dispatches[0]?.body ?? '')).toEqual({
      ref: 'main',
      inputs: request.optional,
      ...(kind === 'forgejo' ? { return_run_info: true } : {}),
    });
    for (const { headers } of standIn.requests)
      expect(headers.authorization).toBe(`token ${standIn.secret}`);
  });

  it.each([
    ['a branch', 'release', 'release'],
    ['a full branch', 'refs/heads/release', 'release'],
    // A bare name would be taken for a branch.
    ['a tag', 'v1', 'refs/tags/v1'],
    ['a full tag', 'refs/tags/v1', 'refs/tags/v1'],
    ['a branch that is called like a tag', 'both', 'both'],
    ['a tag that is called like a branch', 'refs/tags/both', 'refs/tags/both'],
    ['a branch with a slash', 'team/release', 'team/release'],
  ])('of %s', async (_, ref, sent) => {
    const branches = ['release', 'team/release', 'both'];
    const { standIn, start } = await setUp({ kind, branches, tags: ['v1', 'both'] });
    expect((await start({ ref })).kind).toBe('started');
    expect(JSON.parse(standIn.dispatches[0]?.body ?? '')).toMatchObject({ ref: sent });
  });

  it.each([
    ['.github/workflows', 'other'],
    ['.gitea/workflows', 'any'],
  ])('with the file in %s', async (folder) => {
    const { start } = await setUp({ kind, folder });
    expect((await start()).kind).toBe('started');
  });

  it.each<[string, GiteaStandInOptions, RegExp]>([
    ['that is not there', { file: null }, /could not be read .* drops inputs/],
    ['that may not be read', { mayReadContents: false }, /could not be read .* drops inputs/],
    [
      'without the marker',
      { file: ROLLBACK_WORKFLOW.replace(/^ {6}rollback: .*\n/m, '') },
      /does not declare the input "rollback"/,
    ],
    ['that is not for this', { file: 'on: push\njobs: {}\n' }, /cannot be started by hand/],
  ])(
    'of a workflow %s: nothing is sent, for the run might not know what it is',
    async (_, options, says) => {
      const { standIn, start } = await setUp({ kind, ...options });
      const reason: unknown = expect.stringMatching(says);
      expect(await start()).toMatchObject({ kind: 'refused', reason });
      expect(standIn.dispatches).toEqual([]);
    },
  );

  it.each<[string, GiteaStandInOptions, Partial<StartRequest>, RegExp, RegExp]>([
    ['a token that may not write', { mayWrite: false }, {}, /403/, /actions: write/],
    [
      'a ref that is not there',
      {},
      { ref: 'refs/heads/gone' },
      /could not be read/,
      /on the branch/,
    ],
  ])('with %s: refused, and what to change', async (_, options, changes, reason, hint) => {
    const { start } = await setUp({ kind, ...options });
    expect(await start(changes)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(reason),
      hint: expect.stringMatching(hint),
    });
  });
});

describe.each(both)('a run of %s that the answer does not name', (kind) => {
  it('is found by its title', async () => {
    const { standIn, start } = await setUp({ kind, namesRun: false, rival: {} });
    expect(await start()).toMatchObject({ kind: 'started', run: { id: '9001' } });
    expect(standIn.started).toBe(1);
  });

  it('is only probably ours when the workflow does not show the id', async () => {
    const { start } = await setUp({ kind, namesRun: false, file: SILENT_WORKFLOW });
    expect(await start()).toMatchObject({ kind: 'unknown', probable: { id: '9001' } });
  });

  it.each([
    ['another branch', { ref: 'refs/heads/other' }],
    ['another workflow', { workflow: 'deploy.yml' }],
    ['another event', { event: 'push' }],
  ])('is not taken for one of %s', async (_, rival) => {
    const { start } = await setUp({ kind, namesRun: false, file: SILENT_WORKFLOW, rival });
    expect(await start()).toMatchObject({ kind: 'unknown', probable: { id: '9001' } });
  });

  it('is not told from another new one', async () => {
    const { start } = await setUp({ kind, namesRun: false, file: SILENT_WORKFLOW, rival: {} });
    const result = await start();
    expect(result.kind).toBe('unknown');
    expect(result).not.toHaveProperty('probable');
  });

  it('is not taken for an older one that comes into the list because others are deleted', async () => {
    const options = { runs: [{ id: 60 }], rival: { id: 40 } };
    const { start } = await setUp({ kind, namesRun: false, file: SILENT_WORKFLOW, ...options });
    expect(await start()).toMatchObject({ kind: 'unknown', probable: { id: '9001' } });
  });
});

describe.each(both)('to cancel a run of %s', (kind) => {
  it('works where the server has a call for it', async () => {
    const { start, client, run } = await setUp({ kind, cancels: true });
    const started = await start();
    if (started.kind !== 'started') throw new Error(started.kind);
    await run(client.cancel(started.run, never));
    expect(await run(client.state(started.run, never))).toMatchObject({ phase: 'cancelled' });
  });

  it('fails for good where it has none, with the link', async () => {
    const { start, client, run } = await setUp({ kind });
    const started = await start();
    if (started.kind !== 'started') throw new Error(started.kind);
    const error: unknown = await run(
      client.cancel(started.run, never).catch((reason: unknown) => reason),
    );
    expect(isPermanent(error)).toBe(true);
    expect(String(error)).toContain(`cancel it at ${started.run.url}`);
  });
});

describe('preflight with Gitea', () => {
  it('no finding for a working set-up, and nothing is changed', async () => {
    const { standIn, findings } = await setUp();
    expect(await findings()).toEqual([]);
    expect(standIn.requests.filter(({ method }) => method !== 'GET')).toEqual([
      expect.objectContaining({
        method: 'PUT',
        url: expect.stringMatching(/\/actions\/workflows\/rollgate-asks.*\.yml\/enable$/),
      }),
    ]);
  });

  it.each<
    [
      string,
      GiteaStandInOptions,
      Partial<ClientOptions<GiteaSettings>>,
      Partial<StartRequest>,
      RegExp,
    ]
  >([
    [
      'no address',
      {},
      { 'gitea-url': undefined },
      {},
      /^error: there is no address of Gitea.*gitea-url/,
    ],
    [
      'no repository',
      {},
      { 'gitea-repository': '' },
      {},
      /^error: there is no repository.*gitea-repository/,
    ],
    [
      'no token',
      {},
      { 'gitea-token': undefined },
      {},
      /^error: there is no token for Gitea.*gitea-token/,
    ],
    ['a token with a space', {}, { 'gitea-token': 'a b' }, {}, /^error: gitea-token holds a space/],
    ['a wrong token', {}, { 'gitea-token': 'x' }, {}, /^error: .*401.*set gitea-token/],
    [
      'a workflow that is no file',
      {},
      { 'gitea-workflow': '77' },
      {},
      /^error: gitea-workflow is "77"/,
    ],
    [
      'another repository',
      {},
      { 'gitea-repository': 'acme/else' },
      {},
      /^error: .*404.*gitea-repository/,
    ],
    [
      'another workflow',
      {},
      { 'gitea-workflow': 'x.yml' },
      {},
      /^error: .*workflow "x.yml" not found.*folder/,
    ],
    ['an archived repository', { archived: true }, {}, {}, /^error: .*archived/],
    [
      'a disabled workflow',
      { workflowState: 'disabled_manually' },
      {},
      {},
      /^error: .*not active \(disabled_manually\)/,
    ],
    ['a commit', {}, {}, { ref: 'a'.repeat(40) }, /^error: rollback-ref is a commit .* Gitea/],
    ['a ref that is not there', {}, {}, { ref: 'gone' }, /^error: rollback-ref "gone" is neither/],
    [
      'a tag that is not there',
      {},
      {},
      { ref: 'refs/tags/gone' },
      /^error: rollback-ref "refs\/tags\/gone" is neither/,
    ],
    [
      'a token that may not write',
      { mayWrite: false },
      {},
      {},
      /^error: the token may not start workflows in acme\/shop.*actions: write/,
    ],
    [
      'a token that may not read code',
      { mayReadContents: false },
      {},
      {},
      /^error: .*could not be read.*contents: read/,
    ],
    [
      'no marker',
      { file: ROLLBACK_WORKFLOW.replace(/^ {6}rollback: .*\n/m, '') },
      {},
      {},
      /^error: .*does not declare the input "rollback"/,
    ],
    [
      'no run-name',
      { file: SILENT_WORKFLOW },
      {},
      {},
      /^notice: .*run-name.*even when Gitea does not name it/,
    ],
    [
      'a permission that cannot be seen',
      { override: { path: /rollgate-asks/, fault: { status: 500, body: '{}' } } },
      {},
      {},
      /^notice: could not check whether the token may start/,
    ],
    [
      'a route that is not there',
      { override: { path: /rollgate-asks/, fault: { status: 404, body: '404' } } },
      {},
      {},
      /^notice: could not check whether the token may start/,
    ],
  ])('%s', async (_, options, settings, changes, says) => {
    const { standIn, findings } = await setUp(options, settings);
    const found = await findings(changes);
    expect(found).toEqual([expect.stringMatching(says)]);
    expect(found.join()).not.toContain(standIn.secret);
    expect(standIn.dispatches).toEqual([]);
  });

  it('is for the server below its path', async () => {
    const { standIn, client, run } = await setUp();
    const [line] = await run(client.describe(request, never));
    expect(line).toBe(
      `POST ${standIn.url}/api/v1/repos/acme/shop/actions/workflows/rollback.yml/dispatches?return_run_details=true`,
    );
  });
});

describe('preflight with Forgejo', () => {
  it('cannot prove that the token may write, and says so', async () => {
    const { standIn, findings } = await setUp({ kind: 'forgejo' });
    expect(await findings()).toEqual([
      expect.stringMatching(/^notice: could not check .* Forgejo/),
    ]);
    expect(standIn.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('reads the file in place of the workflow', async () => {
    const { findings } = await setUp({ kind: 'forgejo', file: null });
    expect(await findings()).toEqual([
      expect.stringMatching(/^error: .*could not be read.*Forgejo drops.*\.forgejo\/workflows/),
      expect.stringMatching(/^notice/),
    ]);
  });
});

describe.each(both)('describing a start with %s', (kind) => {
  it('shows a tag as it is sent', async () => {
    const { client, run } = await setUp({ kind, tags: ['v1'] });
    const lines = await run(client.describe({ ...request, ref: 'v1' }, never));
    expect(lines[1]).toContain('"ref":"refs/tags/v1"');
  });
});

describe.each(both)('the jobs of a run of %s', (kind) => {
  it('are told by their own end, and one that is blocked waits for no person', async () => {
    const { start, client, run } = await setUp({
      kind,
      jobs: [
        { name: 'rollback', step: ['completed', 'success'] },
        { name: 'report', step: ['completed', 'skipped'] },
        { name: 'later', step: ['waiting'] },
      ],
    });
    const started = await start();
    if (started.kind !== 'started') throw new Error(started.kind);
    const jobs = await run(client.jobs!(started.run, never));
    expect(jobs.map(({ name, phase }) => [name, phase])).toEqual([
      ['rollback', 'succeeded'],
      ['report', 'skipped'],
      ['later', 'running'],
    ]);
  });
});
