import { describe, expect, it } from '@jest/globals';
import { createChecks } from '../../../src/sources/registry.js';
import type { Asked, HealthCheck } from '../../../src/contract/check.js';
import { away, StandInDocker, failing } from '../../support/stand-in-docker.js';
import { resolveWith } from '../../support/resolve-inputs.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const never = new AbortController().signal;

class Scene {
  readonly clock = new VirtualClock();
  readonly docker = new StandInDocker(this.clock);

  constructor() {
    this.docker.image('app:v1');
    for (const service of ['api', 'db'])
      this.docker.deploy('shop', service, { image: 'app:v1', restart: 'always' });
  }

  async check(flags: Record<string, string> = {}): Promise<HealthCheck> {
    const { settings } = resolveWith({
      flags: { 'compose-health': 'true', 'compose-project': 'shop', ...flags },
    });
    const checks = await createChecks({
      settings,
      entries: [],
      clock: this.clock,
      http: () => {
        throw new Error('no HTTP here');
      },
      exec: this.docker.exec,
      env: {},
      redact: (text) => text.replaceAll('hunter2', '***'),
      random: () => 0.5,
      leastRate: 0,
      commandEnv: {},
      platform: process.platform,
      logLines: 0,
    });
    const [check] = checks;
    if (checks.length !== 1 || check?.kind !== 'health') throw new Error('no health check');
    return check;
  }

  state(service: string): { Status: string; ExitCode: number; Health?: { Status: string } } {
    return this.docker.of('shop', service)[0]!.State;
  }
}

describe('the containers of a project as a health check', () => {
  it('has the settings of the inputs', async () => {
    const check = await new Scene().check({
      'health-interval': '7s',
      'health-failures': '4',
      'health-successes': '5',
      'compose-service': 'api',
    });
    expect(check).toMatchObject({
      id: 'compose-health',
      source: 'docker',
      subject: 'containers of shop: api',
      every: 7000,
      limit: { metric: 'health', failures: 4, successes: 5 },
    });
  });

  it('passes while all containers are well, and fails naming the container and what is wrong', async () => {
    const scene = new Scene();
    const check = await scene.check();
    expect(await check.preflight(never)).toEqual([]);
    expect(await check.probe(never)).toEqual({ ok: true, detail: '' });
    scene.state('api').Health = { Status: 'unhealthy' };
    Object.assign(scene.state('db'), { Status: 'restarting', ExitCode: 3 });
    expect(await check.probe(never)).toEqual({
      ok: false,
      detail: 'api is unhealthy; db ends again and again (code 3)',
      changed: true,
    });
  });

  it('one restart since the watch started is noted, a second one fails, those before do not count', async () => {
    const scene = new Scene();
    scene.docker.of('shop', 'api')[0]!.RestartCount = 5;
    const check = await scene.check();
    expect(await check.probe(never)).toMatchObject({ ok: true });
    expect(check.findings!()).toEqual([]);
    scene.docker.of('shop', 'api')[0]!.RestartCount = 6;
    expect(await check.probe(never)).toEqual({ ok: true, detail: '' });
    expect(check.findings!()).toEqual([
      {
        ...{ level: 'notice', subject: 'compose-health' },
        message: 'api ended once by itself and was started again; that alone is not a failure',
      },
    ]);
    scene.docker.of('shop', 'api')[0]!.RestartCount = 7;
    expect(await check.probe(never)).toMatchObject({ ok: false });
    expect(check.findings!()).toEqual([]);
    // Fresh checks begin anew: a confirmation does.
    expect(await (await scene.check()).probe(never)).toMatchObject({ ok: true });
  });

  it('a container health check without a result yet: nothing known', async () => {
    const scene = new Scene();
    scene.state('api').Health = { Status: 'starting' };
    expect(await (await scene.check()).probe(never)).toEqual({
      ok: null,
      detail: 'the health check of api has not said anything yet',
    });
  });

  it.each([
    ['does not answer', away, /^docker ps: Cannot connect to the Docker daemon/],
    ['prints garbage', { stdout: 'hunter2' }, /printed something that is not JSON|no container/],
    [
      'denies access',
      failing('permission denied hunter2'),
      /^docker ps: permission denied \*\*\*$/,
    ],
  ])('an engine that %s: nothing known', async (_, answer, says) => {
    const scene = new Scene();
    const check = await scene.check();
    await check.probe(never);
    scene.docker.hook = (args) => (args[0] === 'ps' || 'stdout' in answer ? answer : undefined);
    const result = await check.probe(never);
    expect(result.ok).toBeNull();
    expect(result.detail).toMatch(says);
    expect(scene.clock.sleeping).toBe(0);
  });

  it('an aborted signal rejects', async () => {
    const stop = new AbortController();
    const check = await new Scene().check();
    stop.abort(new Error('enough'));
    await expect(check.probe(stop.signal)).rejects.toThrow('enough');
  });

  it('report-logs shows the last log lines once, without secrets and commands', async () => {
    const scene = new Scene();
    scene.state('api').Health = { Status: 'unhealthy' };
    scene.docker.hook = (args) =>
      args[0] === 'logs'
        ? { stdout: 'first\n::error::key hunter2\n', stderr: `${'x'.repeat(999)}\n` }
        : undefined;
    expect((await (await scene.check()).probe(never)).detail).toBe('api is unhealthy');
    expect(scene.docker.calls.join('\n')).not.toContain('docker logs');
    const check = await scene.check({ 'report-logs': '2' });
    const { detail } = await check.probe(never);
    expect(detail).toBe(`api is unhealthy [\u2060::error::key *** | ${'x'.repeat(299)}…]`);
    expect((await check.probe(never)).detail).toBe(detail);
    expect(scene.docker.calls.filter((call) => call.startsWith('docker logs'))).toHaveLength(1);
  });

  it('logs that cannot be read do not change the result', async () => {
    const scene = new Scene();
    scene.state('api').Health = { Status: 'unhealthy' };
    scene.docker.hook = (args) => (args[0] === 'logs' ? failing('no such driver') : undefined);
    const check = await scene.check({ 'report-logs': '2' });
    expect((await check.probe(never)).detail).toBe('api is unhealthy');
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['no project', { 'compose-project': '' }, /does not know which project/],
    ['another project', { 'compose-project': 'shopp' }, /^project shopp has no containers/],
    ['another service', { 'compose-service': 'apii' }, /has no container of service apii$/],
  ])('preflight with %s: an error', async (_, flags, says) => {
    const scene = new Scene();
    expect(await (await scene.check(flags)).preflight(never)).toEqual([
      expect.objectContaining({
        level: 'error',
        subject: 'compose-health',
        message: expect.stringMatching(says),
      }),
    ]);
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['another project', { 'compose-project': 'shopp' }, /^project shopp has no containers .* yet$/],
    ['another service', { 'compose-service': 'apii' }, /has no container of service apii yet$/],
  ])('preflight with %s before the deploy: a notice', async (_, flags, says) => {
    const scene = new Scene();
    expect(await (await scene.check(flags)).preflight(never, true)).toEqual([
      {
        ...{ level: 'notice', subject: 'compose-health' },
        message: expect.stringMatching(says),
        fix: expect.stringMatching(/^if the deploy does not make it, correct/),
      },
    ]);
  });

  it('preflight with an engine that does not answer: an error', async () => {
    const scene = new Scene();
    const check = await scene.check();
    scene.docker.hook = () => away;
    expect(await check.preflight(never)).toMatchObject([
      { level: 'error', message: expect.stringContaining('Cannot connect') },
    ]);
  });

  describe('asked before the deploy', () => {
    const asked = async (check: HealthCheck): Promise<Asked | undefined> =>
      check.askables?.[0]?.ask(never);

    it('tells whether all is well, and what is not', async () => {
      const scene = new Scene();
      const check = await scene.check();
      expect(check.askables).toHaveLength(1);
      expect(check.askables?.[0]?.subject).toBe('containers of shop');
      expect(await asked(check)).toEqual({ passed: true, detail: '', ms: 0 });
      scene.state('api').Health = { Status: 'unhealthy' };
      expect(await asked(check)).toEqual({
        ...{ passed: false, detail: 'api is unhealthy', causes: ['api is unhealthy'], ms: 0 },
      });
    });

    it('a project without containers is absent', async () => {
      expect(await asked(await new Scene().check({ 'compose-project': 'shopp' }))).toEqual({
        ...{ passed: false, detail: 'there are no containers', absent: true, ms: 0 },
      });
    });

    it('tells nothing while a health check has not said anything, and without an engine', async () => {
      const scene = new Scene();
      scene.state('api').Health = { Status: 'starting' };
      expect(await asked(await scene.check())).toBeUndefined();
      scene.docker.hook = () => away;
      expect(await asked(await scene.check())).toBeUndefined();
    });

    it('what fails by the same cause is no change; another cause, or an end of what was well, is', async () => {
      const scene = new Scene();
      const failed = async (recalled: Asked): Promise<unknown> => {
        const check = await scene.check();
        check.askables?.[0]?.recall(recalled);
        return check.probe(never);
      };
      scene.state('api').Health = { Status: 'unhealthy' };
      const result = { ok: false, detail: 'api is unhealthy' };
      const before = { passed: false, detail: '', ms: 0 };
      expect(await failed({ ...before, causes: ['api is unhealthy'] })).toEqual(result);
      expect(await failed({ ...before, causes: ['db is paused'] })).toEqual({
        ...result,
        changed: true,
      });
      expect(await failed({ ...before, passed: true })).toEqual({ ...result, changed: true });
    });
  });

  it('compose-health false: no check', async () => {
    const scene = new Scene();
    await expect(scene.check({ 'compose-health': 'false' })).rejects.toThrow('no health check');
  });
});
