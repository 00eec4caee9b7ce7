import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { until } from './until.js';

type Message = { readonly started: string } | { readonly ended: string; readonly how: string };

/** How much of a component's log is shown when it failed. */
const TAIL_LINES = 25;

/** The processes of a control plane. They and the folder go when the keeper is closed, or when this process dies. */
export class Keeper {
  private readonly child: ChildProcess;
  private readonly running = new Set<string>();
  private readonly killed = new Set<string>();
  /** Of those that nobody killed. */
  private readonly ends = new Map<string, string>();

  constructor(private readonly folder: string) {
    this.child = fork(resolve('__tests__/e2e/kubernetes/keeper-process.mjs'), [folder], {
      detached: true,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.child.on('message', (message: Message) => {
      if ('started' in message) return;
      this.running.delete(message.ended);
      if (!this.killed.delete(message.ended)) this.ends.set(message.ended, message.how);
    });
  }

  start(
    name: string,
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): void {
    this.running.add(name);
    this.child.send({
      start: name,
      program,
      args,
      env: { PATH: process.env.PATH, HOME: this.folder, ...env },
      log: this.logFile(name),
    });
  }

  /** Resolves when the process is gone. */
  async kill(name: string): Promise<void> {
    if (!this.running.has(name)) return;
    this.killed.add(name);
    this.child.send({ kill: name });
    await until(`the end of ${name}`, () => !this.running.has(name));
  }

  /**
   * Resolves when the condition holds.
   *
   * @throws with its last words when a component has ended that nobody killed.
   */
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
    return until(what, () => {
      for (const [name, how] of this.ends)
        throw new Error(`${name} ended (${how}). Its log ends:\n${this.tail(name)}`);
      return condition();
    });
  }

  /** As {@link until}, and shows the log of the component that never became ready. */
  async ready(name: string, probe: () => Promise<boolean>): Promise<void> {
    try {
      await this.until(`${name} to be ready`, probe);
    } catch (error) {
      if (this.ends.size > 0) throw error;
      throw new Error(
        `${error instanceof Error ? error.message : String(error)}. Its log ends:\n${this.tail(name)}`,
        { cause: error },
      );
    }
  }

  /** The last lines that a component printed. */
  private tail(name: string): string {
    return this.log(name).trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  }

  log(name: string): string {
    try {
      return readFileSync(this.logFile(name), 'utf8');
    } catch {
      return '';
    }
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.disconnect();
    await gone;
  }

  private logFile(name: string): string {
    return join(this.folder, `${name}.log`);
  }
}
