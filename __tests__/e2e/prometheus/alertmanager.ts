import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../kubernetes/ports.js';
import { Process } from '../metrics/process.js';
import { alertmanagerBinary } from './components.js';

/** An Alertmanager of our own, which tells nobody. */
export class Alertmanager {
  private readonly folder = mkdtempSync(join(tmpdir(), 'rollgate-alertmanager-'));
  private readonly process: Process;

  private constructor(readonly target: string) {
    const config = { route: { receiver: 'nobody' }, receivers: [{ name: 'nobody' }] };
    // JSON is YAML.
    writeFileSync(join(this.folder, 'alertmanager.yml'), JSON.stringify(config));
    const binary = alertmanagerBinary() ?? 'prometheus-alertmanager';
    this.process = new Process(this.folder, 'setpriv', [
      // A test run that is killed takes it along. That of Debian has its templates below /usr/share, and nothing is installed.
      ...['--pdeathsig', 'KILL', 'unshare', '--mount', 'sh', '-c'],
      ...['mount --bind "$1" /usr/share && shift && exec "$@"', 'sh'],
      ...[join(binary, '../../share'), binary],
      '--config.file=alertmanager.yml',
      `--storage.path=${join(this.folder, 'data')}`,
      `--web.listen-address=${target}`,
      '--cluster.listen-address=',
    ]);
  }

  static async create(): Promise<Alertmanager> {
    const [port = 0] = await freePorts(1);
    return new Alertmanager(`127.0.0.1:${String(port)}`);
  }

  get url(): string {
    return `http://${this.target}`;
  }

  start(): Promise<void> {
    return this.process.start(async () => {
      const answer = await fetch(`${this.url}/-/ready`).catch(() => undefined);
      return answer?.ok === true;
    });
  }

  /** Nobody wants to hear of this alert. */
  async silence(alertname: string): Promise<void> {
    const now = Date.now();
    const answer = await fetch(`${this.url}/api/v2/silences`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        matchers: [{ name: 'alertname', value: alertname, isRegex: false, isEqual: true }],
        startsAt: new Date(now).toISOString(),
        endsAt: new Date(now + 3_600_000).toISOString(),
        createdBy: 'a test',
        comment: 'known',
      }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }

  /** Whether it knows of the alert. */
  async has(alertname: string): Promise<boolean> {
    const alerts = (await (await fetch(`${this.url}/api/v2/alerts`)).json()) as readonly {
      readonly labels: { readonly alertname: string };
    }[];
    return alerts.some(({ labels }) => labels.alertname === alertname);
  }

  stop(): Promise<void> {
    return this.process.stop();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
