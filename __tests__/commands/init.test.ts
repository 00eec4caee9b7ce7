import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse, parseDocument } from 'yaml';
import { answerSchema } from '../../src/commands/schema.js';
import { Cancelled } from '../../src/support/abort.js';
import {
  always,
  initSystems,
  Repository,
  ways,
  type Way,
  waysAlone,
  written,
  writtenFor,
} from '../support/initialised.js';

const url = ['--url', 'https://shop.example.com/'];

let repository: Repository;

beforeEach(() => {
  repository = new Repository();
});

afterEach(() => {
  repository.remove();
});

const config = (): unknown => parse(repository.place.read('rollgate.yml') ?? '');

const everyCase = initSystems.flatMap((system) =>
  (Object.keys(ways) as Way[]).map((way) => [system, way] as const),
);

describe.each(everyCase)('init for %s, rolled back by %s', (system, way) => {
  const argv = ['init', '--yes', '--ci-system', system, ...url, ...ways[way]];

  it('writes files that parse and that `validate` accepts', async () => {
    const { code, output } = await repository.run(argv);
    expect({ code, output }).toEqual({ code: 0, output });
    const files = repository.place.files();
    expect(Object.keys(files).sort()).toEqual([...writtenFor(system, way), ...always].sort());
    for (const [path, text] of Object.entries(files)) {
      expect(text.endsWith('\n')).toBe(true);
      expect(text).not.toMatch(/[ \t]$|\n\n\n|\bundefined\b/m);
      if (path.endsWith('.yml'))
        expect({ path, errors: parseDocument(text).errors }).toEqual({ path, errors: [] });
      expect(output).toContain(path);
    }
    expect(output).toContain('`rollgate validate`: rollgate.yml is valid');
    expect(output).toMatch(
      /Next steps:\n {2}1\. Replace these placeholders .*\n( {7}`\S+`.*\n)+ {7}Or set your names in release\.config\.json .*\n {2}2\. Put your deploy /,
    );
    const validated = await repository.run(['validate']);
    expect(validated).toMatchObject({ code: 0 });
    const pipelineSystem = waysAlone.includes(way) ? undefined : system;
    expect(validated.output.includes('ci-system')).toBe(pipelineSystem !== undefined);
    expect(config()).toMatchObject({ url: 'https://shop.example.com/' });
    expect((config() as Record<string, unknown>)['ci-system']).toBe(pipelineSystem);
  });

  it('a second run finds all files there, with and without flags, and writes nothing', async () => {
    await repository.run(argv);
    const before = repository.place.files();
    for (const again of [argv, ['init', '--yes'], ['init', '--yes', '--force']]) {
      const { code, output } = await repository.run(again);
      expect({ code, output }).toEqual({ code: 0, output });
      expect(output).toContain('Already there:');
      expect(output).not.toContain('Written');
      expect(repository.place.files()).toEqual(before);
    }
  });
});

describe('what init writes into rollgate.yml', () => {
  it('every input given by a flag, in the order of the table', async () => {
    const flags = [
      '--min-success-rate',
      '99.5',
      '--duration',
      '2m',
      '--dry-run',
      '--url',
      'https://b.example.com/?a=b&c',
    ];
    const { code } = await repository.run([
      'init',
      '--yes',
      '--ci-system',
      'github',
      ...url,
      ...flags,
    ]);
    expect(code).toBe(0);
    expect(repository.place.read('rollgate.yml')).toBe(
      [
        '# yaml-language-server: $schema=./rollgate.schema.json',
        '# Keep this file in the repository root.',
        '# `rollgate validate` prints every effective value and its source.',
        'dry-run: true',
        'duration: 2m',
        '# Probed twice a second: pick a page that exercises the database.',
        'url:',
        '  - https://shop.example.com/',
        '  - https://b.example.com/?a=b&c',
        'min-success-rate: 99.5',
        '# How it is rolled back: these ways, one after the other.',
        'rollback: ci',
        '# Where the rollback pipeline runs. Its token is a secret: keep it out of files.',
        'ci-system: github',
        '',
      ].join('\n'),
    );
  });

  it.each([
    [ways.kubernetes, 'kubernetes,ci'],
    [ways.compose, 'compose,ci'],
    [ways.ecs, 'ecs'],
    [ways.lambda, 'lambda'],
    [ways.command, 'command'],
    [ways.pipeline, 'ci'],
    [['--helm-release', 'shop'], 'helm,ci'],
    [['--helm-release', 'shop', ...ways.kubernetes], 'helm,kubernetes,ci'],
    [['--rollback', 'command', '--rollback-command', './undo.sh'], 'command'],
  ])('%j gives the chain %s', async (flags, chain) => {
    const { code, output } = await repository.run([
      'init',
      '--yes',
      '--ci-system',
      'github',
      ...url,
      ...flags,
    ]);
    expect({ code, output }).toEqual({ code: 0, output });
    expect(config()).toMatchObject({ rollback: chain });
  });

  it.each([
    ['ecs', { 'ecs-service': 'shop/api', 'ecs-health': true }],
    ['lambda', { 'lambda-alias': 'shop-api:live' }],
    [
      'command',
      {
        'rollback-command': './undo.sh "$ROLLGATE_REVISION"',
        'rollback-snapshot-command': './current-version.sh',
      },
    ],
  ] as const)('%s: its inputs, and nothing of a CI system', async (way, expected) => {
    const argv = ['init', '--yes', '--ci-system', 'gitlab', ...url, ...ways[way]];
    expect((await repository.run(argv)).code).toBe(0);
    expect(config()).toEqual({ url: 'https://shop.example.com/', rollback: way, ...expected });
  });

  it('ecs-health off, where a flag says so', async () => {
    const argv = ['init', '--yes', '--ci-system', 'github', ...url, ...ways.ecs];
    expect((await repository.run([...argv, '--ecs-health', 'false'])).code).toBe(0);
    expect(config()).toMatchObject({ 'ecs-health': false });
  });

  it("the user's name of the rollback pipeline", async () => {
    await repository.run([
      'init',
      '--yes',
      '--ci-system',
      'jenkins',
      ...url,
      '--jenkins-job',
      'ops/undo',
    ]);
    expect(config()).toMatchObject({ 'jenkins-job': 'ops/undo' });
  });

  it('the system and the URL from variables, and no other input from them', async () => {
    const env = {
      ROLLGATE_URL: 'https://v.example.com/',
      ROLLGATE_DURATION: '9m',
      CI_SYSTEM: 'gitlab',
    };
    expect((await repository.run(['init', '--yes'], { env })).code).toBe(0);
    expect(config()).toMatchObject({ url: 'https://v.example.com/', 'ci-system': 'gitlab' });
    expect(config()).not.toHaveProperty('duration');
  });

  it('any namespace reads back as it was given', async () => {
    const texts = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !/[\p{Cc}\u2028\u2029]/u.test(text) && text.trim() === text && text !== '');
    await fc.assert(
      fc.asyncProperty(texts, async (namespace) => {
        const fresh = new Repository();
        try {
          const flags = [...ways.kubernetes.slice(0, 2), `--kubernetes-namespace=${namespace}`];
          const { code, output } = await fresh.run([
            'init',
            '--yes',
            '--ci-system',
            'github',
            ...url,
            ...flags,
          ]);
          expect({ code, output }).toEqual({ code: 0, output });
          const again = await fresh.run([
            'init',
            '--yes',
            '--ci-system',
            'github',
            ...url,
            ...flags,
          ]);
          expect(again.output).toContain('Already there:');
          const read = parse(fresh.place.read('rollgate.yml') ?? '') as Record<string, unknown>;
          expect(String(read['kubernetes-namespace'])).toBe(namespace);
        } finally {
          fresh.remove();
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('the schema that rollgate.yml names', () => {
  const schema = answerSchema([]).text;
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(JSON.parse(schema) as object);

  it.each(everyCase)('%s with %s: is there, and accepts the file', async (system, way) => {
    const argv = ['init', '--yes', '--ci-system', system, ...url, ...ways[way]];
    expect((await repository.run(argv)).code).toBe(0);
    const { place } = repository;
    const [, path = ''] =
      /^# yaml-language-server: \$schema=(\S+)\n/.exec(place.read('rollgate.yml') ?? '') ?? [];
    expect(place.read(path)).toBe(schema);
    expect({ valid: validate(config()), errors: validate.errors }).toEqual({
      valid: true,
      errors: null,
    });
  });

  it('does not accept a misspelt key', () => {
    expect(validate({ durration: '5m' })).toBe(false);
  });

  it('is that of `rollgate schema`, and is written again after a change of it, if one agrees', async () => {
    const argv = ['init', '--yes', '--ci-system', 'github', ...url];
    await repository.run(argv);
    const { text } = answerSchema([]);
    expect(repository.place.read('rollgate.schema.json')).toBe(text);
    repository.place.write('rollgate.schema.json', '{}\n');
    expect((await repository.run(argv)).code).toBe(2);
    expect((await repository.run([...argv, '--force'])).code).toBe(0);
    expect(repository.place.read('rollgate.schema.json')).toBe(text);
  });

  it('is not written beside a file that its owner wrote without it', async () => {
    repository.place.write('rollgate.yml', 'url: https://shop.example.com/\nrollback: ci\n');
    const { code } = await repository.run(['init', '--yes'], { env: { CI_SYSTEM: 'github' } });
    expect(code).toBe(0);
    expect(Object.keys(repository.place.files())).not.toContain('rollgate.schema.json');
  });
});

describe('the rollback pipeline', () => {
  const withoutIt = [
    ...waysAlone.map((way) => [way, ways[way]] as const),
    ['kubernetes alone', [...ways.kubernetes, '--rollback', 'kubernetes']] as const,
    ...(['kubernetes', 'compose', 'ecs'] as const).map(
      (way) =>
        [
          `command alone, with ${way}`,
          [...ways[way], ...ways.command, '--rollback', 'command'],
        ] as const,
    ),
  ].flatMap(([way, flags]) => initSystems.map((system) => [way, system, flags] as const));

  it.each(withoutIt)('by %s for %s: is not spoken of', async (_, system, flags) => {
    const argv = ['init', '--yes', '--ci-system', system, ...url, ...flags];
    const { code, output } = await repository.run(argv);
    expect({ code, output }).toEqual({ code: 0, output });
    const files = Object.entries(repository.place.files());
    const texts = files.flatMap(([path, text]) => (always.includes(path) ? [] : [text]));
    expect([...texts, output].join('\n')).not.toMatch(
      /rollback (workflow|pipeline|job|by hand)|rollback\.yml|Jenkinsfile\.rollback|actions: write|is-rollback|\$ROLLBACK|scripts\/current-version|jenkins: |_TOKEN/,
    );
  });

  it.each(initSystems)(
    '%s: is not written where the chain of rollgate.yml is command',
    async (system) => {
      const own =
        'url: https://shop.example.com/\nrollback: command\nrollback-command: ./undo.sh\n';
      repository.place.write('rollgate.yml', own);
      const { code, output } = await repository.run(['init', '--yes', '--ci-system', system]);
      expect({ code, output }).toEqual({ code: 0, output });
      expect(Object.keys(repository.place.files()).sort()).toEqual(
        [...writtenFor(system, 'command'), 'rollgate.yml'].sort(),
      );
      expect(repository.place.read('rollgate.yml')).toBe(own);
    },
  );

  it.each(initSystems)(
    '%s: is not written where the chain of a flag is command',
    async (system) => {
      const { code, output, questions } = await repository.run(
        ['init', '--ci-system', system, ...url, '--rollback', 'command'],
        { answers: ['./undo.sh', ''] },
      );
      expect({ code, output }).toEqual({ code: 0, output });
      expect(questions[0]).toContain('The command line that rolls back');
      expect(Object.keys(repository.place.files()).sort()).toEqual(
        [...writtenFor(system, 'command'), ...always].sort(),
      );
      expect(config()).toMatchObject({ rollback: 'command', 'rollback-command': './undo.sh' });
    },
  );

  it.each(initSystems)('%s: is written where the chain of ecs has ci', async (system) => {
    const argv = ['init', '--yes', '--ci-system', system, ...url, ...ways.ecs];
    const { code, output } = await repository.run([...argv, '--rollback', 'ecs, ci']);
    expect({ code, output }).toEqual({ code: 0, output });
    const files = repository.place.files();
    expect(Object.keys(files).sort()).toEqual([...written[system], ...always].sort());
    expect(Object.values(files).join('')).toContain('./scripts/current-version.sh');
    expect(config()).toMatchObject({ rollback: 'ecs, ci', 'ci-system': system });
    expect(output).toContain('Write scripts/current-version.sh');
  });
});

describe('init for another CI system', () => {
  const argv = ['init', '--yes', '--ci-system', 'none', ...url];
  const lines = [
    'node index.js snapshot',
    'node index.js preflight',
    './scripts/deploy.sh # yours: whatever deploys',
    'node index.js run',
  ];

  it.each<[string, readonly string[], Readonly<Record<string, unknown>>]>([
    ['kubernetes', ways.kubernetes, { rollback: 'kubernetes' }],
    ['compose', ways.compose, { rollback: 'compose' }],
    ['ecs', ways.ecs, { rollback: 'ecs', 'ecs-health': true }],
    ['lambda', ways.lambda, { rollback: 'lambda' }],
    ['command', ways.command, { rollback: 'command' }],
    ['helm', ['--helm-release', 'shop'], { rollback: 'helm' }],
    ['helm first', ['--helm-release', 'shop', ...ways.kubernetes], { rollback: 'helm,kubernetes' }],
    [
      'a chain of the user with ci',
      [...ways.compose, '--rollback', 'compose,ci'],
      { rollback: 'compose,ci' },
    ],
    ['a strategy of no way', ['--canary-workload', 'deployment/canary'], {}],
    ['nothing', [], { 'on-unhealthy': 'report' }],
  ])('%s: writes only rollgate.yml, and prints the lines', async (_, flags, expected) => {
    const { code, output } = await repository.run([...argv, ...flags]);
    expect({ code, output }).toEqual({ code: 0, output });
    expect(Object.keys(repository.place.files())).toEqual(always);
    expect(config()).toMatchObject({ ...expected, 'ci-system': 'none' });
    const onlyReports = 'on-unhealthy' in expected;
    expect('rollback' in (config() as object)).toBe('rollback' in expected);
    expect('on-unhealthy' in (config() as object)).toBe(onlyReports);
    expect(output.includes('Nothing is rolled back as long as')).toBe(onlyReports);
    expect(output).toContain('Written:\n  rollgate.yml  ');
    expect(output).toContain(`1. Run these lines in your pipeline`);
    expect(output).toContain(`:\n${lines.map((line) => `       ${line}\n`).join('')}  2. `);
    expect(repository.place.read('rollgate.yml')).not.toContain('Its token');
    expect((await repository.run(['validate'])).code).toBe(0);

    const before = repository.place.files();
    for (const again of [
      [...argv, ...flags],
      ['init', '--yes'],
    ]) {
      const second = await repository.run(again);
      expect(second).toMatchObject({ code: 0 });
      expect(second.output).toContain('Already there:');
      expect(second.output).toContain(lines.join('\n       '));
      expect(repository.place.files()).toEqual(before);
    }
  });

  it('only a pipeline to roll back with: exit 2, and nothing is written', async () => {
    const { code, output } = await repository.run([...argv, '--rollback', 'ci']);
    expect(code).toBe(2);
    expect(output).toContain(
      'rollback: it names `ci`, and `ci-system` is `none` → set `ci-system`',
    );
    expect(repository.place.files()).toEqual({});
  });

  it.each(['other', 'OTHER', 'oth', 'none'])('is what the answer %j means', async (answer) => {
    const { code, output, questions } = await repository.run(['init', ...url], {
      answers: [answer, 'pipeline', ''],
    });
    expect({ code, output }).toEqual({ code: 0, output });
    expect(questions[0]).toContain('forgejo, other?');
    expect(questions[1]).not.toContain('pipeline');
    expect(output).toContain('please choose one of the listed words');
    expect(config()).toEqual({
      url: 'https://shop.example.com/',
      'on-unhealthy': 'report',
      'ci-system': 'none',
    });
  });

  it('a program in a folder with a blank is quoted', async () => {
    const self = { node: 'node', script: '/opt/our tools/index.js' };
    const { output } = await repository.run([...argv, ...ways.compose], { self });
    expect(output).toContain('node "/opt/our tools/index.js" snapshot\n');
  });

  it('leaves a pipeline that is there alone', async () => {
    repository.place.write('Jenkinsfile', 'mine\n');
    expect((await repository.run([...argv, ...ways.command])).code).toBe(0);
    expect(Object.keys(repository.place.files()).sort()).toEqual(['Jenkinsfile', ...always]);
  });
});

describe('init with a Compose file', () => {
  const argv = ['init', '--ci-system', 'gitlab', ...url];
  // The engine is that of the runner, which has this tag.
  const here = ['', 'engine'];

  it('one service is the default answer', async () => {
    repository.place.write(
      'compose.yaml',
      'services: { web: { image: "${WEB_IMAGE:-acme/web:1}" } }\n',
    );
    const { code, output, questions } = await repository.run(argv, {
      answers: ['', 'shop', '', ...here],
    });
    expect({ code, output }).toEqual({ code: 0, output });
    expect(questions[2]).toBe('The service to roll back (compose.yaml has web) [web]: ');
    expect(config()).toMatchObject({ 'compose-project': 'shop', 'compose-service': 'web' });
  });

  it('a service that the file does not have is named', async () => {
    repository.place.write('compose.yaml', 'services: { web: {}, db: {} }\n');
    const flags = [...ways.compose, '--compose-service', 'db,wbe'];
    const { code, output } = await repository.run([...argv, '--yes', ...flags]);
    expect(code).toBe(0);
    expect(output).toContain('compose-service: compose.yaml has no service wbe; it has web, db');
    expect(output).not.toContain('no service db');
  });

  it('one service without anybody to ask: all that the deploy changes is rolled back', async () => {
    repository.place.write('docker-compose.yml', 'services: { web: { image: "acme/web:$TAG" } }\n');
    const { code, output } = await repository.run([...argv, '--yes', ...ways.compose]);
    expect({ code, output }).toEqual({ code: 0, output });
    expect(config()).toMatchObject({ 'compose-project': 'shop' });
    expect(config()).not.toHaveProperty('compose-service');
  });

  const several =
    'services: { web: { image: "${WEB_IMAGE}" }, jobs: { image: "acme/jobs:${TAG}" }, db: {} }\n';

  it.each<[string, readonly string[], string | undefined]>([
    ['all of them', [''], undefined],
    ['some of them', ['web, jobs'], 'web, jobs'],
    ['after a mistake', ['wep', 'jobs'], 'jobs'],
  ])('several services are listed: %s', async (_, answers, services) => {
    repository.place.write('compose.yml', several);
    const said = await repository.run(argv, { answers: ['compose', '', ...answers, ...here] });
    expect(said).toMatchObject({ code: 0 });
    expect(said.questions[2]).toContain('(compose.yml has web, jobs, db) [all]');
    expect(said.output.includes('compose.yml has no service wep')).toBe(answers.includes('wep'));
    expect((config() as Record<string, unknown>)['compose-service']).toBe(services);
  });

  it('a file that cannot be parsed: says so, and asks as without one', async () => {
    repository.place.write('compose.yaml', 'services: [\n');
    const asked = await repository.run(argv, { answers: ['', '', ...here] });
    expect(asked).toMatchObject({ code: 0 });
    expect(asked.output).toContain('compose.yaml cannot be read, so its services are not known: ');
    const again = await repository.run([...argv, '--yes', '--force']);
    expect(again).toMatchObject({ code: 0 });
    expect(again.output).toContain('warning: compose.yaml cannot be read, so ');
  });
});

const host = 'ssh://deploy@web-1.example.com:2222';
/** All that is written, besides what is in every folder. */
const pipelines = (): readonly (readonly [string, string])[] =>
  Object.entries(repository.place.files()).filter(([path]) => !always.includes(path));

/** How many jobs of each file need the machine of the engine: deploy, gate and what is around it, rollback. */
const jobsOnEngine: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  github: { '.github/workflows/deploy-gate.yml': 1, '.github/workflows/rollback.yml': 1 },
  gitea: { '.gitea/workflows/deploy-gate.yml': 1, '.gitea/workflows/rollback.yml': 1 },
  forgejo: { '.forgejo/workflows/deploy-gate.yml': 1, '.forgejo/workflows/rollback.yml': 1 },
  gitlab: { '.gitlab-ci.yml': 1, '.gitlab/rollgate.yml': 3, '.gitlab/rollback.yml': 1 },
  circleci: { '.circleci/config.yml': 2 },
  jenkins: { Jenkinsfile: 1, 'Jenkinsfile.rollback': 1 },
  azure: { 'azure-pipelines.yml': 1, 'rollback.yml': 1 },
};

describe.each(initSystems)('the Docker engine, for %s', (system) => {
  const argv = ['init', '--ci-system', system, ...url];
  const env = { DOCKER_HOST: host };
  const hosted =
    /runs-on: ubuntu-latest|agent any|vmImage: ubuntu-latest|executor: rollgate\/default/;
  const named = /self-hosted|Default|YOUR-|your-namespace|tags:|label '|machine: true/;

  it.each<[string, readonly string[], { answers?: readonly string[]; env?: typeof env }]>([
    ['asked for', [], { answers: ['compose', 'shop', host] }],
    ['of the environment, offered', [], { answers: ['compose', 'shop', ''], env }],
    ['of the environment, without anybody to ask', ['--yes', ...ways.compose], { env }],
  ])('on another machine, %s: every pipeline speaks with it', async (_, flags, how) => {
    const { code, output, questions } = await repository.run([...argv, ...flags], how);
    expect({ code, output }).toEqual({ code: 0, output });
    expect(questions.filter((question) => question.includes('DOCKER_HOST'))).toHaveLength(
      how.answers === undefined ? 0 : 1,
    );
    const texts = pipelines();
    const all = texts.map(([, text]) => text).join('\n');
    const values = [...all.matchAll(/\bDOCKER_HOST\b\W+(ssh:[^\s']+)/g)].map(([, value]) => value);
    // One for each file that the system runs by itself.
    expect(values).toEqual(
      Array.from({ length: system === 'gitlab' || system === 'circleci' ? 1 : 2 }, () => host),
    );
    expect(all).not.toMatch(named);
    if (system !== 'gitlab') expect(all).toMatch(hosted);
    // Of the pipeline, of the jobs of the component, and of the rollback.
    else expect(all.split('!reference [.engine, before_script]')).toHaveLength(1 + 1 + 3 + 1);
    expect(output).toContain(`log in to ${host}`);
    expect(output).not.toContain('Every job here runs on the machine');
    expect(config()).not.toHaveProperty('docker-host');
  });

  it('on the machine of the runner, without anybody to ask: its name is a first step', async () => {
    const assumed = await repository.run([...argv, '--yes', ...ways.compose]);
    expect(assumed).toMatchObject({ code: 0 });
    const all = pipelines()
      .map(([, text]) => text)
      .join('\n');
    expect(all).not.toContain('DOCKER_HOST');
    const [placeholder] = /YOUR-\w+|your-namespace\/your-runner/.exec(all) ?? [];
    if (placeholder === undefined) {
      expect(['github', 'azure']).toContain(system);
      expect(assumed.output).toMatch(/\n {2}3\. Every job here runs on the machine of the Docker/);
    } else
      expect(assumed.output).toMatch(
        new RegExp(
          ` 1\\. Replace these placeholders .*\\n(?: {7}.*\\n)* {7}\`${placeholder}\` in `,
        ),
      );
    const again = await repository.run(['init', '--yes']);
    expect(again.output).toContain('Already there:');
    expect(again.output.slice(again.output.indexOf('Next steps:'))).toBe(
      assumed.output.slice(assumed.output.indexOf('Next steps:')),
    );
  });

  it('on the machine of the runner, which is asked for: every job that needs it is there', async () => {
    const answers = ['compose', 'shop', 'the engine', '', 'not a label!', 'acme/engine-1'];
    const asked = await repository.run(argv, { answers });
    expect(asked).toMatchObject({ code: 0 });
    expect(asked.output).toContain('write it like ssh://deploy@web-1.example.com');
    expect(asked.output).toContain(' acme/engine-1. An engine on another machine: ');
    const times = Object.fromEntries(
      pipelines().map(([path, text]) => [path, text.split('acme/engine-1').length - 1]),
    );
    expect(times).toEqual(jobsOnEngine[system]);
  });

  it('a socket of this machine is none of theirs', async () => {
    const { code } = await repository.run([...argv, '--yes', ...ways.compose], {
      env: { DOCKER_HOST: 'unix:///run/user/1000/docker.sock' },
    });
    expect(code).toBe(0);
    expect(
      pipelines()
        .map(([, text]) => text)
        .join('\n'),
    ).not.toMatch(/DOCKER_HOST|docker\.sock/);
  });
});

describe.each(initSystems)('the namespace, for %s', (system) => {
  // In YAML the second one needs quotes: it is a number.
  it.each(['only-here', '1e300'])(
    'stands in rollgate.yml alone, and the deploy reads it there: %s',
    async (namespace) => {
      const argv = ['init', '--yes', '--ci-system', system, ...url];
      const flags = [
        '--kubernetes-workload',
        'deployment/api',
        '--kubernetes-namespace',
        namespace,
      ];
      expect((await repository.run([...argv, ...flags])).code).toBe(0);
      const files = Object.entries(repository.place.files());
      expect(files.filter(([, text]) => text.includes(namespace)).map(([path]) => path)).toEqual([
        'rollgate.yml',
      ]);
      const deploys = files.filter(([, text]) => text.includes('./scripts/deploy.sh'));
      expect(deploys).toHaveLength(1);
      const text = deploys[0]?.[1] ?? '';
      const line = /(?<=NAMESPACE=).*$/m.exec(text)?.[0] ?? '';
      const shell = execFileSync('sh', ['-c', `NAMESPACE=${line}\nprintf %s "$NAMESPACE"`], {
        cwd: repository.place.folder,
      });
      expect(shell.toString()).toBe(namespace);
    },
  );

  it('is spoken of nowhere without one', async () => {
    const argv = ['init', '--yes', '--ci-system', system, ...url];
    expect((await repository.run([...argv, ...ways.kubernetes.slice(0, 2)])).code).toBe(0);
    for (const [, text] of pipelines()) expect(text).not.toMatch(/namespace/i);
  });
});

describe('init and a URL that is given', () => {
  let server: Server;
  let address: string;
  let requests: string[];

  beforeEach(async () => {
    requests = [];
    server = createServer(({ url: path = '' }, response) => {
      requests.push(path);
      response.end('ok');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  const argv = ['init', '--ci-system', 'github', ...ways.compose];
  // Nothing listens at this port of our own machine.
  const refusing = 'http://127.0.0.1:9/';

  it('requests it once, and says what it answers', async () => {
    const flags = ['--url', `${address}basket`, '--health-url', `${address}health`];
    const { code, output, questions } = await repository.run([...argv, ...flags], { answers: [] });
    expect({ code, output }).toEqual({ code: 0, output });
    expect(output).toMatch(/127\.0\.0\.1:\d+\/basket answered 200 in \d+ ms/);
    expect(output).toMatch(/127\.0\.0\.1:\d+\/health answered 200 in \d+ ms/);
    expect({ requests: requests.sort(), questions }).toEqual({
      requests: ['/basket', '/health'],
      questions: [],
    });
  });

  it('a refused connection: the URL is used all the same, if a person says so', async () => {
    const { code, output, questions } = await repository.run([...argv, '--url', refusing], {
      answers: ['y'],
    });
    expect({ code, output }).toEqual({ code: 0, output });
    expect(questions).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:9\S* refuses connections\. .* \[n\]: $/),
    ]);
    expect(output).toContain('connection refused');
    expect(config()).toMatchObject({ url: refusing });
  });

  it('a refused connection: another URL, if a person says no', async () => {
    const { code, output } = await repository.run([...argv, '--url', refusing], {
      answers: ['', address, ''],
    });
    expect({ code, output }).toEqual({ code: 0, output });
    expect(output).toContain(' answered 200 in ');
    expect(config()).toMatchObject({ url: address });
  });

  it('a refused connection with --yes is a warning', async () => {
    const { code, output } = await repository.run([...argv, '--yes', '--url', refusing]);
    expect({ code, output }).toEqual({ code: 0, output });
    expect(output).toMatch(/warning: .*connection refused/);
    expect(config()).toMatchObject({ url: refusing });
  });
});

describe('what is left to do', () => {
  it.each([
    ['github', ['AWS_ROLE_ARN', 'AWS_REGION']],
    [
      'gitlab',
      ['AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY', '.gitlab/rollgate.yml: the release image'],
    ],
    [
      'circleci',
      ['AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY', '.circleci/config.yml: the release image'],
    ],
    ['jenkins', ['aws-access-key-id', 'The agent needs the `aws` program']],
    ['azure', ['AWS_ACCESS_KEY_ID', 'An agent of your own needs the `aws` program']],
    ['gitea', ['AWS_ACCESS_KEY_ID', 'needs an image with the `aws` program']],
    ['forgejo', ['AWS_ACCESS_KEY_ID', 'needs an image with the `aws` program']],
  ] as const)('%s with AWS: credentials and the program', async (system, parts) => {
    const argv = ['init', '--yes', '--ci-system', system, ...url, ...ways.lambda];
    const { output } = await repository.run(argv);
    for (const part of parts) expect(output).toContain(part);
  });

  it.each(['ecs', 'lambda'] as const)('%s: the rights that its page lists', async (way) => {
    const argv = ['init', '--yes', '--ci-system', 'github', ...url, ...ways[way]];
    const { output } = await repository.run(argv);
    expect(output).toContain(`the rights that docs/strategies/${way}.md lists`);
  });

  it('GitHub logs in to AWS by the id of the job, Gitea with the keys of a user', async () => {
    const deploy = async (system: 'github' | 'gitea'): Promise<string> => {
      const argv = ['init', '--yes', '--force', '--ci-system', system, ...url, ...ways.ecs];
      await repository.run(argv);
      return repository.place.read(`.${system}/workflows/deploy-gate.yml`) ?? '';
    };
    const github = await deploy('github');
    expect(github).toMatch(/^ {6}id-token: write /m);
    expect(github).toMatch(
      /uses: aws-actions\/configure-aws-credentials@[0-9a-f]{40} # v\S+\n {8}with:\n {10}role-to-assume: /,
    );
    expect(github).not.toContain('secrets.');
    const gitea = await deploy('gitea');
    expect(gitea).not.toContain('id-token');
    expect(gitea).toMatch(
      /uses: https:\/\/github\.com\/aws-actions\/configure-aws-credentials@[0-9a-f]{40} /,
    );
    expect(gitea).toContain('${{ secrets.AWS_SECRET_ACCESS_KEY }}');
  });

  it('a name that is a placeholder is the first step', async () => {
    const argv = ['init', '--yes', '--ci-system', 'github', ...url, ...ways.command];
    const { output } = await repository.run(argv);
    expect(repository.place.read('.github/workflows/deploy-gate.yml')).toContain('OWNER/rollgate@');
    expect(output).toMatch(
      / {2}1\. Replace these placeholders .*\n {7}`OWNER\/rollgate` in \S+deploy-gate\.yml {2}→ {2}the repository of your copy /,
    );
  });

  it('a command without a memory: says what it lacks', async () => {
    const argv = ['init', '--yes', '--ci-system', 'github', ...url, ...ways.command.slice(0, 2)];
    const { code, output } = await repository.run(argv);
    expect({ code, output }).toEqual({ code: 0, output });
    expect(output).toContain('Set `rollback-snapshot-command`');
    // Not by a name of a registry that somebody else could own.
    expect(output).toContain('`node index.js preflight` says what is still missing. ');
    expect(output).not.toContain('npx');
  });
});

describe('init without a terminal', () => {
  it.each<[string, readonly string[], Readonly<Record<string, string>>, readonly string[]]>([
    [
      'no sign of a system',
      ['--yes', ...url],
      {},
      ['ci-system: nothing in this folder', '--ci-system github'],
    ],
    ['no sign of a system and no --yes', url, {}, ['ci-system: nothing in this folder']],
    [
      'signs of two systems',
      ['--yes', ...url],
      { Jenkinsfile: '', '.gitlab-ci.yml': '' },
      ['gitlab (.gitlab-ci.yml), jenkins (Jenkinsfile)'],
    ],
    [
      'no URL',
      ['--yes', '--ci-system', 'github'],
      {},
      ['url: there is nothing to watch', '`--url'],
    ],
    ['no system and no URL', ['--yes'], {}, ['ci-system: ', 'url: ']],
    [
      'a system without a wrapper',
      ['--yes', ...url, '--ci-system', 'http'],
      {},
      ['there is no wrapper for `http`'],
    ],
    [
      'a secret as a flag',
      ['--yes', ...url, '--ci-system', 'github', '--github-token', 's3cr3t-t0ken'],
      {},
      ['--github-token: this is a secret', 'ROLLGATE_GITHUB_TOKEN'],
    ],
    [
      'another configuration file',
      ['--yes', ...url, '--ci-system', 'github', '--config', 'a.yml'],
      { 'a.yml': '' },
      ['--config: this cannot be set in rollgate.yml'],
    ],
    [
      'a URL that is none',
      ['--yes', '--ci-system', 'github', '--url', 'shop'],
      {},
      ['url: is not a URL'],
    ],
    [
      'a chain without a configured strategy',
      ['--yes', '--ci-system', 'github', ...url, '--rollback', 'kubernetes'],
      {},
      ['rollback: it names `kubernetes`, and `kubernetes-workload` is not set'],
    ],
    [
      'Prometheus without selectors',
      ['--yes', '--ci-system', 'github', '--prometheus-url', 'http://p.test'],
      {},
      ['prometheus'],
    ],
    [
      'a configuration file with an unknown key',
      ['--yes', '--ci-system', 'github', ...url],
      { 'rollgate.yml': 'durration: 5m\n' },
      ['did you mean `duration`?'],
    ],
  ])('%s: exit 2, and nothing is written', async (_, flags, files, parts) => {
    for (const [path, text] of Object.entries(files)) repository.place.write(path, text);
    const { code, output } = await repository.run(['init', ...flags]);
    expect({ code, output }).toEqual({ code: 2, output });
    for (const part of parts) expect(output).toContain(part);
    expect(output).not.toContain('s3cr3t');
    expect(repository.place.files()).toEqual(files);
  });

  it('takes the system of the job that it runs in', async () => {
    const env = { GITLAB_CI: 'true' };
    expect((await repository.run(['init', '--yes', ...url], { env })).code).toBe(0);
    expect(Object.keys(repository.place.files())).toContain('.gitlab/rollgate.yml');
  });

  it('takes the system of the git remote', async () => {
    repository.place.write('.git/config', '[remote "origin"]\n\turl = git@gitlab.com:a/b.git\n');
    repository.place.write('.git/HEAD', 'ref: refs/heads/main\n');
    const { code, output } = await repository.run(['init', '--yes', ...url]);
    expect(code).toBe(0);
    expect(output).not.toContain('not the root of a git repository');
  });

  it('works outside of a git repository, and says so', async () => {
    const { code, output } = await repository.run([
      'init',
      '--yes',
      '--ci-system',
      'azure',
      ...url,
    ]);
    expect(code).toBe(0);
    expect(output).toContain('note: this folder is not the root of a git repository');
  });
});

describe('init with files that are already there', () => {
  const argv = ['init', '--yes', '--ci-system', 'github', ...url];
  const mine = {
    '.github/workflows/rollback.yml': 'name: mine\n',
    'rollgate.yml': 'url: https://mine.test/\n',
  };

  it('files with other content: exit 2, each is named, and nothing is written', async () => {
    for (const [path, text] of Object.entries(mine)) repository.place.write(path, text);
    const { code, output } = await repository.run(argv);
    expect(code).toBe(2);
    for (const path of Object.keys(mine))
      expect(output).toContain(
        `${path}: already exists with different content → use \`--force\` to overwrite it`,
      );
    expect(repository.place.files()).toEqual(mine);
  });

  it('--force replaces them', async () => {
    for (const [path, text] of Object.entries(mine)) repository.place.write(path, text);
    expect((await repository.run([...argv, '--force'])).code).toBe(0);
    const files = repository.place.files();
    expect(Object.keys(files)).toHaveLength(4);
    for (const [path, text] of Object.entries(mine)) expect(files[path]).not.toBe(text);
  });

  it('a complete configuration stays as its owner wrote it', async () => {
    const own =
      '# mine\nurl: https://shop.example.com/\nrollback: ci\nchecks: [{ source: http, url: "https://a.test" }]\n';
    repository.place.write('rollgate.yml', own);
    expect(
      (
        await repository.run(
          argv.filter((word) => !['--ci-system', 'github'].includes(word)),
          { env: { CI_SYSTEM: 'github' } },
        )
      ).code,
    ).toBe(0);
    expect(repository.place.read('rollgate.yml')).toBe(own);
    expect(Object.keys(repository.place.files())).toHaveLength(3);
  });

  it('files with the line ends of Windows count as the same', async () => {
    await repository.run(argv);
    const before = Object.entries(repository.place.files()).map(
      ([path, text]) => [path, text.replaceAll('\n', '\r\n')] as const,
    );
    for (const [path, text] of before) repository.place.write(path, text);
    const { code, output } = await repository.run(argv);
    expect({ code, output }).toEqual({ code: 0, output });
    expect(repository.place.files()).toEqual(Object.fromEntries(before));
  });

  it.each([
    ['gitlab', '.gitlab-ci.yml', ['  - local: .gitlab/rollgate.yml', 'when: never']],
    ['circleci', '.circleci/config.yml', ['rollgate: owner/rollgate@', 'command: snapshot']],
    ['jenkins', 'Jenkinsfile', ["@Library('rollgate@", "rollgate(command: 'snapshot'"]],
    ['azure', 'azure-pipelines.yml', ['- task: Rollgate@', 'command: snapshot']],
  ])(
    'the pipeline of %s is never changed; the output says what to add',
    async (system, path, parts) => {
      repository.place.write(path, 'mine: true\n');
      for (const more of [[], ['--force']]) {
        const { code, output } = await repository.run([
          'init',
          '--yes',
          '--ci-system',
          system,
          ...url,
          ...more,
        ]);
        expect({ code, output }).toEqual({ code: 0, output });
        expect(output).toContain(`${path} is your pipeline, and was not touched. Add to it:`);
        for (const part of parts) expect(output).toContain(part);
        expect(output).toContain(`Put the lines above into ${path}, around your deploy.`);
        expect(output).not.toContain('Put your deploy into');
        expect(repository.place.read(path)).toBe('mine: true\n');
      }
    },
  );

  it('without --force or an answer no existing file changes', async () => {
    const paths = [...new Set(['rollgate.yml', ...Object.values(written).flat()])];
    const content = fc.constantFrom(
      '',
      'a: b\n',
      'url: https://x.test/\nrollback: ci\n',
      'broken: [\n',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...initSystems),
        fc.constantFrom(...(Object.keys(ways) as Way[])),
        fc.dictionary(fc.constantFrom(...paths), content),
        async (system, way, files) => {
          const fresh = new Repository();
          try {
            for (const [path, text] of Object.entries(files)) fresh.place.write(path, text);
            const { code } = await fresh.run([
              'init',
              '--yes',
              '--ci-system',
              system,
              ...url,
              ...ways[way],
            ]);
            const after = fresh.place.files();
            expect(after).toMatchObject(files);
            expect([0, 2]).toContain(code);
            // All or nothing.
            if (code === 2) expect(after).toEqual(files);
            else for (const path of writtenFor(system, way)) expect(after).toHaveProperty([path]);
          } finally {
            fresh.remove();
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('init with links, and files in the place of folders', () => {
  let outside: string;

  beforeEach(() => {
    outside = mkdtempSync(join(tmpdir(), 'rollgate-outside-'));
  });

  afterEach(() => {
    rmSync(outside, { recursive: true });
  });

  const argv = ['init', '--yes', '--force', '--ci-system', 'github', ...url];

  it('a link that leads out of the folder: exit 2, and nothing is written there', async () => {
    symlinkSync(outside, repository.place.path('.github'));
    symlinkSync(join(outside, 'config.yml'), repository.place.path('rollgate.yml'));
    const { code, output } = await repository.run(argv);
    expect(code).toBe(2);
    expect(output).toContain(
      '.github/workflows/rollback.yml: would be written outside of this folder',
    );
    expect(output).toContain('rollgate.yml: rollgate.yml is a link that leads nowhere');
    expect(readdirSync(outside)).toEqual([]);
  });

  it('a link within the folder is followed', async () => {
    mkdirSync(repository.place.path('ci'));
    symlinkSync('ci', repository.place.path('.github'));
    expect((await repository.run(argv)).code).toBe(0);
    expect(Object.keys(repository.place.files())).toContain(
      join('ci', 'workflows', 'rollback.yml'),
    );
  });

  it.each([['.github'], ['.github/workflows']])(
    'a file in the place of the folder %s: exit 2',
    async (path) => {
      repository.place.write(path, 'a file\n');
      const { code, output } = await repository.run(argv);
      expect(code).toBe(2);
      expect(output).toContain(`${path} is a file, and a folder is needed there`);
      expect(Object.keys(repository.place.files())).toEqual([path]);
    },
  );

  it('a folder in the place of the configuration: exit 2', async () => {
    repository.place.write('rollgate.yml/x', '');
    const { code, output } = await repository.run(argv);
    expect(code).toBe(2);
    expect(output).toContain('rollgate.yml: cannot be read');
  });

  it('a folder in the place of a pipeline file: exit 2', async () => {
    repository.place.write('.github/workflows/rollback.yml/x', '');
    const { code, output } = await repository.run(argv);
    expect(code).toBe(2);
    expect(output).toContain('.github/workflows/rollback.yml: cannot be read');
  });
});

describe('init with a terminal', () => {
  it.each<[string, readonly string[], Readonly<Record<string, unknown>>, readonly string[]]>([
    [
      'every question answered',
      [
        'gitlab',
        'url',
        'https://shop.test/',
        'https://shop.test/health',
        'kubernetes',
        'deployment/shop',
        'shop',
      ],
      {
        'ci-system': 'gitlab',
        url: 'https://shop.test/',
        'health-url': 'https://shop.test/health',
        'kubernetes-workload': 'deployment/shop',
        'kubernetes-namespace': 'shop',
        rollback: 'kubernetes,ci',
      },
      written.gitlab,
    ],
    [
      'defaults taken',
      ['github', '', 'https://shop.test/', '', ''],
      { 'ci-system': 'github', url: 'https://shop.test/', rollback: 'ci' },
      written.github,
    ],
    [
      'Prometheus by selectors',
      [
        'circleci',
        'prometheus',
        'http://p.test',
        '',
        'all{a="b"}',
        'bad{a="b"}',
        'compose',
        'shop',
        '',
        'acme/engine',
      ],
      {
        'prometheus-url': 'http://p.test',
        'prometheus-total': 'all{a="b"}',
        'prometheus-errors': 'bad{a="b"}',
        'compose-project': 'shop',
        rollback: 'compose,ci',
      },
      written.circleci,
    ],
    [
      'Prometheus by a preset',
      ['azure', 'p', 'http://p.test', 'spring', 'app="shop"', 'pipeline'],
      { 'prometheus-preset': 'spring', 'prometheus-selector': 'app="shop"', rollback: 'ci' },
      written.azure,
    ],
    [
      'a service of ECS',
      ['gitlab', '', 'https://shop.test/', '', 'ecs', 'shop/api'],
      { 'ecs-service': 'shop/api', 'ecs-health': true, rollback: 'ecs' },
      writtenFor('gitlab', 'ecs'),
    ],
    [
      'an alias of Lambda',
      ['azure', '', 'https://shop.test/', '', 'lambda', 'shop-api:live'],
      { 'lambda-alias': 'shop-api:live', rollback: 'lambda' },
      writtenFor('azure', 'lambda'),
    ],
    [
      'a command with a memory',
      ['jenkins', '', 'https://shop.test/', '', 'command', './undo.sh', './current.sh'],
      {
        'rollback-command': './undo.sh',
        'rollback-snapshot-command': './current.sh',
        rollback: 'command',
      },
      writtenFor('jenkins', 'command'),
    ],
    [
      'a command without one',
      ['circleci', '', 'https://shop.test/', '', 'command', './undo.sh', ''],
      { 'rollback-command': './undo.sh', rollback: 'command' },
      writtenFor('circleci', 'command'),
    ],
  ])('writes the answers: %s', async (_, answers, expected, files) => {
    const { code, output } = await repository.run(['init'], { answers });
    expect({ code, output }).toEqual({ code: 0, output });
    expect(config()).toMatchObject(expected);
    expect(Object.keys(repository.place.files()).sort()).toEqual([...files, ...always].sort());
  });

  it('an address counts as the answer to how the service is watched', async () => {
    const answers = ['github', 'https://shop.test/basket', '', 'pipeline'];
    const { code, output, questions } = await repository.run(['init'], { answers });
    expect({ code, output }).toEqual({ code: 0, output });
    expect(questions).toHaveLength(answers.length);
    expect(config()).toMatchObject({ url: 'https://shop.test/basket' });
  });

  it('an answer that cannot be used is asked for again, with the reason', async () => {
    const answers = [
      'githab',
      'travis',
      'github',
      'neither',
      'u',
      '',
      'shop',
      'https://shop.test/',
      '',
      'kube',
      'shop',
      'deployment/shop',
      '',
    ];
    const { code, output, questions } = await repository.run(['init'], { answers });
    expect({ code, output }).toEqual({ code: 0, output });
    expect(output).toContain('did you mean `github`?');
    expect(output).toContain('please choose one of the listed words');
    expect(output).toContain('this needs an answer');
    expect(output).toContain('is not a URL');
    expect(output).toContain('`shop` is not accepted → write it like `deployment/api`');
    expect(questions).toHaveLength(answers.length);
  });

  it('flags for every question: nothing is asked', async () => {
    const argv = ['init', '--ci-system', 'jenkins', ...url, ...ways.kubernetes];
    const { code, questions } = await repository.run(argv, { answers: [] });
    expect({ code, questions }).toEqual({ code: 0, questions: [] });
  });

  it('offers as defaults what the folder shows', async () => {
    repository.place.write('.git/config', '[remote "origin"]\n\turl = git@gitlab.com:a/b.git\n');
    repository.place.write('compose.yaml', 'services: {}\n');
    const { code, questions, output } = await repository.run(['init', ...url], {
      answers: ['', '', '', '', 'engine'],
    });
    expect({ code, output }).toEqual({ code: 0, output });
    expect(questions[0]).toContain('[gitlab]');
    expect(questions[1]).toContain('[compose]');
    expect(config()).toMatchObject({ rollback: 'compose,ci', 'ci-system': 'gitlab' });
  });

  it('signs of two systems: no default is offered', async () => {
    for (const path of ['Jenkinsfile', '.gitlab-ci.yml']) repository.place.write(path, '');
    const { questions, output } = await repository.run(['init', ...url], {
      answers: ['jenkins', ''],
    });
    expect(questions[0]).not.toContain('[');
    expect(output).toContain('Detected gitlab (.gitlab-ci.yml)');
  });

  it.each([
    ['y', true],
    ['', false],
    ['no', false],
  ])('a file with other content, overwritten by the answer %j', async (answer, isReplaced) => {
    repository.place.write('.github/workflows/rollback.yml', 'name: mine\n');
    const argv = ['init', '--ci-system', 'github', ...url, '--rollback', 'ci'];
    const { code, output, questions } = await repository.run(argv, { answers: [answer] });
    expect({ code, output }).toEqual({ code: 0, output });
    expect(questions).toEqual([
      expect.stringContaining('.github/workflows/rollback.yml already exists'),
    ]);
    const text = repository.place.read('.github/workflows/rollback.yml');
    expect(text !== 'name: mine\n').toBe(isReplaced);
    expect(output.includes('Left as they are:')).toBe(!isReplaced);
  });

  it('--yes does not overwrite a file', async () => {
    repository.place.write('.github/workflows/rollback.yml', 'name: mine\n');
    const argv = ['init', '--yes', '--ci-system', 'github', ...url];
    expect((await repository.run(argv, { answers: [] })).code).toBe(2);
  });

  it('the end of the input: exit 2, and nothing is written', async () => {
    const { code, output } = await repository.run(['init'], { answers: ['github', undefined] });
    expect(code).toBe(2);
    expect(output).toContain('Nothing was written.');
    expect(repository.place.files()).toEqual({});
  });

  it('a signal: exit 6, and nothing is written', async () => {
    const cancel = new AbortController();
    cancel.abort(new Cancelled('SIGINT'));
    const { code, output } = await repository.run(['init'], {
      answers: [undefined],
      signal: cancel.signal,
    });
    expect(code).toBe(6);
    expect(output).toContain('Nothing was written.');
    expect(repository.place.files()).toEqual({});
  });
});

describe('init when a file cannot be written', () => {
  it('exit 2, naming the file and what was written before', async () => {
    repository.place.write('.github/workflows/x', '');
    const argv = ['init', '--yes', '--ci-system', 'github', ...url];
    const isFull = (path: string): boolean => path.includes('workflows');
    const { code, output } = await repository.run(argv, { isFull });
    expect(code).toBe(2);
    expect(output).toContain('.github/workflows/deploy-gate.yml could not be written: no room');
    expect(output).toContain('only rollgate.yml, rollgate.schema.json were written: ');
    expect(Object.keys(repository.place.files()).sort()).toEqual([
      '.github/workflows/x',
      ...always,
    ]);
  });
});
