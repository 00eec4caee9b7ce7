import { commonOptions, commonOptionsOf, limitOptions } from '../../src/inputs/checks/limits.js';
import { inputOf, type InputId } from '../../src/inputs/table.js';
import { sources } from '../../src/sources/registry.js';
import type { CheckSource, Option, OptionTable } from '../../src/support/options.js';
import { code, table } from './readme.js';

/** The options that every check has, whatever its source. */
export function generateCommonOptions(): string {
  return optionTable(commonOptions);
}

/** The options of each source, with the limits that it has. */
export function generateSourceOptions(): string {
  return Object.entries(sources)
    .map(([id, source]) => sectionOf(id, source))
    .join('\n\n');
}

function sectionOf(id: string, source: CheckSource): string {
  const limits = source.kinds.flatMap((kind): readonly string[] => limitOptions[kind]);
  const common: readonly string[] = commonOptionsOf(source);
  const all = limits.filter((name) => common.includes(name)).map(code);
  return [
    `### ${id}`,
    source.description,
    ...(all.length === 0 ? [] : [`Limits: ${all.join(', ')}.`]),
    optionTable(source.options),
  ].join('\n\n');
}

function optionTable(options: OptionTable): string {
  return table(
    ['Option', 'Default', 'Type', 'What'],
    Object.entries(options).map(([name, option]) => [
      code(name),
      defaultInWords(option),
      option.secret === true ? `${option.type.name} (secret)` : option.type.name,
      `${option.description}${variablesInWords(option)}${option.baseline === true ? ' Also below `baseline`.' : ''}`,
    ]),
  );
}

function defaultInWords(option: Option<unknown>): string {
  if (option.default !== undefined) return code(option.default);
  if (option.inherits !== undefined && option.input !== undefined) {
    const { default: value } = inputOf(option.input as InputId);
    const of = `that of ${code(option.input)}${option.inheritsWith === undefined ? '' : `, without ${code(option.inheritsWith)}`}`;
    return value === undefined ? of : `${of}: ${code(value)}`;
  }
  return option.required === true ? 'required' : '–';
}

function variablesInWords({ variables = [] }: Option<unknown>): string {
  return variables.length === 0 ? '' : ` Also by ${variables.map(code).join(' or ')}.`;
}
