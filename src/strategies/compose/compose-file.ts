import type { Definition } from './definition.js';
import { fields } from '../../support/json.js';
import { mapValues } from '../../support/objects.js';

/** A service as it is to run. */
export interface ServicePart {
  readonly service: string;
  /** Id of its image. */
  readonly image: string;
  readonly definition: Definition;
  readonly replicas: number;
}

/**
 * A Compose file of these services and nothing else. It is given instead of the user's files: what overrides do not say
 * would come from files that may have changed since. Networks and volumes are external, so that Compose uses them as they
 * are and neither makes nor changes any.
 *
 * @param liveId the id of a running container of a service that is not in the file
 */
export function composeFile(
  parts: readonly ServicePart[],
  liveId: (service: string) => string | undefined,
): string {
  const here = new Set(parts.map(({ service }) => service));
  const external = (names: readonly string[]): Record<string, unknown> =>
    Object.fromEntries([...new Set(names)].sort().map((name) => [name, { external: true, name }]));
  const networks = external(parts.flatMap(({ definition }) => definition.networks));
  const volumes = external(parts.flatMap(({ definition }) => definition.volumes));
  const file = {
    services: Object.fromEntries(
      parts.map(({ service, image, definition, replicas }) => [
        service,
        {
          ...withNeighbours(definition.service, here, liveId),
          image,
          pull_policy: 'never',
          ...(replicas === 1 ? {} : { scale: replicas }),
        },
      ]),
    ),
    ...(Object.keys(networks).length === 0 ? {} : { networks }),
    ...(Object.keys(volumes).length === 0 ? {} : { volumes }),
  };
  return JSON.stringify(literal(file), null, 1);
}

/** A namespace of a service that is not in the file is shared by the id of its container. */
function withNeighbours(
  service: Readonly<Record<string, unknown>>,
  here: ReadonlySet<string>,
  liveId: (service: string) => string | undefined,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(service).map(([key, value]) => {
      const name = neighbourIn(key, value);
      if (name === undefined || here.has(name)) return [key, value];
      const id = liveId(name);
      return [key, id === undefined ? value : `container:${id}`];
    }),
  );
}

/** The services whose network, process or IPC namespace it shares. */
export function neighboursOf({ service }: Definition): readonly string[] {
  return Object.entries(service).flatMap(([key, value]) => neighbourIn(key, value) ?? []);
}

function neighbourIn(key: string, value: unknown): string | undefined {
  if (key !== 'network_mode' && key !== 'ipc' && key !== 'pid') return undefined;
  return typeof value === 'string' ? /^service:(.+)$/.exec(value)?.[1] : undefined;
}

/** Compose fills in variables in every text but keys; `$$` is a dollar. */
function literal(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== 'object' || value === null) return value;
  return mapValues(fields(value), literal);
}
