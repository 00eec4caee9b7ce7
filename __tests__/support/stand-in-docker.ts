import { createHash } from 'node:crypto';
import type { Exec, ExecOptions, ExecResult } from '../../src/support/exec.js';
import type { VirtualClock } from './virtual-clock.js';

type Values = Record<string, unknown>;

/** A container as the engine has it; tests may change it as a person at the engine would. */
export interface StandInContainer {
  Id: string;
  Name: string;
  Created: string;
  Image: string;
  RestartCount: number;
  State: {
    Status: string;
    ExitCode: number;
    OOMKilled: boolean;
    StartedAt: string;
    FinishedAt: string;
    Health?: { Status: string };
  };
  Config: Values & { Image: string; Env: string[]; Labels: Record<string, string> };
  HostConfig: Values;
  NetworkSettings: { Networks: Values };
  Mounts: Values[];
}

export interface StandInImage {
  Id: string;
  RepoTags: string[];
  RepoDigests: string[];
  Config: Values;
}

/** What of a service a test sets. */
export interface StandInService {
  readonly image: string;
  readonly environment?: readonly string[];
  readonly command?: readonly string[];
  readonly restart?: string;
  readonly health?: string;
}

/** Comes before a call; what it returns is the answer, `undefined` lets the engine answer. */
export type Hook = (
  args: readonly string[],
  options: ExecOptions,
) => Partial<ExecResult> | undefined | Promise<Partial<ExecResult> | undefined>;

const ok: ExecResult = { code: 0, signal: null, stdout: '', stderr: '' };
export const failing = (stderr: string, code = 1): ExecResult => ({ ...ok, code, stderr });
export const away = failing(
  'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
);

/** An engine with Compose, as far as the strategy and the source use it. It takes the place of running programs. */
export class StandInDocker {
  readonly containers = new Map<string, StandInContainer>();
  readonly images = new Map<string, StandInImage>();
  /** What a registry would give, by digest. */
  readonly registry = new Map<string, StandInImage>();
  /** Every call, without the environment. */
  readonly calls: string[] = [];
  /** The last file that Compose was given. */
  file = '';
  hook: Hook | undefined;
  /** What a container becomes when it has been started. */
  onStart: (container: StandInContainer) => void = () => undefined;
  private count = 0;

  constructor(private readonly clock: VirtualClock) {}

  readonly exec: Exec = async (program, args, options) => {
    this.calls.push([program, ...args].join(' '));
    if (options.signal.aborted) return { ...ok, code: null, stopped: 'aborted' };
    const hooked = await this.hook?.(program === 'docker' ? args : [program, ...args], options);
    if (hooked !== undefined) return { ...ok, ...hooked };
    return { ...ok, ...this.answer(args, options) };
  };

  image(name: string, config: Values = {}, digest?: string): StandInImage {
    const image = {
      Id: idOf(name),
      RepoTags: [name],
      RepoDigests: digest === undefined ? [] : [digest],
      Config: { Env: ['PATH=/bin'], Cmd: ['serve'], Entrypoint: null, Labels: null, ...config },
    };
    this.images.set(image.Id, image);
    return image;
  }

  /** Makes the container of a service anew, as a deploy does. */
  deploy(project: string, service: string, given: StandInService): StandInContainer {
    const before = this.of(project, service);
    for (const { Id } of before) this.containers.delete(Id);
    const image = this.imageOf(given.image);
    if (image === undefined) throw new Error(`no image ${given.image}`);
    const own = given.environment ?? [];
    const id = this.nextId();
    const container: StandInContainer = {
      Id: id,
      Name: `/${project}-${service}-1`,
      Created: this.now(),
      Image: image.Id,
      RestartCount: 0,
      State: {
        Status: 'running',
        ExitCode: 0,
        OOMKilled: false,
        StartedAt: this.now(),
        FinishedAt: '0001-01-01T00:00:00Z',
        ...(given.health === undefined ? {} : { Health: { Status: given.health } }),
      },
      Config: {
        Hostname: id.slice(0, 12),
        Image: given.image,
        Env: [...own, ...(image.Config.Env as string[])],
        Cmd: given.command ?? image.Config.Cmd,
        Entrypoint: null,
        Labels: {
          'com.docker.compose.project': project,
          'com.docker.compose.service': service,
          'com.docker.compose.oneoff': 'False',
          'com.docker.compose.container-number': '1',
          'com.docker.compose.project.working_dir': '/srv/shop',
        },
      },
      HostConfig: {
        NetworkMode: `${project}_default`,
        RestartPolicy: { Name: given.restart ?? 'no', MaximumRetryCount: 0 },
      },
      NetworkSettings: {
        Networks: { [`${project}_default`]: { Aliases: [service], NetworkID: 'n1' } },
      },
      Mounts: [],
    };
    this.containers.set(id, container);
    this.onStart(container);
    return container;
  }

  /** The containers of a service. */
  of(project: string, service: string): StandInContainer[] {
    return [...this.containers.values()].filter(
      ({ Config: { Labels } }) =>
        Labels['com.docker.compose.project'] === project &&
        Labels['com.docker.compose.service'] === service,
    );
  }

  /** The notes of ours with this role. */
  notes(role: string): StandInContainer[] {
    return [...this.containers.values()].filter(
      ({ Config }) => Config.Labels['rollgate.role'] === role,
    );
  }

  private answer(args: readonly string[], options: ExecOptions): Partial<ExecResult> {
    const words = args.filter((arg) => !arg.startsWith('-'));
    const [first = '', second = ''] = words;
    if (args[0] === '--version') return { stdout: 'Docker version 26.1.5, build x\n' };
    if (first === 'compose') return this.compose(args.slice(1), options);
    if (first === 'ps') return { stdout: this.ps(args) };
    if (second === 'inspect') return this.inspect(first, words.slice(2));
    if (first === 'create') return this.create(args, options);
    if (first === 'rm') {
      for (const id of words.slice(1)) this.containers.delete(id);
      return {};
    }
    if (first === 'tag') return {};
    if (first === 'info') return { stdout: `${this.now()}\n` };
    if (first === 'import') {
      this.image(words[1] ?? '', {});
      return {};
    }
    if (first === 'pull') return this.pull(words.at(-1) ?? '');
    if (first === 'logs') return { stdout: 'one\n', stderr: 'two\n' };
    if (first === 'service')
      return failing('Error response from daemon: This node is not a swarm manager.');
    return failing(`unknown command: docker ${first}`);
  }

  private compose(args: readonly string[], { input = '' }: ExecOptions): Partial<ExecResult> {
    if (args[0] === 'version') return { stdout: '2.26.1\n' };
    if (args.includes('config'))
      return args.includes('--quiet') ? {} : { stdout: JSON.stringify({ name: 'shop' }) };
    if (!args.includes('up')) return failing(`unknown docker command: "compose ${args.join(' ')}"`);
    this.file = input;
    const project = args[args.indexOf('--project-name') + 1] ?? '';
    const { services } = JSON.parse(input) as {
      services: Record<string, StandInService & { scale?: number }>;
    };
    const toZero = args.filter((_, at) => args[at - 1] === '--scale');
    for (const [name, service] of Object.entries(services)) {
      if (toZero.includes(`${name}=0`)) {
        for (const { Id } of this.of(project, name)) this.containers.delete(Id);
        continue;
      }
      const text = (value: string): string => value.replaceAll('$$', '$');
      this.deploy(project, name, {
        ...service,
        ...(service.environment === undefined
          ? {}
          : { environment: service.environment.map(text) }),
        ...(service.command === undefined ? {} : { command: service.command.map(text) }),
      });
    }
    return { stderr: ' Container shop-api-1  Started\n' };
  }

  private ps(args: readonly string[]): string {
    const filter = args[args.indexOf('--filter') + 1]?.replace(/^label=/, '') ?? '';
    const [key = '', ...rest] = filter.split('=');
    const found = [...this.containers.values()].filter(({ Config: { Labels } }) =>
      rest.length === 0 ? key in Labels : Labels[key] === rest.join('='),
    );
    const format = args.includes('--format') ? (args[args.indexOf('--format') + 1] ?? '') : '';
    const label = /\.Label "([^"]+)"/.exec(format)?.[1];
    return found
      .map(({ Id, Config }) => `${label === undefined ? Id : (Config.Labels[label] ?? '')}\n`)
      .join('');
  }

  private inspect(kind: string, names: readonly string[]): Partial<ExecResult> {
    const found = names.map((name) =>
      kind === 'image'
        ? this.imageOf(name)
        : [...this.containers.values()].find(({ Id, Name }) => Id === name || Name === `/${name}`),
    );
    const lacking = names.filter((_, at) => found[at] === undefined);
    return {
      code: lacking.length > 0 ? 1 : 0,
      stdout: JSON.stringify(found.filter((each) => each !== undefined)),
      stderr: lacking.map((name) => `Error: No such ${kind}: ${name}\n`).join(''),
    };
  }

  private create(args: readonly string[], { env }: ExecOptions): Partial<ExecResult> {
    const all = (flag: string): string[] => args.filter((_, at) => args[at - 1] === flag);
    const name = all('--name')[0] ?? '';
    if ([...this.containers.values()].some(({ Name }) => Name === `/${name}`))
      return failing(
        `Error response from daemon: Conflict. The container name "/${name}" is already in use by container "x".`,
      );
    const image = this.imageOf(args.at(-2) ?? '');
    if (image === undefined) return failing(`Unable to find image ${args.at(-2) ?? ''} locally`);
    const labels = all('--label').map((label): [string, string] => {
      const at = label.indexOf('=');
      return [label.slice(0, at), label.slice(at + 1)];
    });
    const id = this.nextId();
    this.containers.set(id, {
      Id: id,
      Name: `/${name}`,
      Created: this.now(),
      Image: image.Id,
      RestartCount: 0,
      State: { Status: 'created', ExitCode: 0, OOMKilled: false, StartedAt: '', FinishedAt: '' },
      Config: {
        Image: args.at(-2) ?? '',
        Env: all('--env').map((variable) => `${variable}=${env[variable] ?? ''}`),
        Labels: Object.fromEntries(labels),
      },
      HostConfig: {},
      NetworkSettings: { Networks: {} },
      Mounts: [],
    });
    return { stdout: `${id}\n` };
  }

  private pull(digest: string): Partial<ExecResult> {
    const image = this.registry.get(digest);
    if (image === undefined)
      return failing(
        `Error response from daemon: manifest for ${digest} not found: manifest unknown`,
      );
    this.images.set(image.Id, image);
    return {};
  }

  private imageOf(name: string): StandInImage | undefined {
    return (
      this.images.get(name) ??
      [...this.images.values()].find(({ RepoTags }) => RepoTags.includes(name))
    );
  }

  private now(): string {
    return new Date(this.clock.now()).toISOString();
  }

  private nextId(): string {
    return (++this.count).toString(16).padStart(64, 'c');
  }
}

/** Another name, another id. */
function idOf(name: string): string {
  return `sha256:${createHash('sha256').update(name).digest('hex')}`;
}
