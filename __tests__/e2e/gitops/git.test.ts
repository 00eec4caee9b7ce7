import { expect, it } from '@jest/globals';
import { describeWith } from '../components.js';
import type { Job } from '../kubernetes/job.js';
import { deployment, image } from '../kubernetes/manifests.js';
import { lackingFlux } from './components.js';
import type { Tree } from './git-server.js';
import { fluxScene } from './scene.js';

/** The path that is deployed, and one beside it. JSON is YAML. */
const app = (tag: string): Tree => ({ 'app/api.yaml': JSON.stringify(deployment('api', tag)) });
const config = (text: string): Tree => ({
  'config/notes.yaml': JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'notes' },
    data: { text },
  }),
});
const bad = image('broken-2');

/** The strategy `git` of the bundle, with a workload that a real Flux keeps. */
describeWith('a rollback in Git, applied by Flux', lackingFlux(), () => {
  const scene = fluxScene();

  const repository = ({ namespace }: Job): string => `${namespace}-shop`;
  const inGit = (job: Job): readonly string[] => [
    ...['--git-repository', scene.flux.git.url(repository(job)), '--git-path', 'app'],
  ];
  /** A good version, kept by Flux, and its snapshot. */
  async function kept(): Promise<Job> {
    const job = await scene.job({ kubectl: 'kubectl', git: '/usr/bin/git' });
    await scene.flux.keep('shop', job.namespace, { ...app('v1'), ...config('first') });
    await scene.plane.rolledOut('Deployment', 'api', job.namespace);
    expect(await job.call('snapshot', inGit(job))).toMatchObject({ code: 0 });
    return job;
  }

  /** Then a bad one, which Flux has applied. */
  async function deployedBadly(): Promise<Job> {
    const job = await kept();
    await scene.flux.deploy('shop', job.namespace, app('broken-2'));
    await scene.plane.rolledOut('Deployment', 'api', job.namespace);
    return job;
  }

  function watch(job: Job, ...flags: readonly string[]): ReturnType<Job['call']> {
    return job.call('run', [...job.watching(), ...inGit(job), ...flags]);
  }

  it('the old version is brought back by a commit, and verified by what Flux has applied', async () => {
    const job = await deployedBadly();
    const { code, output } = await watch(job);
    expect(output).toMatch(/git: verified: .* The Flux Kustomization shop has applied/);
    expect(job.place.report()).toMatchObject({
      targets: [
        { rollback: { status: 'verified', attempts: [{ id: 'git', outcome: 'verified' }] } },
      ],
    });
    expect(code).toBe(1);
    expect(await scene.liveImage(job)).toBe(image('v1'));
    const { status } = await scene.flux.kustomization('shop', job.namespace);
    const { attempts } = job.place.report().targets[0]!.rollback;
    expect(status?.lastAppliedRevision).toBe(`main@sha1:${attempts[0]!.runId!}`);

    // It lasts.
    await scene.flux.reconcile('shop', job.namespace);
    expect(await scene.liveImage(job)).toBe(image('v1'));
  });

  it('the watch waits for Flux to apply what was pushed, and judges that', async () => {
    const job = await kept();
    const running = job.start('run', [...job.watching(), ...inGit(job)]);
    await running.printed('yet: waiting for it');
    await scene.flux.deploy('shop', job.namespace, app('broken-2'));
    const { code } = await running.ended;
    expect(job.place.report()).toMatchObject({
      verdict: 'unhealthy',
      targets: [{ rollback: { status: 'verified' } }],
    });
    expect(code).toBe(1);
  });

  it.each<[string, readonly string[]]>([
    ['is rolled back', []],
    ['is only reported', ['--on-unhealthy', 'report']],
  ])(
    'nothing comes in time, where a bad version %s: inconclusive, and nothing is watched',
    async (_, flags) => {
      const job = await kept();
      const { code, output } = await watch(job, '--gitops-wait', '3s', ...flags);
      expect(output).toMatch(/Not deployed: the Flux Kustomization shop has applied nothing newer/);
      expect(job.service.requests).toBe(0);
      expect(code).toBe(4);
    },
  );

  it('a commit elsewhere in between: the rollback is pushed on top of it', async () => {
    const job = await deployedBadly();
    const elsewhere = await scene.flux.git.commit(repository(job), config('second'));
    const { code } = await watch(job);
    expect(code).toBe(1);
    expect(await scene.flux.git.parents(repository(job))).toContain(elsewhere);
    expect((await scene.plane.get('ConfigMap', 'notes', job.namespace)) as unknown).toMatchObject({
      data: { text: 'second' },
    });
    expect(await scene.liveImage(job)).toBe(image('v1'));
  });

  it('a commit on the path since the watch began: withheld', async () => {
    const job = await deployedBadly();
    const running = job.start('run', [
      ...['--url', `${job.service.url}/`, '--requests-per-second', '20', '--warm-up', '5s'],
      ...['--duration', '3s', '--interval', '500ms', '--max-errors-per-minute', 'off'],
      ...inGit(job),
    ]);
    // When it asks the service, it knows what it judges.
    await running.until(() => job.service.requests > 0);
    await scene.flux.git.commit(repository(job), app('v3'));
    await running.ended;
    expect(job.place.report()).toMatchObject({
      targets: [{ rollback: { status: 'withheld' } }],
    });
  });

  it('a server that refuses the push: failed, and the next strategy acts, which is not verified', async () => {
    const job = await deployedBadly();
    scene.flux.git.refuse(repository(job), 'GH006: Protected branch update failed');
    const { code } = await watch(job);
    const [target] = job.place.report().targets;
    expect(target).toMatchObject({
      rollback: {
        status: 'unverified',
        attempts: [
          { id: 'git', outcome: 'failed' },
          { id: 'kubernetes', outcome: 'triggered' },
          { id: 'scale-down', outcome: 'skipped' },
        ],
      },
    });
    expect(code).toBe(3);
    expect(bad).not.toBe(await scene.liveImage(job));
  });
});
