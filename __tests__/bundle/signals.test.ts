import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/support/clock.js';
import { ActionJob, type JobOptions } from '../support/action.js';
import { bundle, node, quick, Workplace, type Running } from '../support/bundle.js';
import { hanging, serve, type HttpTestServer } from '../support/servers.js';
import { Stubborn } from '../support/stubborn.js';

/** On Windows one process cannot send another a signal that could be handled there. */
function onPosix(name: string, tests: () => void): void {
  describe(name, () => {
    if (process.platform !== 'win32') tests();
    else
      it('is not applicable: Windows has no signals to send', () => {
        expect(process.platform).toBe('win32');
      });
  });
}

let place: Workplace;
let service: HttpTestServer;
/** Whether the health check passes. */
let isWell: boolean;
const toClose: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  place = new Workplace();
  isWell = true;
  service = await serve((request, response) => {
    response.statusCode = request.url === '/health' && !isWell ? 503 : 200;
    response.end('ok');
  });
  toClose.push(service);
});

afterEach(async () => {
  for (const one of toClose.splice(0)) await one.close();
  place.remove();
});

/** A watch that is over long after the test. */
function watching(command = 'exit 0'): string[] {
  const { url } = service;
  return [
    ...['run', '--url', url, '--health-url', `${url}/health`],
    ...quick.map((word) => (word === '3s' || word === '4s' ? '10m' : word)),
    ...['--rollback', 'command', '--rollback-command', command],
  ];
}

/** Resolves when the watch has begun. */
function watched(running: Running): Promise<void> {
  return running.until(() => service.received.length >= 5);
}

async function stubborn(): Promise<Stubborn> {
  const one = await Stubborn.start();
  toClose.push(one);
  return one;
}

async function job(options: JobOptions): Promise<ActionJob> {
  const one = await ActionJob.prepare(options);
  toClose.push(one);
  return one;
}

function signalGroup(running: Running, signal: NodeJS.Signals): void {
  process.kill(-running.child.pid!, signal);
}

function expectCancelled(by: string): void {
  expect(place.report()).toMatchObject({
    verdict: 'cancelled',
    exitCode: 6,
    targets: [{ verdict: 'cancelled', rollback: { status: 'not-needed', attempts: [] } }],
  });
  expect(place.report().reason).toMatch(new RegExp(`^Cancelled by ${by} after .* of 1[01]m`));
  expect(place.read('rollgate-report/summary.md')).toMatch(/^## ⏹️ Cancelled/);
  expect(place.read('rollgate-report/junit.xml')).toContain('<testsuites');
}

onPosix('a signal before the verdict', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s during the watch: cancelled, exit 6, reported',
    async (signal) => {
      const running = place.start(watching());
      await watched(running);
      running.child.kill(signal);
      expect((await running.ended).code).toBe(6);
      expectCancelled(signal);
      const recording = place.read('rollgate-report/recording.ndjson') ?? '';
      expect(recording).toContain('"event"');
      expect(recording).not.toContain('"judgement"');
    },
  );

  it('during checks that hang: cancelled, exit 6', async () => {
    const stuck = await hanging();
    toClose.push(stuck);
    const running = place.start(
      watching().map((word) => word.replace(service.url, stuck.url).replace('500ms', '60s')),
    );
    await running.until(() => stuck.progress() >= 5);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(6);
    expectCancelled('SIGTERM');
  });

  it('during preflight: exit 6, and nothing was watched', async () => {
    const action = await job({
      github: { overrides: [{ method: 'GET', path: /^\/repos\/acme\/shop$/, answer: 'hang' }] },
    });
    const running = action.start();
    await running.until(() => action.github.hanging === 1);
    running.child.kill('SIGTERM');
    const { code, output } = await running.ended;
    expect(code).toBe(6);
    expect(output).toContain('⏹️ Cancelled');
    expect(action.place.report()).toMatchObject({ verdict: 'cancelled', exitCode: 6, targets: [] });
    expect(action.place.report().reason).toContain('was not judged');
    expect(action.service.received).toEqual([]);
  });
});

onPosix('a signal that comes in another way', () => {
  it('sent to a shell that has become the program by exec: cancelled, exit 6', async () => {
    const running = place.launch('sh', ['-c', 'exec "$@"', 'sh', node, bundle, ...watching()]);
    await watched(running);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(6);
    expectCancelled('SIGTERM');
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    '%s to the whole process group of a shell: cancelled',
    async (signal) => {
      const words = ['-c', '"$@"; exit $?', 'sh', node, bundle, ...watching()];
      const running = place.launch('sh', words, {}, { group: true });
      await watched(running);
      signalGroup(running, signal);
      // What the shell makes of it is its own affair.
      await running.ended;
      expectCancelled(signal);
    },
  );

  it('SIGINT and SIGTERM at once count as one: cancelled, exit 6', async () => {
    const running = place.start(watching());
    await watched(running);
    // Two of a kind would become one before they arrive.
    running.child.kill('SIGINT');
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(6);
    // The system may hand over two that are pending in either order.
    expectCancelled('SIG(INT|TERM)');
  });
});

onPosix('a signal after the verdict', () => {
  it('leaves the rollback run running: exit 3, unverified, with its link', async () => {
    const action = await job({ github: { run: [['in_progress']] }, service: 'bad' });
    const running = action.start();
    await running.printed('rollback run: in_progress');
    running.child.kill('SIGTERM');
    const { code, output } = await running.ended;
    expect(code).toBe(3);
    const url = 'https://github.example/acme/shop/actions/runs/9001';
    expect(action.place.report()).toMatchObject({
      verdict: 'unhealthy',
      exitCode: 3,
      targets: [
        {
          verdict: 'unhealthy',
          rollback: {
            status: 'unverified',
            attempts: [{ id: 'ci', outcome: 'triggered', url, runId: '9001' }],
          },
        },
      ],
    });
    expect(action.place.report().targets[0]?.rollback.attempts[0]?.detail).toContain(
      'left running',
    );
    expect(output.trimEnd().split('\n').slice(-4).join('\n')).toContain(url);
    expect(action.github.cancels).toEqual([]);
    expect(action.github.started.map(({ cancelled }) => cancelled)).toEqual([false]);
  });

  it('during the call that starts the run: exit 3, unverified, and the run may have started', async () => {
    const action = await job({
      github: { dispatches: [{ accept: true, then: 'hang' }] },
      service: 'bad',
    });
    const running = action.start();
    await running.until(() => action.github.hanging === 1);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(3);
    expect(action.place.report().targets[0]?.rollback).toMatchObject({
      status: 'unverified',
      attempts: [{ id: 'ci', outcome: 'triggered' }],
    });
    expect(action.github.dispatches).toHaveLength(1);
  });

  it('during the confirmation: exit 3, unverified', async () => {
    isWell = false;
    const running = place.start(watching());
    await running.printed('Verifying the rollback');
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(3);
    expect(place.report().targets[0]?.rollback).toMatchObject({
      status: 'unverified',
      healthConfirmed: null,
      attempts: [{ id: 'command', outcome: 'verified' }],
    });
  });

  it('starts no further strategy', async () => {
    const action = await job({
      github: { overrides: [{ method: 'GET', path: /rollback\.yml\/runs$/, answer: 'hang' }] },
      service: 'bad',
      inputs: { rollback: 'ci,command', 'rollback-command': 'echo done >touched' },
    });
    const running = action.start();
    await running.until(() => action.github.hanging === 1);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(3);
    expect(action.place.report().targets[0]?.rollback.status).toBe('unverified');
    expect(action.place.read('touched')).toBeUndefined();
    expect(action.github.dispatches).toEqual([]);
  });

  it('ends a rollback-command that ignores signals, with all its processes', async () => {
    isWell = false;
    const command = await stubborn();
    const running = place.start(watching(command.commandLine(place)));
    await running.until(() => command.begun === 2);
    running.child.kill('SIGTERM');
    const { code, output } = await running.ended;
    await command.gone();
    expect(code).toBe(3);
    expect(output).not.toMatch(/^ *went on/m);
    expect(place.report().targets[0]?.rollback).toMatchObject({
      status: 'unverified',
      attempts: [{ id: 'command', outcome: 'triggered' }],
    });
    expect(place.report().targets[0]?.rollback.attempts[0]?.detail).toContain(
      'was ended before it was done (cancelled by SIGTERM)',
    );
  });
});

onPosix('a second signal', () => {
  it('repeated many times ends at once with exit 3, not as a cancelled watch', async () => {
    isWell = false;
    const command = await stubborn();
    const running = place.start(watching(command.commandLine(place)));
    await running.until(() => command.begun === 2);
    let hasEnded = (): boolean => false;
    void running.ended.then(() => {
      hasEnded = () => true;
    });
    while (!hasEnded()) {
      running.child.kill('SIGTERM');
      await systemClock.sleep(50);
    }
    expect((await running.ended).code).toBe(3);
    expect(place.read('rollgate-report/report.json')).toBeUndefined();
  });
});

/** Names are looked up in a mount namespace of its own, which only root may make. */
const mayMount = spawnSync('unshare', ['--mount', 'true']).status === 0;
const asRoot = mayMount ? describe : describe.skip;

asRoot('SIGTERM while the name server does not answer', () => {
  /** By itself the C library gives one 10 s; the process must not wait for that. Far from what a busy machine makes of it. */
  const MOST_MS = 7000;

  it('ends as soon as the look-up is given up: cancelled, exit 6', async () => {
    const silent = createSocket('udp4');
    await new Promise<void>((bound) => {
      silent.bind(53, '127.0.0.53', bound);
    });
    const queries = new Promise<void>((asked) =>
      silent.once('message', () => {
        asked();
      }),
    );
    try {
      place.write('resolv.conf', 'nameserver 127.0.0.53\n');
      const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
      const running = place.launch('unshare', [
        ...['--mount', 'sh', '-c', script, place.path('resolv.conf')],
        ...[node, bundle, 'run', '--url', 'http://shop.example/', '--health-url', 'off', ...quick],
        ...['--rollback', 'command', '--rollback-command', 'exit 0'],
      ]);
      await queries;
      const before = systemClock.monotonic();
      running.child.kill('SIGTERM');
      expect((await running.ended).code).toBe(6);
      expect(systemClock.monotonic() - before).toBeLessThan(MOST_MS);
    } finally {
      silent.close();
    }
  });
});
