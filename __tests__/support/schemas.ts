import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from '@jest/globals';

/**
 * The schemas that the CI systems publish. They are not part of this repository: `ROLLGATE_SCHEMAS` names the folder that
 * holds them; CONTRIBUTING says where each one comes from.
 */
const folder = process.env.ROLLGATE_SCHEMAS ?? '';

export type PublishedSchema =
  | 'azure-pipelines'
  | 'azure-task'
  | 'circleci-config'
  | 'github-action'
  | 'github-workflow'
  | 'gitlab-ci'
  | 'vss-extension';

const pathOf = (name: PublishedSchema): string => join(folder, `${name}.json`);

/** A published schema. @throws when it is not there */
export function publishedSchema(name: PublishedSchema): object {
  return JSON.parse(readFileSync(pathOf(name), 'utf8')) as object;
}

/** A suite that needs these schemas; without them it is skipped, visibly. */
export function describeWithSchemas(
  name: string,
  schemas: readonly PublishedSchema[],
  suite: () => void,
): void {
  const lacking = schemas.filter((schema) => folder === '' || !existsSync(pathOf(schema)));
  if (lacking.length === 0) {
    describe(name, suite);
    return;
  }
  const why = `no ${lacking.map((schema) => `${schema}.json`).join(', ')} in the folder of ROLLGATE_SCHEMAS`;
  process.stderr.write(`Skipped: ${name}: ${why}.\n`);
  describe.skip(`${name} (${why})`, suite);
}
