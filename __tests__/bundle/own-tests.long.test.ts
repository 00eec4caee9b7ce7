import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Ended, node, quick, Workplace } from '../support/bundle.js';

let place: Workplace;
beforeEach(() => {
  place = new Workplace();
});
afterEach(() => {
  place.remove();
});

const inARun = { ROLLGATE_RUN_ID: 'build-42' };

/** A line for the shell of every platform that runs this program. */
function script(name: string, text: string): string {
  place.write(name, text);
  return `"${node}" ${name}`;
}

/** Fails as long as there is a file `bad`; says what it was given. */
const smoke = `
const { existsSync, writeFileSync } = require('node:fs');
writeFileSync('given.json', JSON.stringify(process.env));
if (!existsSync('bad')) process.exit(0);
console.log('the cart shows ' + process.env.SHOP_PASSWORD);
console.error('expected a pay button');
process.exit(1);
`;

/** The rollback takes the file away. */
const mend = `require('node:fs').rmSync('bad', { force: true }); require('node:fs').writeFileSync('rolled-back', '');`;

function args(rollback = script('mend.cjs', mend)): readonly string[] {
  return [
    ...['--rollback', 'command', '--rollback-command', rollback],
    ...['--test-command', script('smoke.cjs', smoke), '--test-every', '1s'],
  ];
}

function watch(...more: readonly string[]): Promise<Ended> {
  return place.run(['run', ...args(), ...quick, ...more], inARun);
}

describe('a test of the user', () => {
  it('that passes is healthy', async () => {
    const { code, output } = await watch();
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(place.report().reason).toMatch(/^The test passed \d+ of \d+ runs over/);
  });

  it('that fails rolls back, and passes in the confirmation', async () => {
    place.write('bad', '');
    await place.run(['snapshot', ...args()], inARun);
    const { code } = await watch('--url-before', 'absent');
    expect({ code, rolledBack: place.read('rolled-back') }).toEqual({ code: 1, rolledBack: '' });
    expect(place.report()).toMatchObject({
      verdict: 'unhealthy',
      reason: expect.stringMatching(
        /^The test failed 2 times in a row \(exited with code 1\); /,
      ) as unknown,
      targets: [{ rollback: { status: 'verified' } }],
    });
  });

  it('that failed before the deploy too is not held against it', async () => {
    place.write('bad', '');
    expect((await place.run(['snapshot', ...args()], inARun)).code).toBe(0);
    expect((await watch('--on-inconclusive', 'rollback')).code).toBe(4);
    expect(place.read('rolled-back')).toBeUndefined();
    expect(place.report().reason).toContain(
      'The test never passed (exited with code 1); it failed before the deploy too (exited with code 1): mend it, or roll back by hand.',
    );
  });

  it('that passed before the deploy and fails is held against it', async () => {
    expect((await place.run(['snapshot', ...args()], inARun)).code).toBe(0);
    place.write('bad', '');
    expect((await watch()).code).toBe(1);
    expect(place.report().reason).not.toContain('may never have worked');
  });

  it('still fails after a rollback that mends nothing: exit 3', async () => {
    place.write('bad', '');
    const nothing = `"${node}" -e "0"`;
    const { code } = await place.run(['run', ...args(nothing), ...quick], inARun);
    expect(code).toBe(3);
    expect(place.report()).toMatchObject({
      targets: [
        {
          rollback: {
            status: 'still-unhealthy',
            detail: expect.stringContaining('the test still fails (exited with code 1)') as unknown,
          },
        },
      ],
    });
  });

  it('is not asked again after the rollback where it had not failed', async () => {
    place.write('bad', '');
    place.write(
      'rollgate.yml',
      [
        'checks:',
        '  - id: feature',
        '    source: command',
        `    run: '"${node}" feature.cjs'`,
        '    every: 1s',
      ].join('\n'),
    );
    // The old version does not have the feature.
    place.write(
      'feature.cjs',
      `process.exit(require('node:fs').existsSync('rolled-back') ? 1 : 0)`,
    );
    const { code, output } = await watch();
    expect({ code, output }).toMatchObject({ code: 1 });
  });

  it('has the environment of the rollback command, and no secret that came as an input', async () => {
    await place.run(['run', ...args(), ...quick], {
      ...inARun,
      SHOP_PASSWORD: 'hunter2hunter2',
      'INPUT_GITHUB-TOKEN': 'ghs_secretsecret',
      ROLLGATE_GITHUB_TOKEN: 'ghs_mine',
    });
    const given = JSON.parse(place.read('given.json') ?? '') as Record<string, string>;
    expect(given).toMatchObject({
      SHOP_PASSWORD: 'hunter2hunter2',
      ROLLGATE_GITHUB_TOKEN: 'ghs_mine',
    });
    expect(given).not.toHaveProperty('INPUT_GITHUB-TOKEN');
  });

  it('shows what it printed where that is asked for, without secrets that are known', async () => {
    place.write('bad', '');
    const secret = 'a-token-of-the-shop';
    const { output } = await place.run(['run', ...args(), ...quick, '--report-logs', '5'], {
      ...inARun,
      SHOP_PASSWORD: secret,
      ROLLGATE_GITHUB_TOKEN: secret,
    });
    expect(output).toContain('expected a pay button');
    expect(output).toContain('the cart shows ***');
    for (const text of [output, ...Object.values(place.files())].filter(
      (one) => !one.includes('"SHOP_PASSWORD"'),
    ))
      expect(text).not.toContain(secret);
  });

  it('prints nothing of its own by default', async () => {
    place.write('bad', '');
    expect((await watch()).output).not.toContain('pay button');
  });

  it('that cannot be started is found before the watch', async () => {
    const { code, output } = await place.run([
      ...['run', '--test-command', 'no-such-program-x --now', ...quick],
      ...['--on-unhealthy', 'report'],
    ]);
    expect(code).toBe(2);
    expect(output).toContain('test: test-command: no-such-program-x: not found');
  });

  it('is run by the snapshot, and not by preflight', async () => {
    const preflight = await place.run(['preflight', ...args()], inARun);
    expect({ code: preflight.code, output: preflight.output }).toMatchObject({ code: 0 });
    expect(place.read('given.json')).toBeUndefined();
    await place.run(['snapshot', ...args()], inARun);
    expect(place.read('given.json')).toBeDefined();
  });

  it('is ended with its children when the run is cancelled', async () => {
    if (process.platform === 'win32') return;
    place.write(
      'long.cjs',
      `const child = require('node:child_process').spawn('sleep', ['600'], { stdio: 'ignore' });
       require('node:fs').writeFileSync('pids.new', process.pid + ' ' + child.pid);
       require('node:fs').renameSync('pids.new', 'pids');
       process.on('SIGTERM', () => undefined);
       setInterval(() => undefined, 1000);`,
    );
    const running = place.start([
      ...['run', '--test-command', `"${node}" long.cjs`, '--on-unhealthy', 'report'],
    ]);
    await running.until(() => place.read('pids') !== undefined);
    const pids = (place.read('pids') ?? '').split(' ').map(Number);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(6);
    for (const pid of pids) expect(isThere(pid)).toBe(false);
  });
});

/** A zombie that nobody has waited for is gone. */
function isThere(pid: number): boolean {
  const stat = `/proc/${String(pid)}/stat`;
  if (process.platform === 'linux')
    return existsSync(stat) && !/^\d+ \(.*\) Z/.test(readFileSync(stat, 'utf8'));
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a number that a program of the user prints', () => {
  function config(limit: string): void {
    place.write(
      'rollgate.yml',
      [
        'checks:',
        '  - id: queue',
        '    source: command',
        `    run: '"${node}" queue.cjs'`,
        '    every: 1s',
        `    ${limit}`,
      ].join('\n'),
    );
    place.write('queue.cjs', `console.log('measuring'); console.log(7)`);
  }

  it.each([
    ['max: 10', 0, /^7 on average \(limit ≤ 10\)/],
    ['min: 8', 5, /^the value was 7 on average \(limit ≥ 8\)/],
  ])('with %s ends with code %s', async (limit, code, reason) => {
    config(limit);
    const ended = await place.run(['run', '--on-unhealthy', 'report', ...quick]);
    expect({ code: ended.code, reason: place.report().reason, output: ended.output }).toEqual({
      code,
      reason: expect.stringMatching(reason),
      output: expect.anything(),
    });
  });
});
