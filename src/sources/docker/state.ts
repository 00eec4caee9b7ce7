import { isCompleted, type Container } from '../../support/docker/container.js';

/** What was there when the watch began. */
export interface Start {
  readonly services: ReadonlySet<string>;
  /** How often each container had been started again, by its id. */
  readonly restarts: ReadonlyMap<string, number>;
}

export function startOf(containers: readonly Container[]): Start {
  return {
    services: new Set(containers.map(({ service }) => service)),
    restarts: new Map(containers.map(({ id, restarts }) => [id, restarts])),
  };
}

/** What is wrong with a service, and with which container. */
export interface Complaint {
  readonly service: string;
  readonly what: string;
  readonly container: Container | undefined;
}

/** What one look says. */
export interface Assessment {
  readonly complaints: readonly Complaint[];
  /** Services whose health check has not said anything yet. */
  readonly starting: readonly string[];
}

/** @param wanted the services that there must be; those that were there at the start when none are named */
export function assess(
  containers: readonly Container[],
  start: Start,
  named: readonly string[],
): Assessment {
  const complaints: Complaint[] = [];
  const starting = new Set<string>();
  const wanted =
    named.length > 0
      ? named
      : [...new Set([...start.services, ...containers.map(({ service }) => service)])];
  for (const service of [...wanted].sort()) {
    const mine = containers.filter((each) => each.service === service);
    if (mine.length === 0)
      complaints.push({ service, what: 'has no container', container: undefined });
    for (const container of mine) {
      const what = complaintOf(container, start.restarts.get(container.id) ?? 0);
      if (what !== undefined) complaints.push({ service, what, container });
      else if (container.health === 'starting' && container.status === 'running')
        starting.add(service);
    }
  }
  return { complaints, starting: [...starting] };
}

function complaintOf(container: Container, restartsBefore: number): string | undefined {
  const { status, health, restarts, exitCode, outOfMemory } = container;
  const code = `code ${String(exitCode)}${outOfMemory ? ', out of memory' : ''}`;
  switch (status) {
    case 'running':
      if (health === 'unhealthy') return 'is unhealthy';
      return restarts > restartsBefore ? 'ended by itself and was started again' : undefined;
    case 'restarting':
      return `ends again and again (${code})`;
    case 'exited':
      if (isCompleted(container)) return undefined;
      return exitCode === 0 ? 'was stopped' : `exited (${code})`;
    case 'created':
      return 'was made and never started';
    case 'paused':
    case 'dead':
    case 'removing':
      return `is ${status}`;
  }
}
