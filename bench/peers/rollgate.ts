import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunReport } from '../../src/report/record.js';
import type { Usage } from './argo.js';
import type { Outcome } from './outcomes.js';

export const bundle = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
const usageProgram = fileURLToPath(new URL('../usage.mjs', import.meta.url));

export interface Watched {
  readonly outcome: Outcome;
  readonly usage: Usage;
  /** One sentence. */
  readonly reason: string;
}

/**
 * One watch of the bundle in a process of its own, with the limit of the others and everything else as it is by default.
 *
 * @param from when the watch begins, milliseconds since 1970
 */
export async function watchByRollgate(
  address: string,
  service: string,
  from: number,
  signal: AbortSignal,
): Promise<Watched> {
  const folder = mkdtempSync(join(tmpdir(), 'rollgate-peers-'));
  try {
    const total = `http_requests_total{service="${service}"`;
    const { PATH, HOME, TMPDIR } = process.env;
    const usageFile = join(folder, 'usage.json');
    const child = spawn(
      process.execPath,
      [
        ...['--import', usageProgram, bundle, 'run', '--prometheus-url', address],
        ...['--prometheus-total', `${total}}`, '--prometheus-errors', `${total},code=~"5.."}`],
        ...['--min-success-rate', '95', '--max-errors-per-minute', 'off'],
        ...['--on-unhealthy', 'report'],
      ],
      {
        cwd: folder,
        env: { PATH, HOME, TMPDIR, USAGE_FILE: usageFile },
        stdio: ['ignore', 'pipe', 'pipe'],
        signal,
        killSignal: 'SIGKILL',
      },
    );
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    await once(child, 'close');
    return watched(folder, usageFile, from, said);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const verdicts: Readonly<Record<string, Outcome['verdict']>> = {
  healthy: 'passed',
  unhealthy: 'failed',
  inconclusive: 'inconclusive',
};

function watched(folder: string, usageFile: string, from: number, said: string): Watched {
  const report = JSON.parse(
    readFileSync(join(folder, 'rollgate-report/report.json'), 'utf8'),
  ) as RunReport;
  const verdict = verdicts[report.verdict ?? ''];
  if (verdict === undefined) throw new Error(`there was no verdict: ${said}`);
  const { cpu, seconds, memory } = JSON.parse(readFileSync(usageFile, 'utf8')) as {
    readonly cpu: number;
    readonly seconds: number;
    readonly memory: number;
  };
  return {
    // The start of the program is a part of the time that it takes.
    outcome: { verdict, seconds: (Date.parse(report.detectedAt ?? report.endedAt) - from) / 1000 },
    usage: { cpuSeconds: cpu * seconds, memory },
    reason: report.reason,
  };
}
