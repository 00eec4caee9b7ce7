import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { StrategyResult, Withheld } from '../../../src/contract/strategy.js';
import { systemClock } from '../../../src/support/clock.js';
import { run, type Exec } from '../../../src/support/exec.js';
import { contextWith, never } from '../../support/strategy-dependencies.js';
import { describeWith } from '../components.js';
import { lacking, oldKubectl } from './binaries.js';
import { ControlPlane } from './control-plane.js';
import { autoscaler, deployment, image } from './manifests.js';
import type { Workload } from './objects.js';
import { Undoing, planOf, undo, type Version } from './undoing.js';

const LANES = 5;
/** In two of three the newer deploy comes between the plan and the change, in one at the same time. */
const RACES = 15;
const UNDOS = 10;
const versions: readonly Version[] = ['current', '1.20'];

describeWith('the kubernetes strategy among others', lacking(oldKubectl), () => {
  let plane: ControlPlane;
  let undoing: Undoing;

  beforeAll(async () => {
    plane = await ControlPlane.start();
    undoing = new Undoing(plane);
  });

  afterAll(async () => {
    // They have not been made when the start failed.
    (undoing as Undoing | undefined)?.remove();
    await (plane as ControlPlane | undefined)?.stop();
  });

  async function imageOf(name: string, namespace: string): Promise<string> {
    const live = await plane.get('Deployment', name, namespace);
    return live.spec.template.spec.containers[0]!.image;
  }

  /** Changes the image, as a deploy job does it, and nothing else. */
  function deploy(name: string, namespace: string, tag: string): Promise<void> {
    const containers = [{ name: 'main', image: image(tag, name) }];
    return plane.patch('Deployment', name, namespace, {
      spec: { template: { spec: { containers } } },
    });
  }

  /** Resolves when the controller has noted the version in the history. */
  async function noted(name: string, namespace: string): Promise<void> {
    await plane.until(`${name} to be noted`, async () => {
      const { metadata, status } = await plane.get('Deployment', name, namespace);
      return status?.observedGeneration === metadata.generation;
    });
  }

  it('50 deploys between plan and patch, 25 at the same time: no newer deploy is overwritten', async () => {
    const namespace = await plane.namespace();
    const withheld: string[] = [];
    const late: string[] = [];

    async function lane(number: number): Promise<void> {
      const name = `api-${String(number)}`;
      const flags = { 'kubernetes-workload': `deployment/${name}` };
      await plane.apply(namespace, deployment(name, 'v0', { replicas: 0 }));
      for (let round = 1; round <= RACES; round++) {
        const id = `${String(number)}-${String(round)}`;
        await deploy(name, namespace, `good-${id}`);
        await noted(name, namespace);
        const recorded = await undoing.snapshot(namespace, `deployment/${name}`);
        await deploy(name, namespace, `bad-${id}`);
        await noted(name, namespace);
        const version = versions[round % 2]!;
        let lastCall = 0;
        const exec: Exec = async (...call) => {
          const began = Date.now();
          const result = await run(...call);
          lastCall = Date.now() - began;
          return result;
        };
        const strategy = undoing.strategy(namespace, flags, { recorded, version, exec });
        await strategy.capture!(never);
        const plan = await planOf(strategy);
        const newer = `newer-${id}`;
        let result: StrategyResult | Withheld;
        if (round % 3 !== number % 3) {
          await deploy(name, namespace, newer);
          result = await strategy.execute(plan, contextWith());
          expect(result).toMatchObject({ kind: 'withheld' });
        } else {
          // Anywhere around the change, which takes about as long as the look before it.
          const moment = systemClock.sleep(Math.random() * 2 * lastCall);
          [result] = await Promise.all([
            strategy.execute(plan, contextWith()),
            moment.then(() => deploy(name, namespace, newer)),
          ]);
        }
        expect(await imageOf(name, namespace)).toBe(image(newer, name));
        if ('kind' in result) withheld.push(result.reason);
        else late.push(`${result.outcome}: ${result.detail}`);
      }
    }

    await all([...Array(LANES).keys()].map(lane));
    process.stdout.write(
      `racing deploys: ${String(withheld.length)} withheld, ${String(late.length)} came after the change\n`,
    );
    expect(withheld.length + late.length).toBe(LANES * RACES);
    for (const reason of withheld) expect(reason).toMatch(/ replaced ours \(\d+\)/);
  });

  /** Passes every call on; `act` comes beside the first one that matches. */
  function runDuring(verb: string, act: (call: () => ReturnType<Exec>) => ReturnType<Exec>): Exec {
    let done = false;
    return (program, args, options) => {
      const call = (): ReturnType<Exec> => run(program, args, options);
      if (done || args[0] !== verb) return call();
      done = true;
      return act(call);
    };
  }

  const outages: readonly (readonly [string, (away: () => Promise<void>) => Exec])[] = [
    [
      'before the change is sent',
      (away) =>
        runDuring('patch', async (call) => {
          await away();
          return call();
        }),
    ],
    [
      'while the change is sent',
      (away) =>
        runDuring('patch', async (call) => {
          const result = call();
          await systemClock.sleep(Math.random() * 300);
          await away();
          return result;
        }),
    ],
    [
      'after the change was made, before its answer is heard',
      (away) =>
        runDuring('patch', async (call) => {
          await call();
          await away();
          return {
            ...{ code: 1, signal: null, stdout: '' },
            stderr: 'error: unexpected EOF\n',
          };
        }),
    ],
  ];

  it.each(
    outages.flatMap(([when, exec]) => versions.map((version) => [when, version, exec] as const)),
  )('a restart of the API server %s: verified (kubectl %s)', async (_, version, exec) => {
    const namespace = await plane.namespace();
    const { strategy, back } = await oneBad(namespace, version, exec);
    expect(await undo(strategy)).toMatchObject({ outcome: 'verified', versionConfirmed: true });
    await back();
    const live = await plane.rolledOut('Deployment', 'api', namespace);
    expect(live.spec.template.spec.containers[0]!.image).toBe(image('v1'));
    expect(marksOf(live)).toHaveLength(1);
  });

  it('a restart of the API server while pods start: verified', async () => {
    const namespace = await plane.namespace();
    let away = (): Promise<void> => Promise.resolve();
    const { strategy, back } = await oneBad(namespace, 'current', (stop) => {
      away = stop;
      return run;
    });
    let stopped: Promise<void> | undefined;
    const result = await undo(strategy, {
      ...contextWith(),
      progress: (line) => {
        if (line.includes('has the template')) stopped ??= away();
      },
    });
    await stopped;
    await back();
    expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
  });

  /** A bad version that is judged, and how to make the API server go away for some seconds. */
  async function oneBad(
    namespace: string,
    version: Version,
    exec: (away: () => Promise<void>) => Exec,
  ) {
    await plane.apply(namespace, deployment('api', 'v1'));
    await plane.rolledOut('Deployment', 'api', namespace);
    const recorded = await undoing.snapshot(namespace, 'deployment/api');
    await deploy('api', namespace, 'bad');
    await noted('api', namespace);
    let returning: Promise<void> = Promise.resolve();
    const away = async (): Promise<void> => {
      await plane.stopApiServer();
      returning = systemClock.sleep(2000).then(() => plane.startApiServer());
    };
    const strategy = undoing.strategy(
      namespace,
      { 'kubernetes-workload': 'deployment/api' },
      { recorded, version, exec: exec(away) },
    );
    await strategy.capture!(never);
    return { strategy, back: () => returning };
  }

  it('50 rollbacks in a crash loop, with an autoscaler at work: each verified', async () => {
    const namespace = await plane.namespace();
    const names = [...Array(LANES).keys()].map((number) => `api-${String(number)}`);
    const ending = new AbortController();
    const limits = (name: string, least: number) =>
      autoscaler({ kind: 'Deployment', name }, least, least + 1);
    for (const name of names) await plane.apply(namespace, deployment(name, 'v1'), limits(name, 1));
    for (const name of names) await plane.rolledOut('Deployment', name, namespace);

    /** Up and down, by the autoscaler and by hand. */
    async function unrest(): Promise<void> {
      for (let turn = 0; !ending.signal.aborted; turn++) {
        for (const name of names) {
          const least = 1 + (turn % 3);
          if (turn % 4 === 0)
            await plane.patch('HorizontalPodAutoscaler', name, namespace, {
              spec: { minReplicas: least, maxReplicas: least + 1 },
            });
          else await plane.scale('Deployment', name, namespace, least);
        }
        await systemClock.sleep(500, ending.signal).catch(() => undefined);
      }
    }

    const seconds: number[] = [];
    let conflicts = 0;
    async function lane(name: string, number: number): Promise<void> {
      for (let round = 1; round <= UNDOS; round++) {
        const recorded = await undoing.snapshot(namespace, `deployment/${name}`);
        await deploy(name, namespace, `bad-${String(round)}`);
        await noted(name, namespace);
        const strategy = undoing.strategy(
          namespace,
          { 'kubernetes-workload': `deployment/${name}` },
          { recorded, version: versions[(number + round) % 2]! },
        );
        await strategy.capture!(never);
        const began = Date.now();
        const context = contextWith();
        const result = await undo(strategy, context);
        seconds.push((Date.now() - began) / 1000);
        conflicts += context.lines.filter((line) => line.endsWith('; trying again')).length;
        expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
        expect(await imageOf(name, namespace)).toBe(image('v1', name));
      }
    }

    const scaling = unrest();
    try {
      await all(names.map(lane));
    } finally {
      ending.abort();
      await scaling;
    }
    seconds.sort((a, b) => a - b);
    process.stdout.write(
      `50 undos among scaling: median ${seconds[25]!.toFixed(1)} s, longest ${seconds[49]!.toFixed(1)} s, ${String(conflicts)} conflicts\n`,
    );
    expect(seconds).toHaveLength(LANES * UNDOS);
  });
});

/** Waits for all of them also when one fails: nothing may go on when the cluster is gone. */
async function all(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work))
    if (result.status === 'rejected') throw result.reason;
}

function marksOf({ metadata }: Workload): readonly unknown[] {
  return JSON.parse(metadata.annotations?.['rollgate.dev/rejected'] ?? '[]') as unknown[];
}
