import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { until } from '../kubernetes/until.js';

/** A program beside the engine. It ends with the tests, however they end, and all that it has started ends with it. */
export class Program {
  private constructor(
    private readonly child: ChildProcess,
    private readonly logFile: string,
  ) {}

  /** @throws Error with its last words, when it ends before it is ready. */
  static async start(options: {
    readonly program: string;
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    /** File that all that it prints is appended to. */
    readonly log: string;
    readonly isReady: () => boolean | Promise<boolean>;
  }): Promise<Program> {
    const { program, args, env, log, isReady } = options;
    const output = openSync(log, 'a');
    const child = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child'],
        ...['--mount-proc', program, ...args],
      ],
      { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env }, stdio: ['ignore', output, output] },
    );
    closeSync(output);
    const started = new Program(child, log);
    await until(`${program} to be ready`, () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`${program} ended: ${started.log()}`);
      return isReady();
    });
    return started;
  }

  log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await gone;
  }
}
