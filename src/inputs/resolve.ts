import type { Environment } from '../contract/system.js';
import type { UsageProblem } from '../support/errors.js';
import { inherit } from '../support/objects.js';
import type { CheckEntry } from '../contract/check.js';
import { effectiveEntries, type EffectiveEntry } from './checks/effective.js';
import type { Findings } from './checks/lookup.js';
import { resolveChecks } from './checks/resolve.js';
import type { ConfigFile } from './config-file.js';
import type { FoundConfig } from './find-config.js';
import { didYouMean, quote } from '../support/values/value-type.js';
import { secretsOf } from './input.js';
import {
  BY_DEFAULT,
  everyText,
  isSystemsOwn,
  originInWords,
  ownIds,
  readInput,
  type InputSources,
  type Origin,
  type Places,
} from './lookup.js';
import { brokenRules, leakedSecrets } from './rules.js';
import { inShard, ofShard, shardProblems, type ShardOfTargets } from './shard.js';
import { remarks, valueProblems } from './value-rules.js';
import { inputIds, inputOf, type InputId, type Settings } from './table.js';
import { ownVariable, unknownVariables } from './variables.js';

/** The inputs of one target. */
export interface TargetResolution {
  /** Complete even when there are problems: a value that was refused is replaced by the default. */
  readonly settings: Settings;
  readonly origins: Readonly<Record<InputId, Origin>>;
  /** Whether the user set it: by flag, variable or file, not the CI system and not the default. */
  readonly givenByUser: (id: InputId) => boolean;
  /**
   * What is to be read and judged of traffic: by the inputs, and by the entries of `checks` that hold for the target. Entries
   * that something is wrong with are left out.
   */
  readonly checks: readonly CheckEntry[];
  /** The entries of `checks` as they rule. */
  readonly effectiveChecks: readonly EffectiveEntry[];
  /** What all entries name as their source, also those that something is wrong with. */
  readonly writtenSources: ReadonlySet<string>;
}

/** A target, with its inputs: those of the file's target, and the flat ones for all that it does not say. */
export interface ResolvedTarget extends TargetResolution {
  readonly name: string;
}

/** The inputs of a run, and everything that is to be said about them. */
export interface Resolution extends TargetResolution {
  /** Without `targets` in the file it is the one that the flat inputs describe. Empty only in a shard that has none. */
  readonly targets: readonly ResolvedTarget[];
  /** These are not all targets, but those of one shard. */
  readonly shard?: ShardOfTargets;
  readonly problems: readonly UsageProblem[];
  /** `false`: there is a configuration file, and what it says is not known. What is missing may be in it. */
  readonly isFileKnown: boolean;
  readonly notices: readonly string[];
  /** Every secret that was seen, used or not; each is to be hidden wherever something is printed. */
  readonly secrets: readonly string[];
}

/** The flat inputs describe one target, and this is its name. */
export const ONLY_TARGET = 'default';

/**
 * Looks every input up in all its places. An empty text counts as not set. Everything that is wrong is collected;
 * nothing is thrown.
 * @param found what there is of a configuration file, and `read` what it says
 */
export function resolveInputs(
  sources: InputSources,
  found: FoundConfig,
  read: ConfigFile | undefined,
): Resolution {
  const problems: UsageProblem[] = [...found.problems, ...(read?.problems ?? [])];
  const notices: string[] = [...found.notices];
  const secrets = new Set<string>(read?.secrets);
  const file = read && { name: found.name, ...read };
  for (const id of inputIds)
    for (const text of everyText(id, sources))
      for (const secret of secretsOf(inputOf(id), text)) secrets.add(secret);

  const findings: Findings = { problems, secrets: [], variables: [] };
  const forAll = readEach(inputIds, { sources, file }, problems);
  const flat = resolveTarget({ sources, file }, forAll, findings);
  const scopes = file?.targets ?? [];
  const all =
    scopes.length === 0
      ? [{ name: ONLY_TARGET, ...flat }]
      : scopes.map((target) => ({
          name: target.name,
          ...resolveTarget({ sources, file, target }, forAll, findings),
        }));
  const isFileKnown = found.problems.length === 0 && read?.isUnreadable !== true;
  const picked = isFileKnown ? chosen(all, flat, problems) : all;
  const { shard } = flat.settings;
  const targets = shard === undefined ? picked : inShard(shard, picked);
  const isListKnown = isFileKnown && (file?.problems ?? []).length === 0;
  problems.push(...shardProblems(flat, isListKnown ? scopes.length : undefined));
  const broken = !isFileKnown
    ? []
    : targets.flatMap((target) =>
        [...conflicts(target), ...leakedSecrets(target, sources)].map((problem) =>
          ofTarget(problem, target, scopes.length),
        ),
      );
  const outOfPlace = new Set(
    broken.filter(({ isOutOfPlace }) => isOutOfPlace).map(({ subject }) => subject),
  );
  const wrong = distinct([
    ...problems.filter(({ subject }) => !outOfPlace.has(subject)),
    ...broken,
  ]);
  if (wrong.length === 0)
    for (const target of targets)
      notices.push(
        ...remarks(target.settings).map((remark) =>
          scopes.length === 0 ? remark : `Target ${target.name}: ${remark}`,
        ),
      );
  notices.push(...unknownNotices(sources.env, findings.variables));
  for (const secret of findings.secrets) secrets.add(secret);
  const rest = { problems: wrong, isFileKnown, notices, secrets: [...secrets] };
  if (shard === undefined) return { ...flat, targets, ...rest };
  return {
    ...ofShard(shard, flat),
    targets: targets.map((target) => ofShard(shard, target)),
    shard: { ...shard, allTargets: picked.map(({ name }) => name) },
    ...rest,
  };
}

/** What is wrong although every value is right by itself: an input that is out of place need not be right besides. */
function conflicts(target: TargetResolution): readonly UsageProblem[] {
  const broken = brokenRules(target);
  const misplaced = new Set(broken.map(({ subject }) => subject));
  return [...broken, ...valueProblems(target).filter(({ subject }) => !misplaced.has(subject))];
}

/** The requested targets. When none of them is known, all: their problems are reported too. */
function chosen(
  all: readonly ResolvedTarget[],
  { settings: { target: requested }, origins }: TargetResolution,
  problems: UsageProblem[],
): readonly ResolvedTarget[] {
  if (requested === undefined) return all;
  const names = all.map(({ name }) => name);
  for (const name of requested.filter((each) => !names.includes(each)))
    problems.push({
      subject: 'target',
      message: `there is no target ${quote(name)} (${originInWords(origins.target)})`,
      fix: didYouMean(name, names) ?? `name one of ${names.join(', ')}`,
    });
  const picked = all.filter(({ name }) => requested.includes(name));
  return picked.length === 0 ? all : picked;
}

function ofTarget(problem: UsageProblem, { name }: ResolvedTarget, targets: number): UsageProblem {
  return targets === 0 ? problem : { ...problem, message: `${problem.message} (target ${name})` };
}

/** What is wrong with a flat input is so for each target. */
function distinct(problems: readonly UsageProblem[]): readonly UsageProblem[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const text = JSON.stringify(problem);
    return !seen.has(text) && seen.add(text);
  });
}

/** What is told of inputs, before others stand in for those of which nothing is. */
interface Read {
  readonly values: Partial<Record<InputId, unknown>>;
  readonly origins: Partial<Record<InputId, Origin>>;
}

function readEach(
  ids: readonly InputId[],
  places: Places,
  problems: UsageProblem[],
  { values, origins }: Read = { values: {}, origins: {} },
): Read {
  for (const id of ids) {
    const { value, origin } = readInput(id, places, problems);
    values[id] = value;
    origins[id] = origin;
  }
  return { values, origins };
}

/** Hundreds of targets share what is said for all: each holds only what is so for itself. */
function resolveTarget(places: Places, forAll: Read, findings: Findings): TargetResolution {
  const { values, origins } = readEach(ownIds(places), places, findings.problems, {
    values: inherit(forAll.values),
    origins: inherit(forAll.origins),
  });
  for (const id of inputIds) {
    const fallback = inputOf(id).fallback as InputId | undefined;
    const staysAtHome = !mayStandIn(id, values, origins, places.sources);
    // The token of the job, too, by whatever way it came.
    if (staysAtHome && origins[id]?.level === 6) {
      values[id] = undefined;
      origins[id] = BY_DEFAULT;
    }
    if (values[id] !== undefined || fallback === undefined || staysAtHome) continue;
    values[id] = values[fallback];
    origins[id] = { level: 7, name: fallback };
  }
  const complete = origins as Record<InputId, Origin>;
  const { sources, file, target } = places;
  const own = target?.checks ?? [];
  const entries = own.length > 0 ? own : (file?.checks ?? []);
  const settings = values as Settings;
  const checks = resolveChecks(
    entries,
    {
      file: file?.name ?? '',
      env: sources.env,
      settings,
      isFromFile: (id) => complete[id].level === 5,
      isGiven: (id) => complete[id].level <= 5,
      sources: sources.checkSources,
    },
    findings,
  );
  return {
    writtenSources: new Set(
      entries.flatMap(({ fields }) => {
        const source = fields.get('source')?.value;
        return typeof source === 'string' ? [source.toLowerCase()] : [];
      }),
    ),
    settings,
    origins: complete,
    givenByUser: (id) => complete[id].level <= 5,
    checks,
    effectiveChecks: effectiveEntries(checks, sources.checkSources),
  };
}

/**
 * The token of a job is good for the server of the job, and no other is to see it. One that the configuration file names is
 * reported (`leakedSecrets`), and not passed over in silence.
 */
function mayStandIn(
  id: InputId,
  values: Partial<Record<InputId, unknown>>,
  origins: Partial<Record<InputId, Origin>>,
  sources: InputSources,
): boolean {
  const { fallbackIn, sentTo = [] } = inputOf(id);
  if (fallbackIn === undefined) return true;
  return (
    fallbackIn.includes(sources.system) &&
    (sentTo as readonly InputId[]).every(
      (address) => origins[address]?.level === 5 || isSystemsOwn(address, values[address], sources),
    )
  );
}

function unknownNotices(env: Environment, others: readonly string[]): string[] {
  const names = Object.keys(env).filter((name) => env[name] !== undefined);
  const known = [...inputIds.map(ownVariable), ...others];
  return unknownVariables(names, known).map((name) => {
    const meant = didYouMean(name, known);
    return `The variable ${name} is not an input and is ignored${meant === undefined ? '.' : `; ${meant}`}`;
  });
}
