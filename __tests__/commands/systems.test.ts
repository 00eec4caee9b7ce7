import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { main } from '../../src/commands/main.js';
import { openSession } from '../../src/commands/session.js';
import type { Environment } from '../../src/contract/system.js';
import { otherSystems } from '../../src/systems/others.js';
import { ciSystems } from '../../src/systems/registry.js';
import { systemFiles, type Files } from '../../src/support/files.js';
import { entryWith } from '../support/entry.js';
import { log } from '../support/output-deps.js';

const environments = {
  github: { GITHUB_ACTIONS: 'true' },
  gitlab: { GITLAB_CI: 'true' },
  jenkins: { JENKINS_HOME: '/var/lib/jenkins', BUILD_TAG: 'jenkins-shop-5' },
  circleci: { CIRCLECI: 'true' },
  azure: { TF_BUILD: 'True' },
  gitea: { GITHUB_ACTIONS: 'true', GITEA_ACTIONS: 'true' },
  forgejo: { GITHUB_ACTIONS: 'true', GITEA_ACTIONS: 'true', FORGEJO_ACTIONS: 'true' },
  local: {},
} as const satisfies Readonly<Record<string, Environment>>;
type System = keyof typeof environments;
const systems = Object.keys(environments) as System[];
const secret = 'probe-key-of-the-test';
const realWrite = process.stdout.write.bind(process.stdout);

describe('a run that ends with bad configuration', () => {
  let directory = '';

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rollgate-hosts-'));
  });
  afterEach(async () => {
    process.stdout.write = realWrite;
    await rm(directory, { recursive: true });
  });

  /** Everything that was printed; `@actions/core` writes to the process itself. */
  async function run(
    env: Environment,
    reportDir = directory,
    files: Partial<Files> = {},
  ): Promise<string> {
    const { write, text } = log();
    process.stdout.write = (chunk: string | Uint8Array): boolean => {
      write(String(chunk));
      return true;
    };
    const argv = ['run', '--report-dir', reportDir, '--reason', 'x', '--duration', '##vso[x]y'];
    const code = await main(
      entryWith({
        argv,
        write,
        env: { ...env, ROLLGATE_HEADERS: `Authorization: ${secret}` },
        files: { ...systemFiles, ...files },
      }),
    );
    process.stdout.write = realWrite;
    expect(code).toBe(2);
    return text();
  }

  it('is tested in every CI system of the table', () => {
    // The others have the output of `local`.
    const known = ciSystems.filter((system) => !otherSystems.includes(system));
    expect([...known.map(({ id }) => id), 'local'].sort()).toEqual(systems.toSorted());
  });

  it.each(systems)('in %s prints only the commands of that system', async (system) => {
    const text = await run(environments[system]);
    expect(text).toContain('duration');
    const commands = [...text.matchAll(/^\s*::([\w-]+)/gm)].map(([, name]) => name);
    // Gitea's runner would show annotations as they are written.
    expect(commands.some((name) => name !== 'add-mask')).toBe(system === 'github');
    expect(text.includes('##')).toBe(system === 'azure');
    // What is wrong is never folded away.
    expect(text).not.toContain('section_start:');
    expect(text).not.toContain('::group::');
  });

  it.each(systems)('in %s prints a secret only to have the system mask it', async (system) => {
    const masks = /^(::add-mask::|##vso\[task\.setsecret\]).*$/gm;
    const text = await run(environments[system]);
    expect(masks.test(text)).toBe(['github', 'azure', 'gitea', 'forgejo'].includes(system));
    expect(text.replaceAll(masks, '')).not.toContain(secret);
  });

  it('gives Azure the absolute path of a summary that exists', async () => {
    const text = await run(environments.azure, relative(process.cwd(), directory));
    const path = join(directory, 'summary.md');
    expect(text).toContain(`##vso[task.uploadsummary]${path}\n`);
    expect(await readFile(path, 'utf8')).toContain('duration');
  });

  it('gives Azure no summary when none could be written', async () => {
    const text = await run(environments.azure, directory, {
      writeFile: () => Promise.reject(new Error('no space left on device')),
    });
    expect(text).toContain('the report could not be written');
    expect(text).not.toContain('uploadsummary');
    expect(text).toContain('##vso[task.setvariable variable=verdict;isOutput=true]\n');
  });

  it('a hostile reason becomes outputs without commands', async () => {
    const bashEnv = join(directory, 'bash_env');
    await run({ ...environments.circleci, BASH_ENV: bashEnv });
    const text = await readFile(bashEnv, 'utf8');
    expect(text).toMatch(/^export ROLLGATE_REASON='.*duration.*'$/m);
    expect(text).not.toContain('##vso[');
  });
});

describe('outputs of an earlier run', () => {
  it.each<[System, string]>([
    ['gitlab', 'rollgate.env'],
    ['gitlab', 'annotations.json'],
    ['jenkins', 'outputs.json'],
  ])('in %s are removed before the run does anything: %s', async (system, name) => {
    const directory = await mkdtemp(join(tmpdir(), 'rollgate-old-'));
    const old = join(directory, name);
    try {
      await writeFile(old, 'of an earlier run');
      const argv = ['run', '--report-dir', directory];
      const files: Files = {
        ...systemFiles,
        writeFile: () => Promise.reject(new Error('no space left on device')),
      };
      await main(entryWith({ argv, env: environments[system], files }));
      expect(existsSync(old)).toBe(false);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});

describe('the ci-system setting', () => {
  const both: Environment = { ...environments.gitlab, ...environments.jenkins };
  it.each<[readonly string[], Environment]>([
    [['--ci-system', 'jenkins'], {}],
    [[], { CI_SYSTEM: 'jenkins' }],
    [[], { ROLLGATE_CI_SYSTEM: 'jenkins' }],
    [['--ci-system', 'jenkins'], { CI_SYSTEM: 'gitlab' }],
  ])('with the signs of several systems it decides: %j %j', async (argv, env) => {
    const session = await openSession(entryWith({ argv, env: { ...both, ...env } }));
    expect(session.info).toMatchObject({ system: 'jenkins', notices: [] });
  });

  it('without it several systems give a notice that asks for it', async () => {
    const session = await openSession(entryWith({ env: both }));
    expect(session.info).toMatchObject({
      system: 'gitlab',
      notices: [expect.stringContaining('set `ci-system`')],
    });
  });
});
