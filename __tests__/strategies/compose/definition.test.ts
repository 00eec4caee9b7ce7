import { describe, expect, it } from '@jest/globals';
import { composeFile } from '../../../src/strategies/compose/compose-file.js';
import { definitionOf } from '../../../src/strategies/compose/definition.js';
import { readContainer } from '../../../src/support/docker/container.js';

const id = 'abcdef012345'.padEnd(64, '0');
const anonymous = 'f'.repeat(64);

interface Parts {
  readonly config?: object;
  readonly host?: object;
  readonly networks?: object;
  readonly mounts?: readonly object[];
  readonly image?: object;
  readonly name?: string;
}

function define({ config, host, networks, mounts, image, name = '/shop-api-1' }: Parts) {
  const container = readContainer({
    Id: id,
    Name: name,
    Image: 'sha256:1',
    State: { Status: 'running' },
    Config: {
      Hostname: id.slice(0, 12),
      Labels: {
        'com.docker.compose.project': 'shop',
        'com.docker.compose.service': 'api',
        'com.docker.compose.oneoff': 'False',
        'com.docker.compose.container-number': '1',
      },
      ...config,
    },
    HostConfig: { NetworkMode: 'none', ...host },
    NetworkSettings: { Networks: networks ?? {} },
    Mounts: mounts ?? [],
  });
  return definitionOf(container!, { Config: image ?? {} }, (of) =>
    of === 'db-id' ? 'db' : undefined,
  );
}

/** What the engine writes down although nobody has set it: Docker 26, a service with nothing but an image. */
const untouched = {
  Binds: null,
  ContainerIDFile: '',
  NetworkMode: 'none',
  PortBindings: {},
  RestartPolicy: { Name: '', MaximumRetryCount: 0 },
  AutoRemove: false,
  ConsoleSize: [0, 0],
  CapAdd: null,
  Dns: [],
  OomScoreAdj: 0,
  Privileged: false,
  Memory: 0,
  NanoCpus: 0,
  OomKillDisable: false,
  PidsLimit: null,
  Ulimits: null,
  Devices: null,
  MaskedPaths: ['/proc/asound'],
  ReadonlyPaths: ['/proc/bus'],
  SomethingNew: { Inside: 0 },
};

describe('the definition of a running service', () => {
  it('a container with default settings has no settings in the definition', () => {
    expect(define({ host: untouched })).toEqual({
      service: { network_mode: 'none' },
      networks: [],
      volumes: [],
      unsaid: [],
    });
  });

  it.each<[string, Parts, object]>([
    [
      'environment: without that of the image, with empty values',
      {
        config: { Env: ['B=', 'A=1', 'PATH=/bin', 'OVER=2', 'UNSET'] },
        image: { Env: ['PATH=/bin', 'OVER=1'] },
      },
      { environment: ['A=1', 'B=', 'OVER=2'] },
    ],
    ["the image's own command is left out", { config: { Cmd: ['a'] }, image: { Cmd: ['a'] } }, {}],
    [
      "another command than the image's is kept",
      { config: { Cmd: ['b', 'c'] }, image: { Cmd: ['a'] } },
      { command: ['b', 'c'] },
    ],
    [
      "with another entrypoint the image's command is written out",
      { config: { Entrypoint: ['e'], Cmd: ['a'] }, image: { Cmd: ['a'] } },
      { entrypoint: ['e'], command: ['a'] },
    ],
    [
      'a removed entrypoint becomes an empty one',
      { config: { Entrypoint: null, Cmd: ['a'] }, image: { Entrypoint: ['e'] } },
      { entrypoint: [], command: ['a'] },
    ],
    [
      'a health check is kept',
      {
        config: {
          Healthcheck: { Test: ['CMD', 'x'], Interval: 2_000_000_000, StartPeriod: 1, Retries: 3 },
        },
      },
      {
        healthcheck: {
          test: ['CMD', 'x'],
          interval: '2000000000ns',
          start_period: '1ns',
          retries: 3,
        },
      },
    ],
    [
      "the image's own health check is left out",
      { config: { Healthcheck: { Test: ['CMD'] } }, image: { Healthcheck: { Test: ['CMD'] } } },
      {},
    ],
    [
      'a disabled health check stays disabled',
      { config: { Healthcheck: { Test: ['NONE'] } }, image: { Healthcheck: { Test: ['CMD'] } } },
      { healthcheck: { disable: true } },
    ],
    [
      'labels: without those of Compose, the image and Rollgate',
      {
        config: {
          Labels: {
            'com.docker.compose.project': 'shop',
            'com.docker.compose.service': 'api',
            'rollgate.x': 'y',
            empty: '',
            ofImage: '1',
            mine: '$x',
          },
        },
        image: { Labels: { ofImage: '1' } },
        name: '/shop-api-1',
      },
      { labels: { empty: '', mine: '$x' } },
    ],
    [
      'ports: published and exposed ones',
      {
        config: { ExposedPorts: { '80/tcp': {}, '9/udp': {}, '7/tcp': {} } },
        host: {
          PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }, { HostPort: '' }] },
        },
        image: { ExposedPorts: { '7/tcp': {} } },
      },
      {
        expose: ['9/udp'],
        ports: [
          { target: 80, protocol: 'tcp', published: '8080', host_ip: '127.0.0.1' },
          { target: 80, protocol: 'tcp' },
        ],
      },
    ],
    [
      'host name, domain name and container name are kept',
      { config: { Hostname: 'web', Domainname: 'd' }, name: '/own-name' },
      { hostname: 'web', domainname: 'd', container_name: 'own-name' },
    ],
    [
      'the temporary name of a container in replacement is left out',
      { name: '/abcdef012345_shop-api-1' },
      {},
    ],
    [
      'the host name is left out on the network of the host',
      { config: { Hostname: 'vm' }, host: { NetworkMode: 'host' } },
      { network_mode: 'host' },
    ],
    [
      'resource limits and capabilities are kept',
      {
        host: {
          Memory: 64,
          NanoCpus: 500_000_000,
          CapAdd: ['NET_ADMIN', 'CHOWN'],
          Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }],
          LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
          RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
          Devices: [{ PathOnHost: '/a', PathInContainer: '/b', CgroupPermissions: 'rwm' }],
          DeviceRequests: [
            { Driver: 'nvidia', Count: -1, DeviceIDs: null, Capabilities: [['gpu']], Options: {} },
          ],
          BlkioWeight: 10,
          PidMode: 'container:db-id',
        },
      },
      {
        mem_limit: 64,
        cpus: 0.5,
        cap_add: ['CHOWN', 'NET_ADMIN'],
        ulimits: { nofile: { soft: 1, hard: 2 } },
        logging: { driver: 'json-file', options: { 'max-size': '1m' } },
        restart: 'on-failure:3',
        devices: ['/a:/b:rwm'],
        deploy: {
          resources: {
            reservations: { devices: [{ capabilities: ['gpu'], driver: 'nvidia', count: 'all' }] },
          },
        },
        blkio_config: { weight: 10 },
        pid: 'service:db',
      },
    ],
  ])('%s', (_, parts, service) => {
    const defined = define(parts);
    expect(defined.service).toEqual({ network_mode: 'none', ...service });
    expect(defined.unsaid).toEqual([]);
  });

  it('networks become their names, with aliases and addresses', () => {
    const defined = define({
      host: { NetworkMode: 'n-back' },
      networks: {
        shop_default: { Aliases: ['shop-api-1', 'api', 'www', 'abcdef012345'], NetworkID: 'n-1' },
        // Some versions of Compose attach by id.
        shop_back: { Aliases: null, IPAMConfig: { IPv4Address: '10.0.0.9' }, NetworkID: 'n-back' },
      },
    });
    expect(defined.service).toEqual({
      networks: {
        shop_back: { ipv4_address: '10.0.0.9', priority: 1000 },
        shop_default: { aliases: ['www'] },
      },
    });
    expect(defined.networks).toEqual(['shop_back', 'shop_default']);
  });

  it.each([
    ['default', { network_mode: 'bridge' }],
    ['container:db-id', { network_mode: 'service:db' }],
    ['container:foreign', { network_mode: 'container:foreign' }],
  ])('network mode %s', (mode, service) => {
    expect(define({ host: { NetworkMode: mode } }).service).toEqual(service);
  });

  it('volumes: named ones by name, anonymous ones by path, except those of the image', () => {
    const defined = define({
      host: {
        Mounts: [
          { Target: '/data', VolumeOptions: { NoCopy: true, Subpath: 'a' } },
          { Target: '/t', Type: 'tmpfs', TmpfsOptions: { SizeBytes: 9, Mode: 511 } },
          { Target: '/unlisted', Type: 'tmpfs' },
        ],
        Tmpfs: { '/run': 'size=1', '/tmp': '' },
      },
      mounts: [
        { Type: 'volume', Name: 'shop_data', Destination: '/data', RW: true, Mode: 'z' },
        { Type: 'volume', Name: anonymous, Destination: '/image', RW: true },
        { Type: 'volume', Name: anonymous, Destination: '/own', RW: true },
        {
          Type: 'bind',
          Source: '/etc/x',
          Destination: '/x',
          RW: false,
          Mode: 'ro,Z',
          Propagation: 'rslave',
        },
        { Type: 'tmpfs', Destination: '/t', RW: true },
        { Type: 'tmpfs', Destination: '/run', RW: true },
        { Type: 'cluster', Destination: '/c' },
      ],
      image: { Volumes: { '/image': {} } },
    });
    expect(defined.service).toEqual({
      network_mode: 'none',
      tmpfs: ['/run:size=1', '/tmp'],
      volumes: [
        {
          type: 'bind',
          source: '/etc/x',
          target: '/x',
          read_only: true,
          bind: { propagation: 'rslave', selinux: 'Z' },
        },
        {
          type: 'volume',
          source: 'shop_data',
          target: '/data',
          volume: { nocopy: true, subpath: 'a' },
        },
        { type: 'volume', target: '/own' },
        { type: 'tmpfs', target: '/t', tmpfs: { size: 9, mode: 511 } },
        { type: 'tmpfs', target: '/unlisted' },
      ],
    });
    expect(defined.volumes).toEqual(['shop_data']);
    expect(defined.unsaid).toEqual(['mount of type cluster']);
  });

  it('a setting without a place in a Compose file is reported', () => {
    expect(define({ host: { ...untouched, SomethingNew: { Inside: 1 } } }).unsaid).toEqual([
      'SomethingNew',
    ]);
  });
});

describe('the Compose file', () => {
  const plain = { networks: [], volumes: [], unsaid: [] };

  it('refers to existing networks and volumes, and escapes variables', () => {
    const file = composeFile(
      [
        {
          service: 'api',
          image: 'sha256:1',
          replicas: 2,
          definition: {
            service: { environment: ['A=$B ${C}'], labels: { x: '$' } },
            networks: ['n'],
            volumes: ['v'],
            unsaid: [],
          },
        },
      ],
      () => undefined,
    );
    expect(JSON.parse(file)).toEqual({
      services: {
        api: {
          image: 'sha256:1',
          pull_policy: 'never',
          scale: 2,
          environment: ['A=$$B $${C}'],
          labels: { x: '$$' },
        },
      },
      networks: { n: { external: true, name: 'n' } },
      volumes: { v: { external: true, name: 'v' } },
    });
  });

  it('shares a namespace by service name inside the file, by container id outside', () => {
    const part = (service: string, of: string) => ({
      service,
      image: 'sha256:1',
      replicas: 1,
      definition: { ...plain, service: { network_mode: `service:${of}` } },
    });
    const file = composeFile([part('a', 'b'), part('b', 'c')], (name) => `id-of-${name}`);
    expect(JSON.parse(file)).toMatchObject({
      services: {
        a: { network_mode: 'service:b' },
        b: { network_mode: 'container:id-of-c' },
      },
    });
  });
});
