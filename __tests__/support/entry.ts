import type { EntryPoint } from '../../src/commands/entry-point.js';
import { run } from '../../src/support/exec.js';
import { systemFiles } from '../../src/support/files.js';
import { githubJobIn } from './github-job.js';
import { VirtualClock } from './virtual-clock.js';

/** No test depends on a name server. */
function unknownName(host: string): Promise<never> {
  return Promise.reject(Object.assign(new Error(`no such name: ${host}`), { code: 'ENOTFOUND' }));
}

/** The world of a command that is run inside the test: real files and programs, the test's own environment, clock, names and log. */
export function entryWith(given: Partial<EntryPoint>): EntryPoint {
  return {
    argv: [],
    env: {},
    githubJob: githubJobIn(given.env ?? {}),
    platform: 'linux',
    machine: 'runner-1',
    version: '0.0.0-test',
    self: { node: 'node', script: 'index.js' },
    clock: new VirtualClock(),
    signal: new AbortController().signal,
    cleanLastWords: () => undefined,
    ifCutShort: () => undefined,
    resolve: unknownName,
    random: () => 0.5,
    uuid: () => '00000000-0000-4000-8000-000000000000',
    write: () => undefined,
    terminal: false,
    columns: () => undefined,
    files: systemFiles,
    exec: run,
    ask: undefined,
    ...given,
  };
}
