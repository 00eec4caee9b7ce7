import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { camelName, shellName } from '../../src/systems/system.js';
import { ownVariable } from '../../src/inputs/variables.js';
import { outputTable } from '../../src/contract/outcome.js';

describe('the names of outputs', () => {
  it.each([
    ['verdict', 'ROLLGATE_VERDICT', 'verdict'],
    ['rolled-back', 'ROLLGATE_ROLLED_BACK', 'rolledBack'],
    ['rollback-run-id', 'ROLLGATE_ROLLBACK_RUN_ID', 'rollbackRunId'],
    ['errors-per-minute', 'ROLLGATE_ERRORS_PER_MINUTE', 'errorsPerMinute'],
  ])('%s is %s in a shell and %s without hyphens', (id, shell, camel) => {
    expect([shellName(id), camelName(id)]).toEqual([shell, camel]);
  });

  it.each(outputTable)('$id has a variable that is reserved for inputs', ({ id }) => {
    expect(shellName(id)).toBe(ownVariable(id));
  });

  it('are those in docs/ci-systems.md', () => {
    const page = readFileSync('docs/ci-systems.md', 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| `(ROLLGATE_\w+)` \| `(\w+)` \|$/gm)];
    expect(rows.map(([, id, shell, camel]) => [id, shell, camel])).toEqual(
      outputTable.map(({ id }) => [id, shellName(id), camelName(id)]),
    );
  });
});
