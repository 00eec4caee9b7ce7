import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWith } from '../components.js';
import { freePorts } from '../kubernetes/ports.js';
import { lacking } from './components.js';
import { Front } from './front.js';
import { Runner, type Result } from './runner.js';
import { Gitea, type Tree } from './server.js';
import { Story } from './story.js';

describeWith('the whole story on a real Gitea', lacking(), () => {
  let front: Front;
  let gitea: Gitea;
  let story: Story;
  let tree: Tree;

  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    front = await Front.start(port, () => gitea.listens);
    gitea = await Gitea.start(port);
    story = await Story.begin(gitea, await Runner.register(gitea));
    tree = await story.init();
  });
  afterAll(async () => {
    await story.end();
    await gitea.stop();
    await front.close();
  });

  /** The runs of the rollback workflow that the server has, newest first. */
  async function rollbackRuns(repository: string): Promise<readonly unknown[]> {
    const path = `repos/acme/${repository}/actions/runs?event=workflow_dispatch`;
    return ((await gitea.api('GET', path)) as { workflow_runs: unknown[] }).workflow_runs;
  }

  it('init, a bad deploy, dispatch by the token of the job, followed to its end, confirmed', async () => {
    front.passed.length = 0;
    const told = await story.deploy('well', tree, 'success');
    expect(told).toMatchObject({ codes: { preflight: 0, snapshot: 0, run: 1 } });
    expect(told.rollbacks).toEqual([
      {
        rollback: 'true',
        rollback_id: expect.any(String),
        rollback_target: 'default',
        version: 'v1',
      },
    ]);
    const [target] = told.report?.targets ?? [];
    expect(told.report).toMatchObject({
      verdict: 'unhealthy',
      exitCode: 1,
      host: { system: 'gitea', runUrl: `${gitea.url}/acme/well/actions/runs/1` },
    });
    expect(target?.rollback).toMatchObject({
      status: 'verified',
      attempts: [
        { id: 'ci', outcome: 'verified', url: `${gitea.url}/acme/well/actions/runs/2`, runId: '2' },
      ],
    });
    expect(told.output).toContain('✅ CI/CD rollback triggered');
    expect(told.outputs).toMatch(/^rollback-status<<.*\r?\nverified/m);
    expect(await rollbackRuns('well')).toHaveLength(1);
    // Nobody's token but that of the job, which is none of the user's.
    const tokens = new Set(front.passed.map(({ authorization }) => authorization));
    expect([...tokens]).toEqual([expect.stringMatching(/^token [0-9a-f]{40}$/)]);
    expect(tokens).not.toContain(`token ${gitea.token}`);
    expect(told.output.replaceAll(/^::add-mask::.*$/gm, '')).not.toContain(
      [...tokens][0]!.slice(6),
    );
  });

  it.each<[Result, string, RegExp]>([
    ['failure', 'failed', /failure/],
    ['cancelled', 'aborted', /cancelled/],
    ['skipped', 'skipped', /skipped/],
  ])('a rollback run that ends as %s: exit code 3, as on GitHub', async (end, name, says) => {
    const told = await story.deploy(name, tree, end);
    expect(told).toMatchObject({ codes: { preflight: 0, snapshot: 0, run: 3 } });
    const rollback = told.report?.targets[0]?.rollback;
    expect(rollback).toMatchObject({
      attempts: [{ id: 'ci', detail: expect.stringMatching(says) }],
    });
    expect(rollback?.status).not.toBe('verified');
    expect(await rollbackRuns(name)).toHaveLength(1);
  });

  it('an answer that is lost after the dispatch was accepted: the run is found, and there is one', async () => {
    front.swallows = true;
    try {
      const told = await story.deploy('lost', tree, 'success');
      expect(told).toMatchObject({ codes: { run: 1 }, rollbacks: [{ rollback: 'true' }] });
      expect(told.report?.targets[0]?.rollback.status).toBe('verified');
      expect(await rollbackRuns('lost')).toHaveLength(1);
    } finally {
      front.swallows = false;
    }
  });

  describe('what preflight finds before it is needed', () => {
    const rollback = '.gitea/workflows/rollback.yml';
    const gate = '.gitea/workflows/deploy-gate.yml';
    it.each<[string, string, (tree: Tree) => Tree, RegExp]>([
      [
        'a workflow that does not declare the marker',
        'unmarked',
        (files) => ({
          ...files,
          [rollback]: files[rollback]!.replace(/ {6}rollback:\n( {8}.*\n)+/, ''),
        }),
        /does not declare the input "rollback"/,
      ],
      [
        'a token that may not write',
        'reading',
        (files) => ({ ...files, [gate]: files[gate]!.replace('actions: write', 'actions: read') }),
        /the token may not start workflows in acme\/reading/,
      ],
      [
        'a workflow in a folder that the server does not look at',
        'hidden',
        ({ [rollback]: text = '', ...files }) => ({
          ...files,
          '.github/workflows/rollback.yml': text,
        }),
        /rollback\.yml/,
      ],
    ])('%s', async (_, name, change, says) => {
      const told = await story.deploy(name, change(tree), 'success');
      expect(told).toMatchObject({ codes: { preflight: 2 }, rollbacks: [] });
      expect(told.output).toMatch(says);
      expect(await rollbackRuns(name)).toEqual([]);
    });
  });
});
