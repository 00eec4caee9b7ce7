import type { Container } from '../../src/support/docker/container.js';

/** A container that runs well, but for what the test says. */
export function containerWith(given: Partial<Container> = {}): Container {
  return {
    id: 'c1',
    name: 'shop-api-1',
    service: 'api',
    number: 1,
    image: 'sha256:1',
    imageName: 'app:v1',
    created: '2026-01-01T00:00:00Z',
    status: 'running',
    exitCode: 0,
    outOfMemory: false,
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '0001-01-01T00:00:00Z',
    restarts: 0,
    health: null,
    restartPolicy: 'no',
    labels: {},
    raw: {},
    ...given,
  };
}
