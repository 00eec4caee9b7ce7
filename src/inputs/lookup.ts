import type { Environment, SystemId } from '../contract/system.js';
import type { UsageProblem } from '../support/errors.js';
import type { CheckSources } from '../support/options.js';
import type { Scope } from './config-file.js';
import { inputIds, inputOf, type InputId } from './table.js';
import {
  actionVariables,
  allVariables,
  guideVariables,
  ownVariable,
  systemVariables,
} from './variables.js';

/**
 * Where a value comes from. The levels are the order of precedence: 1 flag, 2 input of an action or task, 3 ROLLGATE_*
 * variable, 4 variable of the CI integration guide, 5 configuration file, 6 set by the CI system itself, 7 default.
 */
export interface Origin {
  readonly level: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  /** The flag, variable, file or input; `the default` for a default. */
  readonly name: string;
}

/** One for all: there may be hundreds of targets, with as many inputs each. */
export const BY_DEFAULT: Origin = { level: 7, name: 'the default' };

/** Where inputs come from. */
export interface InputSources {
  /** Texts of flags by id, as `parseArgv` returns them. */
  readonly flags: ReadonlyMap<string, string>;
  readonly env: Environment;
  readonly system: SystemId;
  /** Whether this is a run for a pull or merge request. */
  readonly pullRequest: boolean;
  /** The sources that `checks` may name. */
  readonly checkSources: CheckSources;
}

interface Found {
  readonly text: string;
  readonly origin: Origin;
}

/** Where the inputs of one target are looked up. */
export interface Places {
  readonly sources: InputSources;
  readonly file: (Scope & { readonly name: string }) | undefined;
  /** `undefined`: the flat inputs. */
  readonly target?: (Scope & { readonly name: string }) | undefined;
}

/** In words: `from ROLLGATE_URL`. */
export function originInWords(origin: Origin): string {
  return `from ${origin.name}`;
}

export function readInput(
  id: InputId,
  places: Places,
  problems: UsageProblem[],
): { value: unknown; origin: Origin } {
  const row = inputOf(id);
  const found = lookUp(id, places);
  const origin = found?.origin ?? BY_DEFAULT;
  if (found !== undefined) {
    const parsed = row.parse(found.text);
    if (parsed.ok) return { value: parsed.value, origin };
    problems.push({
      subject: id,
      ...parsed.problem,
      message: `${parsed.problem.message} (${originInWords(origin)})`,
    });
  }
  return { value: defaultOf(id), origin };
}

const defaults = new Map<InputId, unknown>();

/** Read once, and shared by all targets. */
function defaultOf(id: InputId): unknown {
  if (!defaults.has(id)) {
    const row = inputOf(id);
    const read = row.default === undefined ? undefined : row.parse(row.default);
    defaults.set(id, read?.ok === true ? read.value : undefined);
  }
  return defaults.get(id);
}

export function lookUp(id: InputId, { sources, file, target }: Places): Found | undefined {
  const { flags, env, system } = sources;
  return (
    // What a target says for itself is nearer to it than anything that is said for all.
    pick(
      5,
      target === undefined
        ? []
        : [[`${file?.name ?? ''}, target ${target.name}`, target.texts.get(id)]],
    ) ??
    pick(1, [[id === 'command' ? 'the command line' : `--${id}`, flags.get(id)]]) ??
    fromVariables(2, actionVariables(id), env) ??
    fromVariables(3, [ownVariable(id)], env) ??
    fromVariables(4, usersVariables(id, system), env) ??
    pick(5, file === undefined ? [] : [[file.name, file.texts.get(id)]]) ??
    givenBySystem(id, { sources, file, target })
  );
}

/** The inputs that a target may have otherwise than all. Which system it names tells where its tokens go. */
export function ownIds({ target }: Places): readonly InputId[] {
  if (target === undefined) return [];
  const { texts } = target;
  return inputIds.filter((id) => texts.has(id) || (texts.has('ci-system') && addresses.has(id)));
}

const ownVariables = new Map<SystemId, ReadonlySet<string>>();

/** Every variable that this CI system sets by itself, for whichever input. Asked for each input of each target, so it is kept. */
function ownVariablesOf(system: SystemId): ReadonlySet<string> {
  const kept = ownVariables.get(system);
  if (kept !== undefined) return kept;
  const own = new Set(inputIds.flatMap((id) => systemVariables(inputOf(id), system)));
  ownVariables.set(system, own);
  return own;
}

/** Guide variables that speak of this input. What the system sets for another one, such as Gitea `GITHUB_TOKEN`, does not. */
function usersVariables(id: InputId, system: SystemId): readonly string[] {
  const own = ownVariablesOf(system);
  return guideVariables(inputOf(id), system).filter((name) => !own.has(name));
}

/**
 * The systems whose variables tell an input without anybody's doing: the one that we run in. Of an address that a token is
 * sent to also the one that the user names, and where the CI system has nothing of the kind, all of them: a token must not go
 * to the public server while the environment names another.
 */
function speaking(id: InputId, places: Places): readonly SystemId[] {
  const { system } = places.sources;
  if (!addresses.has(id)) return [system];
  const { setBy = {}, derivedFrom = {} } = inputOf(id);
  const known = [...new Set([...Object.keys(setBy), ...Object.keys(derivedFrom)])];
  if (known.includes(system)) return [system];
  const named = lookUp('ci-system', places)?.text.toLowerCase();
  const isAlone = ownVariablesOf(system).size === 0;
  return known.filter((other) => (named === undefined ? isAlone : other === named));
}

/** The value that those variables tell. */
function givenBySystem(id: InputId, places: Places): Found | undefined {
  const { env, system } = places.sources;
  const row = inputOf(id);
  const ofJob = ownVariablesOf(system);
  // Gitea and Forgejo set variables of GitHub's in their own jobs. Elsewhere those name a server of GitHub's.
  const counts = (name: string, other: SystemId): boolean =>
    other === system || (!ofJob.has(name) && (other === 'github' || !name.startsWith('GITHUB_')));
  const systems = speaking(id, places);
  const names = systems.flatMap((other) =>
    systemVariables(row, other).filter((name) => counts(name, other)),
  );
  return (
    fromVariables(6, names, env) ??
    pick(
      6,
      systems.flatMap((other): [string, string | undefined][] => {
        const derivation = row.derivedFrom?.[other];
        return derivation === undefined || !counts(derivation.variable, other)
          ? []
          : [[derivation.variable, derivation.read(env[derivation.variable]?.trim() ?? '')]];
      }),
    )
  );
}

/** The inputs that hold an address which a secret is sent to. */
const addresses: ReadonlySet<string> = new Set(inputIds.flatMap((id) => inputOf(id).sentTo ?? []));

function fromVariables(
  level: Origin['level'],
  names: readonly string[],
  env: Environment,
): Found | undefined {
  return pick(
    level,
    names.map((name) => [name, env[name]]),
  );
}

function pick(
  level: Origin['level'],
  candidates: readonly (readonly [name: string, text: string | undefined])[],
): Found | undefined {
  for (const [name, given] of candidates) {
    const text = given?.trim() ?? '';
    if (text !== '') return { text, origin: { level, name } };
  }
  return undefined;
}

/** A secret that lost to another one is a secret all the same. */
export function everyText(id: InputId, { flags, env }: InputSources): string[] {
  return [flags.get(id), ...allVariables(id, inputOf(id)).map((name) => env[name])].flatMap(
    (text) => (text === undefined || text.trim() === '' ? [] : [text.trim()]),
  );
}

/** Whether an address is the one that the CI system gives, or the default. */
export function isSystemsOwn(id: InputId, value: unknown, sources: InputSources): boolean {
  const row = inputOf(id);
  const own = givenBySystem(id, { sources, file: undefined })?.text ?? row.default;
  return own !== undefined && typeof value === 'string' && originOf(value) === originOf(own);
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}
