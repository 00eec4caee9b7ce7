import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { systemClock } from '../../src/support/clock.js';
import type { RunReport } from '../../src/report/record.js';

/** The bundle as it is committed: what users run. */
export const bundle = resolve('dist/index.js');

/** The Node that runs it; CI runs the same tests on the declared runtime too. */
export const node = process.env.ROLLGATE_TEST_NODE ?? process.execPath;

/** How often a condition is looked at that no event announces. */
const POLL_MS = 20;

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
  /** Resolves when the condition holds; rejects when the process ends before. */
  until(condition: () => boolean): Promise<void>;
}

/** An empty folder to run in, and what is in it afterwards. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'rollgate-test-'));
  private readonly children = new Set<ChildProcess>();

  path(name: string): string {
    return join(this.folder, name);
  }

  read(name: string): string | undefined {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8') : undefined;
  }

  /** Folders on the way to the file are made. */
  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text);
  }

  /** Every file in it, by its path from here. */
  files(): Record<string, string> {
    const names = readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.folder, join(entry.parentPath, entry.name)));
    return Object.fromEntries(names.map((name) => [name, this.read(name) ?? '']));
  }

  report(directory = 'rollgate-report'): RunReport {
    return JSON.parse(readFileSync(this.path(`${directory}/report.json`), 'utf8')) as RunReport;
  }

  start(args: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
    return this.launch(node, [bundle, ...args], env);
  }

  /** Any program; with `group` it leads a process group of its own, which can be sent a signal as a whole. */
  launch(
    program: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    { group = false }: { readonly group?: boolean } = {},
  ): Running {
    // Nothing of the environment of the tests: they must say the same in every CI system.
    const child = spawn(program, args, {
      cwd: this.folder,
      env: { PATH: process.env.PATH, ...env },
      detached: group,
    });
    this.children.add(child);
    let output = '';
    let isOver = false;
    const take = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const ended = new Promise<Ended>((done) => {
      child.on('close', (code) => {
        isOver = true;
        this.children.delete(child);
        done({ code, output });
      });
    });
    const until = async (condition: () => boolean, what = 'what was waited for'): Promise<void> => {
      while (!condition()) {
        if (isOver) throw new Error(`it ended without ${what}:\n${output}`);
        await systemClock.sleep(POLL_MS);
      }
    };
    return {
      child,
      ended,
      printed: (text) => until(() => output.includes(text), `printing "${text}"`),
      until,
    };
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return this.start(args, env).ended;
  }

  /** Ends what still runs, too. */
  remove(): void {
    for (const child of this.children) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Inputs of a watch that takes about three seconds. */
export const quick: readonly string[] = [
  ...['--warm-up', '500ms', '--duration', '3s', '--interval', '500ms'],
  ...['--requests-per-second', '40', '--health-interval', '250ms', '--request-timeout', '2s'],
  ...['--verify-timeout', '4s', '--max-errors-per-minute', 'off'],
];

/** A rollback command line that leaves a file behind, on every platform. */
export function leaveFile(name: string): string {
  return `"${node}" -e "require('fs').writeFileSync('${name}','')"`;
}
