import { extensionOf } from './extension.js';
import { createJudge, type Judge } from './judge.js';
import type {
  EvaluatedCheck,
  Judgement,
  MetricCheck,
  WatchEvent,
  WatchPlan,
  Window,
} from '../contract/check.js';
import type { RecordedEvent, Replayed } from '../contract/replay.js';
import { createLateness } from './lateness.js';
import { windowsBetween, windowsOf } from './watch.js';

/**
 * Judges again what a watch recorded. With the plan and the checks of the recording it comes to the judgement of the
 * live watch, in the same moment; with others it says what would have been.
 *
 * @param checks those of the recording, or some of them; what was recorded of others counts for nothing
 * @param live `wasCut`: the live watch ended without a verdict, so that its recording may end while it went on
 */
export function replay(
  plan: WatchPlan,
  checks: readonly EvaluatedCheck[],
  events: readonly RecordedEvent[],
  { wasCut = false }: { readonly wasCut?: boolean } = {},
): Replayed {
  const mayGoOn = wasCut || hasMoreThanTheEnd(events);
  const judge = createJudge(mayGoOn ? plan : { ...plan, extend: false }, checks);
  return { ...judgedBy(judge, plan, events), results: judge.results() };
}

function judgedBy(
  judge: Judge,
  plan: WatchPlan,
  events: readonly RecordedEvent[],
): Omit<Replayed, 'results'> {
  let judgement: Judgement | null = null;
  let decidedAt: number | null = null;
  let endsAt = 0;
  for (const { at, event } of events) {
    const moment = at ?? Math.max(endsAt, momentOf(event, plan));
    // What the other checks saw in the moment of the judgement belongs to it, as in the live watch.
    if (decidedAt === null || moment <= decidedAt) {
      const found = judge.push(event);
      if (found !== undefined) {
        judgement = found;
        decidedAt = moment;
      }
    }
    endsAt = Math.max(endsAt, moment);
  }
  const { extension } = judge;
  return { judgement, decidedAt, endsAt, ...(extension === undefined ? {} : { extension }) };
}

/** A watch that was over at its planned end cannot go on afterwards, whatever the judge would wish now. */
function hasMoreThanTheEnd(events: readonly RecordedEvent[]): boolean {
  const end = events.findIndex(({ event }) => event.type === 'deadline');
  if (end < 0) return true;
  const at = events[end]?.at;
  return events
    .slice(end + 1)
    .some((later) => at === undefined || later.at === undefined || later.at > at);
}

/** When the judge knew at the earliest. */
function momentOf(event: WatchEvent, plan: WatchPlan): number {
  switch (event.type) {
    case 'observation':
      return event.window.to;
    case 'look':
      return event.at;
    case 'deadline':
      return plan.warmUp + plan.duration;
  }
}

/** When the checks of a watch observe: before its first window, and at the end of each, also of those that it may be extended by. */
export function momentsOf(plan: WatchPlan): number[] {
  const end = plan.warmUp + plan.duration;
  const windows = [
    ...windowsOf(plan),
    ...windowsBetween(end, end + extensionOf(plan), plan.interval),
  ];
  return [0, ...windows.map(({ to }) => to)];
}

/**
 * What a watch in the past would have told the judge.
 *
 * @param until how much of it lies in the past, milliseconds since its start. What follows is not there yet, and neither is
 * the end of the watch.
 * @param moveTo takes the checks to a moment; resolves when they have done what they begin there.
 */
export async function eventsOfPast(
  plan: WatchPlan,
  checks: readonly MetricCheck[],
  until: number,
  moveTo: (moment: number) => Promise<void>,
  signal: AbortSignal,
): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  const end = plan.warmUp + plan.duration;
  const past: Past = { plan, checks, until, moveTo, signal, events, observedUntil: 0 };
  for (const check of checks) check.start(0, plan.warmUp);
  try {
    await moveTo(0);
    const at = await observeTo(past, windowsOf(plan), end);
    if (at === undefined) return events;
    events.push({ at, event: { type: 'deadline' } });
    const { extension } = judgedBy(createJudge(plan, checks), plan, events);
    if (extension === undefined) return events;
    const last = end + extension.by;
    const atLast =
      last > until
        ? undefined
        : await observeTo(past, windowsBetween(end, last, plan.interval), last);
    // What the end in doubt comes to is not there yet.
    if (atLast === undefined) return events.filter(({ event }) => event.type !== 'deadline');
    return [...events, { at: atLast, event: { type: 'deadline' } }];
  } finally {
    await Promise.all(checks.map(async (check) => check.stop()));
  }
}

/** A watch in the past, as far as it is told. */
interface Past {
  readonly plan: WatchPlan;
  readonly checks: readonly MetricCheck[];
  readonly until: number;
  readonly moveTo: (moment: number) => Promise<void>;
  readonly signal: AbortSignal;
  readonly events: RecordedEvent[];
  observedUntil: number;
}

/**
 * Observes all checks to an end, and as far beyond it as samples are on their way. Returns when that was; `undefined`: it is not
 * over.
 */
async function observeTo(
  past: Past,
  windows: Iterable<Window>,
  end: number,
): Promise<number | undefined> {
  const { plan, checks, until, moveTo, signal, events } = past;
  const all = checks.map((check) => ({
    check,
    lateness: createLateness({ ...plan, duration: end - plan.warmUp }),
  }));
  const observe = async (those: typeof all, window: Window): Promise<void> => {
    await moveTo(window.to);
    past.observedUntil = window.to;
    for (const { check, lateness } of those) {
      const observation = await check.observe(window, signal);
      lateness.push(window, observation);
      const event = { type: 'observation', check: check.id, window, observation } as const;
      events.push({ at: window.to, event });
    }
  };
  for (const { from, to } of windows) {
    if (to > until) return undefined;
    if (to > past.observedUntil)
      await observe(all, { from: Math.max(from, past.observedUntil), to });
  }
  for (let at = end; ;) {
    const late = all.flatMap((one) => {
      const window = one.lateness.next(one.check.lag?.());
      return window === undefined ? [] : [{ one, window }];
    });
    const window = late[0]?.window;
    if (window === undefined || window.to > until) return at;
    at = window.to;
    await observe(
      late.map(({ one }) => one),
      window,
    );
  }
}
