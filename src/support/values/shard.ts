import { createHash } from 'node:crypto';
import { bad, good, type Result } from '../../contract/result.js';
import { quote, type ValueType } from './value-type.js';

/** One of several runs that share the targets between them. */
export interface Shard {
  /** 1 ≤ `index` ≤ `count`. */
  readonly index: number;
  /** How many there are, from 1 to 1,000. */
  readonly count: number;
}

/** More jobs than any CI system starts side by side for one step: 256 on GitHub, 200 on GitLab. */
const MOST_SHARDS = 1000;

/**
 * Which shard a target is in: by its name and the number of shards alone, so that a target that comes or goes moves no other,
 * and no list needs to be handed around. The key is the first 64 bits of the SHA-256 of the name, big-endian.
 *
 * @param count number of shards, at least 1
 * @returns from 1 to `count`
 */
export function shardOf(name: string, count: number): number {
  const key = createHash('sha256').update(name, 'utf8').digest().readBigUInt64BE();
  return jumpHash(key, count) + 1;
}

/**
 * Jump consistent hash: even, and with one bucket more only 1 of `buckets + 1` keys moves, always into the new one.
 * Source: J. Lamping, E. Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm", https://arxiv.org/abs/1406.2294, figure 1.
 *
 * @param key unsigned, 64 bits
 * @param buckets at least 1
 * @returns from 0 to `buckets - 1`
 */
export function jumpHash(key: bigint, buckets: number): number {
  let state = key;
  let bucket = 0;
  let next = 0;
  while (next < buckets) {
    bucket = next;
    state = BigInt.asUintN(64, state * 2862933555777941757n + 1n);
    next = Math.floor((bucket + 1) * (2 ** 31 / (Number(state >> 33n) + 1)));
  }
  return bucket;
}

/** `2/5`. */
export function shardInWords({ index, count }: Shard): string {
  return `${String(index)}/${String(count)}`;
}

/** The type of `shard`: `2/5`, the second of five. */
export function shard(): ValueType<Shard> {
  return {
    name: 'shard',
    shape: 'text',
    closed: true,
    parse: parseShard,
    print: shardInWords,
    schema: { type: 'string', pattern: '^[0-9]+/[0-9]+$' },
  };
}

function parseShard(text: string): Result<Shard> {
  const [, first, second] = /^(\d{1,4})\s*\/\s*(\d{1,4})$/.exec(text) ?? [];
  if (first === undefined || second === undefined)
    return bad(`${quote(text)} is not a shard`, 'write which one of how many, such as `2/5`');
  const index = Number(first);
  const count = Number(second);
  if (index === 0 && count > 0)
    return bad(
      `${quote(text)} counts from 0`,
      `the first shard is \`1/${String(count)}\`: add 1 to an index that counts from 0`,
    );
  if (index < 1 || index > count || count > MOST_SHARDS)
    return bad(
      `there is no shard ${quote(text)}`,
      `from \`1/N\` to \`N/N\`, with at most ${String(MOST_SHARDS)} of them`,
    );
  return good({ index, count });
}
