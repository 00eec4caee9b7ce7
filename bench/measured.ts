import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a process says of itself at its end: see usage.mjs. */
export interface Usage {
  readonly seconds: number;
  /** Processor seconds per second. */
  readonly cpu: number;
  /** At most, mebibytes. */
  readonly memory: number;
}

/**
 * Runs the bundle in the folder, with nothing of the variables of a CI system.
 * @throws Error with what it said when it ends with another code than 0
 */
export async function runMeasured(folder: string, words: readonly string[]): Promise<Usage> {
  const usageFile = join(folder, `usage-${words.join('-').replace(/\W+/g, '-')}.json`);
  const { PATH, HOME, TMPDIR, SystemRoot, TEMP } = process.env;
  const child = spawn(
    process.execPath,
    ['--import', pathOf('./usage.mjs'), pathOf('../dist/index.js'), ...words],
    {
      cwd: folder,
      env: { PATH, HOME, TMPDIR, SystemRoot, TEMP, USAGE_FILE: usageFile },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`it ended with ${String(child.exitCode)}: ${said}`);
  const usage = JSON.parse(readFileSync(usageFile, 'utf8')) as Usage;
  rmSync(usageFile);
  return usage;
}

/** Works in a new folder with this `rollgate.yml`, and removes it. */
export async function withConfig<T>(
  config: Readonly<Record<string, unknown>>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'rollgate-bench-'));
  try {
    // JSON is YAML.
    writeFileSync(join(folder, 'rollgate.yml'), JSON.stringify(config));
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
