import { expect, it } from '@jest/globals';
import { describeWith } from '../components.js';
import type { Job } from '../kubernetes/job.js';
import { deployment, image } from '../kubernetes/manifests.js';
import { type Automated, ARGO } from './argo-cd.js';
import { lackingArgoCd } from './components.js';
import type { Tree } from './git-server.js';
import { argoCdScene } from './scene.js';

/** The path that is deployed, and one beside it. JSON is YAML. */
const app = (tag: string): Tree => ({ 'app/api.yaml': JSON.stringify(deployment('api', tag)) });
const config = (text: string): Tree => ({
  'app/notes.yaml': JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'notes' },
    data: { text },
  }),
});
const bad = image('broken-2');
const healing: Automated = { selfHeal: true, prune: true };
const following: Automated = { prune: true };

/** An application with a deploy job. */
interface Kept {
  readonly job: Job;
  readonly name: string;
}

/** The bundle, against a workload that Argo CD keeps as Git says. */
describeWith('the bundle and Argo CD', lackingArgoCd(), () => {
  const scene = argoCdScene();

  const inGit = ({ name }: Kept): readonly string[] => [
    ...['--git-repository', scene.argo.git.url(name), '--git-path', 'app/api.yaml'],
  ];

  /** A good version, kept by Argo CD, and its snapshot. */
  async function kept(automated: Automated | undefined, isInGit: boolean): Promise<Kept> {
    const job = await scene.job({ kubectl: 'kubectl', git: '/usr/bin/git' });
    const tree = { ...app('v1'), ...config('first') };
    const name = await scene.argo.keep(job.namespace, tree, automated, 'app');
    await scene.plane.rolledOut('Deployment', 'api', job.namespace);
    const flags = isInGit ? inGit({ job, name }) : [];
    expect(await job.call('snapshot', flags)).toMatchObject({ code: 0 });
    return { job, name };
  }

  /** Then a bad one, which Argo CD has applied. */
  async function deployedBadly(
    automated: Automated | undefined,
    { isInGit = false }: { readonly isInGit?: boolean } = {},
  ): Promise<Kept> {
    const one = await kept(automated, isInGit);
    await scene.argo.deploy(one.name, app('broken-2'));
    await scene.plane.rolledOut('Deployment', 'api', one.job.namespace);
    return one;
  }

  function watch(one: Kept, ...flags: readonly string[]): ReturnType<Job['call']> {
    return one.job.call('run', [...one.job.watching(), ...inGit(one), ...flags]);
  }

  it('an application that heals itself: rolled back, put back by Argo CD, and never called verified', async () => {
    const { job } = await deployedBadly(healing);
    const { code, output } = await job.call('run', job.watching('3s', '10s'));
    expect(output).toMatch(/Argo CD (has put|will put) registry\.test\/api:broken-2 back/);
    expect(code).toBe(3);
    expect(job.place.report()).toMatchObject({
      verdict: 'unhealthy',
      targets: [
        {
          rollback: {
            status: 'unverified',
            attempts: [
              { id: 'kubernetes', outcome: 'triggered' },
              { id: 'scale-down', outcome: 'skipped' },
            ],
          },
        },
      ],
    });
    await scene.plane.until('Argo CD to heal', async () => (await scene.liveImage(job)) === bad);
  });

  it('an application that does not heal itself: verified, and it stays', async () => {
    const { job, name } = await deployedBadly(following);
    const { code } = await job.call('run', job.watching());
    expect(job.place.report()).toMatchObject({ targets: [{ rollback: { status: 'verified' } }] });
    expect(code).toBe(1);
    await scene.argo.refresh(name);
    expect(await scene.liveImage(job)).toBe(image('v1'));
    expect((await scene.argo.application(name)).status?.sync?.status).toBe('OutOfSync');
  });

  it('gitops-pause: it holds while Argo CD looks three times, and it acts again as told', async () => {
    const { job, name } = await deployedBadly(healing);
    const { code, output } = await job.call('run', [...job.watching(), '--gitops-pause', 'true']);
    expect(job.place.report()).toMatchObject({ targets: [{ rollback: { status: 'verified' } }] });
    expect(code).toBe(1);
    for (let round = 0; round < 3; round++) {
      await scene.argo.refresh(name);
      expect(await scene.liveImage(job)).toBe(image('v1'));
    }
    const { metadata, spec } = await scene.argo.application(name);
    expect(spec.syncPolicy?.automated).toBeUndefined();
    expect(JSON.parse(metadata.annotations!['rollgate.dev/automated-before']!)).toEqual(healing);

    const [, patch = ''] =
      new RegExp(
        `kubectl patch applications\\.argoproj\\.io/${name} -n ${ARGO} --type=merge -p '(.*?)'`,
      ).exec(output) ?? [];
    await scene.plane.mustKubectl([
      ...['patch', `applications.argoproj.io/${name}`, '-n', ARGO, '--type=merge', '-p', patch],
    ]);
    await scene.plane.until('Argo CD to heal', async () => (await scene.liveImage(job)) === bad);
  });

  it('an application that may not be read: counts as one that heals itself', async () => {
    const { job } = await deployedBadly(following);
    const kubeconfig = await scene.plane.kubeconfigFor(job.namespace, [
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'patch'] },
      { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['list'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    ]);
    const { code, output } = await job.call('run', [
      ...job.watching(),
      ...['--kubeconfig', kubeconfig],
    ]);
    expect(output).toMatch(/what it would do could not be read: .*applications\.argoproj\.io/);
    expect(job.place.report()).toMatchObject({ targets: [{ rollback: { status: 'unverified' } }] });
    expect(code).toBe(3);
    expect(await scene.liveImage(job)).toBe(image('v1'));
  });

  it('the old version is brought back by a commit, and verified by what Argo CD has applied', async () => {
    const one = await deployedBadly(healing, { isInGit: true });
    const { job, name } = one;
    const { code, output } = await watch(one);
    expect(output).toMatch(/git: verified: .* The Argo CD application \S+ has applied/);
    expect(job.place.report()).toMatchObject({
      targets: [
        { rollback: { status: 'verified', attempts: [{ id: 'git', outcome: 'verified' }] } },
      ],
    });
    expect(code).toBe(1);
    expect(await scene.liveImage(job)).toBe(image('v1'));
    const { status } = await scene.argo.application(name);
    const { attempts } = job.place.report().targets[0]!.rollback;
    expect(status?.operationState?.syncResult?.revision).toBe(attempts[0]!.runId);
    expect(status?.operationState?.operation.initiatedBy.automated).toBe(true);

    // It lasts.
    await scene.argo.refresh(name);
    expect(await scene.liveImage(job)).toBe(image('v1'));
  });

  it('an application that is synced by hand: the commit is pushed, and the report says to sync it', async () => {
    const one = await deployedBadly(undefined, { isInGit: true });
    const { job, name } = one;
    const { code, output } = await job.call('run', [...job.watching('3s', '10s'), ...inGit(one)]);
    expect(output).toContain(`The Argo CD application ${name} is synced by hand: sync it.`);
    expect(job.place.report()).toMatchObject({
      targets: [
        {
          rollback: {
            status: 'unverified',
            attempts: [
              { id: 'git', outcome: 'triggered' },
              { id: 'scale-down', outcome: 'skipped' },
            ],
          },
        },
      ],
    });
    expect(code).toBe(3);
    expect(await scene.liveImage(job)).toBe(bad);
    await scene.argo.refresh(name);
    await scene.argo.sync(name);
    expect(await scene.liveImage(job)).toBe(image('v1'));
  });

  it('the watch waits for Argo CD to apply what was pushed, and judges that', async () => {
    const one = await kept(healing, true);
    const { job, name } = one;
    const running = job.start('run', [...job.watching(), ...inGit(one)]);
    await running.printed('yet: waiting for it');
    await scene.argo.deploy(name, app('broken-2'));
    const { code } = await running.ended;
    expect(job.place.report()).toMatchObject({
      verdict: 'unhealthy',
      targets: [{ rollback: { status: 'verified' } }],
    });
    expect(code).toBe(1);
  });

  it('nothing comes in time: inconclusive, and nothing is watched', async () => {
    const one = await kept(healing, true);
    const { code, output } = await watch(one, '--gitops-wait', '3s');
    expect(output).toMatch(/Not deployed: the Argo CD application \S+ has applied nothing newer/);
    expect(one.job.service.requests).toBe(0);
    expect(code).toBe(4);
  });

  it('a commit elsewhere in between: the rollback is pushed on top of it', async () => {
    const one = await deployedBadly(healing, { isInGit: true });
    const elsewhere = await scene.argo.git.commit(one.name, config('second'));
    const { code } = await watch(one);
    expect(code).toBe(1);
    expect(await scene.argo.git.parents(one.name)).toContain(elsewhere);
    const notes: unknown = await scene.plane.get('ConfigMap', 'notes', one.job.namespace);
    expect(notes).toMatchObject({ data: { text: 'second' } });
    expect(await scene.liveImage(one.job)).toBe(image('v1'));
  });

  it('a commit on the path since the watch began: withheld', async () => {
    const one = await deployedBadly(healing, { isInGit: true });
    const { job, name } = one;
    const running = job.start('run', [
      ...['--url', `${job.service.url}/`, '--requests-per-second', '20', '--warm-up', '5s'],
      ...['--duration', '3s', '--interval', '500ms', '--max-errors-per-minute', 'off'],
      ...inGit(one),
    ]);
    // When it asks the service, it knows what it judges.
    await running.until(() => job.service.requests > 0);
    await scene.argo.git.commit(name, app('v3'));
    await running.ended;
    expect(job.place.report()).toMatchObject({
      targets: [{ rollback: { status: 'withheld' } }],
    });
  });

  it('a server that refuses the push: failed, and the next strategy acts, which is not verified', async () => {
    const one = await deployedBadly(healing, { isInGit: true });
    scene.argo.git.refuse(one.name, 'GH006: Protected branch update failed');
    const { code } = await one.job.call('run', [...one.job.watching('3s', '10s'), ...inGit(one)]);
    expect(one.job.place.report()).toMatchObject({
      targets: [
        {
          rollback: {
            status: 'unverified',
            attempts: [
              { id: 'git', outcome: 'failed' },
              { id: 'kubernetes', outcome: 'triggered' },
              { id: 'scale-down', outcome: 'skipped' },
            ],
          },
        },
      ],
    });
    expect(code).toBe(3);
  });

  it('a sync to an old revision by hand holds only where Argo CD does not act by itself', async () => {
    for (const [automated, stays] of [
      [undefined, true],
      [healing, false],
    ] as const) {
      const { job, name } = await kept(automated, true);
      const old = await scene.argo.git.head(name);
      await scene.argo.deploy(name, app('broken-2'));
      await scene.argo.sync(name, old);
      if (stays) expect(await scene.liveImage(job)).toBe(image('v1'));
      else
        await scene.plane.until('Argo CD to sync the newest one', async () => {
          return (await scene.liveImage(job)) === bad;
        });
    }
  });
});
