import { chmodSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ownVariable } from '../../src/inputs/variables.js';
import { ailingService, watching } from '../support/ailing-service.js';
import { bundle, node, Workplace, type Ended } from '../support/bundle.js';

/** The script that the wrappers for a shell are made of, in the shells that CI systems use. */
const script = 'templates/shell/gate.sh';
const text = readFileSync(script, 'utf8');

let place: Workplace;

beforeEach(() => {
  place = new Workplace();
  place.write('gate.sh', text);
});

afterEach(() => {
  place.remove();
});

const npm = { ROLLGATE_PACKAGE: '@acme/rollgate', ROLLGATE_VERSION: '1.2.3' };

/** A program that does what these lines say. */
function stub(lines: string, name = 'cli.sh'): Record<string, string> {
  place.write(name, lines);
  return { ...npm, ROLLGATE_CLI: `sh ${name}` };
}

/** A program of this name on the path. */
function onPath(name: string, lines: string): Record<string, string> {
  place.write(`bin/${name}`, `#!/bin/sh\n${lines}\n`);
  chmodSync(place.path(`bin/${name}`), 0o755);
  return { ...npm, PATH: `${place.path('bin')}:${process.env.PATH ?? ''}` };
}

const writesReport = (code: number): string =>
  `mkdir -p out && printf '{\\n  "exitCode": ${String(code)},\\n}\\n' > out/report.json && echo "$PWD/out/report.json" > "$ROLLGATE_RECEIPT"`;

const shells = ['sh', 'bash'];

describe.each(shells)('the script of the wrappers, in %s', (shell) => {
  const run = (env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Ended> =>
    place.launch(shell, ['gate.sh', ...args], env).ended;

  it.each([0, 2, 3, 4, 5, 6, 7])('ends with %d when the program does', async (code) => {
    expect((await run(stub(`exit ${String(code)}`))).code).toBe(code);
  });

  it('ends with 1 when the program does and its report says 1', async () => {
    expect((await run(stub(`${writesReport(1)}; exit 1`))).code).toBe(1);
  });

  it('ends with 7 when the program ends with 1 and left no report', async () => {
    const { code, output } = await run(stub('exit 1'));
    expect(code).toBe(7);
    expect(output).toContain('"sh cli.sh" ended with 1, and no report of this run says so');
  });

  it('ends with 7 when the program ends with 1 and the report is of an earlier run', async () => {
    place.write('rollgate-report/report.json', '{\n  "exitCode": 1,\n}\n');
    expect((await run(stub('exit 1'))).code).toBe(7);
  });

  it('ends with 7 when the program ends with 1 and the report has another code', async () => {
    expect((await run(stub(`${writesReport(31)}; exit 1`))).code).toBe(7);
  });

  it.each([8, 126, 127, 137])('ends with 7 when the program ends with %d', async (code) => {
    expect((await run(stub(`exit ${String(code)}`))).code).toBe(7);
  });

  it('ends with 7 when there is no program', async () => {
    expect((await run({ ...npm, ROLLGATE_CLI: 'no-such-program' })).code).toBe(7);
  });

  it.each([
    ['shard-2-of-5', undefined],
    ['others', '{\n  "exitCode": 3,\n}\n'],
  ])('with the report in rollgate-report/%s: %j beside it', async (folder, beside) => {
    const path = `rollgate-report/${folder}`;
    const lines = `mkdir -p rollgate-report; ${writesReport(3)}; mv out ${path}; echo "$(pwd -P)/${path}/report.json" > "$ROLLGATE_RECEIPT"; exit 3`;
    expect((await run(stub(lines))).code).toBe(3);
    expect(place.read(`${path}/report.json`)).toBe('{\n  "exitCode": 3,\n}\n');
    expect(place.read('rollgate-report/report.json')).toBe(beside);
  });

  it('leaves the report in the folder that the CI system reads', async () => {
    await run(stub(`${writesReport(3)}; echo text > out/summary.md; exit 3`));
    expect(place.read('rollgate-report/report.json')).toContain('"exitCode": 3');
    expect(place.read('rollgate-report/summary.md')).toBe('text\n');
  });

  it('splits ROLLGATE_CLI into words, and expands nothing', async () => {
    place.write('cli.sh', 'printf "[%s]" "$@"');
    const { output } = await run({ ...npm, ROLLGATE_CLI: 'sh cli.sh * $HOME `id`' });
    expect(output).toBe('[*][$HOME][`id`]');
  });

  it('runs the installed program when it has this version', async () => {
    const env = onPath('rollgate', '[ "$1" = --version ] && echo 1.2.3 || echo installed');
    expect((await run(env)).output).toBe('installed\n');
  });

  it('runs the package by npx when another version is installed', async () => {
    const env = { ...onPath('rollgate', 'echo 1.2.2'), ...onPath('npx', 'echo "npx $*"') };
    expect((await run(env)).output).toBe('npx --yes @acme/rollgate@1.2.3\n');
  });

  it('removes its receipt', async () => {
    const { output } = await run(stub('echo "$ROLLGATE_RECEIPT"'));
    place.write('kept', '');
    expect(output.trim()).not.toBe('');
    const { code } = await place.launch('test', ['-e', output.trim()]).ended;
    expect(code).toBe(1);
  });

  it("passes SIGTERM on, and ends with the program's code", async () => {
    const env = stub('trap "echo told; exit 6" TERM; echo began; while :; do sleep 0.1; done');
    const running = place.launch(shell, ['gate.sh'], env);
    await running.printed('began');
    running.child.kill('SIGTERM');
    const { code, output } = await running.ended;
    expect(output).toContain('told');
    expect(code).toBe(6);
  });

  it('with the bundle and a bad service: rolls back, and ends with 1', async () => {
    const server = await ailingService(place, 0.3);
    const flags = watching(server.url).slice(1);
    const inputs = flags.flatMap((flag, at) =>
      at % 2 === 0 ? [[ownVariable(flag.slice(2)), flags[at + 1] ?? ''] as const] : [],
    );
    const { code, output } = await run({
      ...npm,
      ...Object.fromEntries(inputs),
      ROLLGATE_CLI: `${node} ${bundle}`,
      ROLLGATE_REPORT_DIR: 'elsewhere/deep',
    });
    await server.close();
    expect(output).not.toContain('note:');
    expect({ code, output }).toEqual({ code: 1, output });
    expect(place.report()).toMatchObject({ exitCode: 1, verdict: 'unhealthy' });
    expect(place.report('elsewhere/deep')).toMatchObject({ exitCode: 1 });
  });
});

describe('a receipt that cannot be written', () => {
  it('is named in the output, and does not change the code', async () => {
    const { code, output } = await place.run(['rollback'], { ROLLGATE_RECEIPT: place.path('a/b') });
    expect(code).toBe(2);
    expect(output).toContain('the receipt could not be written');
  });
});
