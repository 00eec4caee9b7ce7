import { createHash } from 'node:crypto';
import { composeLabels, type Container } from '../../support/docker/container.js';
import { fields, isObject, textsOf } from '../../support/json.js';
import { pickBy } from '../../support/objects.js';
import { hostAttributes, inexpressible, isNothing } from './host-config.js';

type Values = Readonly<Record<string, unknown>>;

/** Labels of what we keep on the engine. */
export const labelPrefix = 'rollgate.';

/**
 * The resolved configuration of a service, as Compose's own format has it, without the image and without what the image
 * itself brings. It is read from the container and not from the files: those on disk belong to the next version already,
 * the container cannot be anything else than what it is.
 */
export interface Definition {
  /** Attributes of the service. */
  readonly service: Values;
  /** Names of the networks and volumes that it uses, as the engine has them. They are used, and never made. */
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
  /** Settings that have no place in it: taking the service back would lose them. */
  readonly unsaid: readonly string[];
}

/**
 * @param image what `docker image inspect` says of the container's image; `undefined` when it is gone
 * @param serviceOf the service of the project that the container of this id belongs to
 */
export function definitionOf(
  container: Container,
  image: unknown,
  serviceOf: (id: string) => string | undefined,
): Definition {
  const config = fields(container.raw.Config);
  const host = fields(container.raw.HostConfig);
  const ofImage = fields(fields(image).Config);
  const networks = networksOf(container, host, serviceOf);
  const mounts = mountsOf(container, host, ofImage);
  const service: Record<string, unknown> = {
    ...processOf(config, ofImage),
    ...healthcheckOf(config, ofImage),
    ...hostAttributes(host),
    ...namespacesOf(host, serviceOf),
    ...networks.service,
    ...mounts.service,
    ...namesOf(container, config, host),
    environment: environmentOf(config, ofImage),
    labels: labelsOf(config, ofImage),
    expose: exposeOf(config, host, ofImage),
    ports: portsOf(host),
  };
  return {
    service: pickBy(service, (value, key) => saying.has(key) || !isNothing(value)),
    networks: networks.names,
    volumes: mounts.names,
    unsaid: [...inexpressible(host), ...mounts.unsaid].sort(),
  };
}

/** Empty, these say something: an empty command takes away the one of the image, a network without settings is used. */
const saying = new Set(['entrypoint', 'command', 'networks']);

function processOf(config: Values, ofImage: Values): Values {
  const entrypoint = listOf(config.Entrypoint);
  const command = listOf(config.Cmd);
  // With an entrypoint of its own, a service has nothing of the image's command (moby, daemon/commit.go: merge).
  const own = !equal(entrypoint, listOf(ofImage.Entrypoint));
  return {
    ...(own ? { entrypoint } : {}),
    ...(own || !equal(command, listOf(ofImage.Cmd)) ? { command } : {}),
    ...differing('user', config.User, ofImage.User),
    ...differing('working_dir', config.WorkingDir, ofImage.WorkingDir),
    ...differing('stop_signal', config.StopSignal, ofImage.StopSignal),
    ...(typeof config.StopTimeout === 'number'
      ? { stop_grace_period: `${String(config.StopTimeout)}s` }
      : {}),
    tty: config.Tty,
    stdin_open: config.OpenStdin,
    mac_address: config.MacAddress,
  };
}

function healthcheckOf(config: Values, ofImage: Values): Values {
  const check = fields(config.Healthcheck);
  if (isNothing(check) || equal(check, fields(ofImage.Healthcheck))) return {};
  const test = listOf(check.Test);
  if (test[0] === 'NONE') return { healthcheck: { disable: true } };
  const times = {
    interval: check.Interval,
    timeout: check.Timeout,
    start_period: check.StartPeriod,
    start_interval: check.StartInterval,
  };
  return {
    healthcheck: {
      ...(test.length === 0 ? {} : { test }),
      ...Object.fromEntries(
        Object.entries(times).flatMap(([key, value]) =>
          typeof value === 'number' && value > 0 ? [[key, `${String(value)}ns`]] : [],
        ),
      ),
      ...(isNothing(check.Retries) ? {} : { retries: check.Retries }),
    },
  };
}

function environmentOf(config: Values, ofImage: Values): readonly string[] {
  const byImage = new Set(listOf(ofImage.Env));
  return listOf(config.Env)
    .filter((entry) => entry.includes('=') && !byImage.has(entry))
    .sort();
}

function labelsOf(config: Values, ofImage: Values): Values {
  const byImage = textsOf(ofImage.Labels);
  return pickBy(
    textsOf(config.Labels),
    (value, key) =>
      !key.startsWith('com.docker.compose.') &&
      !key.startsWith(labelPrefix) &&
      byImage[key] !== value,
  );
}

function exposeOf(config: Values, host: Values, ofImage: Values): readonly string[] {
  const known = { ...fields(ofImage.ExposedPorts), ...fields(host.PortBindings) };
  return Object.keys(fields(config.ExposedPorts))
    .filter((port) => !(port in known))
    .sort();
}

function portsOf(host: Values): readonly Values[] {
  return Object.entries(fields(host.PortBindings))
    .flatMap(([port, bindings]) => {
      const [target, protocol = 'tcp'] = port.split('/');
      return (Array.isArray(bindings) ? bindings.map(fields) : []).map((binding) => ({
        target: Number(target),
        protocol,
        ...(isNothing(binding.HostPort) ? {} : { published: binding.HostPort }),
        ...(isNothing(binding.HostIp) ? {} : { host_ip: binding.HostIp }),
      }));
    })
    .sort(inOrder);
}

/** The host name of a container is its id, unless one was given; on the host's network it is the host's. */
function namesOf(container: Container, config: Values, host: Values): Values {
  const { id, name, service } = container;
  const project = container.labels[composeLabels.project] ?? '';
  const own =
    config.Hostname !== id.slice(0, 12) &&
    !/^(host$|container:)/.test(String(host.NetworkMode)) &&
    host.UTSMode !== 'host';
  // While Compose replaces a container, the new one is called <id>_<name>.
  const plain = name.replace(/^[0-9a-f]{12}_/, '');
  const given = ['-', '_'].every(
    (between) => plain !== [project, service, String(container.number)].join(between),
  );
  return {
    ...(own ? { hostname: config.Hostname } : {}),
    domainname: config.Domainname,
    ...(given ? { container_name: plain } : {}),
  };
}

function namespacesOf(host: Values, serviceOf: (id: string) => string | undefined): Values {
  return { ipc: shared(host.IpcMode, serviceOf), pid: shared(host.PidMode, serviceOf) };
}

/** `container:<id>` → `service:<name>`: the id is another one after the next deploy. */
function shared(mode: unknown, serviceOf: (id: string) => string | undefined): unknown {
  const id = typeof mode === 'string' ? /^container:(.+)$/.exec(mode)?.[1] : undefined;
  const service = id === undefined ? undefined : serviceOf(id);
  return service === undefined ? mode : `service:${service}`;
}

function networksOf(
  container: Container,
  host: Values,
  serviceOf: (id: string) => string | undefined,
): { readonly service: Values; readonly names: readonly string[] } {
  const mode = typeof host.NetworkMode === 'string' ? host.NetworkMode : 'default';
  if (/^(none|host|bridge|default|container:.*)$/.test(mode))
    return {
      service: {
        network_mode: mode === 'default' ? 'bridge' : shared(mode, serviceOf),
      },
      names: [],
    };
  const attached = Object.entries(fields(fields(container.raw.NetworkSettings).Networks)).sort(
    ([a], [b]) => (a < b ? -1 : 1),
  );
  const ownNames = [container.service, container.name, container.id.slice(0, 12)];
  const entries = attached.map(([name, value]) => {
    const endpoint = fields(value);
    const ipam = fields(endpoint.IPAMConfig);
    const settings: Record<string, unknown> = {
      aliases: listOf(endpoint.Aliases)
        .filter((alias) => !ownNames.includes(alias) && !/^[0-9a-f]{12}(_|$)/.test(alias))
        .sort(),
      ipv4_address: ipam.IPv4Address,
      ipv6_address: ipam.IPv6Address,
      link_local_ips: ipam.LinkLocalIPs,
      driver_opts: endpoint.DriverOpts,
      gw_priority: endpoint.GwPriority,
      // The first network of several is the one with the highest priority. Some versions of Compose write its id down.
      priority:
        attached.length > 1 && (mode === name || mode === endpoint.NetworkID) ? 1000 : undefined,
    };
    return [name, pickBy(settings, (item) => !isNothing(item))] as const;
  });
  return {
    service: { networks: Object.fromEntries(entries) },
    names: entries.map(([name]) => name),
  };
}

function mountsOf(
  container: Container,
  host: Values,
  ofImage: Values,
): {
  readonly service: Values;
  readonly names: readonly string[];
  readonly unsaid: readonly string[];
} {
  const requested = new Map(
    (Array.isArray(host.Mounts) ? host.Mounts : []).map((mount: unknown) => [
      String(fields(mount).Target),
      fields(mount),
    ]),
  );
  const names = new Set<string>();
  const unsaid: string[] = [];
  const volumes: Values[] = [];
  const mounts = Array.isArray(container.raw.Mounts) ? container.raw.Mounts.map(fields) : [];
  for (const mount of mounts) {
    const target = String(mount.Destination);
    const options = requested.get(target) ?? {};
    const base = { target, ...(mount.RW === false ? { read_only: true } : {}) };
    if (mount.Type === 'bind' || mount.Type === 'npipe')
      volumes.push({ type: mount.Type, source: mount.Source, ...base, ...bindOf(mount) });
    else if (mount.Type === 'volume' && isAnonymous(mount.Name)) {
      // One that the image declares comes by itself. Compose hands the content of both on to the new container.
      if (!(target in fields(ofImage.Volumes))) volumes.push({ type: 'volume', ...base });
    } else if (mount.Type === 'volume') {
      names.add(String(mount.Name));
      volumes.push({
        type: 'volume',
        source: mount.Name,
        ...base,
        ...volumeOf(fields(options.VolumeOptions)),
      });
    } else if (mount.Type === 'tmpfs' && options.Type === 'tmpfs')
      volumes.push({ type: 'tmpfs', ...base, ...tmpfsOf(fields(options.TmpfsOptions)) });
    else if (mount.Type !== 'tmpfs') unsaid.push(`mount of type ${String(mount.Type)}`);
  }
  // A tmpfs that was asked for as a mount is not listed by every engine.
  const listed = new Set(mounts.map((mount) => String(mount.Destination)));
  for (const [target, mount] of requested)
    if (mount.Type === 'tmpfs' && !listed.has(target))
      volumes.push({ type: 'tmpfs', target, ...tmpfsOf(fields(mount.TmpfsOptions)) });
  return {
    service: {
      volumes: volumes.sort(inOrder),
      tmpfs: Object.entries(textsOf(host.Tmpfs))
        .map(([target, options]) => (options === '' ? target : `${target}:${options}`))
        .sort(),
    },
    names: [...names].sort(),
    unsaid,
  };
}

function bindOf(mount: Values): Values {
  const modes = String(mount.Mode).split(',');
  const selinux = modes.find((mode) => mode === 'z' || mode === 'Z');
  const bind = {
    ...(isNothing(mount.Propagation) || mount.Propagation === 'rprivate'
      ? {}
      : { propagation: mount.Propagation }),
    ...(selinux === undefined ? {} : { selinux }),
  };
  return isNothing(bind) ? {} : { bind };
}

function volumeOf(options: Values): Values {
  const volume = {
    ...(options.NoCopy === true ? { nocopy: true } : {}),
    ...(isNothing(options.Subpath) ? {} : { subpath: options.Subpath }),
  };
  return isNothing(volume) ? {} : { volume };
}

function tmpfsOf(options: Values): Values {
  const tmpfs = {
    ...(isNothing(options.SizeBytes) ? {} : { size: options.SizeBytes }),
    ...(isNothing(options.Mode) ? {} : { mode: options.Mode }),
  };
  return isNothing(tmpfs) ? {} : { tmpfs };
}

/** The engine names volumes that nobody has named by 64 hexadecimal digits. */
function isAnonymous(name: unknown): boolean {
  return typeof name === 'string' && /^[0-9a-f]{64}$/.test(name);
}

function differing(attribute: string, value: unknown, ofImage: unknown): Values {
  return isNothing(value) || equal(value, ofImage) ? {} : { [attribute]: value };
}

function listOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function equal(a: unknown, b: unknown): boolean {
  return isObject(a) || isObject(b) ? canonical(a) === canonical(b) : a === b;
}

function inOrder(a: Values, b: Values): number {
  return canonical(a) < canonical(b) ? -1 : 1;
}

/** JSON with sorted keys: equal values give equal texts. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`)
      .join(',')}}`;
  return JSON.stringify(value);
}

export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}
