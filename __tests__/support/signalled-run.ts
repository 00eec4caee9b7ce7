import { basename } from 'node:path';
import { expect } from '@jest/globals';
import type { EntryPoint } from '../../src/commands/entry-point.js';
import { main } from '../../src/commands/main.js';
import type { RunReport } from '../../src/report/record.js';
import { Cancelled } from '../../src/support/abort.js';
import type { Files } from '../../src/support/files.js';
import { entryWith } from './entry.js';
import { settle, type VirtualClock } from './virtual-clock.js';

/** A request that is under way gets so many turns of the event loop before time passes. */
const IDLE_TURNS = 6;
const STEP_MS = 250;

/** What became of a command. */
export interface Ran {
  readonly code: number;
  readonly output: string;
  /** Its turns of the event loop. */
  readonly turns: number;
}

interface SignalledRun {
  readonly argv: readonly string[];
  readonly env: EntryPoint['env'];
  readonly clock: VirtualClock;
  readonly files: Map<string, string>;
  readonly exec?: EntryPoint['exec'];
  /** Aborted with `Cancelled` by the signal. */
  readonly stop: AbortController;
  /** The turn in which the signal comes, where nothing else sends it. */
  readonly signalAt?: number;
  /** It must end within this time of the signal, whatever hangs; milliseconds. */
  readonly endMs: number;
}

/** A signal, as the entry passes it on. */
export function sendSignal(stop: AbortController): void {
  stop.abort(new Cancelled('SIGTERM'));
}

/** Runs a command to its end, on a virtual clock with files in memory, while a signal comes. */
export async function runSignalled(run: SignalledRun): Promise<Ran> {
  const { clock, files, stop, signalAt = Infinity } = run;
  let output = '';
  let ids = 0;
  const work = main(
    entryWith({
      argv: run.argv,
      env: run.env,
      clock,
      signal: stop.signal,
      files: filesIn(files),
      uuid: () => `${String(clock.now())}-${String(++ids)}`,
      write: (part) => {
        output += part;
      },
      ...(run.exec === undefined ? {} : { exec: run.exec }),
    }),
  );
  let done = false;
  const end = (): void => {
    done = true;
  };
  work.then(end, end);
  let turns = 0;
  let endBy = Infinity;
  for (;;) {
    for (let idle = 0; idle < IDLE_TURNS; idle++) {
      if (turns++ === signalAt) sendSignal(stop);
      await settle();
    }
    // Set from elsewhere, which the compiler cannot see.
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
    if (done) break;
    if (stop.signal.aborted) endBy = Math.min(endBy, clock.monotonic() + run.endMs);
    if (clock.monotonic() > endBy) throw new Error(`it has not ended in time:\n${output}`);
    await clock.advance(STEP_MS);
  }
  const code = await work;
  expect(output).not.toMatch(/Internal error/);
  return { code, output, turns };
}

/** The report that a command has written. */
export function reportIn(files: ReadonlyMap<string, string>): RunReport {
  const [, text = ''] = [...files].find(([path]) => path.endsWith('report.json')) ?? [];
  return JSON.parse(text) as RunReport;
}

function filesIn(written: Map<string, string>): Files {
  const append = (path: string, text: string): void => {
    written.set(path, (written.get(path) ?? '') + text);
  };
  return {
    read: (path) => written.get(path),
    real: () => 'absent',
    append,
    replaceLog: (path) => {
      written.delete(path);
      return (text) => {
        append(path, text);
      };
    },
    remove: (path) => written.delete(path),
    create: (path, text) => {
      if (written.has(path)) return Promise.resolve(false);
      written.set(path, text);
      return Promise.resolve(true);
    },
    list: () => Promise.resolve([...written.keys()].map((path) => basename(path))),
    mkdir: () => Promise.resolve(undefined),
    makeTemporary: () => Promise.reject(new Error('nothing is made here')),
    removeTree: () => Promise.resolve(),
    writeFile: (path, text) => {
      written.set(path, text);
      return Promise.resolve();
    },
  };
}
