import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { ControlPlane } from '../kubernetes/control-plane.js';
import { Job } from '../kubernetes/job.js';
import type { Programs } from '../kubernetes/tools.js';
import { Flux } from './flux.js';

/** A control plane with Flux, for all tests of a suite, and the deploy jobs of each of them. */
export interface FluxScene {
  readonly plane: ControlPlane;
  readonly flux: Flux;
  /** A job that goes with its test. */
  job(programs: Programs): Promise<Job>;
  /** The image of `api`, as the cluster has it. */
  liveImage(job: Job): Promise<string | undefined>;
}

/** To be called where a suite begins. */
export function fluxScene(): FluxScene {
  let plane: ControlPlane | undefined;
  let flux: Flux | undefined;
  const jobs: Job[] = [];
  const there = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('nothing has been started yet');
    return part;
  };
  beforeAll(async () => {
    plane = await ControlPlane.start();
    flux = await Flux.start(plane);
  });
  afterEach(async () => {
    for (const job of jobs.splice(0)) await job.close();
  });
  afterAll(async () => {
    await flux?.stop();
    await plane?.stop();
  });
  return {
    get plane() {
      return there(plane);
    },
    get flux() {
      return there(flux);
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
}
