import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { inputOf, type InputId } from '../../src/inputs/table.js';
import { parseDuration } from '../../src/support/values/time.js';

function byDefault(id: InputId): number {
  const parsed = parseDuration(inputOf(id).default ?? '');
  if (!parsed.ok) throw new Error(`${id} has no time by default`);
  return parsed.value;
}

const texts = ['docs', 'examples', 'src/commands/init']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(md|ya?ml|ts)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  )
  .concat('README.md')
  .map((path) => [path, readFileSync(path, 'utf8')] as const);

it('every page says how long a run takes at most, as the defaults have it', () => {
  // A watch whose end is in doubt goes on for as long again, at most 5 minutes.
  const extended = byDefault('duration') + Math.min(byDefault('duration'), 300_000);
  const others = ['warm-up', 'rollback-timeout', 'verify-timeout'] as const;
  const most = others.reduce((sum, id) => sum + byDefault(id), extended);
  const said = texts.flatMap(([path, text]) =>
    [...text.matchAll(/(?:take at most|that is) (\d+) minutes(?: at most)?/g)].map(
      ([, minutes]) => [path, Number(minutes)] as const,
    ),
  );
  expect(said.length).toBeGreaterThan(5);
  expect(said.filter(([, minutes]) => minutes !== Math.ceil(most / 60_000))).toEqual([]);
});
