import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../src/commands/main.js';
import type { EntryPoint } from '../../src/commands/entry-point.js';
import { entryWith } from '../support/entry.js';
import { filesIn } from '../support/rooted-files.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollgate-messages-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command line in the folder. */
async function said(
  argv: readonly string[],
  given: Partial<EntryPoint> = {},
): Promise<{ readonly code: number; readonly lines: readonly string[]; readonly output: string }> {
  let output = '';
  const code = await main(
    entryWith({
      argv,
      files: filesIn(folder),
      write: (text) => {
        output += text;
      },
      ...given,
    }),
  );
  return { code, output, lines: output.trimEnd().split('\n') };
}

const url = ['--url', 'http://127.0.0.1:9/'] as const;

describe('a chain in which nothing is configured', () => {
  it.each<[string, readonly string[], string]>([
    [
      'command',
      ['--rollback', 'command'],
      'it names `command`, and `rollback-command` is not set → set `rollback-command`',
    ],
    [
      'git',
      ['--rollback', 'git'],
      'it names `git`, and `git-repository` is not set → set `git-repository`',
    ],
    [
      'ci without a system',
      ['--rollback', 'ci', '--ci-system', 'none'],
      'it names `ci`, and `ci-system` is `none` → set `ci-system` to the system that runs the rollback pipeline',
    ],
    [
      'compose, which two inputs configure',
      ['--rollback', 'compose'],
      'it names `compose`, and none of `compose-file`, `compose-project` is set → set `compose-file` or `compose-project`',
    ],
    [
      'several',
      ['--rollback', 'command,kubernetes'],
      'it names `command`, `kubernetes`, and none of them is configured → set `rollback-command`, or set `kubernetes-workload`',
    ],
    [
      'none that the user names',
      [],
      'no strategy of the rollback chain is configured → set `kubernetes-workload`, `helm-release`',
    ],
  ])('%s: what it lacks', async (_, flags, message) => {
    for (const command of ['run', 'validate', 'rollback']) {
      const { code, output } = await said([command, ...url, ...flags]);
      expect(code).toBe(2);
      expect(output).toContain(`rollback: ${message}`);
      expect(output).toContain('to judge only, set `on-unhealthy: report`');
    }
  });
});

describe('a run that cannot begin', () => {
  it('lists the reasons, one a line, and announces no watch', async () => {
    const { code, lines } = await said([
      'run',
      ...url,
      '--rollback',
      'command,kubernetes',
      '--rollback-command',
      'no-such-program --now',
      '--kubernetes-workload',
      'deployment/shop',
      '--kubeconfig',
      'no-such-file',
    ]);
    expect(code).toBe(2);
    const at = lines.indexOf('🔧 Configuration error: nothing was touched');
    expect(lines.slice(at).map((line) => line.replace(/^( {2}\w+: ).*/, '$1'))).toEqual([
      '🔧 Configuration error: nothing was touched',
      '  No strategy of the rollback chain would work, so nothing was watched:',
      '  command: ',
      '  kubernetes: ',
      '   report: rollgate-report/report.json',
    ]);
    expect(lines.join('\n')).not.toContain(': watching');
  });
});

describe('what is said is said once', () => {
  const lineOf = (text: string) => (line: string) => line.includes(text);

  it('`validate` notes an unknown variable', async () => {
    const { code, lines } = await said(['validate', ...url, '--on-unhealthy', 'report'], {
      env: { ROLLGATE_DURATON: '5m' },
    });
    expect(code).toBe(0);
    expect(lines.filter(lineOf('ROLLGATE_DURATON'))).toHaveLength(1);
  });

  const byHand = (...flags: string[]): Promise<Awaited<ReturnType<typeof said>>> =>
    said(['rollback', ...url, '--rollback', 'command', '--rollback-command', ...flags]);

  it('a dry run of `rollback` says the plan', async () => {
    const { code, lines } = await byHand('true', '--dry-run');
    expect(code).toBe(0);
    expect(lines.filter(lineOf('run: sh -c true'))).toHaveLength(1);
    expect(lines.slice(1)).toEqual([
      '✋ Not rolled back: dry run',
      '   http://127.0.0.1:9',
      '   Manual rollback.',
      '   report: rollgate-report/report.json',
    ]);
  });

  it('a rollback that failed says why where it failed, and in the line with the error', async () => {
    const { code, lines } = await said([
      'rollback',
      ...url,
      '--kubernetes-workload',
      'deployment/shop',
      '--kubeconfig',
      'no-such-file',
      '--rollback',
      'kubernetes',
    ]);
    expect(code).toBe(3);
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'kubernetes',
      '❌ Rollback failed',
      '🚨 ROLLBACK FAILED',
      '   http',
      '   Manual rollback.',
      '   report',
    ]);
  });
});

describe('one mistake is one problem', () => {
  it.each<[string, readonly string[], string | undefined, string]>([
    [
      'a URL without https',
      ['--url', 'shop.example.com'],
      undefined,
      'url: `shop.example.com` is not a URL (from --url) → add `https://`: `https://shop.example.com`',
    ],
    [
      'a scheme of another kind',
      ['--url', 'ftp://shop.example.com'],
      undefined,
      'url: ftp://shop.example.com is neither http nor https (from --url)',
    ],
    [
      'an empty part of a host name',
      ['--url', 'https://shop..example.com/'],
      undefined,
      'url: `shop..example.com` is not a host name (from --url)',
    ],
    [
      'a URL with credentials in the file',
      [],
      'url: https://user:hunter2@shop.example.com/',
      'rollgate.yml: line 1: `url` holds a secret, and secrets do not belong in a file → set the variable `ROLLGATE_URL` from a secret of the CI system',
    ],
    [
      'a misspelt key',
      [],
      'ulr: https://shop.example.com/',
      'rollgate.yml: line 1: `ulr` is not an input → did you mean `url`?',
    ],
    ['a misspelt flag', ['--ulr', 'x'], undefined, '--ulr: this flag is not known → did you'],
    [
      'an input of another command with a value that is wrong besides',
      ['--at', 'now'],
      undefined,
      'at: it belongs to `replay --prometheus` → take it out',
    ],
    [
      'a watch shorter than its interval',
      ['--url', 'https://shop.example.com/', '--duration', '1s'],
      undefined,
      'interval: `10s` is longer than the watch (`duration`: 1s)',
    ],
    [
      'a latency without a unit',
      ['--max-latency', 'p95<800'],
      undefined,
      'max-latency: `800` has no unit (from --max-latency) → write `800ms` for milliseconds, `800s` for seconds',
    ],
    [
      'a word after a flag that is true or false',
      ['--dry-run', 'maybe'],
      undefined,
      '--dry-run: takes true or false, and `maybe` is neither → write `--dry-run` or `--dry-run=false`',
    ],
  ])('%s', async (_, flags, file, problem) => {
    for (const command of ['run', 'validate', 'rollback']) {
      if (file !== undefined) writeFileSync(join(folder, 'rollgate.yml'), file);
      const { code, lines } = await said([command, ...flags]);
      expect(code).toBe(2);
      const told = lines.filter((line) => !line.includes('report: '));
      expect(told).toEqual([
        '🔧 Configuration error: nothing was touched',
        expect.stringContaining(`  ${problem}`),
      ]);
    }
  });

  it.each([
    ['gihub', 'there is no wrapper for `gihub` → did you mean `github`? one of github, gitlab'],
    ['http', 'there is no wrapper for `http` → name one of github, gitlab'],
  ])('`init --ci-system %s`', async (system, problem) => {
    const { code, lines } = await said(['init', '--yes', '--ci-system', system, ...url]);
    expect(code).toBe(2);
    expect(lines.slice(1)).toEqual([expect.stringContaining(`  ci-system: ${problem}`)]);
  });
});

describe('an unknown command', () => {
  it.each<[string, readonly string[], Readonly<Record<string, string>>]>([
    ['on the command line', ['rnu'], {}],
    ['in a variable', [], { ROLLGATE_COMMAND: 'rnu' }],
  ])('%s replaces no report, and lists all commands', async (_, argv, env) => {
    mkdirSync(join(folder, 'rollgate-report'));
    const report = join(folder, 'rollgate-report', 'report.json');
    writeFileSync(report, 'of the last run');
    const { code, output } = await said(argv, { env });
    expect(code).toBe(2);
    expect(readFileSync(report, 'utf8')).toBe('of the last run');
    expect(output).toContain('`rnu` is not a command');
    expect(output).toContain('did you mean `run`? The commands are');
    for (const word of ['snapshot', 'help', 'completion', 'version'])
      expect(output).toContain(`\`${word}\``);
  });
});

describe('a terminal', () => {
  it.each([
    [true, {}],
    [false, { NO_COLOR: '1' }],
  ])('with colours %s', async (colour, env) => {
    const { output } = await said(['rollback', ...url, '--ulr', 'x'], { terminal: true, env });
    const { output: dry } = await said(
      ['rollback', ...url, '--rollback', 'command', '--rollback-command', 'true', '--dry-run'],
      { terminal: true, env, columns: () => 30 },
    );
    // eslint-disable-next-line no-control-regex -- SGR, ECMA-48 8.3.117
    expect(/\u001b\[\d+m/.test(output + dry)).toBe(colour);
  });
});

describe('a file that cannot be read', () => {
  it('a folder: what it is, and what to name', async () => {
    const { code, output } = await said(['validate', '--config', '.']);
    expect(code).toBe(2);
    expect(output).toMatch(/cannot be read: .*not a file → name a readable file in `config`/);
  });

  it.each([['EACCES'], ['EPERM']])('%s: who may read it', async (errno) => {
    const { code, output } = await said(['validate'], {
      files: {
        ...filesIn(folder),
        read: (path) => {
          throw Object.assign(new Error(`${errno}: permission denied, open '${path}'`), {
            code: errno,
          });
        },
      },
    });
    expect(code).toBe(2);
    expect(output).toContain('rollgate.yml: cannot be read: permission denied → grant the user');
    expect(output).not.toContain(errno);
  });
});
