import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../kubernetes/until.js';

/** A server in a folder of its own; it can be started again. */
export class Process {
  private child: ChildProcess | undefined;

  constructor(
    private readonly folder: string,
    private readonly program: string,
    private readonly args: readonly string[],
    private readonly env: Readonly<Record<string, string>> = {},
  ) {}

  /** Resolves when it is ready. */
  async start(isReady: () => Promise<boolean>): Promise<void> {
    const file = join(this.folder, 'log');
    const log = openSync(file, 'a');
    const child = spawn(this.program, this.args, {
      cwd: this.folder,
      env: { PATH: process.env.PATH, ...this.env },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.child = child;
    await until(`${this.program} to be ready`, async () => {
      if (child.exitCode !== null) throw new Error(readFileSync(file, 'utf8').slice(-2000));
      return isReady();
    });
  }

  async stop(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child?.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
}
