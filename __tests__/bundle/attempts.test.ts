import { afterEach, describe, expect, it } from '@jest/globals';
import { quick, Workplace } from '../support/bundle.js';
import { serve, type HttpTestServer } from '../support/servers.js';
import type { StandIn } from '../support/stand-in.js';
import { standIns } from '../support/stand-ins.js';

const toClose: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of toClose.splice(0)) await one.close();
});

interface Scene {
  readonly standIn: StandIn;
  readonly service: HttpTestServer;
  readonly place: Workplace;
}

/** A service that each watch finds well, and then ill until a rollback has been started. */
async function scene(system: string): Promise<Scene> {
  const create = standIns[system];
  if (create === undefined) throw new Error(`there is no stand-in for ${system}`);
  const standIn = await create('well');
  const place = new Workplace();
  let before = 0;
  const service = await serve((_, response) => {
    // What preflight asks the CI system is over by then; the next request is that of the rollback.
    if (service.received.length === 30) before = standIn.requests.length;
    const isIll = service.received.length > 30 && standIn.requests.length === before;
    response.writeHead(isIll ? 503 : 200).end('ok');
  });
  toClose.push(standIn, service, {
    close() {
      place.remove();
      return Promise.resolve();
    },
  });
  return { standIn, service, place };
}

/** A run of each system, as its own variables tell it. */
const runs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  github: { GITHUB_RUN_ID: '42', GITHUB_RUN_ATTEMPT: '1', GITHUB_JOB: 'deploy' },
  circleci: { CIRCLECI: 'true', CIRCLE_WORKFLOW_ID: '0f3c', CIRCLE_JOB: 'deploy' },
};

describe.each(Object.keys(runs))(
  'a gate in %s that is killed after it has started the rollback',
  (system) => {
    it('the step is tried again: the run is joined, and there is no second one', async () => {
      const { standIn, service, place } = await scene(system);
      const words = ['run', '--url', service.url, ...quick, '--rollback', 'ci'];
      const env = { ...standIn.guideVariables(), ...runs[system] };

      const first = place.start(words, env);
      await first.printed('✅ CI/CD rollback triggered');
      first.child.kill('SIGKILL');
      await first.ended;
      expect(standIn.started).toBe(1);
      const { url } = standIn;
      expect(url).toBeDefined();

      service.received.length = 0;
      const { code, output } = await place.run(words, env);
      expect(output).toContain('Another attempt of this run had started it.');
      expect(standIn.started).toBe(1);
      expect(code).toBe(1);
      expect(place.report().targets[0]?.rollback).toMatchObject({ status: 'verified' });
    });
  },
);
