import {
  baselineOptionsOf,
  beforeOptions,
  commonOptions,
  commonOptionsOf,
} from '../../src/inputs/checks/limits.js';
import { inputOf, type InputId } from '../../src/inputs/table.js';
import { sources } from '../../src/sources/registry.js';
import type { CheckSource, Option, OptionTable } from '../../src/support/options.js';

/** Definitions of the items of `checks`: `#/$defs/check`, and one for each source. Secrets have no place in the file. */
export function checkDefinitions(): Readonly<Record<string, object>> {
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
export const checksSchema = {
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
      ...propertiesOf(source.options, Object.keys(source.options)),
      ...limits,
      ...(baseline.length === 0
        ? {}
        : {
            baseline: {
              description: 'How the previous version is read, at the same time.',
              type: 'object',
              additionalProperties: false,
              properties: propertiesOf(source.options, baseline),
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
                ...propertiesOf(beforeOptions, Object.keys(beforeOptions)),
                ...propertiesOf(source.options, source.past),
              },
            },
          ],
        },
      }),
    },
  };
}

function propertiesOf(options: OptionTable, names: readonly string[]): Record<string, object> {
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
