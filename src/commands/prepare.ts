import type { Check } from '../contract/check.js';
import type { Finding } from '../contract/result.js';
import type { ChainLink } from '../contract/strategy.js';
import { lackingStrategy } from '../inputs/configured.js';
import { extensionOf } from '../gate/extension.js';
import { deadline, isCancelled, raceSignal } from '../support/abort.js';
import { messageOf, UsageError, type UsageProblem, withFix } from '../support/errors.js';
import { inPool } from '../support/pool.js';
import { formatDuration } from '../support/text.js';
import { awaitDeploys, buildLinks, captureAll, type Links } from './strategies.js';
import {
  type BaseSession,
  checksOf,
  ofTarget,
  type Session,
  TARGETS_AT_A_TIME,
  type TargetSession,
  targetSessions,
} from './session.js';
import type { Snapshot } from './snapshot-file.js';
import { withMemory } from './was-well.js';
import { own } from '../support/redact.js';

/** A target with all that it is judged and rolled back by. */
export interface PreparedTarget {
  readonly session: TargetSession;
  readonly checks: readonly Check[];
  /** What rolls back; nothing where nothing is to be rolled back. */
  readonly built: Links;
  /** What can tell of the deploy, whether or not it is to roll back. */
  readonly links: readonly ChainLink[];
  readonly wantsRollback: boolean;
  readonly snapshot: Snapshot | undefined;
}

/** A target of which is known whether everything would work, and what ran when the watch began. */
export interface ProvenTarget extends PreparedTarget {
  /** Their subjects are parts of this target: ids of checks and strategies. */
  readonly findings: readonly Finding[];
  /** Why there is nothing to judge, if so; whole sentences. */
  readonly nothingToJudge: string | undefined;
}

/**
 * Makes the checks and strategies of every target. Nothing outside is touched.
 * @throws UsageError when a target has nothing to look at, or nothing to roll back with and is to be rolled back
 */
export async function prepareAll(session: Session): Promise<readonly PreparedTarget[]> {
  const targets = targetSessions(session);
  const snapshot = await recordedSnapshot(session);
  const problems: UsageProblem[] = [];
  const prepared = await Promise.all(
    targets.map(async (target): Promise<PreparedTarget> => {
      const checks = await checksOf(target);
      const isRollbackRequested = wantsRollback(target);
      const built: Links = isRollbackRequested
        ? await buildLinks(target, { snapshot })
        : { links: [], findings: [] };
      problems.push(
        ...ofTarget(target, [
          ...withoutCheck(checks),
          ...(isRollbackRequested ? withoutStrategy(target) : []),
        ]),
      );
      const { links } =
        isRollbackRequested || snapshot === undefined
          ? built
          : await buildLinks(target, { snapshot });
      return {
        session: target,
        checks: withMemory(target, checks, snapshot, links),
        built,
        links,
        wantsRollback: isRollbackRequested,
        snapshot,
      };
    }),
  );
  if (problems.length > 0) throw new UsageError(problems);
  return prepared;
}

function wantsRollback({ settings }: TargetSession): boolean {
  return settings['on-unhealthy'] === 'rollback' || settings['on-inconclusive'] === 'rollback';
}

/**
 * Asks every check and strategy whether it would work, has every strategy look at what runs now, and looks at the hour before the
 * deploy for the limits.
 */
export function proveAll(targets: readonly PreparedTarget[]): Promise<readonly ProvenTarget[]> {
  return inPool(TARGETS_AT_A_TIME, targets, async (target): Promise<ProvenTarget> => {
    const { session, built, snapshot } = target;
    const proving = prove(target);
    const notDeployed = snapshot === undefined ? undefined : await waited(target, await proving);
    const [[preflight, { session: comparedSession, checks }], beginning] = await Promise.all([
      proving,
      captureAll(session, target.wantsRollback ? built.links : target.links.filter(canGoBack)),
    ]);
    const { alreadyRolledBack } = beginning;
    return {
      ...target,
      session: comparedSession,
      checks,
      findings: [
        ...built.findings,
        ...preflight,
        // They speak of a rollback.
        ...(target.wantsRollback ? beginning.findings : []),
      ],
      nothingToJudge:
        notDeployed ??
        (alreadyRolledBack && `Already rolled back: ${alreadyRolledBack} Nothing was watched.`),
    };
  });
}

/** Nothing is to be rolled back: what runs matters only to those that can tell when it is given up. */
function canGoBack({ strategy }: ChainLink): boolean {
  return strategy.kind === 'strategy' && strategy.goneBack !== undefined;
}

/** The limits first: what preflight says of them is said of those in force. */
async function prove(
  target: PreparedTarget,
): Promise<readonly [readonly Finding[], Pick<PreparedTarget, 'session' | 'checks'>]> {
  const compared = await withHourBefore(target);
  const findings = await preflightAll(compared.session, compared.checks, target.built.links);
  compared.print(findings);
  return [findings, compared];
}

/** Waits for what was deployed, unless it is known by now that it could not be watched. */
async function waited(
  { session, checks, links }: PreparedTarget,
  [preflight]: readonly [readonly Finding[], unknown],
): Promise<string | undefined> {
  const ids = new Set(checks.map(({ id }) => id));
  const isStuck = preflight.some(({ level, subject }) => level === 'error' && ids.has(subject));
  return isStuck ? undefined : awaitDeploys(session, links);
}

/** The target with the limits that the hour before its deploy gives. */
async function withHourBefore({ session, checks, links, snapshot }: PreparedTarget): Promise<
  Pick<PreparedTarget, 'session' | 'checks'> & {
    /** Says what became of the limits, after what preflight found. */
    readonly print: (findings: readonly Finding[]) => void;
  }
> {
  // Most runs have no server that could tell.
  if (session.resolution.checks.every(({ before }) => before === undefined))
    return { session, checks, print: () => undefined };
  const { compareBefore, deployTime, printCompared } = await import('./before.js');
  const compared = await compareBefore(session, deployTime(session, snapshot));
  const print = (findings: readonly Finding[]): void => {
    printCompared(compared, { all: false, findings });
  };
  if (compared.session === session) return { session, checks, print };
  const fresh = await checksOf(compared.session);
  return {
    session: compared.session,
    checks: withMemory(compared.session, fresh, snapshot, links),
    print,
  };
}

/** What keeps the gate from doing its work, in one sentence. */
export function obstacle(targets: readonly ProvenTarget[]): string | undefined {
  const toWatch = targets.filter((target) => target.nothingToJudge === undefined);
  const bad = toWatch.filter((target) => {
    const ids = new Set(target.checks.map((check) => check.id));
    return target.findings.some(({ level, subject }) => level === 'error' && ids.has(subject));
  });
  const stuck = toWatch.filter(
    ({ wantsRollback, built, findings }) =>
      wantsRollback && usableStrategies(built.links, findings).length === 0,
  );
  if (bad.length > 0) return `A check${named(bad)} would not work`;
  if (stuck.length > 0) return `No strategy of the rollback chain${named(stuck)} would work`;
  return undefined;
}

function named(targets: readonly ProvenTarget[]): string {
  const several = targets.filter(({ session }) => !session.isOnly);
  return several.length === 0
    ? ''
    : ` of ${several.map(({ session }) => session.target).join(', ')}`;
}

/** One check or strategy must be proven within this time, milliseconds. */
const TIMEOUT = 45_000;

/**
 * Asks every check and every usable strategy whether it would work, side by side.
 * @param isBeforeDeploy what is not there yet may be made by the deploy
 */
export async function preflightAll(
  session: BaseSession,
  checks: readonly Check[],
  links: readonly ChainLink[],
  isBeforeDeploy = false,
): Promise<readonly Finding[]> {
  const strategies = links.flatMap(({ strategy }) => (strategy.kind === 'skip' ? [] : [strategy]));
  const found = await Promise.all(
    [...checks, ...strategies].map((part) => preflightOne(session, part, isBeforeDeploy)),
  );
  return found.flat();
}

async function preflightOne(
  { entry }: BaseSession,
  part: {
    readonly id: string;
    preflight(signal: AbortSignal, isBeforeDeploy: boolean): Promise<readonly Finding[]>;
  },
  isBeforeDeploy: boolean,
): Promise<readonly Finding[]> {
  const limited = deadline(entry.clock, TIMEOUT, `preflight of ${part.id}`, entry.signal);
  try {
    return await raceSignal(part.preflight(limited.signal, isBeforeDeploy), limited.signal);
  } catch (error) {
    if (isCancelled(entry.signal)) throw error;
    return [
      {
        level: 'error',
        subject: part.id,
        message: `it could not be proven to work: ${messageOf(error)}`,
      },
    ];
  } finally {
    limited.clear();
  }
}

/** The strategies that preflight has found nothing against. */
function usableStrategies(
  links: readonly ChainLink[],
  findings: readonly Finding[],
): readonly ChainLink[] {
  const broken = new Set(findings.filter((f) => f.level === 'error').map((f) => f.subject));
  return links.filter(({ id, strategy }) => strategy.kind !== 'skip' && !broken.has(id));
}

export function findingInWords(finding: Finding): string {
  return `${finding.subject}: ${withFix(finding)}`;
}

/** What preflight found, worst first; nothing at all when it found nothing. */
export function printFindings(
  { console }: Pick<BaseSession, 'console'>,
  findings: readonly Finding[],
  title = 'Rollgate preflight',
): void {
  for (const level of ['error', 'warning', 'notice'] as const)
    for (const finding of findings.filter((f) => f.level === level))
      if (level === 'notice') console.line(own`note: ${own(finding.subject)}: ${withFix(finding)}`);
      else console.annotate(level, title, own`${own(finding.subject)}: ${withFix(finding)}`);
}

export function planInWords(settings: BaseSession['settings']): string {
  const warmUp =
    settings['warm-up'] > 0 ? `${formatDuration(settings['warm-up'])} of warm-up and ` : '';
  const extension = extensionOf(settings);
  const more =
    extension > 0 ? `; up to ${formatDuration(extension)} more if the end is in doubt` : '';
  return `${warmUp}${formatDuration(settings.duration)}, checked every ${formatDuration(settings.interval)}${more}`;
}

/** The snapshot of this run, if there is one. That one of another run is not used is said loudly. */
export async function recordedSnapshot(session: Session): Promise<Snapshot | undefined> {
  const { entry, settings, info, console, notices } = session;
  const path = settings['snapshot-file'];
  let found: { readonly snapshot?: Snapshot; readonly notice?: string };
  try {
    const text = entry.files.read(path);
    if (text === undefined) return undefined;
    const { readSnapshot } = await import('./snapshot-file.js');
    found = readSnapshot(text, path, {
      ...info,
      machine: entry.machine,
      now: entry.clock.now(),
      deployedWithin: settings['deployed-within'],
    });
  } catch (error) {
    found = (await import('./snapshot-file.js')).unreadable(path, error);
  }
  const { snapshot, notice } = found;
  if (notice !== undefined) {
    notices.push(notice);
    console.annotate('warning', 'Rollgate snapshot', notice);
  }
  return snapshot;
}

/** Something must be looked at. */
export function withoutCheck(checks: readonly unknown[]): readonly UsageProblem[] {
  if (checks.length > 0) return [];
  return [
    {
      subject: 'checks',
      message: 'there is nothing to check',
      fix: 'set `url` (and `health-url`), `prometheus-url` with its selectors, `kubernetes-health`, `compose-health`, `ecs-health` or `test-command`, or write `checks` into the configuration file, and leave at least one of the checks on',
    },
  ];
}

/** Something must be there to roll back with. */
export function withoutStrategy({ resolution }: TargetSession): readonly UsageProblem[] {
  const problem = lackingStrategy(resolution);
  return problem === undefined ? [] : [{ subject: 'rollback', ...problem }];
}
