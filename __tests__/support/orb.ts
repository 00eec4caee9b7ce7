import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'yaml';
import { orbFolder } from '../../scripts/generators/circleci.js';
import { packOrb } from '../../scripts/generators/orb-pack.js';

/** The sources of the orb, by their path from its folder. */
export function orbSources(): ReadonlyMap<string, string> {
  const entries = readdirSync(orbFolder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    paths.map((path) => [
      relative(orbFolder, path).replaceAll('\\', '/'),
      readFileSync(path, 'utf8'),
    ]),
  );
}

type Value = string | boolean | number;

interface Parameter {
  readonly type: string;
  readonly default?: Value;
  readonly description?: string;
}

/** A command, a job or an executor. */
export interface OrbPart {
  readonly description?: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly steps?: readonly unknown[];
  readonly executor?: string;
  readonly docker?: readonly { readonly image: string }[];
}

export interface Orb {
  readonly commands: Readonly<Record<string, OrbPart>>;
  readonly jobs: Readonly<Record<string, OrbPart>>;
  readonly executors: Readonly<Record<string, OrbPart>>;
  readonly examples: Readonly<Record<string, { readonly usage: unknown }>>;
}

export function packedOrb(): Orb {
  return parse(packOrb(orbSources())) as Orb;
}

/** A `run` step, as it comes to the job. */
export interface Run {
  readonly command: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly no_output_timeout: string;
}

/** A step with everything put in: a run, or what CircleCI does itself. */
export type Step = { readonly run: Run } | string | Readonly<Record<string, unknown>>;

type Arguments = Readonly<Record<string, Value>>;

/** What a user's call of a command or a job comes to. @throws as the compiler of CircleCI refuses it */
export function expand(orb: Orb, part: OrbPart, given: Arguments): readonly Step[] {
  const values = bind(part, given);
  return (part.steps ?? []).flatMap((step) => expandStep(orb, fill(step, values)));
}

/** The parameters with the defaults. */
function bind({ parameters }: OrbPart, given: Arguments): Arguments {
  for (const [name, value] of Object.entries(given)) {
    const type = parameters[name]?.type;
    if (type === undefined) throw new Error(`unexpected argument: ${name}`);
    if ((type === 'boolean') !== (typeof value === 'boolean'))
      throw new Error(`${name}: expected type ${type}, not ${JSON.stringify(value)}`);
    if (type === 'env_var_name' && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(String(value)))
      throw new Error(`${name}: "${String(value)}" is not a variable name`);
  }
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { default: value }]) => {
      const bound = given[name] ?? value;
      if (bound === undefined) throw new Error(`missing argument: ${name}`);
      return [name, bound];
    }),
  );
}

function fill(value: unknown, values: Arguments): unknown {
  if (Array.isArray(value)) return value.map((one) => fill(one, values));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, fill(one, values)]));
  if (typeof value !== 'string') return value;
  const whole = /^<<\s*parameters\.([a-z0-9_-]+)\s*>>$/.exec(value)?.[1];
  if (whole !== undefined) return argument(values, whole);
  const escaped = value.replace(/(?<!\\)<<\s*parameters\.([a-z0-9_-]+)\s*>>/g, (_, name: string) =>
    String(argument(values, name)),
  );
  return escaped.replaceAll('\\<<', '<<');
}

function argument(values: Arguments, name: string): Value {
  const value = values[name];
  if (value === undefined) throw new Error(`argument referenced without declaration: ${name}`);
  return value;
}

function expandStep(orb: Orb, step: unknown): readonly Step[] {
  if (typeof step === 'string') return [step];
  const [[name, content] = ['', undefined]] = Object.entries(step as object);
  if (name === 'when') {
    const { condition, steps } = content as { condition: unknown; steps: readonly unknown[] };
    const isTrue = condition !== false && condition !== '';
    return isTrue ? steps.flatMap((one) => expandStep(orb, one)) : [];
  }
  const command = orb.commands[name];
  if (command !== undefined) return expand(orb, command, content as Arguments);
  if (name !== 'run') return [step as Readonly<Record<string, unknown>>];
  const { environment, ...run } = content as Run;
  // A boolean becomes 1 or 0.
  const variables = Object.entries(environment as Readonly<Record<string, Value>>).map(
    ([key, value]) => [key, typeof value === 'boolean' ? String(Number(value)) : String(value)],
  );
  return [{ run: { ...run, environment: Object.fromEntries(variables) as Run['environment'] } }];
}
