import { basename } from 'node:path';
import type { Exec, ExecOptions, ExecResult } from '../../src/support/exec.js';
import { whenAborted } from '../../src/support/abort.js';
import { ComposeScene } from './compose-strategy.js';
import { StandInCluster } from './stand-in-cluster.js';
import { StandInDocker } from './stand-in-docker.js';
import { StandInHelm } from './stand-in-helm.js';
import type { VirtualClock } from './virtual-clock.js';

/** Something that is deployed, behind stand-ins of the programs that roll it back. */
export interface SignalRig {
  /** Where it is not the name of the rig. */
  readonly strategy?: string;
  /** The inputs that configure the strategy. */
  readonly inputs: readonly string[];
  readonly exec: Exec;
  /** Deploys the bad version, over the one that was recorded. */
  readonly deploy: () => Promise<void>;
  /** What is no longer as the deploy left it, by the names that the report has for it. */
  readonly changed: () => readonly string[];
  /** Whether all of it is as it is to be after the rollback. */
  readonly isBack: () => boolean;
  /** What only a rollback under way has, such as a lock. */
  readonly leftOver: () => readonly string[];
  /** Whether a call changes what was deployed. */
  readonly isChange: (args: readonly string[]) => boolean;
}

const names = ['api', 'web'];
const ok: ExecResult = { code: 0, signal: null, stdout: '', stderr: '' };

function ofProgram(programs: Readonly<Record<string, Exec>>): Exec {
  return (program, args, options) => {
    const exec = programs[basename(program)];
    return exec === undefined
      ? Promise.resolve({
          ...ok,
          code: null,
          spawnError: { code: 'ENOENT', message: `${program}: ENOENT` },
        })
      : exec(program, args, options);
  };
}

async function kubernetes(clock: VirtualClock): Promise<SignalRig> {
  const cluster = new StandInCluster(clock);
  for (const name of names) await cluster.create('deployment', name, 'app:v1');
  return {
    inputs: ['--kubernetes-workload', names.map((name) => `deployment/${name}`).join(',')],
    exec: ofProgram({ kubectl: cluster.exec }),
    deploy: async () => {
      for (const name of names) await cluster.deploy(name, 'app:v2');
    },
    changed: () => names.filter((name) => cluster.image(name) !== 'app:v2'),
    isBack: () => names.every((name) => cluster.image(name) === 'app:v1'),
    leftOver: () => [],
    isChange: ([verb]) => verb === 'patch',
  };
}

/** An update that waits at its first step. */
async function rollout(clock: VirtualClock): Promise<SignalRig> {
  const cluster = new StandInCluster(clock);
  const strategy = { canary: { steps: [{ setWeight: 50 }, { pause: {} }] } };
  await cluster.create('rollout', 'api', 'app:v1', { strategy });
  const images = (): readonly string[] =>
    cluster
      .of('Pod')
      .map(({ spec }) => (spec.containers as { image: string }[])[0]!.image)
      .filter((image, index, all) => all.indexOf(image) === index);
  return {
    strategy: 'kubernetes',
    inputs: ['--kubernetes-workload', 'rollout/api'],
    exec: ofProgram({ kubectl: cluster.exec }),
    deploy: () => cluster.deploy('api', 'app:v2'),
    changed: () => {
      const isAborted = cluster.workload('api').status.abort === true;
      return isAborted || cluster.image('api') !== 'app:v2' ? ['api'] : [];
    },
    isBack: () => images().join() === 'app:v1',
    leftOver: () => [],
    isChange: ([verb]) => verb === 'patch',
  };
}

function helm(): SignalRig {
  const release = new StandInHelm().add('v1');
  return {
    inputs: ['--helm-release', 'api'],
    exec: ofProgram({ helm: release.exec }),
    deploy: () => {
      release.add('v2');
      return Promise.resolve();
    },
    changed: () => (release.revisions.at(-1)?.app_version === 'v2' ? [] : ['api']),
    isBack: () => release.revisions.at(-1)?.app_version === 'v1',
    leftOver: () => [],
    isChange: ([verb]) => verb === 'rollback',
  };
}

function compose(clock: VirtualClock): SignalRig {
  const scene = new ComposeScene(clock);
  const imageOf = (name: string): string | undefined =>
    scene.docker.of('shop', name)[0]?.Config.Image;
  const deploy = (image: string): void => {
    for (const name of names) scene.deploy(name, { image });
  };
  deploy('app:v1');
  const before = new Map(names.map((name) => [name, scene.docker.of('shop', name)[0]?.Image]));
  return {
    inputs: ['--compose-project', 'shop'],
    exec: ofProgram({ docker: scene.docker.exec }),
    deploy: () => {
      deploy('app:v2');
      return Promise.resolve();
    },
    changed: () => names.filter((name) => imageOf(name) !== 'app:v2'),
    isBack: () =>
      names.every((name) => scene.docker.of('shop', name)[0]?.Image === before.get(name)),
    leftOver: () => scene.docker.notes('lock').map(({ Name }) => Name),
    isChange: (args) => args[0] === 'compose' && args.includes('up'),
  };
}

/** Two workloads of a cluster, and a service of a Compose project. */
async function scaleDown(clock: VirtualClock): Promise<SignalRig> {
  const cluster = new StandInCluster(clock);
  const docker = new StandInDocker(clock);
  for (const name of names) await cluster.create('deployment', name, 'app:v2');
  docker.image('app:v2');
  docker.deploy('shop', 'worker', { image: 'app:v2' });
  const replicas = (name: string): unknown => cluster.workload(name).spec.replicas;
  const isGone = (): boolean => docker.of('shop', 'worker').length === 0;
  return {
    inputs: [
      ...['--canary-workload', names.map((name) => `deployment/${name}`).join(',')],
      ...['--canary-service', 'worker', '--compose-project', 'shop'],
    ],
    exec: ofProgram({ kubectl: cluster.exec, docker: docker.exec }),
    deploy: () => Promise.resolve(),
    changed: () => [
      ...names.filter((name) => replicas(name) !== 2),
      ...(isGone() ? ['worker'] : []),
    ],
    isBack: () => names.every((name) => replicas(name) === 0) && isGone(),
    leftOver: () => [],
    isChange: ([first, ...rest]) =>
      first === 'patch' || (first === 'compose' && rest.includes('up')),
  };
}

function command(): SignalRig {
  let deployed = 'v2';
  const isRun = (args: readonly string[]): boolean => args.at(-1) === 'undo now';
  return {
    inputs: ['--rollback-command', 'undo now'],
    exec: ofProgram({
      sh: (_, args) => {
        if (isRun(args) && args[0] === '-c') deployed = 'v1';
        return Promise.resolve(ok);
      },
    }),
    deploy: () => {
      deployed = 'v2';
      return Promise.resolve();
    },
    changed: () => (deployed === 'v2' ? [] : ['rollback-command']),
    isBack: () => deployed === 'v1',
    leftOver: () => [],
    isChange: (args) => args[0] === '-c' && isRun(args),
  };
}

/** By strategy. */
export const signalRigs: Readonly<
  Record<string, (clock: VirtualClock) => SignalRig | Promise<SignalRig>>
> = { kubernetes, rollout, helm, compose, 'scale-down': scaleDown, command };

/**
 * What becomes of the call in which the signal comes.
 * `unheard`: it does nothing, and does not end by itself. `lost`: it does its work, and its answer never comes.
 * `late`: the signal comes before its work, `answered`: with its answer.
 */
export const fates = ['unheard', 'lost', 'late', 'answered'] as const;

/** The call in which the signal comes, counted from 1. */
export interface SignalPoint {
  readonly call: number;
  readonly fate: (typeof fates)[number];
}

/** A call of a program, and whether the signal had come before it. */
export interface SeenCall {
  readonly args: readonly string[];
  readonly afterSignal: boolean;
  /** On the clock of the run, milliseconds. */
  readonly at: number;
}

/** Programs that are called while a signal comes. */
export function interrupted(
  inner: Exec,
  clock: VirtualClock,
  point: SignalPoint | undefined,
  signal: { readonly send: () => void; readonly isSent: () => boolean },
): { readonly exec: Exec; readonly calls: readonly SeenCall[] } {
  const calls: SeenCall[] = [];
  const exec: Exec = async (program, args, options) => {
    if (options.signal.aborted)
      // As `run` does it: nothing was started.
      return {
        ...killed,
        spawnError: { code: 'ABORTED', message: 'stopped before it was started' },
      };
    calls.push({ args, afterSignal: signal.isSent(), at: clock.monotonic() });
    if (calls.length !== point?.call) return inner(program, args, options);
    switch (point.fate) {
      case 'unheard':
        signal.send();
        return ended(options, clock);
      case 'lost':
        await inner(program, args, options);
        signal.send();
        return ended(options, clock);
      case 'late':
        signal.send();
        return isAborted(options) ? killed : inner(program, args, options);
      case 'answered': {
        const answer = await inner(program, args, options);
        signal.send();
        return answer;
      }
    }
  };
  return { exec, calls };
}

const killed: ExecResult = { ...ok, code: null, signal: 'SIGTERM', stopped: 'aborted' };

function isAborted({ signal }: ExecOptions): boolean {
  return signal.aborted;
}

/** A program that hangs ends when it is made to. */
async function ended(options: ExecOptions, clock: VirtualClock): Promise<ExecResult> {
  const timer = new AbortController();
  const stopped = new Promise<ExecResult>((resolve) => {
    whenAborted(options.signal, () => {
      resolve(killed);
    });
  });
  const timedOut = clock.sleep(options.timeoutMs ?? 86_400_000, timer.signal).then(
    (): ExecResult => ({ ...killed, stopped: 'timeout' }),
    () => killed,
  );
  const result = await Promise.race([stopped, timedOut]);
  timer.abort(new Error('done'));
  return result;
}
