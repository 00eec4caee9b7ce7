import { raceSignal } from '../support/abort.js';

/**
 * What this run rolls back, and has rolled back: several targets may name the same service, and the rollback of one of them is then no
 * work of somebody else. One for all targets of a run.
 */
export class OwnRollbacks {
  private readonly turns = new Map<string, Promise<unknown>>();
  private readonly done = new Set<string>();

  /**
   * Lets those that roll the same thing back do it one after the other.
   *
   * @param work gets whether another one was before it: what it knew may be old by then
   * @throws what `work` throws; the signal's reason, when it is aborted while others are at work
   */
  async inTurn<T>(
    thing: string,
    signal: AbortSignal,
    work: (hasWaited: boolean) => Promise<T>,
  ): Promise<T> {
    let hasWaited = false;
    for (let other = this.turns.get(thing); other !== undefined; other = this.turns.get(thing)) {
      hasWaited = true;
      await raceSignal(
        other.catch(() => undefined),
        signal,
      );
    }
    const mine = work(hasWaited);
    this.turns.set(thing, mine);
    try {
      return await mine;
    } finally {
      this.turns.delete(thing);
    }
  }

  /** @param what a thing, and where it goes back to: `ecs/shop/api to shop:7` */
  add(what: string): void {
    this.done.add(what);
  }

  /** Nothing came of it. */
  remove(what: string): void {
    this.done.delete(what);
  }

  has(what: string): boolean {
    return this.done.has(what);
  }
}
