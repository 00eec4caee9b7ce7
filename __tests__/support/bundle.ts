import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RunReport } from '../../src/report/record.js';

/** The bundle as it is committed: what users run. */
export const bundle = resolve('dist/index.js');

/** The Node that runs it; CI runs the same tests on the declared runtime too. */
export const node = process.env.ROLLGATE_TEST_NODE ?? process.execPath;

export interface Ended {
  readonly code: number | null;
  /** Standard output and standard error, as they came. */
  readonly output: string;
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ended: Promise<Ended>;
  /** Resolves when the output contains the text; rejects when the process ends without it. */
  printed(text: string): Promise<void>;
}

/** An empty folder to run in, and what is in it afterwards. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'rollgate-test-'));

  path(name: string): string {
    return join(this.folder, name);
  }

  read(name: string): string | undefined {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8') : undefined;
  }

  report(directory = 'rollgate-report'): RunReport {
    return JSON.parse(readFileSync(this.path(`${directory}/report.json`), 'utf8')) as RunReport;
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    // Nothing of the environment of the tests: they must say the same in every CI system.
    const child = spawn(node, [bundle, ...args], {
      cwd: this.folder,
      env: { PATH: process.env.PATH, ...env },
    });
    let output = '';
    const watchers = new Set<() => void>();
    const take = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      for (const watcher of watchers) watcher();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const ended = new Promise<Ended>((done) => {
      child.on('close', (code) => {
        done({ code, output });
      });
    });
    return {
      child,
      ended,
      printed: (text) =>
        new Promise((done, fail) => {
          const look = (): void => {
            if (!output.includes(text)) return;
            watchers.delete(look);
            done();
          };
          watchers.add(look);
          look();
          void ended.then(() => {
            fail(new Error(`it ended without printing "${text}":\n${output}`));
          });
        }),
    };
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.start(args, env).ended;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Inputs of a watch that takes about three seconds. */
export const quick: readonly string[] = [
  ...['--warm-up', '500ms', '--duration', '3s', '--interval', '500ms'],
  ...['--requests-per-second', '40', '--health-interval', '250ms', '--request-timeout', '500ms'],
  ...['--verify-timeout', '4s', '--max-errors-per-minute', 'off'],
];

/** A rollback command line that leaves a file behind, on every platform. */
export function leaveFile(name: string): string {
  return `"${node}" -e "require('fs').writeFileSync('${name}','')"`;
}
