import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { ControlPlane } from '../kubernetes/control-plane.js';
import { Job } from '../kubernetes/job.js';
import type { Programs } from '../kubernetes/tools.js';
import { ArgoCd } from './argo-cd.js';
import { Flux } from './flux.js';

/** A control plane, for all tests of a suite, and the deploy jobs of each of them. */
interface Scene {
  readonly plane: ControlPlane;
  /** A job that goes with its test. */
  job(programs: Programs): Promise<Job>;
  /** The image of `api`, as the cluster has it. */
  liveImage(job: Job): Promise<string | undefined>;
}

/** With Flux. To be called where a suite begins. */
export function fluxScene(): Scene & { readonly flux: Flux } {
  const { scene, owner } = sceneWith((plane) => Flux.start(plane));
  return Object.defineProperty(scene, 'flux', { get: owner }) as Scene & { readonly flux: Flux };
}

/** With Argo CD. To be called where a suite begins. */
export function argoCdScene(): Scene & { readonly argo: ArgoCd } {
  const { scene, owner } = sceneWith((plane) => ArgoCd.start(plane));
  return Object.defineProperty(scene, 'argo', { get: owner }) as Scene & { readonly argo: ArgoCd };
}

function sceneWith<T extends { stop(): Promise<void> }>(
  start: (plane: ControlPlane) => Promise<T>,
): { readonly scene: Scene; readonly owner: () => T } {
  let plane: ControlPlane | undefined;
  let owner: T | undefined;
  const jobs: Job[] = [];
  const there = <P>(part: P | undefined): P => {
    if (part === undefined) throw new Error('nothing has been started yet');
    return part;
  };
  beforeAll(async () => {
    plane = await ControlPlane.start();
    owner = await start(plane);
  });
  afterEach(async () => {
    for (const job of jobs.splice(0)) await job.close();
  });
  afterAll(async () => {
    await owner?.stop();
    await plane?.stop();
  });
  const scene: Scene = {
    get plane() {
      return there(plane);
    },
    async job(programs) {
      const job = await Job.start(there(plane), programs);
      jobs.push(job);
      return job;
    },
    async liveImage({ namespace }) {
      const { spec } = await there(plane).get('Deployment', 'api', namespace);
      return spec.template.spec.containers[0]?.image;
    },
  };
  return { scene, owner: () => there(owner) };
}
