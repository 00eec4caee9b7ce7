import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Running } from '../../support/bundle.js';
import { describeWith } from '../components.js';
import { lacking, oldKubectl, pathOf } from './binaries.js';
import { Chart } from './chart.js';
import { ControlPlane } from './control-plane.js';
import { Job, short } from './job.js';
import type { PodRequest } from './live-service.js';
import { deployment, image } from './manifests.js';
import type { Programs } from './tools.js';

const current: Programs = { kubectl: 'kubectl' };
const SHELL = { sh: '/bin/sh' } as const;

/** The bundle, as a job calls it, against a cluster. */
describeWith('the bundle and a cluster', lacking(oldKubectl, 'helm'), () => {
  let plane: ControlPlane;
  const jobs: Job[] = [];

  beforeAll(async () => {
    plane = await ControlPlane.start();
  });
  afterEach(async () => {
    for (const job of jobs.splice(0)) await job.close();
  });
  afterAll(async () => {
    // It has not been made when its start failed.
    await (plane as ControlPlane | undefined)?.stop();
  });

  async function jobWith(
    programs = current,
    answers?: (podRequest: PodRequest) => number,
  ): Promise<Job> {
    const job = await Job.start(plane, programs, answers);
    jobs.push(job);
    return job;
  }

  /** A deployed version and a snapshot of it. */
  async function recorded(tag: string, job: Job): Promise<void> {
    await job.deploy(tag);
    expect(await job.call('snapshot')).toMatchObject({ code: 0 });
  }

  /** Resolves when the watch has begun: preflight is over then. */
  const watched = (job: Job, running: Running): Promise<void> =>
    running.until(
      () => job.place.read('rollgate-report/recording.ndjson')?.includes('"event"') === true,
    );

  /** What another strategy may do where ours cannot. */
  const undoByHand = ({ namespace }: Job): readonly string[] => [
    ...['--rollback', 'kubernetes,command', '--rollback-command'],
    `'${pathOf('kubectl')}' rollout undo deployment/api -n ${namespace}`,
  ];

  it.each([['kubectl'], [oldKubectl]] as const)(
    'a bad version is unhealthy and rolled back, and a second attempt does nothing (%s)',
    async (kubectl) => {
      const job = await jobWith({ kubectl });
      await recorded('v1', job);
      const before = await plane.get('Deployment', 'api', job.namespace);
      await job.deploy('broken-2');
      const { code, output } = await job.call('run', job.watching());
      expect(output).toMatch(
        /kubernetes: verified: deployment\/test-\w+\/api was rolled back from/,
      );
      expect(code).toBe(1);
      const revision = (number: number, tag: string) => ({
        ...{ workload: 'deployment/api', namespace: job.namespace },
        ...{ revision: number, images: [image(tag)] },
      });
      expect(job.place.report()).toMatchObject({
        verdict: 'unhealthy',
        exitCode: 1,
        reason: expect.stringMatching(/503/),
        targets: [
          {
            verdict: 'unhealthy',
            rollback: {
              status: 'verified',
              versionConfirmed: true,
              healthConfirmed: true,
              attempts: [
                {
                  id: 'kubernetes',
                  outcome: 'verified',
                  from: revision(2, 'broken-2'),
                  to: revision(1, 'v1'),
                },
              ],
            },
          },
        ],
      });
      const after = await plane.rolledOut('Deployment', 'api', job.namespace);
      expect(after.spec.template).toEqual(before.spec.template);

      const live = await job.live();
      const again = await job.call('run', job.watching(), { attempt: 2 });
      expect(again.output).toContain('Already rolled back: this run has rolled back revision 2');
      expect(again.code).toBe(4);
      expect(job.place.report()).toMatchObject({
        verdict: 'inconclusive',
        exitCode: 4,
        reason: expect.stringMatching(/^Already rolled back: .* Nothing was watched\.$/),
        targets: [
          {
            name: 'default',
            verdict: 'inconclusive',
            checks: [],
            rollback: { status: 'not-needed', attempts: [] },
          },
        ],
      });
      expect(await job.live()).toEqual(live);
    },
  );

  it.each([
    ['healthy', 'v1', 0, 'not-needed'],
    ['unhealthy', 'broken-1', 5, 'withheld'],
  ] as const)('a deploy that changed nothing: %s', async (verdict, tag, code, status) => {
    const job = await jobWith();
    await recorded(tag, job);
    await job.deploy(tag);
    const live = await job.live();
    const ended = await job.call('run', job.watching());
    expect(ended.output).toMatch(/note: kubernetes: nothing was deployed since the snapshot/);
    expect(ended.code).toBe(code);
    expect(job.place.report()).toMatchObject({
      verdict,
      exitCode: code,
      targets: [{ verdict, rollback: { status, attempts: [] } }],
    });
    expect(await job.live()).toEqual(live);
  });

  it('a deploy by somebody else in the meantime: withheld, left alone', async () => {
    let isBad = false;
    const job = await jobWith(current, () => (isBad ? 503 : 200));
    await recorded('v1', job);
    await job.deploy('v2');
    const running = job.start('run', job.watching('10m'));
    await watched(job, running);
    await job.deploy('v3');
    const live = await job.live();
    isBad = true;
    const { code, output } = await running.ended;
    expect(output).toMatch(/withheld: deployment\/api: revision 3 replaced ours \(2\) at/);
    expect(code).toBe(5);
    expect(await job.live()).toEqual(live);
  });

  it('a missing image without any traffic: unhealthy, with the reason in the report', async () => {
    const job = await jobWith();
    await recorded('v1', job);
    await plane.apply(job.namespace, deployment('api', 'missing-2'));
    const { code } = await job.call('run', ['--kubernetes-health', 'true', ...short('5m')]);
    expect(job.place.report()).toMatchObject({
      reason: expect.stringContaining(
        `ImagePullBackOff: Back-off pulling image "${image('missing-2')}"`,
      ),
      targets: [{ rollback: { status: 'verified' } }],
    });
    expect(job.place.read('rollgate-report/summary.md')).toContain('ImagePullBackOff');
    expect(code).toBe(1);
  });

  it('no kubectl: reported at preflight, skipped, and the next strategy runs', async () => {
    const job = await jobWith(SHELL);
    await job.deploy('v1');
    await job.deploy('broken-2');
    const { code, output } = await job.call('run', [...job.watching(), ...undoByHand(job)]);
    expect(output).toContain('kubernetes: kubectl is not on the PATH');
    expect(job.place.report()).toMatchObject({
      findings: expect.arrayContaining([
        expect.objectContaining({ level: 'warning', message: 'kubectl is not on the PATH' }),
      ]),
      targets: [
        {
          rollback: {
            status: 'verified',
            attempts: [
              { id: 'kubernetes', outcome: 'skipped', detail: 'kubectl is not on the PATH' },
              { id: 'command', outcome: 'verified' },
            ],
          },
        },
      ],
    });
    expect(code).toBe(1);
    const alone = await job.call('run', job.watching());
    expect(alone.output).toContain('No strategy of the rollback chain would work');
    expect(alone.code).toBe(2);
  });

  it('a kubectl that hangs, prints garbage or is killed: failed, and the next strategy runs', async () => {
    await Promise.all(
      (
        [
          ['exec /bin/sleep 600', /did not end within 20 s/],
          ['echo garbage', /printed something that is not JSON/],
          ['kill -9 $$', /was ended by SIGKILL/],
        ] as const
      ).map(async ([script, detail]) => {
        let isBroken = false;
        const job = await jobWith({ ...current, ...SHELL }, (podRequest) =>
          isBroken && podRequest.image === image('v2') ? 503 : 200,
        );
        await recorded('v1', job);
        await job.deploy('v2');
        const running = job.start('run', [...job.watching('10m'), ...undoByHand(job)]);
        await watched(job, running);
        job.tools.replace('kubectl', script);
        isBroken = true;
        const { code } = await running.ended;
        expect(job.place.report().targets[0]?.rollback).toMatchObject({
          status: 'verified',
          attempts: [
            { id: 'kubernetes', outcome: 'failed', detail: expect.stringMatching(detail) },
            { id: 'command', outcome: 'verified' },
          ],
        });
        expect(code).toBe(1);
      }),
    );
  });

  it('owners of a workload are named at preflight and in the report', async () => {
    const job = await jobWith();
    const owners = [
      ['argo', { 'argocd.argoproj.io/instance': 'shop' }, 'the Argo CD application shop'],
      ['flux', { 'kustomize.toolkit.fluxcd.io/name': 'apps' }, 'the Flux Kustomization apps'],
      ['helm', { 'app.kubernetes.io/managed-by': 'Helm' }, 'a Helm release'],
    ] as const;
    const all = (tag: string) =>
      owners.map(([name, labels]) => {
        const object = deployment(name, tag);
        return { ...object, metadata: { ...object.metadata, labels } };
      });
    const workloads = owners.map(([name]) => `deployment/${name}`).join(',');
    const deploy = async (tag: string): Promise<void> => {
      await plane.apply(job.namespace, ...all(tag));
      for (const [name] of owners) await plane.rolledOut('Deployment', name, job.namespace);
    };
    await deploy('v1');
    expect(await job.call('snapshot', [], { workloads })).toMatchObject({ code: 0 });
    await deploy('v2');
    const preflight = await job.call('preflight', job.watching(), { workloads });
    await job.call('rollback', [], { workloads });
    const { rollback } = job.place.report().targets[0]!;
    // There is nothing of Argo CD in this cluster: it may be in another one.
    expect(rollback).toMatchObject({
      status: 'unverified',
      attempts: [
        {
          outcome: 'triggered',
          detail: expect.stringMatching(
            /deployment\/helm belongs to a Helm release: .*Argo CD will put the new version back at any time \(what it would do could not be read/,
          ),
        },
        { id: 'scale-down', outcome: 'skipped' },
      ],
    });
    for (const [name, , owner] of owners)
      expect(preflight.output).toContain(`deployment/${name} belongs to ${owner}: `);
  });

  it('a workload of Argo Rollouts where the cluster has none: failed, and the next strategy acts', async () => {
    const job = await jobWith({ ...current, ...SHELL });
    const flags = ['--rollback', 'kubernetes,command', '--rollback-command', 'exit 0'];
    await job.call('rollback', flags, { workloads: 'rollout/api' });
    expect(job.place.report().targets[0]?.rollback.attempts).toMatchObject([
      {
        id: 'kubernetes',
        outcome: 'failed',
        detail: expect.stringContaining('have a resource type "rollouts"'),
      },
      { id: 'command', outcome: 'verified' },
    ]);
  });

  it('a Helm release: helm runs first, and rolls it back', async () => {
    const chart = new Chart();
    const job = await jobWith({ ...current, helm: 'helm' });
    const release = ['--helm-release', 'api'];
    const upgrade = (tag: string): Promise<string> =>
      job.tools.must(
        'helm',
        [
          ...['upgrade', '--install', 'api', chart.folder, '--namespace', job.namespace],
          ...['--set', `tag=${tag}`, '--wait'],
        ],
        plane.kubeconfig,
      );
    try {
      await upgrade('v1');
      expect(await job.call('snapshot', release)).toMatchObject({ code: 0 });
      await upgrade('broken-2');
      const { code } = await job.call('run', [...job.watching(), ...release]);
      expect(job.place.report().targets[0]?.rollback).toMatchObject({
        status: 'verified',
        versionConfirmed: true,
        healthConfirmed: true,
        attempts: [{ id: 'helm', outcome: 'verified', from: { revision: 2 }, to: { revision: 1 } }],
      });
      expect(code).toBe(1);
      const again = await job.call('run', [...job.watching(), ...release], { attempt: 2 });
      expect(again.output).toContain('Already rolled back: revision 3 of api took revision 2 back');
      expect(again.code).toBe(4);
    } finally {
      chart.remove();
    }
  });
});
