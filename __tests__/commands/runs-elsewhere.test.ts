import { describe, expect, it } from '@jest/globals';
import type { Environment } from '../../src/contract/system.js';
import { reportIn, runSignalled } from '../support/signalled-run.js';
import { signalRigs } from '../support/signal-rigs.js';
import { serve } from '../support/servers.js';
import { VirtualClock } from '../support/virtual-clock.js';

const watch = [
  ...['--warm-up', '500ms', '--duration', '3s', '--interval', '1s', '--min-requests', '5'],
  ...['--requests-per-second', '4', '--health-interval', '500ms', '--verify-timeout', '20s'],
];

interface Build {
  readonly env: Environment;
  /** Whether this build takes a snapshot and deploys, or only runs the gate again. */
  readonly deploys: 'bad' | 'nothing' | 'not again';
  readonly more?: readonly string[];
}

/** The builds one after the other, on one cluster, each with a gate on it; what each ended with. */
async function ended(strategy: string, builds: readonly Build[]): Promise<readonly unknown[]> {
  const clock = new VirtualClock();
  const rig = await signalRigs[strategy]!(clock);
  let isBad = false;
  const service = await serve((_, response) => {
    response.writeHead(isBad && !rig.isBack() ? 503 : 200).end('ok');
  });
  const files = new Map<string, string>();
  const ends: unknown[] = [];
  const call = (command: string, { env, more = [] }: Build) =>
    runSignalled({
      argv: [
        ...[command, ...rig.inputs, '--rollback', strategy],
        ...['--url', service.url, '--health-url', service.url, ...watch, ...more],
      ],
      ...{ env, clock, files, exec: rig.exec, stop: new AbortController(), endMs: Infinity },
    });
  try {
    for (const build of builds) {
      if (build.deploys !== 'not again') await call('snapshot', build);
      if (build.deploys === 'bad') {
        await rig.deploy();
        isBad = true;
      }
      await clock.advance(1000);
      const { code } = await call('run', build);
      const { verdict, reason, host } = reportIn(files);
      ends.push([code, verdict, host.system, reason.startsWith('Already rolled back')]);
    }
  } finally {
    await service.close();
  }
  return ends;
}

describe.each(['kubernetes', 'compose'])('builds of other CI systems, with %s', (strategy) => {
  it('Bitbucket: 42 is judged after a rollback in 41, and 41 is not judged again', async () => {
    const build = (number: string): Environment => ({ BITBUCKET_BUILD_NUMBER: number });
    expect(
      await ended(strategy, [
        { env: build('41'), deploys: 'bad' },
        { env: build('41'), deploys: 'not again' },
        { env: build('42'), deploys: 'nothing' },
      ]),
    ).toEqual([
      [1, 'unhealthy', 'bitbucket', false],
      [4, 'inconclusive', 'bitbucket', true],
      [0, 'healthy', 'bitbucket', false],
    ]);
  });

  it('without any id: a build with a snapshot of its own is judged, the same one is not again', async () => {
    expect(
      await ended(strategy, [
        { env: {}, deploys: 'bad' },
        { env: {}, deploys: 'not again' },
        { env: {}, deploys: 'nothing' },
      ]),
    ).toEqual([
      [1, 'unhealthy', 'local', false],
      [4, 'inconclusive', 'local', true],
      [0, 'healthy', 'local', false],
    ]);
  });

  it('run-id tells the builds apart where nothing else does', async () => {
    const more = (id: string): readonly string[] => ['--run-id', id];
    expect(
      await ended(strategy, [
        { env: {}, deploys: 'bad', more: more('1') },
        { env: {}, deploys: 'not again', more: more('1') },
        { env: {}, deploys: 'not again', more: more('2') },
      ]),
    ).toEqual([
      [1, 'unhealthy', 'local', false],
      [4, 'inconclusive', 'local', true],
      [0, 'healthy', 'local', false],
    ]);
  });
});
