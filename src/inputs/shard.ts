import { join } from 'node:path';
import { inherit } from '../support/objects.js';
import type { UsageProblem } from '../support/errors.js';
import { type Shard, shardOf } from '../support/values/shard.js';
import { originInWords, type Origin } from './lookup.js';
import { readersOf } from './readers.js';
import type { InputId, Settings } from './table.js';

/** Which shard a run is, and what is shared between all of them. */
export interface ShardOfTargets extends Shard {
  /** The names of all targets, in the order of the file. */
  readonly allTargets: readonly string[];
}

interface Inputs {
  readonly settings: Settings;
  readonly origins: Readonly<Record<InputId, Origin>>;
}

/** The targets that are in the shard, in their order. */
export function inShard<T extends { readonly name: string }>(
  { index, count }: Shard,
  targets: readonly T[],
): readonly T[] {
  return targets.filter(({ name }) => shardOf(name, count) === index);
}

/** @param listed how many targets the configuration file lists; `undefined`: that is not known */
export function shardProblems(inputs: Inputs, listed: number | undefined): readonly UsageProblem[] {
  const { settings, origins } = inputs;
  const { shard, command } = settings;
  if (shard === undefined) return [];
  const set = `it is set (${originInWords(origins.shard)})`;
  if (!readersOf('shard').includes(command))
    return [
      {
        subject: 'shard',
        message: `${set}, and \`${command}\` has no shards`,
        fix: 'take it out',
      },
    ];
  if (listed === 0)
    return [
      {
        subject: 'shard',
        message: `${set}, and there are no \`targets\` to share`,
        fix: 'list them in the configuration file, or take it out',
      },
    ];
  return shard.count === 1 ? [] : reachProblems(inputs);
}

/** What would do something to other shards, or would have to and cannot. */
function reachProblems({ settings, origins }: Inputs): readonly UsageProblem[] {
  const cancel = settings['gitlab-cancel'];
  return [
    ...(settings['rollback-scope'] === 'all'
      ? [
          {
            subject: 'rollback-scope',
            message: 'it is `all`, and a shard can only roll back its own targets',
            fix: 'leave it at `failed`, or watch all targets in one job, without `shard`',
          },
        ]
      : []),
    ...(cancel !== 'none' && origins['gitlab-cancel'].level < 7
      ? [
          {
            subject: 'gitlab-cancel',
            message: `it is \`${cancel}\`, which would end the other shards before they have a verdict`,
            fix: 'set it to `none`, or take it out: in a shard nothing is cancelled',
          },
        ]
      : []),
  ];
}

/**
 * The inputs as they are in a shard: its files do not lie where those of another one do, as CI systems put the files of all
 * jobs into one folder; and it does not end the pipeline that the others are in.
 */
export function ofShard<T extends Inputs>({ index, count }: Shard, inputs: T): T {
  const { settings } = inputs;
  const folder = `shard-${String(index)}-of-${String(count)}`;
  return {
    ...inputs,
    settings: inherit(settings, {
      'report-dir': join(settings['report-dir'], folder),
      ...(count > 1 ? { 'gitlab-cancel': 'none' } : {}),
    }),
  };
}
