import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePorts } from '../kubernetes/ports.js';
import { until } from '../kubernetes/until.js';
import { prometheusBinary } from './components.js';

export interface Job {
  readonly name: string;
  readonly scrapeSeconds: number;
  /** `host:port`; may be changed later with {@link Prometheus.scrape}. */
  readonly targets: readonly string[];
}

/** What it finds wrong, and whom it tells. */
export interface Alerting {
  readonly rules: readonly {
    readonly alert: string;
    readonly expr: string;
    /** `10m` */
    readonly for?: string;
    readonly labels?: Readonly<Record<string, string>>;
  }[];
  /** `host:port` of an Alertmanager. */
  readonly alertmanager: string;
}

/** A Prometheus of our own, in a folder of its own, on a port of its own. */
export class Prometheus {
  private readonly folder = mkdtempSync(join(tmpdir(), 'rollgate-prometheus-'));
  private child: ChildProcess | undefined;
  private port = 0;

  /** @param rules what it records every second, by the name of the series */
  constructor(
    jobs: readonly Job[],
    rules: Readonly<Record<string, string>> = {},
    alerting?: Alerting,
  ) {
    for (const { name, targets } of jobs) this.scrape(name, targets);
    writeFileSync(join(this.folder, 'prometheus.yml'), JSON.stringify(configOf(jobs, alerting)));
    writeFileSync(join(this.folder, 'rules.yml'), JSON.stringify(rulesOf(rules, alerting)));
  }

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  /** Where a job finds its targets from now on. */
  scrape(job: string, targets: readonly string[]): void {
    // Renamed, so that it is never read half.
    const file = join(this.folder, `targets-${job}.json`);
    writeFileSync(`${file}.new`, JSON.stringify([{ targets }]));
    renameSync(`${file}.new`, file);
  }

  /**
   * Gives it samples of the time before it is started: a line each, in the OpenMetrics format. What is scraped later goes on from
   * there, since the head of its storage takes what is newer than its blocks.
   */
  backfill(samples: readonly string[]): void {
    const file = join(this.folder, 'past.txt');
    writeFileSync(file, [...samples, '# EOF', ''].join('\n'));
    const promtool = join(dirname(prometheusBinary() ?? ''), 'promtool');
    const args = ['tsdb', 'create-blocks-from', 'openmetrics', file, join(this.folder, 'data')];
    execFileSync(promtool, args, { stdio: 'pipe' });
  }

  /** Starts it, or starts it again on the same data and port. */
  async start(): Promise<void> {
    if (this.port === 0) [this.port = 0] = await freePorts(1);
    const log = openSync(join(this.folder, 'log'), 'a');
    // A test run that is killed takes it along.
    const child = spawn(
      'setpriv',
      [
        ...['--pdeathsig', 'KILL', prometheusBinary() ?? 'prometheus'],
        `--config.file=prometheus.yml`,
        `--storage.tsdb.path=${join(this.folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${String(this.port)}`,
      ],
      { cwd: this.folder, stdio: ['ignore', log, log] },
    );
    closeSync(log);
    this.child = child;
    await until('Prometheus to be ready', async () => {
      if (child.exitCode !== null)
        throw new Error(readFileSync(join(this.folder, 'log'), 'utf8').slice(-2000));
      const answer = await fetch(`${this.url}/-/ready`).catch(() => undefined);
      return answer?.ok === true;
    });
  }

  async stop(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child?.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Resolves when the query gives something. */
  async has(promql: string): Promise<void> {
    await until(`an answer to ${promql}`, async () => {
      const url = `${this.url}/api/v1/query?${new URLSearchParams({ query: promql }).toString()}`;
      const { data } = (await (await fetch(url)).json()) as { data: { result: unknown[] } };
      return data.result.length > 0;
    });
  }
}

/** JSON is YAML. */
function configOf(jobs: readonly Job[], alerting: Alerting | undefined): unknown {
  const alertmanagers = [{ static_configs: [{ targets: [alerting?.alertmanager] }] }];
  return {
    ...(alerting === undefined ? {} : { alerting: { alertmanagers } }),
    rule_files: ['rules.yml'],
    scrape_configs: jobs.map(({ name, scrapeSeconds }) => ({
      job_name: name,
      scrape_interval: `${String(scrapeSeconds)}s`,
      scrape_timeout: `${String(scrapeSeconds)}s`,
      file_sd_configs: [{ files: [`targets-${name}.json`], refresh_interval: '1s' }],
    })),
  };
}

function rulesOf(rules: Readonly<Record<string, string>>, alerting: Alerting | undefined): unknown {
  const recorded = Object.entries(rules).map(([record, expr]) => ({ record, expr }));
  return {
    groups: [{ name: 'rules', interval: '1s', rules: [...recorded, ...(alerting?.rules ?? [])] }],
  };
}
