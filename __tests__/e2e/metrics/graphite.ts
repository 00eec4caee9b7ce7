import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../kubernetes/ports.js';
import { graphite } from './components.js';
import { Process } from './process.js';

/** A Graphite of our own: carbon, which takes numbers, and the web application, which gives them. A step is a second. */
export class GraphiteServer {
  private readonly folder = mkdtempSync(join(tmpdir(), 'rollgate-graphite-'));
  private carbon: Process | undefined;
  private web: Process | undefined;
  private port = 0;
  private linePort = 0;

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  async start(): Promise<void> {
    if (this.web === undefined) await this.prepare();
    await this.carbon?.start(async () => this.send(''));
    await this.startWeb();
  }

  async startWeb(): Promise<void> {
    await this.web?.start(async () => {
      const answer = await fetch(`${this.url}/render?format=json`).catch(() => undefined);
      return answer?.ok === true;
    });
  }

  /** Carbon goes on. */
  stopWeb(): Promise<void> {
    return this.web?.stop() ?? Promise.resolve();
  }

  /** Numbers as `name value time`, a line each; whether they could be sent. */
  async send(lines: string): Promise<boolean> {
    const socket = connect(this.linePort, '127.0.0.1');
    try {
      await once(socket, 'connect');
      socket.end(lines);
      await once(socket, 'close');
      return true;
    } catch {
      return false;
    }
  }

  async remove(): Promise<void> {
    await Promise.all([this.stopWeb(), this.carbon?.stop()]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async prepare(): Promise<void> {
    const found = graphite();
    if (found === undefined) throw new Error('there is no Graphite');
    const { folder } = this;
    const [port = 0, line = 0, pickle = 0, query = 0] = await freePorts(4);
    this.port = port;
    this.linePort = line;
    for (const name of ['carbon', 'web', 'storage/whisper', 'run'])
      mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'carbon.conf'), carbonConf(folder, line, pickle, query));
    writeFileSync(
      join(folder, 'storage-schemas.conf'),
      '[all]\npattern = .*\nretentions = 1s:1h\n',
    );
    writeFileSync(
      join(folder, 'storage-aggregation.conf'),
      '[all]\npattern = .*\nxFilesFactor = 0\naggregationMethod = sum\n',
    );
    writeFileSync(join(folder, 'local_settings.py'), settings(folder, query));
    const env = {
      ...found.env,
      PYTHONPATH: `${folder}:${found.env.PYTHONPATH ?? ''}`,
      DJANGO_SETTINGS_MODULE: 'graphite.settings',
    };
    const program = (name: string): string => join(found.folder, 'usr/bin', name);
    const made = spawnSync(
      found.python,
      [program('graphite-manage'), 'migrate', '--run-syncdb', '--verbosity', '0'],
      { env, cwd: folder, encoding: 'utf8' },
    );
    if (made.status !== 0) throw new Error(made.stderr);
    this.carbon = new Process(
      join(folder, 'carbon'),
      found.python,
      [program('carbon-cache'), `--config=${folder}/carbon.conf`, '--nodaemon', 'start'],
      env,
    );
    this.web = new Process(
      join(folder, 'web'),
      found.python,
      [program('graphite-manage'), 'runserver', '--noreload', `127.0.0.1:${String(port)}`],
      env,
    );
  }
}

function carbonConf(folder: string, line: number, pickle: number, query: number): string {
  return [
    '[cache]',
    `STORAGE_DIR = ${folder}/storage`,
    `LOCAL_DATA_DIR = ${folder}/storage/whisper/`,
    `CONF_DIR = ${folder}`,
    `LOG_DIR = ${folder}/carbon`,
    `PID_DIR = ${folder}/run`,
    'USER =',
    'MAX_CREATES_PER_MINUTE = inf',
    ...(['LINE_RECEIVER', 'PICKLE_RECEIVER', 'CACHE_QUERY'] as const).flatMap((name, n) => [
      `${name}_INTERFACE = 127.0.0.1`,
      `${name}_PORT = ${String([line, pickle, query][n])}`,
    ]),
    'ENABLE_TAGS = False',
    '',
  ].join('\n');
}

function settings(folder: string, query: number): string {
  return [
    "SECRET_KEY = 'only for tests'",
    "ALLOWED_HOSTS = ['*']",
    `CONF_DIR = '${folder}'`,
    `STORAGE_DIR = '${folder}/storage'`,
    `LOG_DIR = '${folder}/web'`,
    `WHISPER_DIR = '${folder}/storage/whisper'`,
    'STANDARD_DIRS = [WHISPER_DIR]',
    `INDEX_FILE = '${folder}/storage/index'`,
    `CARBONLINK_HOSTS = ['127.0.0.1:${String(query)}']`,
    `DATABASES = {'default': {'NAME': '${folder}/storage/graphite.db', 'ENGINE': 'django.db.backends.sqlite3'}}`,
    '',
  ].join('\n');
}
