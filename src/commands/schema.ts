import {
  baselineOptionsOf,
  beforeOptions,
  commonOptions,
  commonOptionsOf,
} from '../inputs/checks/limits.js';
import { TARGET_NAME } from '../inputs/config-file.js';
import type { Answer } from '../inputs/help.js';
import { described, type Input } from '../inputs/input.js';
import { inputOf, inputs as allInputs, type InputId } from '../inputs/table.js';
import { sources } from '../sources/registry.js';
import type { CheckSource, Option, OptionTable } from '../support/options.js';

/** Answers `rollgate schema`. */
export function answerSchema(operands: readonly string[]): Answer {
  return operands.length === 0
    ? { text: configSchema(allInputs), exitCode: 0 }
    : { text: 'schema: takes no words and no flags → write `rollgate schema`\n', exitCode: 2 };
}

/** The JSON schema of the configuration file; editors complete and check with it. Secrets have no place in the file. */
export function configSchema(inputs: Readonly<Record<string, Input<unknown>>>): string {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Rollgate configuration file',
    description: 'What `rollgate.yml` may hold. `rollgate schema` prints it.',
    type: 'object',
    additionalProperties: false,
    properties: {
      ...propertiesOf(inputs, () => true),
      checks: checksSchema,
      targets: {
        description:
          'Several deployed things, watched at once and rolled back each by itself. What an item does not say it has from the inputs outside of `targets`.',
        type: 'array',
        minItems: 1,
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['name'],
          properties: {
            name: {
              description: 'Its name: in the log, the report, and the rollback.',
              type: 'string',
              pattern: TARGET_NAME.source,
            },
            ...Object.fromEntries(
              Object.keys(propertiesOf(inputs, ({ perRun }) => perRun !== true)).map((id) => [
                id,
                { $ref: `#/properties/${id}` },
              ]),
            ),
            checks: checksSchema,
          },
        },
      },
    },
    $defs: checkDefinitions(),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function propertiesOf(
  inputs: Readonly<Record<string, Input<unknown>>>,
  belongs: (facts: Input<unknown>) => boolean,
): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([, facts]) => facts.secret !== true && facts.inFile !== false && belongs(facts))
      .map(([id, facts]) => [id, { description: described(facts), ...facts.schema }]),
  );
}

/** Definitions of the items of `checks`: `#/$defs/check`, and one for each source. Secrets have no place in the file. */
function checkDefinitions(): Readonly<Record<string, object>> {
  return {
    check: { anyOf: Object.keys(sources).map((id) => ({ $ref: `#/$defs/${definitionOf(id)}` })) },
    ...Object.fromEntries(
      Object.entries(sources).map(
        ([id, source]) => [definitionOf(id), checkOf(id, source)] as const,
      ),
    ),
  };
}

/** What `checks` may be, wherever it stands. */
const checksSchema = {
  description:
    'Checks of any source, besides those that the inputs describe. Each entry has a `source`, what to read, and its limits.',
  type: 'array',
  items: { $ref: '#/$defs/check' },
};

function definitionOf(source: string): string {
  return `check-${source}`;
}

function checkOf(id: string, source: CheckSource): object {
  const common = Object.fromEntries(
    commonOptionsOf(source).map((name) => [name, propertyOf(commonOptions[name])]),
  );
  const { id: ownId, ...limits } = common;
  const baseline = baselineOptionsOf(source);
  return {
    description: source.description,
    type: 'object',
    additionalProperties: false,
    required: ['source'],
    properties: {
      source: { const: id },
      id: ownId,
      ...optionsIn(source.options, Object.keys(source.options)),
      ...limits,
      ...(baseline.length === 0
        ? {}
        : {
            baseline: {
              description: 'How the previous version is read, at the same time.',
              type: 'object',
              additionalProperties: false,
              properties: optionsIn(source.options, baseline),
            },
          }),
      ...(source.past && {
        before: {
          description:
            'How its limits are compared with the hour before the deploy; `off`: not at all.',
          anyOf: [
            { const: 'off' },
            {
              type: 'object',
              additionalProperties: false,
              properties: {
                ...optionsIn(beforeOptions, Object.keys(beforeOptions)),
                ...optionsIn(source.options, source.past),
              },
            },
          ],
        },
      }),
    },
  };
}

function optionsIn(options: OptionTable, names: readonly string[]): Record<string, object> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const option = options[name];
      return option === undefined || option.secret === true ? [] : [[name, propertyOf(option)]];
    }),
  );
}

function propertyOf(option: Option<unknown>): object {
  return { description: `${option.description}${defaultOf(option)}`, ...option.schema };
}

/** What stands in when an option is not given, in words; empty when nothing does. */
export function defaultOf({ default: value, inherits, input }: Option<unknown>): string {
  if (value !== undefined) return ` Default: ${value}.`;
  if (inherits === undefined || input === undefined) return '';
  const { default: ofInput } = inputOf(input as InputId);
  return ` Default: that of the input \`${input}\`${ofInput === undefined ? '' : `, ${ofInput}`}.`;
}
