import type { Rollout } from './rollout.js';

/**
 * For how long a rollout has stood still. What still moves is not stuck: a rollout of many replicas, the start of pods
 * that an autoscaler or the loss of a node has asked for. What goes up and down does not move.
 */
export class Progress {
  private last: Rollout | undefined;
  private best = { updated: 0, available: 0 };
  private stillSince = 0;

  /** @returns milliseconds since something was gained; 0 when nothing lacks. */
  push(rollout: Rollout, at: number): number {
    const { last, best } = this;
    this.last = rollout;
    const isNew =
      last === undefined ||
      last.lacks === '' ||
      last.generation !== rollout.generation ||
      last.desired !== rollout.desired;
    const gained = rollout.updated > best.updated || rollout.available > best.available;
    if (rollout.lacks === '') return 0;
    if (isNew || gained) this.stillSince = at;
    this.best = isNew
      ? { updated: rollout.updated, available: rollout.available }
      : {
          updated: Math.max(best.updated, rollout.updated),
          available: Math.max(best.available, rollout.available),
        };
    return at - this.stillSince;
  }
}
