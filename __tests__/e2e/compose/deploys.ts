import type { ProjectOptions } from './project.js';

export type Deploy = Omit<ProjectOptions, 'port' | 'name'>;

export const good: Deploy = {
  image: 'shop/api:v1',
  api: { environment: { COLOUR: 'blue $$1 $${2} "' } },
};
/** Every way in which a deploy can be bad, and which services it changes. */
export const deploys: readonly {
  readonly by: string;
  readonly deploy: Deploy;
  readonly changed: readonly string[];
}[] = [
  { by: 'image', deploy: { ...good, images: rest('v1'), image: 'shop/api:v2' }, changed: ['api'] },
  {
    by: 'environment',
    deploy: { ...good, api: { environment: { COLOUR: 'red', MODE: 'bad' } } },
    changed: ['api'],
  },
  {
    by: 'command',
    deploy: { ...good, api: { ...good.api, command: ['sleep', '100000'] } },
    changed: ['api'],
  },
  {
    by: 'two services at once',
    deploy: {
      ...good,
      images: { ...rest('v1'), worker: 'shop/api:v2' },
      image: 'shop/api:v2',
    },
    changed: ['api', 'worker'],
  },
  {
    by: 'its ports, health check and limits',
    deploy: {
      ...good,
      api: {
        ...good.api,
        ports: ['127.0.0.1::8080'],
        healthcheck: { test: ['CMD', 'false'], interval: '1s', retries: 1 },
        mem_limit: '64m',
        cap_add: ['NET_ADMIN'],
        labels: { tier: 'x' },
        hostname: 'other',
      },
    },
    changed: ['api'],
  },
];

/** The images of all services but `api`. */
export function rest(version: string): { worker: string; db: string; migrate: string } {
  const image = `shop/api:${version}`;
  return { worker: image, db: image, migrate: image };
}
