import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { startServer, type LocalServer } from './local-server.js';
import { median } from './numbers.js';
import type { Print } from './print.js';

const ROUNDS = 15;
const bundle = fileURLToPath(new URL('../dist/index.js', import.meta.url));

/** How long the bundle takes to start, as a multiple of what Node itself takes, measured in turn with it. */
export async function start(print: Print): Promise<boolean> {
  if (!existsSync(bundle)) {
    print('SKIPPED: there is no dist/index.js; make it with `npm run build`');
    return true;
  }
  const server = await startServer();
  const directory = await mkdtemp(join(tmpdir(), 'rollgate-bench-'));
  const bare: number[] = [];
  const version: number[] = [];
  const firstProbe: number[] = [];
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      bare.push(await untilEnd(['-e', '0']));
      version.push(await untilEnd([bundle, '--version']));
      bare.push(await untilEnd(['-e', '0']));
      firstProbe.push(await untilFirstProbe(server, directory));
    }
  } finally {
    server.stop();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
  const line = (name: string, times: readonly number[], aim: string): void => {
    const ratio = (median(times) / median(bare)).toFixed(2);
    print(`${name.padEnd(28)} ${median(times).toFixed(0).padStart(5)} ms   ${ratio} times${aim}`);
  };
  print(`median of ${String(ROUNDS)}, in turn with bare Node`);
  line('node -e 0', bare, '');
  line('rollgate --version', version, ' (aim 2.5)');
  line('rollgate run, first probe', firstProbe, ' (aim 3)');
  return true;
}

function node(args: readonly string[]): ChildProcess {
  // A CI system's variables would make it another program: only what a process needs to start at all is passed on.
  const { PATH, HOME, TMPDIR, SystemRoot, TEMP } = process.env;
  const env = { PATH, HOME, TMPDIR, SystemRoot, TEMP };
  return spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Milliseconds from starting the process to its end. */
async function untilEnd(args: readonly string[]): Promise<number> {
  const begun = performance.now();
  const child = node(args);
  const said = output(child);
  await once(child, 'exit');
  const took = performance.now() - begun;
  if (child.exitCode !== 0) throw new Error(ended(args, child, said()));
  return took;
}

/** Milliseconds from starting a `run` to its first request at the server. */
async function untilFirstProbe(server: LocalServer, directory: string): Promise<number> {
  const args = [bundle, 'run', '--url', server.url, '--on-unhealthy', 'report'];
  args.push('--report-dir', directory);
  const { seen } = await server.nextRequest();
  const begun = performance.now();
  const child = node(args);
  const said = output(child);
  const exit = once(child, 'close');
  const first = await Promise.race([
    seen.then(() => performance.now() - begun),
    exit.then(() => undefined),
  ]);
  if (first === undefined) throw new Error(ended(args, child, said()));
  // The watch has begun, and nothing of it is of interest.
  child.kill('SIGKILL');
  await exit;
  return first;
}

/** Collects what the process says; the pipes must be emptied in any case. */
function output(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  return () => text.trim();
}

function ended(args: readonly string[], child: ChildProcess, said: string): string {
  return `node ${args.join(' ')} ended with code ${String(child.exitCode)}: ${said}`;
}
