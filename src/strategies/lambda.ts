import type { Finding } from '../contract/result.js';
import type {
  CannotAct,
  Captured,
  Plan,
  RecordedVersion,
  Skip,
  Strategy,
  StrategyContext,
  StrategyResult,
  Withheld,
} from '../contract/strategy.js';
import { type Aws, AwsError, createAws, leavesOpen, mayPass } from '../support/aws/cli.js';
import { type Alias, isSameVersions, readAlias, versionsInWords } from '../support/aws/lambda.js';
import { type AliasName, aliasInWords, parseAliasNames, placeOf } from '../support/aws/names.js';
import type { Clock } from '../support/clock.js';
import { fields, listOf, textOf } from '../support/json.js';
import { asSentence } from '../support/text.js';
import { type AddFinding, findingsOfAws } from './aws-findings.js';
import type { StrategyDependencies } from './dependencies.js';
import type { OwnRollbacks } from './own-rollbacks.js';
import {
  notDeployed,
  notDeployedFinding,
  otherPlace,
  skipUnrecorded,
  unrecorded,
} from './snapshot-words.js';

/** The inputs that it reads. */
export interface LambdaSettings {
  readonly 'lambda-alias': readonly string[] | undefined;
}

/** What it records of one alias before the deploy. */
interface RecordedAlias {
  /** As {@link aliasInWords} has it. */
  readonly alias: string;
  /** `null`: the alias was not there. */
  readonly version: string | null;
  /** Region and account; `undefined`: a snapshot of an earlier version, or the alias was not there. */
  readonly place?: string | undefined;
  /** Versions that had a share of the traffic beside it. */
  readonly others: readonly string[];
}

interface LambdaPlan extends Plan {
  readonly aliases: readonly AliasName[];
}

/** What the functions below share. */
interface State {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly names: readonly AliasName[];
  readonly recorded: ReadonlyMap<string, RecordedAlias>;
  /** What this run judges, by alias; empty until the watch begins. */
  readonly judged: Map<string, Alias>;
  readonly rollbacks: OwnRollbacks;
}

/** Between two looks at an alias whose change got no answer, milliseconds. */
const LOOK_AGAIN = 3000;
const LOOKS = 5;

/** The `lambda` strategy as it is configured, or why there is none. */
export function setUpLambda(dependencies: StrategyDependencies<LambdaSettings>): Strategy | Skip {
  const { settings, env, exec, redact, clock, random, rollbacks } = dependencies;
  const aliases = settings['lambda-alias'] ?? [];
  if (aliases.length === 0)
    return { kind: 'skip', reason: 'not configured: `lambda-alias` is not set' };
  return createLambdaStrategy({
    aws: createAws({ env, exec, redact, clock, random }),
    clock,
    names: parseAliasNames(aliases),
    recorded: readRecorded(dependencies.recorded),
    judged: new Map(),
    rollbacks,
  });
}

/** What came from the snapshot, by alias; what is no record is left out. */
function readRecorded(value: unknown): ReadonlyMap<string, RecordedAlias> {
  return new Map(
    listOf(fields(value).aliases).flatMap((one) => {
      const { alias, version, place, others } = fields(one);
      const name = textOf(alias);
      const number = version === null ? null : textOf(version);
      if (name === undefined || number === undefined) return [];
      if (number !== null && !/^\d+$/.test(number)) return [];
      const beside = listOf(others).flatMap((other) => textOf(other) ?? []);
      const record = { alias: name, version: number, place: textOf(place), others: beside };
      return [[name, record] as const];
    }),
  );
}

/** Points an alias at the version that it had before the deploy, all its traffic included. */
function createLambdaStrategy(state: State): Strategy<LambdaPlan> {
  return {
    kind: 'strategy',
    id: 'lambda',
    preflight: (signal, isBeforeDeploy = false) => preflight(state, isBeforeDeploy, signal),
    snapshot: (signal) => snapshot(state, signal),
    sawNothing: () =>
      state.names.every((name) => state.recorded.get(aliasInWords(name))?.version === null),
    recordedVersion: () => recordedVersion(state),
    capture: (signal) => capture(state, signal),
    assertUnchanged: (signal) => assertUnchanged(state, signal),
    goneBack: (signal) => goneBack(state, signal),
    plan: (_request, signal) => plan(state, signal),
    execute: (planned, context) => execute(state, planned, context),
  };
}

function preflight(
  { aws, names, recorded }: State,
  isBeforeDeploy: boolean,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const look = async (add: AddFinding): Promise<void> => {
    for (const name of names) {
      const words = aliasInWords(name);
      const alias = await readAlias(aws, name, signal);
      const fix = 'correct `lambda-alias` or AWS_REGION';
      const unknown = unrecorded(`what ${words} was`);
      if (alias === undefined && isBeforeDeploy)
        add(
          'notice',
          `there is no alias ${words} yet: its first deploy has nothing to go back to`,
          `if this is not its first deploy, ${fix}`,
        );
      else if (alias === undefined) add('error', `there is no alias ${words}`, fix);
      else if (alias.version === '$LATEST')
        add(
          'error',
          onLatest(words),
          'publish a version in each deploy, and point the alias at it',
        );
      else if (!isBeforeDeploy) {
        const problem = recorded.has(words)
          ? otherPlace(words, recorded.get(words)?.place, placeOf(alias.arn))
          : unknown;
        if (problem !== undefined) add('error', problem.message, problem.fix);
      }
    }
  };
  return findingsOfAws('lambda', aws, look, signal);
}

function onLatest(words: string): string {
  return `${words} points at $LATEST, whose code a deploy replaces: there is no version to go back to`;
}

async function snapshot(
  { aws, names }: State,
  signal: AbortSignal,
): Promise<{ readonly aliases: readonly RecordedAlias[] }> {
  const aliases: RecordedAlias[] = [];
  for (const name of names) {
    const words = aliasInWords(name);
    const alias = await readAlias(aws, name, signal);
    if (alias?.version === '$LATEST') throw new Error(onLatest(words));
    aliases.push({
      ...{ alias: words, version: alias?.version ?? null },
      ...(alias === undefined ? {} : { place: placeOf(alias.arn) }),
      others: Object.keys(alias?.weights ?? {}),
    });
  }
  return { aliases };
}

/** One version cannot stand for several functions. */
function recordedVersion({ recorded }: State): RecordedVersion | undefined {
  const [only, second] = [...recorded.values()];
  return second === undefined && typeof only?.version === 'string'
    ? { revision: only.version }
    : undefined;
}

async function capture(state: State, signal: AbortSignal): Promise<Captured> {
  const findings: Finding[] = [];
  for (const name of state.names) {
    const alias = await readAlias(state.aws, name, signal);
    if (alias === undefined) continue;
    const words = aliasInWords(name);
    state.judged.set(words, alias);
    if (isAsRecorded(alias, state.recorded.get(words)))
      findings.push(notDeployedFinding('lambda', words));
  }
  return { findings };
}

/** Whether an alias has the versions that it had before the deploy, whatever their weights. */
function isAsRecorded({ version, weights }: Alias, recorded: RecordedAlias | undefined): boolean {
  return (
    version === recorded?.version &&
    Object.keys(weights).every((other) => recorded.others.includes(other))
  );
}

/** Whether an alias gives all its traffic to one version. */
function isAt({ version, weights }: Alias, of: string | null | undefined): boolean {
  return version === of && Object.keys(weights).length === 0;
}

async function assertUnchanged(state: State, signal: AbortSignal): Promise<Withheld | undefined> {
  for (const name of state.names) {
    const reason = objectionTo(state, name, await readAlias(state.aws, name, signal));
    if (reason !== undefined) return { kind: 'withheld', reason };
  }
  return undefined;
}

/** Why an alias is neither what was judged, at any weight, nor what is to be gone back to. */
function objectionTo(
  { judged, recorded }: State,
  name: AliasName,
  now: Alias | undefined,
): string | undefined {
  const words = aliasInWords(name);
  const ours = judged.get(words);
  if (ours === undefined) return undefined;
  if (now === undefined) return `${words} is gone since the watch began`;
  const to = recorded.get(words)?.version ?? undefined;
  return isSameVersions(now, ours, to) || isAt(now, to)
    ? undefined
    : `${words} is at ${versionsInWords(now)}, which is not what this run judged (${versionsInWords(ours)})`;
}

/** What CodeDeploy, or somebody, has taken back since the watch began. */
async function goneBack(state: State, signal: AbortSignal): Promise<string | undefined> {
  const back: string[] = [];
  for (const name of state.names) {
    const words = aliasInWords(name);
    const recorded = state.recorded.get(words);
    const to = recorded?.version ?? undefined;
    const judged = state.judged.get(words);
    const now = await readAlias(state.aws, name, signal);
    if (objectionTo(state, name, now) !== undefined) return undefined;
    if (now === undefined || judged === undefined || to === undefined) continue;
    if (otherPlace(words, recorded?.place, placeOf(now.arn)) !== undefined) return undefined;
    if (isAt(now, to) && !isAsRecorded(judged, recorded))
      back.push(
        state.rollbacks.has(wayBackOf(name, to))
          ? `${words} was rolled back to version ${to} by this run already`
          : `${words} went back to version ${to} without this run`,
      );
  }
  return back.length === 0 ? undefined : back.join('; ');
}

/** As the rollbacks of this run know it. */
function wayBackOf(name: AliasName, to: string): string {
  return `lambda/${aliasInWords(name)} to ${to}`;
}

async function plan(
  state: State,
  signal: AbortSignal,
): Promise<LambdaPlan | Skip | CannotAct | Withheld> {
  const active: { readonly name: AliasName; readonly now: Alias; readonly to: string }[] = [];
  let unchanged = '';
  for (const name of state.names) {
    const words = aliasInWords(name);
    let now: Alias | undefined;
    try {
      now = await readAlias(state.aws, name, signal);
    } catch (error) {
      if (error instanceof AwsError && error.reason === 'missing')
        return { kind: 'skip', reason: error.message };
      throw error;
    }
    const objection = objectionTo(state, name, now);
    if (objection !== undefined) return { kind: 'withheld', reason: objection };
    if (now === undefined) return { kind: 'failed', reason: `there is no alias ${words}` };
    const recorded = state.recorded.get(words);
    const to = recorded?.version;
    if (to === undefined) return skipUnrecorded(`what ${words} was`);
    if (to === null)
      return {
        kind: 'skip',
        reason: `${words} was not there before this deploy: there is nothing to go back to`,
      };
    const foreign = otherPlace(words, recorded?.place, placeOf(now.arn));
    if (foreign !== undefined)
      return { kind: 'failed', reason: `${foreign.message}; ${foreign.fix}` };
    const isDone = state.rollbacks.has(wayBackOf(name, to));
    if (!isDone && isAsRecorded(state.judged.get(words) ?? now, recorded))
      unchanged = notDeployed(words, `version ${to}`);
    else active.push({ name, now, to });
  }
  if (active.length === 0) return { kind: 'withheld', reason: unchanged };
  return {
    kind: 'plan',
    steps: active.map(
      ({ name, now, to }) =>
        `aws lambda update-alias ${aliasInWords(name)}: from ${versionsInWords(now)} to version ${to} with all its traffic`,
    ),
    from: { versions: active.map(({ now }) => versionsInWords(now)) },
    to: { versions: active.map(({ to }) => to) },
    touches: active.map(({ name }) => `lambda/${aliasInWords(name)}`),
    aliases: active.map(({ name }) => name),
  };
}

async function execute(
  state: State,
  planned: LambdaPlan,
  context: StrategyContext,
): Promise<StrategyResult | Withheld> {
  const sentences: string[] = [];
  let isProven = true;
  let notBack: string | undefined;
  for (const [index, name] of planned.aliases.entries()) {
    const moved = await move(state, name, context);
    if (index === 0 && moved.kind === 'withheld') return moved;
    if (index === 0 && moved.kind === 'failed')
      return { outcome: 'failed', detail: asSentence(moved.reason), versionConfirmed: null };
    const words = moved.kind === 'moved' ? moved.words : moved.reason;
    sentences.push(asSentence(words));
    if (moved.kind !== 'moved' || !moved.isThere) isProven = false;
    if (moved.kind !== 'moved' || moved.isOther === true) notBack ??= words;
  }
  return {
    outcome: isProven ? 'verified' : 'triggered',
    detail: sentences.join(' '),
    ...(notBack === undefined ? {} : { notBack }),
    versionConfirmed: isProven,
  };
}

type Moved =
  | CannotAct
  | Withheld
  | {
      readonly kind: 'moved';
      readonly isThere: boolean;
      /** It is seen to be at another version. */
      readonly isOther?: boolean;
      readonly words: string;
    };

/**
 * Moves one alias. The id of its revision is a true lock: a change that somebody else makes in between is refused by Lambda
 * (https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html). The weights of a canary may be shifted while it is judged:
 * then it is tried once more.
 */
async function move(state: State, name: AliasName, context: StrategyContext): Promise<Moved> {
  const { aws, recorded } = state;
  const { signal } = context;
  const words = aliasInWords(name);
  const to = recorded.get(words)?.version ?? '';
  const there = `${words} is at version ${to} with all its traffic`;
  for (let attempt = 1; ; attempt++) {
    const now = await readAlias(aws, name, signal);
    const objection = objectionTo(state, name, now);
    if (objection !== undefined) return { kind: 'withheld', reason: objection };
    if (now === undefined) return { kind: 'failed', reason: `there is no alias ${words}` };
    if (isAt(now, to))
      return {
        kind: 'moved',
        isThere: true,
        words: attempt === 1 ? `${there} again already` : there,
      };
    context.beforeChange();
    state.rollbacks.add(wayBackOf(name, to));
    try {
      await aws.change(['lambda', 'update-alias'], inputFor(name, to, now.revisionId), signal);
      return await proven(state, name, to, signal);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (leavesOpen(error)) return lookFor(state, name, { to, now, error }, signal);
      state.rollbacks.remove(wayBackOf(name, to));
      if (error.reason !== 'conflict' || attempt === 2)
        return { kind: 'failed', reason: error.message };
    }
  }
}

function inputFor({ functionName, alias }: AliasName, to: string, revisionId: string): object {
  return {
    ...{ FunctionName: functionName, Name: alias, FunctionVersion: to, RevisionId: revisionId },
    RoutingConfig: { AdditionalVersionWeights: {} },
  };
}

/** Asked again while there is no answer: the change is made, and it is known only by what is there. */
async function readPatiently(
  { aws, clock }: State,
  name: AliasName,
  signal: AbortSignal,
): Promise<Alias | undefined> {
  for (let look = 1; ; look++) {
    try {
      return await readAlias(aws, name, signal);
    } catch (error) {
      if (!(error instanceof AwsError) || !mayPass(error) || look >= LOOKS) throw error;
      await clock.sleep(LOOK_AGAIN, signal);
    }
  }
}

async function proven(
  state: State,
  name: AliasName,
  to: string,
  signal: AbortSignal,
): Promise<Moved> {
  const words = aliasInWords(name);
  let now: Alias | undefined;
  try {
    now = await readPatiently(state, name, signal);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return {
      ...{ kind: 'moved', isThere: false },
      words: `${words} was moved to version ${to}, and could not be read again: ${error.message}`,
    };
  }
  const isThere = now !== undefined && isAt(now, to);
  return {
    ...{ kind: 'moved', isThere, isOther: !isThere },
    words: isThere
      ? `${words} is at version ${to} with all its traffic`
      : `${words} was moved to version ${to}, and ${whereInWords(now)} now`,
  };
}

function whereInWords(alias: Alias | undefined): string {
  return alias === undefined ? 'is gone' : `is at ${versionsInWords(alias)}`;
}

/** After a change without an answer: what is there tells. */
async function lookFor(
  state: State,
  name: AliasName,
  { to, now, error }: { readonly to: string; readonly now: Alias; readonly error: AwsError },
  signal: AbortSignal,
): Promise<Moved> {
  const { clock } = state;
  for (let look = 1; look <= LOOKS && !signal.aborted; look++) {
    const seen = await readPatiently(state, name, signal);
    if (seen !== undefined && isAt(seen, to)) return proven(state, name, to, signal);
    if (seen?.revisionId !== now.revisionId)
      return {
        ...{ kind: 'moved', isThere: false, isOther: true },
        words: `${error.message}; ${aliasInWords(name)} ${whereInWords(seen)} now`,
      };
    await clock.sleep(LOOK_AGAIN, signal);
  }
  return {
    ...{ kind: 'moved', isThere: false },
    words: `${error.message}; what became of the change of ${aliasInWords(name)} is not known`,
  };
}
