import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inShard } from '../../src/inputs/shard.js';
import { shardOf } from '../../src/support/values/shard.js';
import { resolveWith } from '../support/resolve-inputs.js';

function file(names: readonly string[], flat = ''): Readonly<Record<string, string>> {
  const list = names.map((name) => `  - name: ${name}\n    url: https://${name}.example\n`);
  return { 'rollgate.yml': `${flat}targets:\n${list.join('')}` };
}

const twelve = Array.from({ length: 12 }, (_, n) => `svc-${String(n)}`);

function namesOf(shard: string, names: readonly string[]): readonly string[] {
  return resolveWith({ flags: { shard }, files: file(names) }).targets.map(({ name }) => name);
}

describe('the targets of a shard', () => {
  it('are those whose names fall into it, in the order of the file', () => {
    expect(namesOf('2/3', twelve)).toEqual(twelve.filter((name) => shardOf(name, 3) === 2));
  });

  it('of all shards together are all targets, each once; one more target moves no other', () => {
    const some = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 12 }), (all, count) => {
        const shards = (of: readonly string[]): readonly (readonly string[])[] =>
          Array.from({ length: count }, (_, at) =>
            inShard(
              { index: at + 1, count },
              of.map((name) => ({ name })),
            ).map(({ name }) => name),
          );
        expect(shards(all).flat().sort()).toEqual([...all].sort());
        expect(shards(all.slice(1))).toEqual(
          shards(all).map((names) => names.filter((name) => name !== all[0])),
        );
      }),
    );
  });

  it('may be none', () => {
    const resolution = resolveWith({ flags: { shard: '2/2' }, files: file(['api']) });
    expect(resolution.problems).toEqual([]);
    expect(resolution.targets).toEqual([]);
    expect(resolution.shard).toEqual({ index: 2, count: 2, allTargets: ['api'] });
  });

  it('are picked from those that `target` names', () => {
    const { shard } = resolveWith({
      flags: { shard: '1/2', target: 'svc-1,svc-2' },
      files: file(twelve),
    });
    expect(shard?.allTargets).toEqual(['svc-1', 'svc-2']);
  });
});

describe('the inputs in a shard', () => {
  it('have a folder of their own for the report, wherever `report-dir` is, and one snapshot for all', () => {
    const { settings, targets } = resolveWith({
      flags: { shard: '2/3', 'report-dir': 'out' },
      files: file(twelve),
    });
    const folder = join('out', 'shard-2-of-3');
    expect(settings['report-dir']).toBe(folder);
    expect(targets.map((target) => target.settings['report-dir'])).toEqual(
      targets.map(() => folder),
    );
    expect(settings['snapshot-file']).toBe('rollgate-report/snapshot.json');
  });

  it('cancel no pipeline, in which the other shards are; the only shard may', () => {
    const cancelOf = (shard: string): unknown =>
      resolveWith({ flags: { shard }, files: file(twelve) }).targets[0]?.settings['gitlab-cancel'];
    expect(cancelOf('1/3')).toBe('none');
    expect(cancelOf('1/1')).toBe('pipeline');
  });
});

describe('a shard is refused', () => {
  it.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>, RegExp]>([
    [
      'without `targets`',
      { shard: '1/2', url: 'https://x.example' },
      {},
      /^shard: it is set \(from --shard\), and there are no `targets` to share/,
    ],
    [
      'with rollback-scope: all',
      { shard: '1/2' },
      file(twelve, 'rollback-scope: all\n'),
      /^rollback-scope: it is `all`, and a shard can only roll back its own targets/,
    ],
    [
      'where it would cancel the pipeline',
      { shard: '1/2', 'gitlab-cancel': 'siblings' },
      file(twelve),
      /^gitlab-cancel: it is `siblings`, which would end the other shards/,
    ],
    [
      'by `combine`',
      { shard: '1/2', command: 'combine' },
      file(twelve),
      /^shard: it is set \(from --shard\), and `combine` has no shards/,
    ],
    [
      'by `init`',
      { shard: '1/2', command: 'init' },
      {},
      /^shard: it is set \(from --shard\), and `init` has no shards/,
    ],
  ])('%s', (_, flags, files, says) => {
    const { problems } = resolveWith({ flags, files });
    expect(problems.map(({ subject, message }) => `${subject}: ${message}`)).toEqual([
      expect.stringMatching(says),
    ]);
  });

  it('a file that cannot be read is no file without targets', () => {
    const { problems } = resolveWith({
      flags: { shard: '1/2' },
      files: { 'rollgate.yml': 'targets: [' },
    });
    expect(problems.map(({ subject }) => subject)).toEqual(['rollgate.yml']);
  });

  it('the only shard may roll back all', () => {
    const { problems } = resolveWith({
      flags: { shard: '1/1' },
      files: file(twelve, 'rollback-scope: all\n'),
    });
    expect(problems).toEqual([]);
  });

  it('in the configuration file, which is the same for all', () => {
    const { problems } = resolveWith({ files: file(twelve, 'shard: 1/2\n') });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('`shard` has no meaning in the file'),
    ]);
  });
});
