import type { RunFacts, Value } from './expression.js';
import { evaluate, isTrue, UNKNOWN } from './expression.js';

/** A job as a workflow file declares it. */
export interface DeclaredJob {
  readonly id: string;
  /** As its runs show it, before the values of a matrix. An expression in it is left as it is. */
  readonly name: string;
  /** `if`; `undefined`: there is none. */
  readonly condition: string | undefined;
  readonly needs: readonly string[];
}

/** What would become of a job in a run. `unknown`: that depends on what cannot be seen before it. */
export type Fate = 'runs' | 'skipped' | 'unknown';

/**
 * What would become of every job, when each that runs succeeds: a job is skipped when its `if` is false, and, unless that asks for the
 * state of others by itself, when one that it needs was skipped (GitHub documentation, "Using conditions to control job execution").
 */
export function fatesOf(
  jobs: readonly DeclaredJob[],
  facts: Omit<RunFacts, 'needs'>,
): ReadonlyMap<string, Fate> {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const fates = new Map<string, Fate>();
  const fateOf = (job: DeclaredJob): Fate => {
    const known = fates.get(job.id);
    if (known !== undefined) return known;
    // A job that needs itself is none that GitHub takes.
    fates.set(job.id, 'unknown');
    const needs = new Map(
      job.needs.map((id) => {
        const needed = byId.get(id);
        return [id, needed === undefined ? ('unknown' as const) : fateOf(needed)];
      }),
    );
    const fate = decide(job, { ...facts, needs });
    fates.set(job.id, fate);
    return fate;
  };
  for (const job of jobs) fateOf(job);
  return fates;
}

const STATUS_FUNCTION = /\b(always|success|failure|cancelled)\s*\(/i;

function decide({ condition }: DeclaredJob, facts: RunFacts): Fate {
  const others = evaluate('success()', facts);
  if (condition === undefined) return fateBy(others);
  const expression = expressionIn(condition);
  // Text around an expression makes a text of the whole, and every text but the empty one is true.
  const own = expression === undefined ? true : evaluate(expression, facts);
  const asksItself = STATUS_FUNCTION.test(expression ?? '');
  if (isTrue(own) === false || (!asksItself && isTrue(others) === false)) return 'skipped';
  return isTrue(own) === true && (asksItself || isTrue(others) === true) ? 'runs' : 'unknown';
}

function fateBy(value: Value): Fate {
  const is = isTrue(value);
  return is === UNKNOWN ? 'unknown' : is ? 'runs' : 'skipped';
}

/** The expression that a condition is, with or without `${{ }}` around it; `undefined`: it is a text with expressions in it. */
function expressionIn(condition: string): string | undefined {
  const text = condition.trim();
  const inner = /^\$\{\{((?:(?!\}\})[\s\S])*)\}\}$/.exec(text)?.[1];
  if (inner !== undefined) return inner;
  return text.includes('${{') ? undefined : text;
}
