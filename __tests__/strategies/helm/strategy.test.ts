import { describe, expect, it } from '@jest/globals';
import type { StrategyDependencies } from '../../../src/strategies/dependencies.js';
import { setUpHelm } from '../../../src/strategies/helm/strategy.js';
import type { Plan, Strategy, Withheld } from '../../../src/contract/strategy.js';
import { Cancelled, DeadlineReached } from '../../../src/support/abort.js';
import {
  contextWith,
  dependenciesWith,
  never,
  request,
} from '../../support/strategy-dependencies.js';
import { VirtualClock } from '../../support/virtual-clock.js';
import { failure, StandInHelm } from '../../support/stand-in-helm.js';
import type { StrategySettings } from '../../../src/strategies/registry.js';

function strategyFor(
  helm: StandInHelm,
  given: Partial<StrategyDependencies<StrategySettings>> = {},
  flags: Readonly<Record<string, string>> = {},
): Strategy {
  const strategy = setUpHelm(
    dependenciesWith({ 'helm-release': 'api', ...flags }, { exec: helm.exec, ...given }),
  );
  if (strategy.kind !== 'strategy') throw new Error(strategy.reason);
  return strategy;
}

/** What `snapshot` records now. */
async function snapshotOf(helm: StandInHelm): Promise<unknown> {
  const text = JSON.stringify(await strategyFor(helm).snapshot!(never));
  return JSON.parse(text) as unknown;
}

async function planOf(strategy: Strategy): Promise<Plan> {
  const plan = await strategy.plan(request, never);
  if (plan.kind !== 'plan') throw new Error(plan.reason);
  return plan;
}

const live = (helm: StandInHelm) => helm.revisions.at(-1)!;

describe('the helm strategy', () => {
  it('rolls back over a failed upgrade to the recorded revision', async () => {
    const helm = new StandInHelm().add('v1');
    const recorded = await snapshotOf(helm);
    expect(recorded).toMatchObject({
      ...{ release: 'api', revision: 1, newest: 1, status: 'deployed' },
      ...{ chart: 'api-1.0.0', appVersion: 'v1', images: ['registry.test/api:v1'] },
    });
    expect(JSON.stringify(recorded)).not.toContain('hunter2');

    helm.add('v2', 'failed').add('v3');
    const strategy = strategyFor(helm, { recorded });
    expect(strategy.recordedVersion?.()).toEqual({ revision: '1', image: 'registry.test/api:v1' });
    const plan = await planOf(strategy);
    expect(plan).toMatchObject({
      steps: [
        'helm rollback api 1 --wait: from revision 3 (api-1.0.0, app v3) to revision 1 (api-1.0.0, app v1)',
      ],
      from: { revision: 3, images: ['registry.test/api:v3'] },
      to: { revision: 1, images: ['registry.test/api:v1'] },
      touches: ['deployment/api'],
    });

    const context = contextWith();
    expect(await strategy.execute(plan, context)).toEqual({
      outcome: 'verified',
      detail:
        'api is back at revision 1 (api-1.0.0, app v1), as revision 4; helm waited for its resources.',
      versionConfirmed: true,
    });
    expect(context.changes()).toBe(1);
    expect(helm.calls.filter(([, verb]) => verb === 'rollback')).toEqual([
      ['helm', 'rollback', 'api', '1', '--wait', '--timeout', '285s', '--history-max', '0'],
    ]);
    expect(await strategy.assertUnchanged!(never)).toBeUndefined();
  });

  it.each<{ flags: Record<string, string>; args: string[] }>([
    { flags: { 'kubernetes-namespace': 'shop' }, args: ['--namespace', 'shop'] },
    {
      flags: {
        ...{ 'helm-namespace': 'releases', 'kubernetes-namespace': 'shop' },
        ...{ kubeconfig: '/k', 'kubernetes-context': 'prod' },
      },
      args: ['--namespace', 'releases', '--kubeconfig', '/k', '--kube-context', 'prod'],
    },
  ])('passes $flags on to helm', async ({ flags, args }) => {
    const helm = new StandInHelm().add('v1').add('v2');
    const strategy = strategyFor(helm, {}, flags);
    await strategy.execute(await planOf(strategy), contextWith());
    for (const call of helm.calls) expect(call.slice(-args.length)).toEqual(args);
  });

  it.each<{ name: string; make: (helm: StandInHelm) => StandInHelm; to: number }>([
    { name: 'the revision before', make: (helm) => helm.add('v1').add('v2'), to: 1 },
    {
      name: 'no failed revision',
      make: (helm) => helm.add('v1').add('v2', 'failed').add('v3'),
      to: 1,
    },
    {
      name: 'the deployed revision when the upgrade failed',
      make: (helm) => helm.add('v1').add('v2', 'failed'),
      to: 1,
    },
    {
      name: 'no revision of the same version as the live one',
      make: (helm) => helm.add('v1').add('v2').add('v2'),
      to: 1,
    },
    {
      name: 'no revision that was rolled back before',
      make: (helm) => helm.add('v0').add('v1').add('bad').rollBack(2).add('v1'),
      to: 1,
    },
    {
      name: 'a rollback, when its version is the one before',
      make: (helm) => helm.add('v1').add('bad').rollBack(1).add('v3'),
      to: 3,
    },
  ])('without a snapshot rolls back to $name', async ({ make, to }) => {
    expect(await planOf(strategyFor(make(new StandInHelm())))).toMatchObject({
      to: { revision: to },
    });
  });

  it.each<{ name: string; make: (helm: StandInHelm) => StandInHelm; reason: RegExp }>([
    {
      name: 'there is only one revision',
      make: (helm) => helm.add('v1'),
      reason: /no earlier revision to go back to \(1 in its history\)/,
    },
    {
      name: 'all earlier ones failed',
      make: (helm) => helm.add('v1', 'failed').add('v2'),
      reason: /no earlier revision/,
    },
    {
      name: 'the release is uninstalled',
      make: (helm) => {
        helm.add('v1').add('v2');
        live(helm).status = 'uninstalled';
        return helm;
      },
      reason: /api is uninstalled/,
    },
  ])('skips when $name', async ({ make, reason }) => {
    expect(await strategyFor(make(new StandInHelm())).plan(request, never)).toEqual({
      kind: 'skip',
      reason: expect.stringMatching(reason),
    });
  });

  it('without a snapshot skips a revision older than deployed-within', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 7));
    const strategy = strategyFor(new StandInHelm().add('v1').add('v2'), { clock });
    expect(await strategy.plan(request, never)).toEqual({
      kind: 'skip',
      reason:
        'revision 2 of api is 144h old (`deployed-within` is 1h), and there is no snapshot: this pipeline did not deploy it',
    });
  });

  it('a release that the snapshot does not have is skipped', async () => {
    const helm = new StandInHelm();
    const recorded = await snapshotOf(helm);
    expect(recorded).toMatchObject({ release: 'api', revision: null });
    const strategy = strategyFor(helm.add('v1'), { recorded });
    expect(strategy.recordedVersion?.()).toBeUndefined();
    expect(await strategy.plan(request, never)).toMatchObject({
      kind: 'skip',
      reason: expect.stringMatching(/was not there before this deploy/),
    });
  });

  it.each<{ name: string; change: (helm: StandInHelm) => unknown; says: RegExp }>([
    {
      name: 'nothing was deployed',
      change: () => undefined,
      says: /^revision 1 of api was live before: there is nothing of ours to undo$/,
    },
    {
      name: 'the same version was deployed',
      change: (helm) => helm.add('v1'),
      says: /^revision 2 of api is the same as revision 1/,
    },
  ])('withholds when $name', async ({ change, says }) => {
    const helm = new StandInHelm().add('v1');
    const recorded = await snapshotOf(helm);
    change(helm);
    expect(await strategyFor(helm, { recorded }).plan(request, never)).toEqual({
      kind: 'withheld',
      reason: expect.stringMatching(says),
    });
  });

  it('withholds when the failed upgrade was there before the snapshot', async () => {
    const helm = new StandInHelm().add('v1').add('v2', 'failed');
    const recorded = await snapshotOf(helm);
    expect(recorded).toMatchObject({ revision: 1, newest: 2 });
    expect(await strategyFor(helm, { recorded }).plan(request, never)).toMatchObject({
      kind: 'withheld',
    });
  });

  it.each<{ name: string; change: (helm: StandInHelm) => unknown; says: RegExp }>([
    {
      name: 'is gone',
      change: (helm) => {
        helm.add('v2').add('v3');
        helm.revisions.shift();
      },
      says: /revision 1 of api, which was recorded before the deploy, is not in its history any more/,
    },
    {
      name: 'belongs to another installation',
      change: (helm) => {
        helm.revisions.length = 0;
        helm.add('x').add('v2');
      },
      says: /revision 1 of api is not the one that was recorded .*installed again/,
    },
    {
      name: 'was rolled back since',
      change: (helm) => helm.add('v2').rollBack(1).rollBack(2),
      says: /revision 1 of api, which was recorded, was rolled back since/,
    },
  ])('skips when the recorded revision $name', async ({ change, says }) => {
    const helm = new StandInHelm().add('v1');
    const recorded = await snapshotOf(helm);
    change(helm);
    expect(await strategyFor(helm, { recorded }).plan(request, never)).toEqual({
      kind: 'skip',
      reason: expect.stringMatching(says),
    });
  });

  it('ignores a snapshot of another release', async () => {
    const helm = new StandInHelm().add('v1').add('v2');
    const recorded = { release: 'other', revision: 2, newest: 2 };
    expect(await planOf(strategyFor(helm, { recorded }))).toMatchObject({ to: { revision: 1 } });
  });

  it.each(['pending-upgrade', 'pending-rollback', 'pending-install'])(
    'a release that is %s: fails before any change, and says what to do',
    async (status) => {
      const helm = new StandInHelm().add('v1').add('v2', 'pending-upgrade');
      live(helm).status = status;
      await expect(strategyFor(helm).plan(request, never)).rejects.toThrow(
        `revision 2 of api is ${status}, begun at 00:00 UTC: another helm is at work, or was killed. Nothing was changed. When no helm is at work any more, run \`helm rollback api 1\``,
      );
    },
  );

  describe('a change by somebody else', () => {
    const captured = async (): Promise<{ helm: StandInHelm; strategy: Strategy }> => {
      const helm = new StandInHelm().add('v1').add('v2');
      const strategy = strategyFor(helm);
      expect(await strategy.capture!(never)).toEqual({});
      return { helm, strategy };
    };
    const both = async (strategy: Strategy): Promise<unknown> => {
      const plan = await strategy.plan(request, never);
      expect(await strategy.assertUnchanged!(never)).toEqual(plan);
      return plan;
    };

    it('a deploy: withheld', async () => {
      const { helm, strategy } = await captured();
      helm.add('v3');
      expect(await both(strategy)).toEqual({
        kind: 'withheld',
        reason: 'revision 3 of api replaced ours (2) at 00:00 UTC',
      });
    });

    it('a deploy in progress: withheld', async () => {
      const { helm, strategy } = await captured();
      helm.add('v3', 'pending-upgrade');
      expect(await both(strategy)).toEqual({
        kind: 'withheld',
        reason:
          'revision 3 of api is pending-upgrade, begun at 00:00 UTC: somebody deploys over ours (2)',
      });
    });

    it('an uninstall: withheld', async () => {
      const { helm, strategy } = await captured();
      helm.revisions.length = 0;
      expect(await strategy.assertUnchanged!(never)).toEqual({
        kind: 'withheld',
        reason: 'api was uninstalled since the watch began',
      });
    });

    it('a deploy of the same version: no objection', async () => {
      const { helm, strategy } = await captured();
      helm.add('v2');
      expect(await strategy.assertUnchanged!(never)).toBeUndefined();
      expect(await strategy.plan(request, never)).toMatchObject({
        kind: 'plan',
        to: { revision: 1 },
      });
    });

    it('a deploy between plan and execute: withheld, and nothing is changed', async () => {
      const { helm, strategy } = await captured();
      const plan = await planOf(strategy);
      helm.add('v3');
      const context = contextWith();
      const result = (await strategy.execute(plan, context)) as Withheld;
      expect(result).toMatchObject({ kind: 'withheld', reason: /revision 3 of api replaced ours/ });
      expect(context.changes()).toBe(0);
      expect(live(helm)).toMatchObject({ revision: 3, description: 'Upgrade complete' });
    });

    it('a deploy right before our rollback: triggered, and the report says what was replaced', async () => {
      const { helm, strategy } = await captured();
      const plan = await planOf(strategy);
      helm.instead = (args) => {
        if (args[0] === 'rollback') helm.add('v3');
        return undefined;
      };
      expect(await strategy.execute(plan, contextWith())).toMatchObject({
        outcome: 'triggered',
        detail:
          'revision 3 (api-1.0.0, app v3) of api came at 00:00 UTC while we rolled back: helm has no precondition against that, and revision 4 replaced it. Deploy it again.',
      });
    });

    it('a deploy right before our rollback, and one right after it: the last one is what runs', async () => {
      const { helm, strategy } = await captured();
      const plan = await planOf(strategy);
      helm.instead = (args) => {
        if (args[0] !== 'rollback') return undefined;
        helm.add('v3').rollBack(1).add('v4');
        return { code: 0 };
      };
      expect(await strategy.execute(plan, contextWith())).toMatchObject({
        outcome: 'triggered',
        notBack: expect.stringMatching(/^revision 5 .* after our rollback to revision 1$/),
      });
    });

    it('a deploy right after our rollback: triggered', async () => {
      const { helm, strategy } = await captured();
      const plan = await planOf(strategy);
      helm.instead = (args) => {
        if (args[0] !== 'rollback') return undefined;
        helm.rollBack(1).add('v3');
        return { code: 0 };
      };
      expect(await strategy.execute(plan, contextWith())).toMatchObject({
        outcome: 'triggered',
        detail: expect.stringMatching(
          /^revision 4 .* came at 00:00 UTC, after our rollback to revision 1/,
        ),
        notBack: expect.stringMatching(/^revision 4 .* after our rollback to revision 1$/),
      });
    });
  });

  describe('a second attempt of the run', () => {
    const sentence =
      'revision 3 of api took revision 2 back at 00:00 UTC, to what revision 1 was, and nothing was deployed since.';

    it('with a snapshot finds its deploy rolled back', async () => {
      const helm = new StandInHelm().add('v1');
      const recorded = await snapshotOf(helm);
      helm.add('v2').rollBack(1);
      expect(await strategyFor(helm, { recorded }).capture!(never)).toEqual({
        alreadyRolledBack: sentence,
      });
    });

    it('without a snapshot finds its deploy rolled back', async () => {
      const helm = new StandInHelm().add('v1').add('v2').rollBack(1);
      expect(await strategyFor(helm).capture!(never)).toEqual({ alreadyRolledBack: sentence });
    });

    it.each<{ name: string; change: (helm: StandInHelm) => unknown }>([
      { name: 'nothing new since the snapshot', change: () => undefined },
      { name: 'a new version', change: (helm) => helm.add('v4') },
      { name: 'a rollback to an old version', change: (helm) => helm.rollBack(2) },
    ])('with $name is evaluated', async ({ change }) => {
      const helm = new StandInHelm().add('v1').add('v2').rollBack(1);
      const recorded = await snapshotOf(helm);
      change(helm);
      expect(await strategyFor(helm, { recorded }).capture!(never)).toEqual({});
    });
  });

  describe('the outcome of a helm rollback', () => {
    const act = async (
      end: (helm: StandInHelm) => unknown,
      says: string,
    ): Promise<Record<string, unknown>> => {
      const helm = new StandInHelm().add('v1').add('v2');
      const strategy = strategyFor(helm);
      const plan = await planOf(strategy);
      helm.instead = (args) => {
        if (args[0] !== 'rollback') return undefined;
        end(helm);
        return failure(says);
      };
      return { ...(await strategy.execute(plan, contextWith())) };
    };

    it('refused before it made a revision: failed', async () => {
      expect(await act(() => undefined, 'secrets is forbidden: User "x" cannot create')).toEqual({
        outcome: 'failed',
        detail:
          'helm rollback api 1: secrets is forbidden: User "x" cannot create. No revision was made: nothing was changed.',
        versionConfirmed: null,
      });
    });

    it('timed out in helm: triggered', async () => {
      expect(
        await act((helm) => {
          helm.rollBack(1, 'failed');
          live(helm).description = 'Release "api" failed: timed out waiting for the condition';
        }, 'release api failed: timed out waiting for the condition'),
      ).toMatchObject({
        outcome: 'triggered',
        detail:
          'helm rollback api 1: release api failed: timed out waiting for the condition. It made revision 3, which is failed.',
      });
    });

    it('left pending: triggered, with the command that resolves it', async () => {
      expect(
        await act((helm) => helm.rollBack(1, 'pending-rollback'), 'pre-rollback hooks failed'),
      ).toMatchObject({
        outcome: 'triggered',
        detail: expect.stringMatching(
          /revision 3, which is pending-rollback: .*`helm rollback api 1`\.$/,
        ),
      });
    });

    it('of a release that cannot be read afterwards: triggered', async () => {
      const helm = new StandInHelm().add('v1').add('v2');
      const strategy = strategyFor(helm);
      const plan = await planOf(strategy);
      let done = false;
      helm.instead = (args) => {
        if (args[0] === 'rollback') done = true;
        else if (done) return { stdout: 'garbage' };
        return undefined;
      };
      expect(await strategy.execute(plan, contextWith())).toEqual({
        outcome: 'triggered',
        detail:
          'helm rollback api 1 was a success, and the release could not be read afterwards (helm history printed something that is not a history).',
        versionConfirmed: null,
      });
    });

    it.each([
      {
        reason: new DeadlineReached('helm', 1000),
        says: /It made revision 3, which is pending-rollback/,
      },
      { reason: new Cancelled('SIGTERM'), says: /was ended when we were asked to stop/ },
    ])('ended by us ($reason.name): triggered', async ({ reason, says }) => {
      const helm = new StandInHelm().add('v1').add('v2');
      const clock = new VirtualClock();
      const strategy = strategyFor(helm, { clock });
      const plan = await planOf(strategy);
      const stop = new AbortController();
      helm.instead = (args, signal) => {
        if (args[0] !== 'rollback') return undefined;
        helm.rollBack(1, 'pending-rollback');
        stop.abort(reason);
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            resolve({ code: null, signal: 'SIGTERM', stopped: 'aborted' });
          });
        });
      };
      expect(await clock.runUntil(strategy.execute(plan, contextWith(stop.signal)))).toMatchObject({
        outcome: 'triggered',
        detail: expect.stringMatching(says),
      });
      expect(clock.sleeping).toBe(0);
    });
  });

  it('an error shows no secret and no runner command', async () => {
    const helm = new StandInHelm();
    helm.instead = () => failure('##vso[task] the token is hunter2');
    const strategy = strategyFor(helm, { redact: (text) => text.replaceAll('hunter2', '***') });
    await expect(strategy.plan(request, never)).rejects.toThrow(
      'helm history: #\u2060#vso[task] the token is ***',
    );
  });

  it('retries when the cluster does not answer, and for no other error', async () => {
    const helm = new StandInHelm().add('v1').add('v2');
    const clock = new VirtualClock();
    let times = 0;
    helm.instead = (args) =>
      args[0] === 'history' && ++times < 3
        ? failure('Kubernetes cluster unreachable: dial tcp: connect: connection refused')
        : undefined;
    const plan = await clock.runUntil(strategyFor(helm, { clock }).plan(request, never));
    expect(plan.kind).toBe('plan');
    expect(times).toBe(3);
  });

  describe('preflight', () => {
    const deny = (helm: StandInHelm, denied: string): void => {
      helm.instead = () => undefined;
      const inner = helm.exec;
      Object.assign(helm, {
        exec: (async (command, args, options) => {
          if (command !== 'kubectl') return inner(command, args, options);
          const { items } = JSON.parse(options.input ?? '{}') as {
            items: { spec: { resourceAttributes: { verb: string; resource: string } } }[];
          };
          const answers = items.map(({ spec }) => {
            const { verb, resource } = spec.resourceAttributes;
            return { status: { allowed: `${verb} ${resource}` !== denied } };
          });
          const stdout = answers.map((answer) => `${JSON.stringify(answer, null, 4)}\n`).join('');
          return Promise.resolve({ code: 0, signal: null, stdout, stderr: '' });
        }) satisfies StrategyDependencies<StrategySettings>['exec'],
      });
    };

    it('finds nothing when everything would work', async () => {
      const helm = new StandInHelm().add('v1').add('v2');
      deny(helm, 'nothing');
      const flags = { 'helm-namespace': 'shop' };
      expect(await strategyFor(helm, {}, flags).preflight(never)).toEqual([]);
    });

    it.each(['create secrets', 'update secrets', 'patch deployments'])(
      'an error without the right to %s',
      async (right) => {
        const helm = new StandInHelm().add('v1').add('v2');
        deny(helm, right);
        expect(await strategyFor(helm, {}, { 'helm-namespace': 'shop' }).preflight(never)).toEqual([
          {
            ...{ level: 'error', subject: 'helm' },
            message: `helm lacks rights that a rollback needs in the namespace shop: ${right}`,
            fix: expect.any(String),
          },
        ]);
      },
    );

    it('a notice that rights are not checked without kubectl or with another identity for helm', async () => {
      const helm = new StandInHelm().add('v1').add('v2');
      const [without] = await strategyFor(helm).preflight(never);
      expect(without).toMatchObject({
        level: 'notice',
        message: expect.stringMatching(/was not checked: .*namespace/),
      });
      const env = { HELM_KUBETOKEN: 'secret' };
      expect(await strategyFor(helm, { env }).preflight(never)).toEqual([
        expect.objectContaining({
          level: 'notice',
          message: expect.stringMatching(/HELM_KUBETOKEN is set/),
        }),
      ]);
    });

    it.each<{ name: string; make: (helm: StandInHelm) => unknown; says: RegExp }>([
      {
        name: 'no release',
        make: () => undefined,
        says: /there is no release api in the namespace shop/,
      },
      { name: 'no earlier revision', make: (helm) => helm.add('v1'), says: /no earlier revision/ },
      {
        name: 'a release that is locked',
        make: (helm) => helm.add('v1').add('v2', 'pending-upgrade'),
        says: /pending-upgrade/,
      },
      {
        name: 'no right to read',
        make: (helm) => {
          helm.instead = () => failure('list: failed to list: secrets is forbidden: User "x"');
        },
        says: /secrets is forbidden/,
      },
      {
        name: 'no helm',
        make: (helm) => {
          helm.instead = () => ({
            code: null,
            spawnError: { code: 'ENOENT', message: 'helm: ENOENT' },
          });
        },
        says: /^helm is not on the PATH$/,
      },
    ])('an error for $name', async ({ make, says }) => {
      const helm = new StandInHelm();
      make(helm);
      const found = await strategyFor(helm, {}, { 'helm-namespace': 'shop' }).preflight(never);
      expect(found).toContainEqual({
        level: 'error',
        subject: 'helm',
        message: expect.stringMatching(says) as unknown,
        ...(found[0]?.fix === undefined ? {} : { fix: expect.any(String) as unknown }),
      });
    });
  });

  it('a first deploy: a notice before it, a warning after it, and nothing to go back to', async () => {
    const helm = new StandInHelm();
    const recorded = await snapshotOf(helm);
    expect(await strategyFor(helm, { recorded }).preflight(never, true)).toEqual([
      {
        ...{ level: 'notice', subject: 'helm' },
        message:
          "there is no release api in helm's own namespace yet: its first deploy has nothing to go back to",
        fix: 'if this is not its first deploy, correct `helm-release` or `helm-namespace`',
      },
    ]);
    helm.add('v1');
    const strategy = strategyFor(helm, { recorded });
    expect(strategy.sawNothing?.()).toBe(true);
    const reason = 'api was not there before this deploy: there is nothing to go back to';
    expect(await strategy.plan(request, never)).toEqual({ kind: 'skip', reason });
    expect(await strategy.preflight(never)).toContainEqual({
      ...{ level: 'warning', subject: 'helm', message: reason },
    });
    const known = strategyFor(helm, { recorded: await snapshotOf(helm) });
    expect(known.sawNothing?.()).toBe(false);
  });

  it('is skipped without helm-release', () => {
    expect(setUpHelm(dependenciesWith({}))).toMatchObject({ kind: 'skip' });
  });
});
