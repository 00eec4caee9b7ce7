import { Workplace, type Ended, type Running } from '../../support/bundle.js';
import type { ControlPlane } from './control-plane.js';
import { LiveService, type PodRequest } from './live-service.js';
import { deployment } from './manifests.js';
import { Tools, type Programs } from './tools.js';

export interface CallOptions {
  readonly workloads?: string;
  /** Of the run; a re-run has the same id and the next number. */
  readonly attempt?: number;
}

/** A deploy job: its folder, its programs, and a service, `api`, that answers as the cluster has it. */
export class Job {
  readonly place = new Workplace();

  private constructor(
    private readonly plane: ControlPlane,
    readonly namespace: string,
    readonly service: LiveService,
    readonly tools: Tools,
  ) {}

  static async start(
    plane: ControlPlane,
    programs: Programs,
    answers?: (podRequest: PodRequest) => number,
  ): Promise<Job> {
    const namespace = await plane.namespace();
    const service = await LiveService.start(plane, 'api', namespace, answers);
    return new Job(plane, namespace, service, new Tools(programs));
  }

  async close(): Promise<void> {
    this.place.remove();
    this.tools.remove();
    await this.service.close();
  }

  /** Resolves when its pods are ready. */
  async deploy(tag: string): Promise<void> {
    await this.plane.apply(this.namespace, deployment('api', tag));
    await this.plane.rolledOut('Deployment', 'api', this.namespace);
  }

  /** Everything that a deploy or an undo changes. */
  async live(): Promise<object> {
    const { metadata, spec } = await this.plane.get('Deployment', 'api', this.namespace);
    return { generation: metadata.generation, annotations: metadata.annotations, spec };
  }

  /** The bundle, from its start to its end. */
  call(command: string, flags?: readonly string[], more?: CallOptions): Promise<Ended> {
    return this.start(command, flags, more).ended;
  }

  start(
    command: string,
    flags: readonly string[] = [],
    { workloads = 'deployment/api', attempt = 1 }: CallOptions = {},
  ): Running {
    return this.place.start(
      [
        ...[command, '--kubernetes-workload', workloads],
        ...['--kubernetes-namespace', this.namespace, ...flags],
      ],
      {
        ...this.tools.env(this.plane.kubeconfig),
        ...{ GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: String(attempt) },
      },
    );
  }

  /** A watch of the service that takes some seconds. @param verify for what never recovers a short time */
  watching(duration = '3s', verify?: string): readonly string[] {
    return [
      ...['--url', `${this.service.url}/`, '--requests-per-second', '20'],
      ...short(duration, verify),
    ];
  }
}

/** Times of a short watch. Where time does not matter there is enough of it for a busy machine. */
export function short(duration = '3s', verify = '3m'): readonly string[] {
  return [
    ...['--warm-up', '500ms', '--duration', duration, '--interval', '500ms'],
    ...['--health-interval', '250ms', '--verify-timeout', verify, '--max-errors-per-minute', 'off'],
  ];
}
