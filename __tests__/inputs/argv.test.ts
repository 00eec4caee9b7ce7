import { describe, expect, it } from '@jest/globals';
import { parseArgv, uselessFlags } from '../../src/inputs/argv.js';
import type { CommandId } from '../../src/inputs/commands.js';

const flagsOf = (...argv: string[]): Record<string, string> => {
  const { flags, problems } = parseArgv(argv);
  expect(problems).toEqual([]);
  return Object.fromEntries(flags);
};

describe('parseArgv', () => {
  it.each([
    [['init', '--yes'], ['yes']],
    [
      ['--force', 'init', '--yes'],
      ['force', 'yes'],
    ],
    [['--yes', 'init', '--url', 'http://a'], ['yes']],
    [['--command', 'init', '--yes', '--yes'], ['yes']],
  ])('%j has flags of the command', (argv, switches) => {
    const read = parseArgv(argv);
    expect(read.problems).toEqual([]);
    expect(read.command).toBe('init');
    expect([...read.switches]).toEqual(switches);
    expect([...read.flags.keys()]).not.toContain('yes');
  });

  it('no arguments: nothing set', () => {
    expect(parseArgv([])).toEqual({
      operands: [],
      flags: new Map(),
      switches: new Set(),
      help: false,
      version: false,
      problems: [],
    });
  });

  it.each(['run', 'snapshot', 'preflight', 'rollback', 'validate', 'replay', 'init', 'demo'])(
    'knows the command %s, before or after flags',
    (word) => {
      for (const argv of [
        [word, '--duration', '1m'],
        ['--duration', '1m', word],
        ['--command', word, '--duration=1m'],
      ]) {
        const { command, flags, problems } = parseArgv(argv);
        expect(problems).toEqual([]);
        expect(command).toBe(word);
        expect(flags).toEqual(
          new Map([
            ['duration', '1m'],
            ['command', word],
          ]),
        );
      }
    },
  );

  it.each([
    [['--url', 'http://a'], { url: 'http://a' }],
    [['--url=http://a?x=y'], { url: 'http://a?x=y' }],
    [['--url='], { url: '' }],
    [['--rollback-command=--x'], { 'rollback-command': '--x' }],
    [['--min-requests', '-1'], { 'min-requests': '-1' }],
    [['--dry-run'], { 'dry-run': 'true' }],
    [['--dry-run=no'], { 'dry-run': 'no' }],
    [['--dry-run', 'false'], { 'dry-run': 'false' }],
    [['--no-dry-run'], { 'dry-run': 'false' }],
    [['--dry-run', 'run'], { 'dry-run': 'true', command: 'run' }],
    [['--url', 'http://a', '--url', 'http://b'], { url: 'http://a\nhttp://b' }],
    [['--headers', 'A: b', '--headers=C: d'], { headers: 'A: b\nC: d' }],
    [['--reason', 'it is bad', 'rollback'], { reason: 'it is bad', command: 'rollback' }],
  ])('reads %j', (argv, flags) => {
    expect(flagsOf(...argv)).toEqual(flags);
  });

  it.each([
    [['--help'], true, false],
    [['-h'], true, false],
    [['run', '--help'], true, false],
    [['--version'], false, true],
    [['-v'], false, true],
    [['-hv'], true, true],
  ])('%j asks for help: %s, version: %s', (argv, help, version) => {
    expect(parseArgv(argv)).toMatchObject({ help, version, problems: [] });
  });

  it.each<[string[], string, string, string | undefined]>([
    [
      ['--min-sucess-rate', '95'],
      '--min-sucess-rate',
      'this flag is not known',
      'did you mean `--min-success-rate`?',
    ],
    [['--xyzzy=1'], '--xyzzy', 'this flag is not known', '`rollgate run --help` lists all flags'],
    [['-x'], '-x', 'this flag is not known', '`rollgate run --help` lists all flags'],
    [['--no-duration'], '--no-duration', 'this flag is not known', 'did you mean `--duration`?'],
    [['--no-dry-run=yes'], '--no-dry-run', 'this flag is not known', 'did you mean `--dry-run`?'],
    [
      ['--constructor'],
      '--constructor',
      'this flag is not known',
      '`rollgate run --help` lists all flags',
    ],
    [
      ['--url'],
      '--url',
      'this flag needs a value',
      'write `--url VALUE`, or `--url=VALUE` for a value that begins with --',
    ],
    [
      ['--url', '--dry-run'],
      '--url',
      'this flag needs a value',
      'write `--url VALUE`, or `--url=VALUE` for a value that begins with --',
    ],
    [
      ['--duration', '1m', '--duration=1m'],
      '--duration',
      'this flag is given twice',
      'give it once',
    ],
    [['--dry-run', '--dry-run'], '--dry-run', 'this flag is given twice', 'give it once'],
    [
      ['rolback'],
      'command',
      '`rolback` is not a command',
      'did you mean `rollback`? The commands are `run`, `snapshot`, `preflight`, `rollback`, `combine`, `validate`, `replay`, `init`, `demo`, `help`, `completion`, `schema`, `version`',
    ],
    [
      ['--command=watch'],
      'command',
      '`watch` is not a command',
      'the commands are `run`, `snapshot`, `preflight`, `rollback`, `combine`, `validate`, `replay`, `init`, `demo`, `help`, `completion`, `schema`, `version`',
    ],
    [['--yess', 'init'], '--yess', 'this flag is not known', 'did you mean `--yes`?'],
    [['init', '--yes=true'], '--yes', 'this flag takes no value', 'give it alone, or leave it out'],
    [['run', '--yes'], '--yes', 'this command has no such flag', 'it belongs to `init`'],
    [['--force'], '--force', 'this command has no such flag', 'it belongs to `init`'],
    [
      ['run', '--command', 'demo'],
      '--command',
      'the command is given twice, here and as `run`',
      'give it once',
    ],
    [
      ['run', 'https://a'],
      '`https://a`',
      'this word is not expected after the command',
      'values are given to flags: `--url https://app.example.com`',
    ],
  ])('%j: one problem', (argv, subject, message, fix) => {
    expect(parseArgv(argv).problems).toEqual([{ subject, message, fix }]);
  });

  it.each([
    [['combine', '--fail-no', 'none'], 'did you mean `--fail-on`?'],
    [['--reson', 'x', 'rollback'], 'did you mean `--reason`?'],
    [['run', '--reson', 'x'], 'did you mean `--reason`? It belongs to `rollback`'],
    [['combine', '--helth-url=x'], /^did you mean `--health-url`\? It belongs to `run`, /],
    [['run', '--forse'], 'did you mean `--force`? It belongs to `init`'],
    [['init', '--gitlab-tokn', 'x'], /^did you mean `--gitlab-token`\? It belongs to `run`, /],
    [['replay', '--xyzzy'], '`rollgate replay --help` lists all flags'],
  ])('%j: a flag of the command is meant before one of another', (argv, fix) => {
    expect(parseArgv(argv).problems).toEqual([
      {
        subject: argv.find((word) => word.startsWith('--'))?.replace(/=.*/, ''),
        message: 'this flag is not known',
        fix: typeof fix === 'string' ? fix : expect.stringMatching(fix),
      },
    ]);
  });

  it.each<[string[], CommandId, string[]]>([
    [['snapshot', '--dry-run', '--url', 'http://a'], 'snapshot', ['--dry-run']],
    [['--reason', 'x'], 'run', ['--reason']],
    [['--reason', 'x'], 'rollback', []],
    [['rollback', '--duration', '1m', '--reason', 'x'], 'rollback', []],
    [['init', '--reason', 'x', '--duration', '1m'], 'init', []],
  ])('%j, for %s: what only other commands read is useless', (argv, command, useless) => {
    const notices = uselessFlags(parseArgv(argv), command, []);
    expect(notices).toHaveLength(useless.length);
    for (const [at, flag] of useless.entries()) {
      expect(notices[at]).toContain(`\`${flag}\` does nothing here`);
      expect(notices[at]).toContain(`this is \`${command}\``);
    }
  });

  it('what is a problem already is no notice too', () => {
    const problems = [{ subject: 'reason', message: 'no' }];
    expect(uselessFlags(parseArgv(['--reason', 'x']), 'run', problems)).toEqual([]);
  });

  it('several problems: all are reported, and an unknown command is dropped', () => {
    const { problems, flags, command, operands } = parseArgv([
      'rnu',
      'more',
      '--foo',
      'bar',
      '--url',
      '--interval=1s',
      '--interval=2s',
    ]);
    expect(problems.map(({ subject }) => subject)).toEqual([
      '--url',
      '--foo',
      '--interval',
      'command',
    ]);
    expect(flags).toEqual(new Map([['interval', '1s']]));
    expect(command).toBeUndefined();
    expect(operands).toEqual(['more']);
  });

  it.each([
    [['replay', 'a.ndjson', 'b.ndjson'], ['a.ndjson', 'b.ndjson'], {}],
    [['replay', '--early-pass', 'a.ndjson'], ['a.ndjson'], { 'early-pass': 'true' }],
    [['--min-requests', '5', 'replay', 'run'], ['run'], { 'min-requests': '5' }],
    [['--command', 'replay', 'a.ndjson', 'b'], ['a.ndjson', 'b'], {}],
    [['--command=replay'], [], {}],
    [['replay', '--', '--odd-name'], ['--odd-name'], {}],
  ])('%j gives replay its files', (argv, operands, flags) => {
    const read = parseArgv(argv);
    expect(read).toMatchObject({ command: 'replay', operands, problems: [] });
    expect(Object.fromEntries(read.flags)).toEqual({ command: 'replay', ...flags });
  });

  it('a command after --command replay is a problem, not a file', () => {
    expect(parseArgv(['--command', 'replay', 'run']).problems).toMatchObject([
      { subject: '--command', message: 'the command is given twice, here and as `run`' },
    ]);
  });

  it('words after -- are words: `-- demo` is the command demo', () => {
    expect(parseArgv(['--', 'demo']).command).toBe('demo');
  });
});
