import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { Ajv, type ValidateFunction } from 'ajv';

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

const validators = new Map<PublishedSchema, ValidateFunction>();

/** What a published schema says against a value. */
export function problemsOf(schema: PublishedSchema, value: unknown): unknown {
  const validate = validators.get(schema) ?? compiled(schema);
  // To compile one takes a hundred times as long as to ask it.
  validators.set(schema, validate);
  return validate(value) ? [] : validate.errors;
}

function compiled(name: PublishedSchema): ValidateFunction {
  // They have keywords of editors, formats that are of no use here, and expressions that are no Unicode ones.
  const ajv = new Ajv({
    ...{ strict: false, validateFormats: false, allErrors: true },
    unicodeRegExp: false,
  });
  const { $schema, id, ...rest } = publishedSchema(name) as Readonly<Record<string, unknown>>;
  const isDraft4 = String($schema).includes('draft-04');
  return ajv.compile(isDraft4 ? rest : { ...rest, $schema, ...(id === undefined ? {} : { id }) });
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
