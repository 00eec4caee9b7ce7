import type { EcsDeployment, EcsService, TargetHealth } from '../../support/aws/ecs.js';

/** What one look at a service says. */
export interface ServiceResult {
  readonly ok: boolean | null;
  readonly detail: string;
  /** Of a failure: what is wrong, in words that stay the same while it does. */
  readonly causes: readonly string[];
}

/** Judges a service by what it is now, and by what it was at the looks before. @param at monotonic, milliseconds */
export type ServiceJudge = (
  service: EcsService,
  targets: TargetHealth | undefined,
  at: number,
) => ServiceResult;

/** From this share on, failures are those of the version and not of one machine. */
const SHARE = 0.2;
/** A single task may fail for reasons of its own: it must happen again. */
const OCCASIONS = 2;

/** @param grace how long tasks may be missing that nobody has stopped, milliseconds */
export function createServiceJudge(name: string, grace: number): ServiceJudge {
  const failures = new FailureLedger();
  let first: string | undefined;
  /** ECS keeps a deployment that it has given up only until what it has gone back to is complete. */
  let failed: EcsDeployment | undefined;
  let shortSince: number | undefined;
  return (service, targets, at) => {
    const { primary } = service;
    first ??= primary.id;
    const bad = (what: string, cause: string): ServiceResult => ({
      ...{ ok: false, detail: `${name}: ${what}`, causes: [cause] },
    });
    failed ??= service.deployments.find(
      ({ id, rolloutState }) => id === first && rolloutState === 'FAILED',
    );
    if (failed !== undefined)
      return bad(`deployment ${failed.id} has failed: ${failed.reason}`, 'deployment failed');
    const { tasks, occasions } = failures.push(primary);
    if (occasions >= OCCASIONS && tasks >= Math.max(OCCASIONS, primary.desired * SHARE))
      return bad(
        `${String(tasks)} tasks of ${primary.id} have failed since the watch began`,
        'tasks fail',
      );
    const { healthy = 0, unhealthy = 0, reasons = [] } = targets ?? {};
    if (unhealthy > 0 && unhealthy >= (healthy + unhealthy) * SHARE) {
      const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
      return bad(
        `${String(unhealthy)} of ${String(healthy + unhealthy)} targets are unhealthy${why}`,
        'targets are unhealthy',
      );
    }
    if (primary.running >= primary.desired) {
      shortSince = undefined;
      return { ok: true, detail: '', causes: [] };
    }
    const tasksNow = `${String(primary.running)} of ${String(primary.desired)} tasks run`;
    shortSince ??= at;
    // While it is being deployed there are fewer at first: failed tasks tell when that does not work.
    if (primary.rolloutState === 'IN_PROGRESS' || at - shortSince < grace)
      return { ok: null, detail: `${name}: ${tasksNow} so far`, causes: [] };
    return bad(tasksNow, 'tasks are missing');
  };
}

/** How many tasks of a deployment have failed since the first look, and at how many looks that went on. */
class FailureLedger {
  private id: string | undefined;
  private last = 0;
  private tasks = 0;
  private occasions = 0;

  push({ id, failedTasks }: EcsDeployment): { readonly tasks: number; readonly occasions: number } {
    if (this.id !== id) {
      this.id = id;
      this.last = failedTasks;
      this.tasks = 0;
      this.occasions = 0;
    }
    // ECS sets the number to 0 when a task comes up.
    const more = failedTasks < this.last ? failedTasks : failedTasks - this.last;
    this.last = failedTasks;
    if (more > 0) {
      this.tasks += more;
      this.occasions++;
    }
    return { tasks: this.tasks, occasions: this.occasions };
  }
}
