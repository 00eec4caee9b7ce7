#!/usr/bin/env node
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import metadata from '../package.json' with { type: 'json' };
import type { GithubJob } from './contract/system.js';
import type { Answer } from './inputs/help.js';
import { Cancelled } from './support/abort.js';
import { systemClock } from './support/clock.js';
import { messageOf } from './support/errors.js';
import { systemFiles } from './support/files.js';
import { neutralise } from './support/text.js';

/** Codes of the contract, repeated here so that `--version` need not load the table of inputs. */
const CANCELLED = 6;
const INTERNAL_ERROR = 7;
/** After the first signal the CI system waits about this long before it kills; milliseconds. */
const LAST_MOMENT = 4000;
/**
 * npm passes a signal on that a terminal has sent to the whole process group, and so to us, already (@npmcli/run-script,
 * signal-manager.js). What comes within this time of the first is the same wish; milliseconds.
 */
const ECHO = 250;

const cancel = new AbortController();
let cancelledAt = 0;
let codeIfCutShort = CANCELLED;
let clean = neutralise;

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(name, () => {
    if (cancel.signal.aborted) {
      if (systemClock.monotonic() - cancelledAt > ECHO) process.exit(codeIfCutShort);
      return;
    }
    cancelledAt = systemClock.monotonic();
    cancel.abort(new Cancelled(name));
    setTimeout(() => process.exit(codeIfCutShort), LAST_MOMENT).unref();
  });

for (const name of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(name, failUnforeseen);

// A reader of our output that went away (`| head`) is no reason to stop in the middle of a rollback.
process.stdout.on('error', () => undefined);

async function start(): Promise<number> {
  const argv = process.argv.slice(2);
  // What we call gets the environment as it was given to us.
  const env = { ...process.env };
  // Node reads it at every TLS connection, those to proxies and of libraries included, and does not verify them at 0.
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  // This process cannot end before its look-ups of names have, and by itself glibc gives a name server that does not answer
  // 10 s: longer than a CI system waits after SIGTERM (resolv.conf(5)).
  process.env.RES_OPTIONS ??= 'timeout:2 attempts:2';
  if (argv[0] === 'version' || argv.some((word) => word === '--version' || word === '-v')) {
    process.stdout.write(`${metadata.version}\n`);
    return 0;
  }
  if (argv[0] === 'help' || argv.some((word) => word === '--help' || word === '-h')) {
    const { answerHelp } = await import('./inputs/help.js');
    return say(answerHelp(argv, metadata.version));
  }
  if (argv[0] === 'completion') {
    const { answerCompletion } = await import('./inputs/completion.js');
    return say(answerCompletion(argv.slice(1)));
  }
  if (argv[0] === 'schema') {
    const { answerSchema } = await import('./commands/schema.js');
    return say(answerSchema(argv.slice(1)));
  }
  const { main } = await import('./commands/main.js');
  const { run } = await import('./support/exec.js');
  return main({
    argv,
    env,
    githubJob,
    platform: process.platform,
    machine: hostname(),
    version: metadata.version,
    self: { node: process.execPath, script: fileURLToPath(import.meta.url) },
    clock: systemClock,
    signal: cancel.signal,
    cleanLastWords: (how) => {
      clean = how;
    },
    ifCutShort: (code) => {
      codeIfCutShort = code;
    },
    random: Math.random,
    uuid: randomUUID,
    write: (text) => process.stdout.write(text),
    terminal: process.stdout.isTTY,
    columns: () => process.stdout.columns,
    files: systemFiles,
    exec: run,
    ask: process.stdin.isTTY && process.stdout.isTTY ? ask : undefined,
  });
}

/** What was asked for is the output; that it cannot be answered is not. */
function say({ text, exitCode }: Answer): number {
  (exitCode === 0 ? process.stdout : process.stderr).write(text);
  return exitCode;
}

/**
 * The package reads the event while it loads: it would throw at one that is no JSON, and print that there is none. Such an
 * event is kept from it.
 */
async function githubJob(): Promise<GithubJob> {
  const { env } = process;
  const { eventProblemOf } = await import('./systems/github.js');
  const path = env.GITHUB_EVENT_PATH;
  const eventProblem = eventProblemOf(path, (file) => systemFiles.read(file) ?? '');
  if (eventProblem !== undefined) delete env.GITHUB_EVENT_PATH;
  try {
    const { context } = await import('@actions/github');
    return { context, eventProblem };
  } finally {
    if (eventProblem !== undefined) env.GITHUB_EVENT_PATH = path;
  }
}

async function ask(question: string): Promise<string | undefined> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // In the raw mode of an editable line Ctrl-C is a key like others.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const ended = new Promise<undefined>((resolve) => {
    terminal.once('close', () => {
      resolve(undefined);
    });
  });
  try {
    const answer = terminal.question(question, { signal: cancel.signal });
    return await Promise.race([answer, ended]);
  } catch (error) {
    if (cancel.signal.aborted) return undefined;
    throw error;
  } finally {
    terminal.close();
  }
}

start().then((code) => {
  // What is still open (sockets of a service that hangs) must not keep the job waiting.
  process.stdout.write('', () => process.exit(code));
}, failUnforeseen);

function failUnforeseen(error: unknown): void {
  process.stderr.write(`Rollgate: internal error: ${clean(messageOf(error))}\n`);
  process.exit(INTERNAL_ERROR);
}
