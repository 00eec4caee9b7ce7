import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { extensionFolder } from '../../scripts/generators/azure.js';

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly default: string;
}

interface Template {
  readonly parameters: readonly Parameter[];
  readonly steps: readonly unknown[];
}

/** A step as the job gets it. */
export interface Step {
  readonly bash: string;
  readonly name: string;
  readonly displayName: string;
  readonly condition: string;
  readonly env: Readonly<Record<string, string>>;
}

export const stepTemplate = parse(readFileSync(`${extensionFolder}/steps.yml`, 'utf8')) as Template;

/** What a user's use of the step template comes to. @throws as Azure refuses it */
export function fillTemplate(given: Readonly<Record<string, string>>): Step {
  const { parameters, steps } = stepTemplate;
  const unknown = Object.keys(given).find((name) => !parameters.some((one) => one.name === name));
  if (unknown !== undefined) throw new Error(`Unexpected parameter '${unknown}'`);
  const values = new Map(parameters.map((one) => [one.name, given[one.name] ?? one.default]));
  return fill(steps[0], values) as Step;
}

function fill(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') {
    const name = /^\$\{\{ parameters\.(\w+) \}\}$/.exec(value)?.[1];
    return name === undefined ? value : valueOf(values, name);
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => {
      const [, name, words] = /^\$\{\{ if in\(parameters\.(\w+), (.*)\) \}\}$/.exec(key) ?? [];
      if (name === undefined || words === undefined) return [[key, fill(one, values)] as const];
      const accepted = words.split(', ').map((word) => word.slice(1, -1));
      // https://learn.microsoft.com/azure/devops/pipelines/process/expressions#in compares as `eq` does, without case.
      return accepted.includes(valueOf(values, name).toLowerCase())
        ? Object.entries(fill(one, values) as object)
        : [];
    }),
  );
}

function valueOf(values: ReadonlyMap<string, string>, name: string): string {
  const value = values.get(name);
  if (value === undefined) throw new Error(`there is no parameter ${name}`);
  return value;
}
