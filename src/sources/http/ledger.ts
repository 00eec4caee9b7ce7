import type { Window } from '../../contract/check.js';
import { NoLongerNeeded } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import type { ProbedUrl } from './probed-url.js';
import { createSchedule, runProber, type ProbeResult, type Schedule } from './prober.js';

interface Question {
  readonly asker: string;
  /** Numbers of the first probe of the window, and of the first one after it. */
  readonly from: number;
  readonly to: number;
  /** Probes of the window that are not settled. */
  open: number;
  readonly answer: (results: readonly ProbeResult[]) => void;
}

/**
 * What became of the probes of one URL. A probe belongs to the window in which it was due, so that a watch judges
 * exactly rate × duration of them; several checks ask about the same ones, each window by window, in order. What no
 * check can ask about any more is forgotten.
 */
export class Ledger {
  /** Result of probe `first + i`; a hole while it is not settled. */
  private results: (ProbeResult | undefined)[] = [];
  private first = 0;
  /** Per asker the first probe that it has not asked about yet. */
  private readonly askers = new Map<string, number>();
  private questions: Question[] = [];

  constructor(private readonly schedule: Schedule) {}

  /** From now on keeps what `asker` has not asked about. */
  join(asker: string): void {
    this.askers.set(asker, 0);
  }

  /** No longer keeps anything for `asker`; what it still waits for is answered with what there is. */
  leave(asker: string): void {
    this.askers.delete(asker);
    const [left, others] = partition(this.questions, (question) => question.asker === asker);
    this.questions = others;
    for (const question of left) this.answer(question);
    this.forget();
  }

  settle(probe: number, result: ProbeResult): void {
    if (probe < this.first) return;
    this.results[probe - this.first] = result;
    for (const question of this.questions) {
      if (question.from <= probe && probe < question.to) question.open -= 1;
    }
    if (!this.questions.some((question) => question.open === 0)) return;
    const [done, waiting] = partition(this.questions, (question) => question.open === 0);
    this.questions = waiting;
    for (const question of done) this.answer(question);
    this.forget();
  }

  /** Resolves with the results of the probes due in the window, when all of them are settled. */
  settled(asker: string, window: Window): Promise<readonly ProbeResult[]> {
    const from = this.schedule.firstAt(window.from);
    const to = this.schedule.firstAt(window.to);
    this.askers.set(asker, to);
    return new Promise((resolve) => {
      const question = { asker, from, to, open: to - from, answer: resolve };
      question.open -= this.between(from, to).length;
      if (question.open > 0) {
        this.questions.push(question);
        return;
      }
      this.answer(question);
      this.forget();
    });
  }

  /** How many probes are remembered: bounded by what the askers have not asked about yet. */
  get size(): number {
    return this.results.length;
  }

  private answer(question: Question): void {
    question.answer(this.between(question.from, question.to));
  }

  private between(from: number, to: number): ProbeResult[] {
    return this.results
      .slice(Math.max(0, from - this.first), Math.max(0, to - this.first))
      .filter((result) => result !== undefined);
  }

  private forget(): void {
    const needed = [...this.askers.values(), ...this.questions.map((question) => question.from)];
    if (needed.length === 0) return;
    const first = Math.max(this.first, Math.min(...needed));
    this.results.splice(0, first - this.first);
    this.first = first;
  }
}

function partition<T>(all: readonly T[], test: (one: T) => boolean): [T[], T[]] {
  return [all.filter(test), all.filter((one) => !test(one))];
}

/** The probing of one URL, shared by the checks that judge it. Each is known by its id. */
export interface SharedProber {
  /** The first check to start starts the probing, at `origin` on the monotonic clock. */
  start(check: string, origin: number): void;
  /** What the probes found that were due in the window, when all are settled. */
  results(check: string, window: Window): Promise<readonly ProbeResult[]>;
  /** The last check to stop stops the probing, and ends the connections. */
  stop(check: string): void;
}

export function sharedProber(
  url: Pick<ProbedUrl, 'ask' | 'close'>,
  options: {
    readonly requestsPerSecond: number;
    readonly requestTimeout: number;
    readonly clock: Clock;
  },
): SharedProber {
  const schedule = createSchedule(options.requestsPerSecond);
  const ledger = new Ledger(schedule);
  const checks = new Set<string>();
  const abort = new AbortController();
  let running = false;
  return {
    start(check, origin) {
      checks.add(check);
      ledger.join(check);
      if (running) return;
      running = true;
      void runProber({
        schedule,
        clock: options.clock,
        origin,
        send: (signal) => url.ask(options.requestTimeout, signal),
        settled: (probe, result) => {
          ledger.settle(probe, result);
        },
        signal: abort.signal,
      });
    },
    results: (check, window) => ledger.settled(check, window),
    stop(check) {
      if (!checks.delete(check)) return;
      if (checks.size === 0) {
        abort.abort(new NoLongerNeeded());
        url.close();
      }
      ledger.leave(check);
    },
  };
}
