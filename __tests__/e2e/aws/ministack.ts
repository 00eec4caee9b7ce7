import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../kubernetes/ports.js';
import { Process } from '../metrics/process.js';
import { awsProgram, ministackProgram } from './components.js';
import { credentialsFor } from './job.js';

const execute = promisify(execFile);

/** ECS and Lambda in one process on loopback, and the real `aws` program in front of it. */
export class Ministack {
  private constructor(
    private readonly folder: string,
    private readonly process: Process,
    readonly url: string,
  ) {}

  static async start(): Promise<Ministack> {
    const folder = mkdtempSync(join(tmpdir(), 'rollgate-ministack-'));
    const [port = 0] = await freePorts(1);
    const process = new Process(folder, ministackProgram(), [], {
      ...{ GATEWAY_PORT: String(port), BIND_HOST: '127.0.0.1', HOME: folder },
      SERVICES: 'ecs,lambda,elbv2',
    });
    const url = `http://127.0.0.1:${String(port)}`;
    await process.start(async () => {
      try {
        return (await fetch(`${url}/_localstack/health`)).ok;
      } catch {
        return false;
      }
    });
    return new Ministack(folder, process, url);
  }

  /** What the program prints. */
  async aws(...args: readonly string[]): Promise<string> {
    const env = { ...credentialsFor(this.url), HOME: this.folder, PATH: process.env.PATH };
    const { stdout } = await execute(awsProgram(), [...args, '--output', 'text'], { env });
    return stdout.trim();
  }

  async stop(): Promise<void> {
    await this.process.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
