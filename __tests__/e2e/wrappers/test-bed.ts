import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputIds, inputOf } from '../../../src/inputs/table.js';
import { allVariables } from '../../../src/inputs/variables.js';
import { node, Workplace } from '../../support/bundle.js';
import { StandInCluster } from '../../support/stand-in-cluster.js';
import { serve, type HttpTestServer } from '../../support/servers.js';
import type { StandIn } from '../../support/stand-in.js';
import { standIns } from '../../support/stand-ins.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const DAY = 24 * 3_600_000;

/** What kubectl was asked, as it goes to the cluster. */
interface KubectlCall {
  readonly args: readonly string[];
  readonly input: string;
}

/** A kubectl that hands everything to the cluster in this process. */
const kubectl = (url: string): string => `#!${node}
const http = require('node:http');
const chunks = [];
const post = () => {
  const request = http.request(${JSON.stringify(url)}, { method: 'POST' }, (response) => {
    let text = '';
    response.on('data', (chunk) => (text += chunk));
    response.on('end', () => {
      const { stdout, stderr, code } = JSON.parse(text);
      process.stdout.write(stdout);
      process.stderr.write(stderr);
      process.exitCode = code;
    });
  });
  const input = Buffer.concat(chunks).toString('utf8');
  request.end(JSON.stringify({ args: process.argv.slice(2), input }));
};
process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', post);
`;

/**
 * What a pipeline meets in the scenario: two services, a CI system that can be asked for a rollback pipeline, and a cluster
 * behind a kubectl on the path. All on loopback.
 */
export class TestBed {
  /** Of the tests; a driver may put there what it needs. */
  readonly place = new Workplace();
  private readonly clock = new VirtualClock(Date.now() - DAY);
  private readonly cluster = new StandInCluster(this.clock);
  private readonly servers: HttpTestServer[] = [];
  /** The bad version is not there before the script of {@link deployScript} has run. */
  awaitsDeploy = false;

  private constructor(private readonly standIn: StandIn) {}

  /** @param system whose pipeline is asked for a rollback */
  static async open(system: string): Promise<TestBed> {
    const start = standIns[system];
    if (start === undefined) throw new Error(`there is no stand-in for ${system}`);
    const bed = new TestBed(await start('well'));
    await bed.deployTwoVersions();
    await bed.serveAll();
    return bed;
  }

  /** Always answers well. */
  get goodUrl(): string {
    return `${this.servers[0]?.url ?? ''}/good`;
  }

  /** Fails from the deploy on until something is rolled back; its health check is well all the time. */
  get badUrl(): string {
    return `${this.servers[0]?.url ?? ''}/bad`;
  }

  /** What a user deploys the bad version by. */
  get deployScript(): string {
    return `#!/bin/sh\necho "deploying $1"\n: > '${this.place.path('deployed')}'\n`;
  }

  /** A folder for the front of the path: kubectl is in it. */
  get binaries(): string {
    return this.place.path('bin');
  }

  /** How many rollback pipelines were started. */
  get started(): number {
    return this.standIn.started;
  }

  /** The secret that must show up nowhere. */
  get secret(): string {
    return this.standIn.secret;
  }

  /** The image that the workload runs now. */
  get image(): string {
    return this.cluster.image('deployment/shop');
  }

  /** The inputs with which the `ci` strategy reaches the stand-in of the system. */
  get pipelineInputs(): Readonly<Record<string, string>> {
    const inputs = Object.entries(this.standIn.guideVariables()).flatMap(([name, value]) => {
      const id = inputIds.find((each) => allVariables(each, inputOf(each)).includes(name));
      // The system is to be detected.
      return id === undefined || id === 'ci-system' ? [] : [[id, value] as const];
    });
    return Object.fromEntries(inputs);
  }

  async close(): Promise<void> {
    await this.standIn.close();
    for (const server of this.servers) await server.close();
    this.place.remove();
  }

  /** The older one a day ago, the newer one just now. */
  private async deployTwoVersions(): Promise<void> {
    await this.cluster.create('deployment', 'shop', 'shop:1');
    await this.clock.advance(Date.now() - this.clock.now());
    await this.cluster.deploy('shop', 'shop:2');
  }

  private async serveAll(): Promise<void> {
    this.servers.push(
      await serve(({ url }, response) => {
        const isDeployed = !this.awaitsDeploy || existsSync(this.place.path('deployed'));
        const isBad = url.startsWith('/bad') && !url.endsWith('/health');
        const well = !isBad || !isDeployed || this.isRolledBack;
        response.statusCode = well ? 200 : 503;
        response.end('ok');
      }),
      await serve(({ body }, response) => {
        const { args, input } = JSON.parse(body) as KubectlCall;
        void this.ask(args, input).then((answer) => response.end(JSON.stringify(answer)));
      }),
    );
    mkdirSync(this.binaries, { recursive: true });
    const path = join(this.binaries, 'kubectl');
    writeFileSync(path, kubectl(this.servers[1]?.url ?? ''));
    chmodSync(path, 0o755);
  }

  private get isRolledBack(): boolean {
    return this.started > 0 || this.image === 'shop:1';
  }

  private async ask(args: readonly string[], input: string): Promise<unknown> {
    const late = Date.now() - this.clock.now();
    if (late > 0) await this.clock.advance(late);
    const signal = new AbortController().signal;
    return this.cluster.exec('kubectl', args, {
      env: {},
      signal,
      timeoutMs: 20_000,
      maxOutput: 1e6,
      input,
    });
  }
}
