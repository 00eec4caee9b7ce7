import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeScript } from './recipe-page.js';

interface Traffic {
  revisionName: string;
  percent?: number;
  tag?: string;
  latestRevision?: boolean;
}

/** A service as Cloud Run keeps it. */
interface StoredService {
  generation: number;
  traffic: Traffic[];
  /** What somebody else deploys right before the traffic is changed. */
  racing?: string;
  /** How many further calls are answered. */
  answersLeft?: number;
}

/**
 * The program, as far as recipes call it:
 * https://cloud.google.com/sdk/gcloud/reference/run/services/update-traffic
 */
const PROGRAM = `
const { readFileSync, writeFileSync } = require('node:fs');
const file = process.env.GCLOUD_STAND_IN;
const service = JSON.parse(readFileSync(file, 'utf8'));
const fail = (message) => {
  console.error('ERROR: (gcloud.run.services) ' + message);
  process.exit(1);
};
if (service.answersLeft === 0) fail('UNAVAILABLE: The service is currently unavailable.');
if (service.answersLeft !== undefined) service.answersLeft -= 1;
const [run, services, verb, name, ...flags] = process.argv.slice(2);
if (run + ' ' + services + ' ' + name !== 'run services shop') fail('Cannot find service');
if (flags.splice(0, 2).join(' ') !== '--region europe-west1') fail('[--region] must be specified');
const route = (traffic) => {
  service.generation += 1;
  // A tag without traffic stays.
  service.traffic = [...traffic, ...service.traffic.filter(({ tag }) => tag !== undefined)];
};
const verbs = {
  describe: () => {
    if (flags.join(' ') !== '--format json') fail('unknown format');
    const { generation, traffic } = service;
    console.log(JSON.stringify({ metadata: { name, generation }, status: { traffic } }));
  },
  'update-traffic': () => {
    if (service.racing !== undefined)
      route([{ revisionName: service.racing, percent: 100, latestRevision: true }]);
    delete service.racing;
    const [to, names, ...others] = flags;
    const [revisionName, percent] = names.split('=');
    if (to !== '--to-revisions' || percent !== '100' || others.join() !== '--quiet') fail('unknown');
    route([{ revisionName, percent: 100 }]);
    console.log('Traffic:\\n  100% ' + revisionName);
  },
};
verbs[verb]();
writeFileSync(file, JSON.stringify(service));
`;

/** Cloud Run with the service `shop`, and the program that asks it, in a folder of programs. */
export class StandInGcloud {
  private readonly file: string;

  constructor(folder: string) {
    this.file = join(folder, 'gcloud.json');
    writeScript(join(folder, 'bin/gcloud'), `#!${process.execPath}${PROGRAM}`);
    this.store({ generation: 0, traffic: [{ revisionName: 'shop-00001-tag', tag: 'old' }] });
  }

  get env(): Record<string, string> {
    return { GCLOUD_STAND_IN: this.file };
  }

  set(change: Partial<StoredService>): void {
    this.store({ ...this.service, ...change });
  }

  /** As `gcloud run deploy` does, while the traffic is not pinned. */
  deploy(revisionName: string): void {
    const { generation, traffic } = this.service;
    const tagged = traffic.filter(({ tag }) => tag !== undefined);
    const newest = { revisionName, percent: 100, latestRevision: true };
    this.set({ generation: generation + 1, traffic: [newest, ...tagged] });
  }

  /** The revisions that get traffic. */
  get live(): readonly string[] {
    return this.service.traffic.filter((one) => one.percent).map((one) => one.revisionName);
  }

  private get service(): StoredService {
    return JSON.parse(readFileSync(this.file, 'utf8')) as StoredService;
  }

  private store(service: StoredService): void {
    writeFileSync(this.file, JSON.stringify(service));
  }
}
