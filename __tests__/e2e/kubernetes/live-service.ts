import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../src/support/clock.js';
import type { ControlPlane } from './control-plane.js';
import type { Pod } from './objects.js';

/** How often the pods are looked up. */
const POLL_MS = 100;

export interface PodRequest {
  /** Of the pod that answers. */
  readonly image: string;
  readonly pod: string;
  /** Path and query. */
  readonly path: string;
}

/** The status of an answer: a pod whose image's tag starts with `broken` runs, is ready, and answers 503. */
export const byTag = ({ image }: PodRequest): number => (image.includes(':broken') ? 503 : 200);

/**
 * An HTTP service as a cluster has it: requests go to the ready pods of a workload in turn, and are answered 503 when there
 * is none. The pods do not exist, so this answers in their place, by their images. It goes on with the pods that it knows while the API
 * server is away, as a real one does.
 */
export class LiveService {
  private pods: readonly Pod[] = [];
  private turn = 0;
  private readonly ending = new AbortController();
  private watching: Promise<void> = Promise.resolve();

  private constructor(
    private readonly server: Server,
    private readonly answers: (podRequest: PodRequest) => number,
  ) {
    server.on('request', (request, response) => {
      response.statusCode = this.status(request.url ?? '/');
      response.end(`${String(response.statusCode)}\n`);
    });
  }

  /** @param name of the workload, whose pods carry `app=<name>`. */
  static async start(
    plane: ControlPlane,
    name: string,
    namespace: string,
    answers: (podRequest: PodRequest) => number = byTag,
  ): Promise<LiveService> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const service = new LiveService(server, answers);
    await service.refresh(plane, name, namespace);
    service.watching = service.watch(plane, name, namespace);
    return service;
  }

  /** Without a slash at the end. */
  get url(): string {
    return `http://127.0.0.1:${String((this.server.address() as AddressInfo).port)}`;
  }

  /** How many it was asked. */
  get requests(): number {
    return this.turn;
  }

  async close(): Promise<void> {
    this.ending.abort();
    this.server.closeAllConnections();
    this.server.close();
    await this.watching;
  }

  private status(path: string): number {
    const pod = this.pods[this.turn++ % this.pods.length];
    if (pod === undefined) return 503;
    return this.answers({
      image: pod.spec.containers[0]?.image ?? '',
      pod: pod.metadata.name,
      path,
    });
  }

  private async watch(plane: ControlPlane, name: string, namespace: string): Promise<void> {
    const { signal } = this.ending;
    while (!signal.aborted) {
      await this.refresh(plane, name, namespace);
      await systemClock.sleep(POLL_MS, signal).catch(() => undefined);
    }
  }

  private async refresh(plane: ControlPlane, name: string, namespace: string): Promise<void> {
    try {
      this.pods = (await plane.pods(name, namespace)).filter(isReady);
    } catch {
      // The API server is away.
    }
  }
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some((it) => it.type === 'Ready' && it.status === 'True') === true;
}
