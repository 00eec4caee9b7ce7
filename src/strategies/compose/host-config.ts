import { fields, isObject } from '../../support/json.js';
import { pickBy } from '../../support/objects.js';

type Values = Readonly<Record<string, unknown>>;
/** What a value becomes in a Compose file; `undefined`: it says nothing. */
type Conversion = (value: unknown, all: Values) => unknown;

/** Which field of the engine's `HostConfig` is which attribute of a service. Source: docker/compose, pkg/compose/create.go. */
const attributes: Readonly<Record<string, readonly [attribute: string, convert: Conversion]>> = {
  Annotations: ['annotations', same],
  CapAdd: ['cap_add', sorted],
  CapDrop: ['cap_drop', sorted],
  CgroupParent: ['cgroup_parent', same],
  CgroupnsMode: ['cgroup', same],
  CpuCount: ['cpu_count', same],
  CpuPercent: ['cpu_percent', same],
  CpuPeriod: ['cpu_period', same],
  CpuQuota: ['cpu_quota', same],
  CpuRealtimePeriod: ['cpu_rt_period', same],
  CpuRealtimeRuntime: ['cpu_rt_runtime', same],
  CpuShares: ['cpu_shares', same],
  CpusetCpus: ['cpuset', same],
  DeviceCgroupRules: ['device_cgroup_rules', same],
  Devices: ['devices', devices],
  DeviceRequests: ['deploy', deviceRequests],
  Dns: ['dns', same],
  DnsOptions: ['dns_opt', same],
  DnsSearch: ['dns_search', same],
  ExtraHosts: ['extra_hosts', sorted],
  GroupAdd: ['group_add', same],
  Init: ['init', same],
  IpcMode: ['ipc', same],
  Isolation: ['isolation', same],
  Links: ['external_links', same],
  LogConfig: ['logging', logging],
  Memory: ['mem_limit', same],
  MemoryReservation: ['mem_reservation', same],
  MemorySwap: ['memswap_limit', same],
  MemorySwappiness: ['mem_swappiness', same],
  NanoCpus: ['cpus', (value) => (typeof value === 'number' ? value / 1e9 : undefined)],
  OomKillDisable: ['oom_kill_disable', same],
  OomScoreAdj: ['oom_score_adj', same],
  PidMode: ['pid', same],
  PidsLimit: ['pids_limit', same],
  Privileged: ['privileged', same],
  ReadonlyRootfs: ['read_only', same],
  RestartPolicy: ['restart', restart],
  Runtime: ['runtime', same],
  SecurityOpt: ['security_opt', same],
  ShmSize: ['shm_size', same],
  StorageOpt: ['storage_opt', same],
  Sysctls: ['sysctls', same],
  Ulimits: ['ulimits', ulimits],
  UTSMode: ['uts', same],
  UsernsMode: ['userns_mode', same],
};

/** Handled elsewhere, of no meaning for the service, or set by the engine itself. */
const others = new Set([
  ...['Binds', 'Mounts', 'Tmpfs', 'VolumesFrom', 'VolumeDriver'],
  ...['NetworkMode', 'PortBindings', 'PublishAllPorts'],
  ...['ContainerIDFile', 'ConsoleSize', 'AutoRemove', 'MaskedPaths', 'ReadonlyPaths'],
  ...['BlkioWeight', 'BlkioWeightDevice', 'BlkioDeviceReadBps', 'BlkioDeviceWriteBps'],
  ...['BlkioDeviceReadIOps', 'BlkioDeviceWriteIOps'],
]);

/** The attributes of a service that follow from the `HostConfig` of its container. */
export function hostAttributes(hostConfig: Values): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, [attribute, convert]] of Object.entries(attributes)) {
    const value = hostConfig[key];
    if (isNothing(value)) continue;
    const converted = convert(value, hostConfig);
    if (!isNothing(converted)) result[attribute] = converted;
  }
  const blkio = blkioOf(hostConfig);
  if (!isNothing(blkio)) result.blkio_config = blkio;
  return result;
}

/** What is set and has no place in a Compose file as we write it. */
export function inexpressible(hostConfig: Values): string[] {
  return Object.keys(hostConfig)
    .filter((key) => !(key in attributes) && !others.has(key) && !isNothingAtAll(hostConfig[key]))
    .sort();
}

/** The engine writes down every field, also those that nobody has set. */
export function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === 0 || value === false)
    return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

function isNothingAtAll(value: unknown): boolean {
  return isNothing(value) || (isObject(value) && Object.values(value).every(isNothingAtAll));
}

function same(value: unknown): unknown {
  return value;
}

function sorted(value: unknown): unknown {
  return Array.isArray(value) ? value.map(String).sort() : value;
}

function restart(value: unknown): unknown {
  const { Name, MaximumRetryCount } = fields(value);
  if (Name === undefined || Name === '' || Name === 'no') return undefined;
  return Name === 'on-failure' && typeof MaximumRetryCount === 'number' && MaximumRetryCount > 0
    ? `on-failure:${String(MaximumRetryCount)}`
    : Name;
}

function logging(value: unknown): unknown {
  const { Type, Config } = fields(value);
  return isNothing(Type)
    ? undefined
    : { driver: Type, ...(isNothing(Config) ? {} : { options: Config }) };
}

function ulimits(value: unknown): unknown {
  return Object.fromEntries(
    list(value).map(({ Name, Soft, Hard }) => [String(Name), { soft: Soft, hard: Hard }]),
  );
}

function devices(value: unknown): unknown {
  return list(value).map(({ PathOnHost, PathInContainer, CgroupPermissions }) =>
    [PathOnHost, PathInContainer, CgroupPermissions].map(String).join(':'),
  );
}

function deviceRequests(value: unknown): unknown {
  return {
    resources: {
      reservations: {
        devices: list(value).map(({ Driver, Count, DeviceIDs, Capabilities, Options }) => ({
          capabilities: Array.isArray(Capabilities) ? (Capabilities as unknown[]).flat() : [],
          ...(isNothing(Driver) ? {} : { driver: Driver }),
          ...(isNothing(DeviceIDs)
            ? { count: Count === -1 ? 'all' : Count }
            : { device_ids: DeviceIDs }),
          ...(isNothing(Options) ? {} : { options: Options }),
        })),
      },
    },
  };
}

function blkioOf(hostConfig: Values): Record<string, unknown> {
  const rates = (key: string): unknown =>
    list(hostConfig[key]).map(({ Path, Rate }) => ({ path: Path, rate: Rate }));
  const all = {
    weight: hostConfig.BlkioWeight,
    weight_device: list(hostConfig.BlkioWeightDevice).map(({ Path, Weight }) => ({
      path: Path,
      weight: Weight,
    })),
    device_read_bps: rates('BlkioDeviceReadBps'),
    device_write_bps: rates('BlkioDeviceWriteBps'),
    device_read_iops: rates('BlkioDeviceReadIOps'),
    device_write_iops: rates('BlkioDeviceWriteIOps'),
  };
  return pickBy(all, (value) => !isNothing(value));
}

function list(value: unknown): readonly Values[] {
  return Array.isArray(value) ? value.map(fields) : [];
}
