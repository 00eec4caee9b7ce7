import type { WrittenEntry } from '../config-entries.js';
import { quote } from '../../support/values/value-type.js';
import type { CheckEntry } from '../../contract/entry.js';
import { flatEntries } from './flat.js';
import { checksOf } from './judged.js';
import type { Findings, Surroundings } from './lookup.js';
import { readEntry, type ReadEntry } from './read.js';

/** Ids that other checks and the strategies of the chain have: findings are told by id. */
const RESERVED: ReadonlySet<string> = new Set([
  ...['health', 'kubernetes-health', 'compose-health'],
  ...['kubernetes', 'helm', 'compose', 'ci', 'scale-down', 'command'],
]);

/** What the inputs and `checks` ask for; of the entries those that are right. What is wrong with the others is among the findings. */
export function resolveChecks(
  entries: readonly WrittenEntry[],
  around: Surroundings,
  findings: Findings,
): readonly CheckEntry[] {
  const flat = flatEntries(around);
  const taken = new Set(flat.flatMap(({ checks }) => checks.map(({ id }) => id)));
  const own = entries.flatMap((map): CheckEntry[] => {
    const before = findings.problems.length;
    const read = readEntry(map, around, findings);
    if (read === undefined) return [];
    const checks = checksOf(read, around.settings);
    const ids = checks.map(({ id }) => id);
    const twice = ids.find((id) => taken.has(id) || RESERVED.has(id));
    if (twice !== undefined)
      read.problem(
        read.id === undefined ? 'source' : 'id',
        `another check is called ${quote(twice)}`,
        read.id === undefined ? 'give it an `id`' : 'give it another `id`',
      );
    for (const id of ids) taken.add(id);
    return findings.problems.length > before ? [] : [entryOf(read, checks, map.where)];
  });
  return [...flat, ...own];
}

function entryOf(read: ReadEntry, checks: CheckEntry['checks'], where: string): CheckEntry {
  return {
    source: read.source,
    id: read.id ?? read.source,
    where,
    options: read.options,
    baseline: read.baseline,
    checks,
    nameOf: (option, of) => (of === undefined ? option : `${of}.${option}`),
  };
}
