import type { MetricCheck } from '../contract/check.js';
import { extensionOf } from '../gate/extension.js';
import { eventsOfPast, momentsOf, replay as judgeAgain } from '../gate/replay.js';
import { limitInWords } from '../gate/words.js';
import { exitCodes } from '../contract/outcome.js';
import { parseTime, printTime } from '../support/values/time.js';
import { deployLines, deployTable, type JudgedDeploy } from '../report/deploys.js';
import { isCancelled } from '../support/abort.js';
import { messageOf, UsageError, type UsageProblem } from '../support/errors.js';
import { planInWords } from './prepare.js';
import { checksOf, ofTarget, type Session, type TargetSession, targetSessions } from './session.js';
import { watchPlanOf } from './watch.js';
import { withHeartbeat } from './console.js';
import type { RecordedEvent } from '../contract/replay.js';
import { own } from '../support/redact.js';

/**
 * Judges past deploys by the history that a Prometheus server has of them, with the limits and the windows of the
 * configured watch. Touches nothing, and writes no report.
 */
export async function replayHistory(session: Session, words: readonly string[]): Promise<number> {
  const { console, entry } = session;
  const problems: UsageProblem[] = [...session.problems];
  const times = timesOf(session, words, problems);
  const targets = targetSessions(session);
  const incomplete = await Promise.all(targets.map(withoutHistory));
  problems.push(...incomplete.flat());
  if (problems.length > 0) throw new UsageError(problems);

  for (const target of targets) for (const line of await headOf(target)) target.console.line(line);
  const deploys: JudgedDeploy[] = [];
  const judgeAll = async (): Promise<void> => {
    for (const began of times)
      for (const target of targets) {
        const outcome = isGivenUp(deploys) ? notAsked : await judge(target, began);
        const name = target.isOnly ? {} : { target: target.target };
        deploys.push({ at: printTime(began), ...name, outcome });
      }
  };
  try {
    await withHeartbeat({ clock: entry.clock, console }, 'reading the history', judgeAll);
  } catch (error) {
    if (!isCancelled(entry.signal)) throw error;
    console.line(own`${messageOf(error)}: what follows is all that is known`);
  }
  const [only, ...others] = deploys;
  const lines =
    only !== undefined && others.length === 0 ? deployLines(only) : deployTable(deploys);
  for (const line of lines) console.line(line);
  if (isCancelled(entry.signal)) return exitCodes.cancelled;
  return deploys.every(hasFailed) ? exitCodes.usage : exitCodes.healthy;
}

/** A server that failed so often in a row is not asked for more. */
const FAILURES = 3;

const notAsked: JudgedDeploy['outcome'] = {
  kind: 'not-judged',
  why: 'not asked, after the server had failed three times in a row',
  failed: true,
};

function isGivenUp(deploys: readonly JudgedDeploy[]): boolean {
  return deploys.length >= FAILURES && deploys.slice(-FAILURES).every(hasFailed);
}

function hasFailed({ outcome }: JudgedDeploy): boolean {
  return outcome.kind === 'not-judged' && outcome.failed === true;
}

/** `--at`, and the words after it: `--at A B C`. */
function timesOf(
  { settings }: Session,
  words: readonly string[],
  problems: UsageProblem[],
): readonly number[] {
  const times = [...(settings.at ?? [])];
  for (const word of words.flatMap((each) => each.split(',')).filter((each) => each !== '')) {
    const parsed = parseTime(word);
    if (parsed.ok) times.push(parsed.value);
    else problems.push({ subject: 'at', ...parsed.problem });
  }
  if (times.length === 0 && problems.every(({ subject }) => subject !== 'at'))
    problems.push({
      subject: 'at',
      message: 'no deploy is named',
      fix: 'say when the deploys were: `--at 2026-11-24T09:12:00Z`',
    });
  return [...new Set(times)];
}

async function withoutHistory(session: TargetSession): Promise<readonly UsageProblem[]> {
  if ((await pastChecks(session)).length > 0) return [];
  return ofTarget(session, [
    {
      subject: 'prometheus',
      message: 'there is no check whose history could be asked for',
      fix: 'set `prometheus-url`, and `prometheus-total` and `prometheus-errors` or another of its inputs',
    },
  ]);
}

/** How it is judged, and what of the watch is not in the history. */
async function headOf(session: TargetSession): Promise<readonly string[]> {
  const checks = await pastChecks(session);
  const others = (await checksOf(session)).filter(({ source }) => source !== 'prometheus');
  return [
    `each deploy: ${planInWords(session.settings)}`,
    `limits: ${checks.map(({ id, limit }) => `${id} ${limitInWords(limit)}`).join('; ')}${isCompared(session) ? ', and what the hour before each deploy gives' : ''}`,
    ...(others.length === 0
      ? []
      : [
          `note: a live watch also checks ${others.map(({ id }) => id).join(', ')}; the history does not have that`,
        ]),
  ];
}

function isCompared({ resolution }: TargetSession): boolean {
  return resolution.checks.some(
    ({ source, before }) => source === 'prometheus' && before !== undefined,
  );
}

/** The checks of the `prometheus` source: nothing else can be asked about the past. */
async function pastChecks(session: TargetSession): Promise<readonly MetricCheck[]> {
  const checks = await checksOf(session);
  return checks.flatMap((check) =>
    check.source === 'prometheus' && check.kind !== 'health' ? [check] : [],
  );
}

async function judge(asSet: TargetSession, began: number): Promise<JudgedDeploy['outcome']> {
  const { entry, settings } = asSet;
  const plan = watchPlanOf(asSet);
  const end = plan.warmUp + plan.duration;
  const until = entry.clock.now() - began;
  if (until <= 0) return { kind: 'not-judged', why: 'it lies in the future' };

  const { compareBefore, deployTimeOfPast } = await import('./before.js');
  const { session } = await compareBefore(asSet, deployTimeOfPast(began));
  const { createHistory } = await import('../sources/prometheus/history.js');
  const history = createHistory({
    http: session.http(),
    clock: entry.clock,
    signal: entry.signal,
    random: entry.random,
    began,
    moments: momentsOf(plan).filter((moment) => moment <= until),
  });
  const checks = await pastChecks({
    ...session,
    http: () => history.http,
    entry: { ...entry, clock: history.clock },
  });
  const events = await eventsOfPast(plan, checks, until, history.moveTo, entry.signal);
  const failure = failureIn(events);
  if (failure !== undefined) return { kind: 'not-judged', why: failure, failed: true };
  if (isEmpty(events) && (await history.hasAnything()) === false)
    return {
      kind: 'not-judged',
      why: 'the server has nothing of that time: it does not keep it so long, or did not run then',
    };
  const replayed = judgeAgain(plan, checks, events);
  if (replayed.judgement === null)
    return {
      kind: 'not-over',
      until: replayed.endsAt,
      // Of a watch that is past its planned end the rest is not there yet that it would have gone on for.
      endsAt: printTime(began + end + (until < end ? 0 : extensionOf(plan))),
    };
  return {
    kind: 'judged',
    replayed,
    rollsBackDoubt: settings['on-inconclusive'] === 'rollback',
  };
}

/** That the server fails now says nothing about the deploy then. */
function failureIn(events: readonly RecordedEvent[]): string | undefined {
  for (const { event } of events)
    if (
      event.type === 'observation' &&
      event.observation.kind === 'none' &&
      event.observation.why === 'provider-error'
    )
      return event.observation.detail ?? 'the server cannot be asked';
  return undefined;
}

function isEmpty(events: readonly RecordedEvent[]): boolean {
  return events.every(
    ({ event }) =>
      event.type !== 'observation' ||
      (event.observation.kind === 'none' && event.observation.why === 'no-data'),
  );
}
