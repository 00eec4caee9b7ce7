import { Cancelled, deadline, isCancelled, lastingSignal, raceSignal } from '../support/abort.js';
import type { Clock } from '../support/clock.js';
import { messageOf } from '../support/errors.js';
import { asSentence, formatDuration, oneLine } from '../support/text.js';
import type {
  ChainLink,
  Confirmation,
  Plan,
  RollbackReport,
  RollbackRequest,
  RollbackStatus,
  Strategy,
  Attempt,
  SourceApplied,
  StrategyResult,
  Withheld,
} from '../contract/strategy.js';
import { own, type OwnText } from '../support/redact.js';

/** A strategy gets at least this long, while there is that much left, milliseconds. */
const LEAST_STRATEGY_TIME = 60_000;
/** A strategy that is asked to give up has this long to clean up and to say what is left, milliseconds. */
const GIVE_UP_GRACE = 15_000;
/** For asking which controllers own the workloads, milliseconds. */
const OWNER_TIME = 45_000;
/** The same when we are being stopped: the CI system kills us soon, milliseconds. */
const CANCEL_GRACE = 2_000;

export interface ChainOptions {
  /** In the order in which they are tried. */
  readonly links: readonly ChainLink[];
  readonly request: RollbackRequest;
  /** For the whole chain, without the confirmation; milliseconds. */
  readonly timeout: number;
  /** Plan only: say what would be done, do nothing. */
  readonly dryRun: boolean;
  readonly clock: Clock;
  /** Aborted with `Cancelled` when no strategy may be begun any more. */
  readonly signal: AbortSignal;
  /** Runs the failed checks again; `undefined`: there is nothing to check. */
  readonly confirm: ((signal: AbortSignal) => Promise<Confirmation>) | undefined;
  /** Something of it had failed before. Only then does it prove a change that proves nothing by itself. */
  readonly isRecovery: boolean;
  /** One line for the log. */
  progress(line: string | OwnText): void;
  /** Something that a strategy wants to be done when the report is written. */
  lastOfAll(act: (signal: AbortSignal) => Promise<string>): void;
}

/** Something was changed: from here on only a strategy that touches nothing of it may act. */
interface Stop {
  readonly status: RollbackStatus;
  readonly detail: string;
  readonly versionConfirmed: boolean | null;
  readonly healthConfirmed: boolean | null;
}

/**
 * Tries the strategies in order until one has changed something, and then checks whether that helped. When a strategy
 * fails before it changed anything, the next one is tried; once one may have changed something, no other may follow.
 */
export async function runChain(options: ChainOptions): Promise<RollbackReport> {
  const { clock, signal } = options;
  const began = clock.monotonic();
  const links = await goneBackFirst(options, await sourceFirst(options));
  const chain: Chain = {
    options,
    began,
    attempts: [],
    touched: new Set(),
    stop: undefined,
  };
  for (const [index, link] of links.entries()) {
    if (isCancelled(signal)) break;
    if (chain.stop !== undefined && link.id !== 'scale-down') continue;
    if (link.strategy.kind === 'skip') {
      note(chain, link.id, 'skipped', link.strategy.reason);
      continue;
    }
    const left = options.timeout - (clock.monotonic() - chain.began);
    if (left <= 0) {
      const whole = formatDuration(options.timeout);
      note(chain, link.id, 'skipped', `no time left of the ${whole} for the whole chain`);
      continue;
    }
    const isLast = links.slice(index + 1).every((later) => later.strategy.kind === 'skip');
    const budget = isLast ? left : Math.min(left, Math.max(left / 2, LEAST_STRATEGY_TIME));
    const limited = deadline(clock, budget, link.id, signal);
    try {
      const end = clock.monotonic() + budget;
      const final = await tryStrategy(chain, link, link.strategy, { signal: limited.signal, end });
      if (final !== undefined) return reportOf(chain, final);
    } finally {
      limited.clear();
    }
  }
  return reportOf(chain, chain.stop ?? nothingActed(chain));
}

/** A chain on its way. */
interface Chain {
  readonly options: ChainOptions;
  /** Monotonic, milliseconds. */
  readonly began: number;
  readonly attempts: Attempt[];
  /** The workloads that a strategy has changed. */
  readonly touched: Set<string>;
  /** What became of the first strategy that may have changed something. */
  stop: Stop | undefined;
}

function reportOf({ options, began, attempts }: Chain, outcome: Stop): RollbackReport {
  return { ...outcome, seconds: (options.clock.monotonic() - began) / 1000, attempts };
}

function note(
  { options, attempts }: Chain,
  id: Attempt['id'],
  outcome: Attempt['outcome'],
  reason: string,
): void {
  const detail = oneLine(reason, LONGEST);
  attempts.push({ id, outcome, detail, from: {}, to: {}, url: null, runId: null, seconds: 0 });
  options.progress(own`${own(id)}: ${own(outcome)}: ${detail}`);
}

/** What a strategy says may quote others at any length; a plan that is not carried out has many steps. */
const LONGEST = 4000;

/** @returns how the whole chain ends, when it ends with this strategy */
async function tryStrategy(
  chain: Chain,
  link: ChainLink,
  strategy: Strategy,
  limit: { readonly signal: AbortSignal; readonly end: number },
): Promise<Stop | undefined> {
  const { options, touched, stop } = chain;
  // What a strategy of ours has changed looks like somebody else's deploy to the others.
  const observers = stop === undefined ? options.links : [link];
  const objection = await firstObjection(observers, limit.signal);
  if (objection !== undefined) {
    options.progress(own`withheld: ${objection}`);
    return stop ?? withheld(objection);
  }
  const plan = await planOf(strategy, options.request, limit.signal);
  if (plan.kind === 'withheld') {
    options.progress(own`withheld: ${plan.reason}`);
    return stop ?? withheld(plan.reason);
  }
  if (plan.kind !== 'plan') {
    note(chain, link.id, plan.kind === 'skip' ? 'skipped' : 'failed', plan.reason);
    return undefined;
  }
  if (stop !== undefined && (plan.touches ?? []).some((thing) => touched.has(thing))) {
    note(chain, link.id, 'skipped', 'an earlier strategy has already touched this workload');
    return undefined;
  }
  if (options.dryRun) {
    note(chain, link.id, 'skipped', `dry run; it would have done this: ${plan.steps.join('; ')}`);
    return withheld('dry run');
  }
  const { result: given, seconds } = await execute(strategy, plan, options, limit);
  if (isWithheld(given)) {
    note(chain, link.id, 'failed', `withheld: ${given.reason}`);
    return stop ?? withheld(given.reason);
  }
  const proof = given.outcome === 'failed' ? {} : await proofOf(strategy, given, chain);
  // What a strategy has seen itself its own detail tells.
  const said = given.notBack === undefined ? (proof.undoneBy ?? proof.words) : undefined;
  const result: StrategyResult = {
    ...given,
    outcome: proof.outcome ?? given.outcome,
    detail: oneLine(
      said === undefined ? given.detail : `${given.detail} ${asSentence(said)}`,
      LONGEST,
    ),
  };
  chain.attempts.push({
    id: link.id,
    outcome: result.outcome,
    detail: result.detail,
    from: plan.from ?? {},
    to: plan.to ?? {},
    url: result.url ?? null,
    runId: result.runId ?? null,
    seconds,
  });
  options.progress(own`${own(link.id)}: ${own(result.outcome)}: ${result.detail}`);
  if (result.outcome === 'failed') return undefined;
  for (const thing of plan.touches ?? []) touched.add(thing);
  const next = await conclude(result, proof.undoneBy, strategy, options);
  if (next.status === 'verified') return next;
  chain.stop ??= next;
  return undefined;
}

function nothingActed({ options: { signal }, attempts }: Chain): Stop {
  if (signal.aborted) {
    const by = signal.reason instanceof Cancelled ? signal.reason.by : 'the caller';
    return {
      ...nothingDone,
      status: 'unverified',
      detail: `cancelled by ${by} before anything was rolled back`,
    };
  }
  const why = attempts.map(({ id, detail }) => `${id}: ${detail}`).join('; ');
  return { ...nothingDone, status: 'failed', detail: `no strategy could act (${why})` };
}

const nothingDone = { versionConfirmed: null, healthConfirmed: null } as const;

function isWithheld(result: StrategyResult | Withheld): result is Withheld {
  return 'kind' in result;
}

function withheld(reason: string): Stop {
  return { ...nothingDone, status: 'withheld', detail: oneLine(reason, LONGEST) };
}

/**
 * Whether what runs now is still what was judged, asked of every strategy that can see it. A strategy that cannot tell has no
 * objection: its own plan comes with a precondition of its own.
 */
async function firstObjection(
  links: readonly ChainLink[],
  signal: AbortSignal,
): Promise<string | undefined> {
  for (const { strategy } of links) {
    if (strategy.kind === 'skip' || strategy.assertUnchanged === undefined) continue;
    try {
      const objection = await raceSignal(strategy.assertUnchanged(signal), signal);
      if (objection !== undefined) return objection.reason;
    } catch {
      continue;
    }
  }
  return undefined;
}

async function planOf(
  strategy: Strategy,
  request: RollbackRequest,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<Strategy['plan']>>> {
  try {
    return await raceSignal(strategy.plan(request, signal), signal);
  } catch (error) {
    return { kind: 'failed', reason: messageOf(error) };
  }
}

async function execute(
  strategy: Strategy,
  plan: Plan,
  options: ChainOptions,
  { signal, end }: { readonly signal: AbortSignal; readonly end: number },
): Promise<{ result: StrategyResult | Withheld; seconds: number }> {
  const { clock } = options;
  const began = clock.monotonic();
  const acted = { changed: false as boolean };
  // Right before the first change: a change that is refused before this was never made.
  const announce = (): void => {
    for (const step of plan.steps) options.progress(own`${own(strategy.id)}: ${step}`);
  };
  let run: { readonly url?: string; readonly runId?: string } = {};
  const work = strategy.execute(plan, {
    request: options.request,
    signal,
    timeLeft: () => Math.max(0, end - clock.monotonic()),
    beforeChange: () => {
      // The signal may have come while the strategy was still reading: what has not begun by then is not begun.
      signal.throwIfAborted();
      if (!acted.changed) announce();
      acted.changed = true;
    },
    progress: (line) => {
      options.progress(line);
    },
    started: (started) => {
      run = started;
    },
    lastOfAll: (act) => {
      options.lastOfAll(act);
    },
  });
  const grace = lastingSignal(signal, clock, GIVE_UP_GRACE, CANCEL_GRACE);
  let result: StrategyResult | Withheld;
  try {
    result = { ...run, ...(await raceSignal(work, grace.signal)) };
  } catch (error) {
    result = {
      ...run,
      outcome: acted.changed ? 'triggered' : 'failed',
      detail: acted.changed
        ? `${messageOf(error)}: it had begun to act, and what became of it is unknown`
        : messageOf(error),
      versionConfirmed: null,
    };
  } finally {
    grace.clear();
  }
  // A strategy that said nothing of its own about a run that exists must not hide it.
  return { result: { ...run, ...result }, seconds: (clock.monotonic() - began) / 1000 };
}

/** Strategies that change the source go first when a controller owns the workloads: it would undo any other change. */
async function sourceFirst(options: ChainOptions): Promise<readonly ChainLink[]> {
  const { links, clock, signal } = options;
  const changesSource = ({ strategy }: ChainLink): boolean =>
    strategy.kind === 'strategy' && strategy.changesSource === true;
  const first = links.filter(changesSource);
  if (first.length === 0) return links;
  const limited = deadline(
    clock,
    OWNER_TIME,
    'looking for the controllers that own the workloads',
    signal,
  );
  try {
    for (const { strategy } of links) {
      if (strategy.kind === 'skip' || strategy.revertedBy === undefined) continue;
      const owner = await raceSignal(strategy.revertedBy(limited.signal), limited.signal);
      if (owner === undefined) continue;
      options.progress(own`${owner}, so ${own(first.map(({ id }) => id).join(', '))} goes first`);
      return [...first, ...links.filter((link) => !first.includes(link))];
    }
  } catch {
    return links;
  } finally {
    limited.clear();
  }
  return links;
}

/** What has gone back by itself goes first: nothing is to be started beside it. */
async function goneBackFirst(
  { clock, signal }: ChainOptions,
  links: readonly ChainLink[],
): Promise<readonly ChainLink[]> {
  const [first] = links;
  // Git still says what the platform has given up.
  if (first?.strategy.kind === 'strategy' && first.strategy.changesSource === true) return links;
  const limited = deadline(clock, OWNER_TIME, 'looking for what has gone back', signal);
  try {
    for (const link of links) {
      if (link.strategy.kind === 'skip' || link.strategy.goneBack === undefined) continue;
      // One that cannot tell finds out for itself.
      const gone = await raceSignal(link.strategy.goneBack(limited.signal), limited.signal).catch(
        () => undefined,
      );
      if (gone !== undefined) return [link, ...links.filter((one) => one !== link)];
    }
  } finally {
    limited.clear();
  }
  return links;
}

/** What the controllers say about a change, besides what its strategy says. */
interface Proof {
  /** Replaces the outcome that the strategy reports. */
  readonly outcome?: StrategyResult['outcome'];
  /** Which controller undoes it, or why it has not been applied yet. */
  readonly undoneBy?: string;
  readonly words?: string;
}

/** A change of the source counts only once the controllers have applied it; any other change only if none of them undoes it. */
async function proofOf(
  strategy: Strategy,
  { outcome, revision, notBack }: StrategyResult,
  { options, began }: Chain,
): Promise<Proof> {
  if (notBack !== undefined) return { undoneBy: notBack, outcome: 'triggered' };
  if (strategy.changesSource !== true) {
    const who = await undone(options);
    return who === undefined
      ? {}
      : { undoneBy: who, outcome: outcome === 'verified' ? 'triggered' : outcome };
  }
  const end = began + options.timeout;
  const applied = await appliedBy(revision, end - options.clock.monotonic(), options);
  const lacking = applied.find(({ isApplied }) => !isApplied);
  if (lacking !== undefined) return { undoneBy: lacking.words, outcome: 'triggered' };
  const [first] = applied;
  return first === undefined ? {} : { words: first.words, outcome: 'verified' };
}

/** Asks every strategy that can tell. One that cannot be asked does not prove that nobody undoes the change. */
async function undone({ links, clock, signal }: ChainOptions): Promise<string | undefined> {
  const limited = deadline(
    clock,
    OWNER_TIME,
    'looking for the controllers that own the workloads',
    signal,
  );
  try {
    for (const { strategy } of links) {
      if (strategy.kind === 'skip' || strategy.undoneBy === undefined) continue;
      const who = await strategy.undoneBy(limited.signal);
      if (who !== undefined) return who;
    }
    return undefined;
  } catch (error) {
    return `it is not known whether a controller undoes it: ${messageOf(error)}`;
  } finally {
    limited.clear();
  }
}

/** @param left of the time for the whole chain, milliseconds; each has some */
async function appliedBy(
  revision: string | undefined,
  left: number,
  { links, clock, signal }: ChainOptions,
): Promise<readonly SourceApplied[]> {
  const time = Math.max(left, OWNER_TIME);
  const limited = deadline(
    clock,
    time,
    'waiting for the controllers that own the workloads',
    signal,
  );
  try {
    const all = await Promise.all(
      links.map(async ({ strategy }) =>
        strategy.kind === 'skip' ? undefined : strategy.sourceApplied?.(revision, limited.signal),
      ),
    );
    return all.flatMap((one) => one ?? []);
  } catch (error) {
    return [
      { isApplied: false, words: `it is not known what has been applied: ${messageOf(error)}` },
    ];
  } finally {
    limited.clear();
  }
}

/** What a strategy that changed something has led to, by the table of the chain. */
async function conclude(
  result: StrategyResult,
  who: string | undefined,
  { changesSource = false }: Pick<Strategy, 'changesSource'>,
  options: ChainOptions,
): Promise<Stop> {
  const seen = await confirmed(result, options);
  // An owner may have acted while it was confirmed.
  const undoes = changesSource || who === undefined ? who : ((await undone(options)) ?? who);
  if (undoes === undefined || isCancelled(options.signal)) return seen;
  return {
    ...seen,
    status: 'unverified',
    detail:
      seen.status === 'verified' ? `${seen.detail}, but ${undoes}` : `${undoes}; ${seen.detail}`,
    versionConfirmed: seen.versionConfirmed === true ? false : seen.versionConfirmed,
  };
}

async function confirmed(result: StrategyResult, options: ChainOptions): Promise<Stop> {
  const { versionConfirmed } = result;
  const proven = result.outcome === 'verified';
  if (isCancelled(options.signal))
    return {
      status: 'unverified',
      detail: 'cancelled before it could be confirmed',
      versionConfirmed,
      healthConfirmed: null,
    };
  if (options.confirm === undefined)
    return {
      status: proven ? 'verified' : 'unverified',
      detail: proven
        ? 'no check is configured: the strategy itself says that it is done, nothing was checked again'
        : 'no check is configured, and the strategy cannot prove that it is done',
      versionConfirmed,
      healthConfirmed: null,
    };
  let seen: Confirmation;
  try {
    seen = await options.confirm(options.signal);
  } catch (error) {
    seen = { confirmed: false, healthConfirmed: null, detail: messageOf(error) };
  }
  const { healthConfirmed } = seen;
  if (seen.confirmed && (proven || options.isRecovery))
    return { status: 'verified', detail: seen.detail, versionConfirmed, healthConfirmed };
  if (seen.confirmed)
    return {
      status: 'unverified',
      detail: `${seen.detail}, but none was seen to fail before: that does not prove the rollback`,
      versionConfirmed,
      healthConfirmed,
    };
  if (isCancelled(options.signal))
    return {
      status: 'unverified',
      detail: 'cancelled before it could be confirmed',
      versionConfirmed,
      healthConfirmed: null,
    };
  return {
    status: proven ? 'still-unhealthy' : 'unverified',
    detail: seen.detail,
    versionConfirmed,
    healthConfirmed,
  };
}
