import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../kubernetes/ports.js';
import { until } from '../kubernetes/until.js';
import { influxBinary } from './components.js';
import { Process } from './process.js';

const ADMIN = { user: 'admin', password: 'secret of the admin' };
export const READER = { user: 'reader', password: 'secret:of the reader' };

/** An InfluxDB of our own, with authentication. */
export class Influx {
  readonly database = 'shop';
  private readonly folder = mkdtempSync(join(tmpdir(), 'rollgate-influxdb-'));
  private process: Process | undefined;
  private port = 0;

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  async start(): Promise<void> {
    if (this.process === undefined) {
      const [port = 0, internal = 0] = await freePorts(2);
      this.port = port;
      writeFileSync(join(this.folder, 'influxdb.conf'), configOf(this.folder, port, internal));
      this.process = new Process(this.folder, influxBinary() ?? 'influxd', [
        ...['run', '-config', 'influxdb.conf'],
      ]);
    }
    await this.process.start(async () => {
      const answer = await fetch(`${this.url}/ping`).catch(() => undefined);
      return answer?.status === 204;
    });
  }

  /** Users, and the database that only the reader reads. */
  async fill(): Promise<void> {
    // It answers a ping before it is ready to keep users; an error of a statement comes with status 200.
    await until('the administrator of InfluxDB', async () => {
      await this.ask(
        `CREATE USER ${ADMIN.user} WITH PASSWORD '${ADMIN.password}' WITH ALL PRIVILEGES`,
      );
      return (await this.ask('SHOW DATABASES')) === undefined;
    });
    await this.manage(`CREATE DATABASE ${this.database}`);
    await this.manage(`CREATE USER ${READER.user} WITH PASSWORD '${READER.password}'`);
    await this.manage(`GRANT READ ON ${this.database} TO ${READER.user}`);
  }

  /** Points in the line protocol. They are lost while it does not run. */
  async write(lines: readonly string[]): Promise<void> {
    await fetch(`${this.url}/write?db=${this.database}&precision=ns`, {
      method: 'POST',
      headers: { Authorization: basic(ADMIN) },
      body: lines.join('\n'),
    }).catch(() => undefined);
  }

  stop(): Promise<void> {
    return this.process?.stop() ?? Promise.resolve();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async manage(statement: string): Promise<void> {
    const error = await this.ask(statement);
    if (error !== undefined) throw new Error(`${statement}: ${error}`);
  }

  /** @returns what is wrong */
  private async ask(statement: string): Promise<string | undefined> {
    const answer = await fetch(`${this.url}/query`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Authorization: basic(ADMIN),
      },
      body: new URLSearchParams({ q: statement }).toString(),
    });
    const text = await answer.text();
    return answer.ok && !text.includes('"error"') ? undefined : text;
  }
}

function basic({ user, password }: typeof ADMIN): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function configOf(folder: string, port: number, internal: number): string {
  return [
    'reporting-disabled = true',
    `bind-address = "127.0.0.1:${String(internal)}"`,
    `[meta]\ndir = "${folder}/meta"`,
    `[data]\ndir = "${folder}/data"\nwal-dir = "${folder}/wal"`,
    `[http]\nbind-address = "127.0.0.1:${String(port)}"\nauth-enabled = true\nlog-enabled = false`,
    '[monitor]\nstore-enabled = false',
    '',
  ].join('\n');
}
