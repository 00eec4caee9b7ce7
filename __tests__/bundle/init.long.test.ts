import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bundle, Workplace } from '../support/bundle.js';
import { always, initSystems, ways, written } from '../support/initialised.js';

let place: Workplace;

beforeEach(() => {
  place = new Workplace();
});

afterEach(() => {
  place.remove();
});

/** What `preflight` misses on a machine that knows nothing of the CI system, and then with what is no secret. */
const missing: Readonly<
  Record<
    (typeof initSystems)[number],
    readonly [first: RegExp, known: Readonly<Record<string, string>>, then: RegExp]
  >
> = {
  github: [/github-repository/, { GITHUB_REPOSITORY: 'acme/shop' }, /token/i],
  gitlab: [/gitlab-project/, { CI_PROJECT_ID: '42' }, /token/i],
  circleci: [/CIRCLE_TOKEN/, { CIRCLE_PROJECT_SLUG: 'gh/acme/shop' }, /CIRCLE_TOKEN/],
  jenkins: [
    /JENKINS_URL/,
    { JENKINS_URL: 'http://127.0.0.1:9/' },
    /JENKINS_TOKEN|jenkins-token|token/i,
  ],
  azure: [
    /azure-org/,
    { AZURE_DEVOPS_ORG: 'acme', AZURE_DEVOPS_PROJECT: 'Shop' },
    /AZURE_DEVOPS_PAT|azure-pat/,
  ],
  gitea: [
    /gitea-url/,
    { ROLLGATE_GITEA_URL: 'http://127.0.0.1:9/', ROLLGATE_GITEA_REPOSITORY: 'acme/shop' },
    /gitea-token/,
  ],
  forgejo: [
    /gitea-url/,
    { ROLLGATE_GITEA_URL: 'http://127.0.0.1:9/', ROLLGATE_GITEA_REPOSITORY: 'acme/shop' },
    /gitea-token/,
  ],
};

const argvFor = (system: string): readonly string[] => [
  'init',
  '--yes',
  '--ci-system',
  system,
  '--url',
  'http://127.0.0.1:9/',
];

describe.each(initSystems)('the bundle, in a fresh folder for %s', (system) => {
  const argv = argvFor(system);

  it('init, validate, preflight, and a second init that changes nothing', async () => {
    const first = await place.run([...argv, ...ways.pipeline]);
    expect(first).toEqual({ code: 0, output: first.output });
    expect(Object.keys(place.files()).sort()).toEqual([...written[system], ...always].sort());

    const validated = await place.run(['validate']);
    expect(validated).toEqual({ code: 0, output: validated.output });
    expect(validated.output).toContain('the configuration is valid');

    const [what, known, secret] = missing[system];
    const preflight = await place.run(['preflight']);
    expect(preflight.code).toBe(2);
    expect(preflight.output).toMatch(what);
    expect(preflight.output).not.toMatch(/\bat .*\.js:\d+|internal error/i);
    const informed = await place.run(['preflight'], known);
    expect(informed.code).toBe(2);
    expect(informed.output).toMatch(secret);

    const before = place.files();
    const again = await place.run(argv);
    expect(again.code).toBe(0);
    expect(again.output).toContain('Already there:');
    expect(place.files()).toEqual(before);
  });
});

describe('the bundle, in a fresh folder for another CI system', () => {
  it('writes only rollgate.yml, and the lines that it prints run', async () => {
    const commands = ['--rollback-command', 'true', '--rollback-snapshot-command', 'echo 1'];
    const { code, output } = await place.run([...argvFor('none'), ...commands]);
    expect({ code, output }).toEqual({ code: 0, output });
    expect(Object.keys(place.files())).toEqual(always);
    const lines = output.split('\n').filter((line) => line.startsWith('       '));
    expect(lines.map((line) => line.trim())).toEqual([
      `node ${bundle} snapshot`,
      `node ${bundle} preflight`,
      './scripts/deploy.sh # yours: whatever deploys',
      `node ${bundle} run`,
    ]);
    const [snapshot = '', preflight = ''] = lines;
    for (const line of [snapshot, preflight])
      expect(await place.launch('sh', ['-c', line]).ended).toMatchObject({ code: 0 });
  });
});

describe('the bundle, in a folder with a Compose file', () => {
  it('rolls back by this program, on the engine of DOCKER_HOST, and warns of a URL that refuses', async () => {
    place.write('compose.yaml', 'services: { web: { image: "${WEB_IMAGE:-acme/web:1}" } }\n');
    const { code, output } = await place.run([...argvFor('gitlab'), ...ways.compose], {
      DOCKER_HOST: 'ssh://deploy@web-1.example.com',
    });
    expect({ code, output }).toEqual({ code: 0, output });
    expect(output).toMatch(/warning: .*127\.0\.0\.1:9.*connection refused/);
    expect(place.read('.gitlab/rollback.yml')).toContain(
      '    - rollgate rollback --rollback-timeout 5m\n',
    );
    expect(place.read('.gitlab/rollgate.yml')).toContain(
      '  DOCKER_HOST: ssh://deploy@web-1.example.com #',
    );
  });
});

describe('the rollback pipeline in the bundle, where it calls this program', () => {
  const onUnix = process.platform === 'win32' ? it.skip : it;
  // A marker, a revision as the gate sends it, and none as when it is started by hand.
  onUnix.each([['deployment/shop=12'], ['']])(
    'its line is understood, starts no pipeline, and reads rollgate.yml: revision %j',
    async (revision) => {
      const { code, output } = await place.run([...argvFor('gitlab'), ...ways.kubernetes]);
      expect({ code, output }).toEqual({ code: 0, output });
      const [, line = ''] =
        /- rollgate (rollback .*)$/m.exec(place.read('.gitlab/rollback.yml') ?? '') ?? [];
      expect(line).toContain('--kubernetes-revision');
      // A kubectl that reaches nothing: the program has come as far as the cluster.
      place.write(
        'kubectl',
        '#!/bin/sh\necho "$*" >> "$LOG"\necho "connection refused" >&2\nexit 1\n',
      );
      chmodSync(place.path('kubectl'), 0o755);
      const ended = await place.launch('sh', ['-c', `node "$PROGRAM" ${line}`], {
        PROGRAM: bundle,
        LOG: place.path('log'),
        PATH: `${place.folder}:${process.env.PATH ?? ''}`,
        ROLLBACK: 'true',
        ROLLBACK_REVISION: revision,
      }).ended;
      expect(ended.output).toContain('this is a rollback run (ROLLBACK in the environment)');
      expect(ended.output).not.toMatch(/is not accepted|this flag|Configuration error/);
      expect(place.read('log')).toMatch(/--namespace[= ]shop/);
      expect(ended.code).toBe(3);
    },
  );
});

describe('init in the bundle, for a strategy other than ci', () => {
  it.each(['kubernetes', 'compose', 'ecs', 'lambda', 'command'] as const)(
    '%s: validate accepts the file, and preflight names the strategy',
    async (way) => {
      const { code, output } = await place.run([...argvFor('gitlab'), ...ways[way]]);
      expect({ code, output }).toEqual({ code: 0, output });
      expect((await place.run(['validate'])).code).toBe(0);
      const preflight = await place.run(['preflight']);
      expect(preflight.code).toBe(2);
      expect(preflight.output).toContain(`${way}: `);
    },
  );
});

describe('init in the bundle, without a terminal', () => {
  it('names the flags it needs, and writes nothing', async () => {
    const { code, output } = await place.run(['init']);
    expect(code).toBe(2);
    expect(output).toContain('--ci-system');
    expect(output).toContain('--url');
    expect(output).not.toMatch(/\bat .*\.js:\d+/);
    expect(place.files()).toEqual({});
  });

  it('does not replace a file with other content', async () => {
    place.write('.gitlab-ci.yml', 'mine: { script: [ls] }\n');
    place.write('.gitlab/rollback.yml', 'mine: { script: [ls] }\n');
    const before = place.files();
    const { code, output } = await place.run(['init', '--url', 'http://127.0.0.1:9/']);
    expect(code).toBe(2);
    expect(output).toContain('.gitlab/rollback.yml: already exists with different content');
    expect(place.files()).toEqual(before);
  });
});
