import type { InputId } from '../../inputs/table.js';
import { splitList } from '../../support/values/text.js';

/** What the jobs must reach; with `any` only the user knows. */
export type Platform = 'kubernetes' | 'compose' | 'aws' | 'any';

/** What a rollback pipeline calls: this program, which reads `rollgate.yml`, or the deploy script of the user's own. */
export type Template = 'program' | 'script';

/** What a person is asked. */
interface Wanted {
  readonly id: InputId;
  readonly text: string;
  /** What an empty answer stands for, by the name of the folder. */
  readonly usual?: (folder: string) => string;
  /** It may stay empty, which means this. */
  readonly nothing?: string;
}

/** One way of rolling back. */
interface WayOfRollback {
  readonly chain: string;
  /** One of these inputs is enough to choose it. */
  readonly impliedBy: readonly InputId[];
  readonly asks: readonly Wanted[];
  readonly platform: Platform;
  /** The rollback pipeline, where the chain has `ci`. */
  readonly template: Template;
  /** What the configuration says besides. */
  readonly inputs?: readonly (readonly [InputId, string])[];
}

export const wayIds = ['kubernetes', 'compose', 'ecs', 'lambda', 'command', 'pipeline'] as const;
export type Way = (typeof wayIds)[number];

/**
 * How the service is rolled back; the first one that an input implies is chosen. Where the gate may not reach what it rolls
 * back, a pipeline is the last strategy; whoever calls AWS, or a command, needs none.
 */
export const ways: Readonly<Record<Way, WayOfRollback>> = {
  kubernetes: {
    chain: 'kubernetes,ci',
    impliedBy: ['kubernetes-workload'],
    asks: [
      { id: 'kubernetes-workload', text: 'The workload, such as deployment/shop' },
      { id: 'kubernetes-namespace', text: 'Its namespace', nothing: 'what kubectl uses' },
    ],
    platform: 'kubernetes',
    template: 'program',
  },
  compose: {
    chain: 'compose,ci',
    impliedBy: ['compose-project', 'compose-file'],
    asks: [
      { id: 'compose-project', text: 'The project, as docker compose -p', usual: projectName },
    ],
    platform: 'compose',
    template: 'program',
  },
  ecs: {
    chain: 'ecs',
    impliedBy: ['ecs-service'],
    asks: [{ id: 'ecs-service', text: 'The service, as cluster/service' }],
    platform: 'aws',
    template: 'script',
    inputs: [['ecs-health', 'true']],
  },
  lambda: {
    chain: 'lambda',
    impliedBy: ['lambda-alias'],
    asks: [{ id: 'lambda-alias', text: 'The alias, as function:alias' }],
    platform: 'aws',
    template: 'script',
  },
  command: {
    chain: 'command',
    impliedBy: ['rollback-command'],
    asks: [
      {
        id: 'rollback-command',
        text: 'The command line that rolls back, such as ./deploy.sh "$ROLLGATE_REVISION"',
      },
      {
        id: 'rollback-snapshot-command',
        text: 'The command line that prints which version runs, on one line',
        nothing: 'none',
      },
    ],
    platform: 'any',
    template: 'script',
  },
  pipeline: {
    chain: 'ci',
    // A chain without an input of another way.
    impliedBy: ['rollback'],
    asks: [],
    platform: 'any',
    template: 'script',
  },
};

/** Everything that chooses a way, or is asked for one. */
export const wayInputs: readonly InputId[] = [
  ...new Set(
    Object.values(ways).flatMap(({ impliedBy, asks }) => [
      ...impliedBy.filter((id) => id !== 'rollback'),
      ...asks.map(({ id }) => id),
    ]),
  ),
];

/** The way that the inputs imply. */
export function wayOf(texts: ReadonlyMap<InputId, string>): Way | undefined {
  return wayIds.find((way) => ways[way].impliedBy.some((id) => texts.has(id)));
}

/** The way that a chain names, while nothing says yet what it is to roll back. */
export function unansweredWay(texts: ReadonlyMap<InputId, string>): Way | undefined {
  if (wayOf(texts) !== 'pipeline') return undefined;
  return splitList(texts.get('rollback') ?? '')
    .map((strategy) => wayIds.find((id) => id === strategy))
    .find((way) => way !== undefined);
}

/** The rollback pipeline that the chain needs, if any. */
export function templateFor(way: Way, texts: ReadonlyMap<InputId, string>): Template | undefined {
  return splitList(texts.get('rollback') ?? ways[way].chain).includes('ci')
    ? ways[way].template
    : undefined;
}

/** As Compose makes it of the folder. https://docs.docker.com/compose/how-tos/project-name/ */
function projectName(folder: string): string {
  const name = folder
    .replace(/[/\\]+$/, '')
    .replace(/^.*[/\\]/, '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '');
  return name === '' ? 'app' : name;
}
