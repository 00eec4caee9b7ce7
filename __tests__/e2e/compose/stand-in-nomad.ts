import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeScript } from './recipe-page.js';

/** A job as the server keeps it. */
interface StoredJob {
  versions: { Version: number; Meta: { release: string } | null }[];
  /** What the deployment of the newest version comes to, after a while. */
  status: string;
  /** What somebody else registers right before a revert. */
  racing?: string;
  /** What the server answers a revert with, instead of doing it. */
  refusal?: string;
  isDown?: boolean;
  /** How often the deployment was asked for. */
  looks: number;
}

/**
 * The program, as far as recipes call it. `operator api` prints what the server answers and ends with 0, whatever that is:
 * https://github.com/hashicorp/nomad/blob/main/command/operator_api.go
 */
const PROGRAM = `
const { fstatSync, readFileSync, writeFileSync } = require('node:fs');
const file = process.env.NOMAD_STAND_IN;
const job = JSON.parse(readFileSync(file, 'utf8'));
const register = (release) => {
  const [{ Version }] = job.versions;
  job.versions.unshift({ Version: Version + 1, Meta: { release } });
  job.looks = 0;
};
const answers = {
  'GET /v1/job/shop': () => job.versions[0],
  'GET /v1/job/shop/versions': () => ({ Versions: job.versions, Diffs: null }),
  'GET /v1/job/shop/deployment': () => {
    job.looks += 1;
    const [{ Version: JobVersion }] = job.versions;
    // The scheduler makes the deployment a moment later.
    if (job.looks === 1) return { JobVersion: JobVersion - 1, Status: 'successful' };
    return { JobVersion, Status: job.looks === 2 ? 'running' : job.status };
  },
  'POST /v1/job/shop/revert': (body) => {
    const { JobID, JobVersion, EnforcePriorVersion } = JSON.parse(body);
    if (JobID !== 'shop') return 'Job ID does not match request path';
    if (job.refusal !== undefined) return job.refusal;
    if (job.racing !== undefined) register(job.racing);
    delete job.racing;
    const [{ Version }] = job.versions;
    if (Version !== EnforcePriorVersion)
      return 'Current job has version ' + Version + '; enforcing version ' + EnforcePriorVersion;
    register(job.versions.find((one) => one.Version === JobVersion).Meta.release);
    return { EvalID: 'd092fdc0-e1fd-2536-67d8-43af8ca798ac', JobModifyIndex: 40, Warnings: '' };
  },
};
const [operator, api, x, method, path, ...rest] = process.argv.slice(2);
if (operator !== 'operator' || api !== 'api' || x !== '-X' || rest.length > 0) process.exit(64);
if (job.isDown) {
  console.error('Error performing request: dial tcp 127.0.0.1:4646: connect: connection refused');
  process.exit(1);
}
const body = fstatSync(0).isCharacterDevice() ? '' : readFileSync(0, 'utf8');
const answer = answers[method + ' ' + path]?.(body) ?? 'Invalid method';
writeFileSync(file, JSON.stringify(job));
process.stdout.write(typeof answer === 'string' ? answer : JSON.stringify(answer));
`;

/** A server of Nomad with the job `shop`, and the program that asks it, in a folder of programs. */
export class StandInNomad {
  private readonly file: string;

  constructor(folder: string) {
    this.file = join(folder, 'nomad.json');
    writeScript(join(folder, 'bin/nomad'), `#!${process.execPath}${PROGRAM}`);
    this.store({ versions: [], status: 'successful', looks: 0 });
  }

  get env(): Record<string, string> {
    return { NOMAD_STAND_IN: this.file };
  }

  set(change: Partial<StoredJob>): void {
    this.store({ ...this.job, ...change });
  }

  /** As `nomad job run` does. */
  register(release: string | null): void {
    const { versions } = this.job;
    const Version = (versions[0]?.Version ?? -1) + 1;
    const Meta = release === null ? null : { release };
    this.set({ versions: [{ Version, Meta }, ...versions] });
  }

  /** The releases of its versions, newest first. */
  get releases(): readonly (string | undefined)[] {
    return this.job.versions.map(({ Meta }) => Meta?.release);
  }

  private get job(): StoredJob {
    return JSON.parse(readFileSync(this.file, 'utf8')) as StoredJob;
  }

  private store(job: StoredJob): void {
    writeFileSync(this.file, JSON.stringify(job));
  }
}
