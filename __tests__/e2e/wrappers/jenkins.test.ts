import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Workplace } from '../../support/bundle.js';
import { describeWith } from '../components.js';
import { groovy, jenkins, literal, runJenkins, type Build, type Built } from './jenkins.js';

/** What the scenario does not show of the step. */

/** A program of these lines, and the arguments besides it. */
const call = (name: string, lines: string, more = ''): string => {
  programs.set(`${name}.sh`, lines);
  return `rollgate(cli: 'sh ${name}.sh'${more === '' ? '' : `, ${more}`})`;
};
const programs = new Map<string, string>();

const node = (...lines: readonly string[]): string =>
  `@Library('rollgate') _\n\nnode {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
/** Keeps what the step returns. */
const kept = (name: string, step: string): string =>
  `writeFile(file: '${name}.json', text: groovy.json.JsonOutput.toJson(${step}))`;
const writesReport = (code: number): string =>
  `mkdir -p out && printf '{\\n  "exitCode": ${String(code)},\\n}\\n' > out/report.json && echo "$PWD/out/report.json" > "$ROLLGATE_RECEIPT"`;
const shows = (name: string): string => `env > ${name}.env`;

const secret = 'ghp_0123456789secret';
const credentials = {
  token: { secret },
  login: { user: 'bot', password: secret },
  config: { file: '/agent/kubeconfig' },
};

/** Texts that a program may hand over. */
const texts = [
  'plain',
  '',
  'a "quoted" word',
  'C:\\new\\table',
  'ends with \\',
  '\\"',
  'two\nlines\tand\ta tab',
  '", "verdict": "healthy',
  'a: "b", c',
  '100 % ≥ 95 % 😀 ä',
  "it's $HOME ${x}",
];

const builds: Readonly<Record<string, Build>> = {
  ...Object.fromEntries(
    [0, 1, 2, 3, 4, 5, 6, 7].map((code) => {
      const name = `code-${String(code)}`;
      const lines = `${writesReport(code)}; exit ${String(code)}`;
      return [name, { jenkinsfile: node(call(name, lines), "writeFile(file: 'after', text: '')") }];
    }),
  ),
  unbelieved: { jenkinsfile: node(call('unbelieved', 'exit 1')) },
  otherwise: { jenkinsfile: node(call('otherwise', `${writesReport(31)}; exit 1`)) },
  foreign: { jenkinsfile: node(call('foreign', 'exit 127')) },
  absent: { jenkinsfile: node("rollgate(cli: 'no-such-program')") },
  goesOn: {
    jenkinsfile: node(
      kept('goesOn', call('goesOn', `${writesReport(3)}; exit 3`, 'failBuild: false')),
      "writeFile(file: 'goesOn.after', text: '')",
    ),
  },
  unknown: { jenkinsfile: node(call('unknown', 'touch started', "minSucessRate: '97'")) },
  leaks: { jenkinsfile: node(call('leaks', 'touch started', `githubToken: ${literal(secret)}`)) },
  noCredentials: {
    jenkinsfile: node(call('noCredentials', 'touch started', "credentials: [url: 'token']")),
    credentials,
  },
  values: {
    jenkinsfile: node(
      call(
        'values',
        shows('values'),
        "url: ['https://a.test', 'https://b.test'], minSuccessRate: 97.5, dryRun: true, warmUp: null, " +
          'rollbackParameters: [VERSION: "v${40 + 1}", region: \'eu\']',
      ),
    ),
  },
  secrets: {
    jenkinsfile: node(
      call(
        'secrets',
        shows('secrets'),
        "credentials: [githubToken: 'token', jenkins: 'login', kubeconfig: 'config'], rollbackParameters: 'a=not for the log'",
      ),
      call('afterwards', shows('afterwards')),
    ),
    credentials,
  },
  rollback: {
    jenkinsfile: node(call('rollback', shows('rollback'))),
    parameters: { ROLLBACK: true },
  },
  rollbackText: {
    jenkinsfile: node(call('rollbackText', shows('rollbackText'))),
    parameters: { ROLLBACK: 'yes' },
  },
  deploy: { jenkinsfile: node(call('deploy', shows('deploy'))), parameters: { ROLLBACK: false } },
  npm: { jenkinsfile: node('rollgate()') },
  npmVersion: { jenkinsfile: node("rollgate(version: '9.9.9')") },
  windows: { jenkinsfile: node('rollgate()'), windows: true, variables: { BAT_CODE: '0' } },
  windowsFails: { jenkinsfile: node('rollgate()'), windows: true, variables: { BAT_CODE: '1' } },
  windowsDies: {
    jenkinsfile: node('rollgate()'),
    windows: true,
    variables: { BAT_CODE: '-1073741510' },
  },
  outputs: {
    jenkinsfile: node(
      ...texts.map((text, at) => {
        const name = `outputs-${String(at)}`;
        // As the program writes it.
        const json = JSON.stringify(
          { verdict: 'unhealthy', rolledBack: true, reason: text, report: '' },
          null,
          2,
        );
        programs.set(`${name}.data`, `${json}\n`);
        const lines = `${writesReport(4)}; cp ${name}.data out/outputs.json; exit 4`;
        return kept(name, call(name, lines, 'failBuild: false'));
      }),
    ),
  },
};

describeWith('the step for Jenkins', jenkins.lacking, () => {
  let place: Workplace;
  let log = '';
  const built = new Map<string, Built>();
  const of = (name: string): Built => built.get(name)!;
  const file = (name: string): string | undefined => place.read(`jenkins/shop/${name}`);
  const variables = (name: string): Map<string, string> =>
    new Map(
      (file(`${name}.env`) ?? '')
        .split('\n')
        .map((line) => line.split(/=(.*)/s, 2) as [string, string]),
    );

  beforeAll(async () => {
    place = new Workplace();
    for (const [name, lines] of programs) place.write(`jenkins/shop/${name}`, lines);
    place.write('jenkins/bin/npx', '#!/bin/sh\necho "npx $*"\n');
    await place.launch('chmod', ['+x', place.path('jenkins/bin/npx')]).ended;
    const all = Object.values(builds).map((build) => ({
      ...build,
      path: place.path('jenkins/bin'),
    }));
    const ended = await runJenkins(place, all);
    ({ log } = ended);
    Object.keys(builds).forEach((name, at) => built.set(name, ended.builds[at]!));
  }, 300_000);

  afterAll(() => {
    place.remove();
  });

  it('compiles with the Groovy of Jenkins', async () => {
    const { code, output } = await groovy(place, 'org.codehaus.groovy.tools.FileSystemCompiler', [
      ...['-d', place.path('classes')],
      `${process.cwd()}/templates/jenkins/vars/rollgate.groovy`,
    ]);
    expect({ code, output: output.replace(/^WARNING.*\n/gm, '') }).toEqual({ code: 0, output: '' });
    expect(place.read('classes/rollgate.class')).toBeDefined();
  });

  it('code 0: the build goes on', () => {
    expect(of('code-0')).toMatchObject({ result: 'SUCCESS' });
    expect(file('after')).toBe('');
  });

  it.each([1, 2, 3, 4, 5, 6, 7])('code %d: the build fails', (code) => {
    expect(of(`code-${String(code)}`)).toMatchObject({
      result: 'FAILURE',
      error: `Rollgate ended with ${String(code)}`,
    });
  });

  it.each(['unbelieved', 'otherwise', 'foreign', 'absent'])(
    'a code without a report of this run: 7: %s',
    (name) => {
      expect(of(name)).toMatchObject({ result: 'FAILURE', error: 'Rollgate ended with 7' });
    },
  );

  it('failBuild: false: the build goes on, and has the code', () => {
    expect(of('goesOn')).toMatchObject({ result: 'SUCCESS' });
    expect(JSON.parse(file('goesOn.json')!)).toEqual({ exitCode: 3 });
    expect(file('goesOn.after')).toBe('');
  });

  it('an unknown argument: refused before anything starts', () => {
    expect(of('unknown').error).toBe('rollgate: there is no argument "minSucessRate".');
    expect(of('noCredentials').error).toBe('rollgate: "url" takes no credentials.');
    expect(file('started')).toBeUndefined();
  });

  it('a secret as an argument: refused, and not shown', () => {
    expect(of('leaks').error).toMatch(
      /"githubToken" is a secret\. .* credentials: \[githubToken: 'the-id'\]/,
    );
  });

  it('passes values in the form that the program reads', () => {
    expect(of('values').result).toBe('SUCCESS');
    const env = file('values.env')!;
    expect(env).toContain('INPUT_URL=https://a.test\nhttps://b.test\n');
    expect(env).toContain('INPUT_MINSUCCESSRATE=97.5\n');
    expect(env).toContain('INPUT_DRYRUN=true\n');
    expect(env).toContain('INPUT_ROLLBACKPARAMETERS=VERSION=v41\nregion=eu\n');
    expect(env).not.toContain('INPUT_WARMUP');
  });

  it('passes secrets from credentials to this step only', () => {
    expect(of('secrets').result).toBe('SUCCESS');
    const env = variables('secrets');
    expect(env.get('INPUT_GITHUBTOKEN')).toBe(secret);
    expect(env.get('INPUT_JENKINSUSER')).toBe('bot');
    expect(env.get('INPUT_JENKINSTOKEN')).toBe(secret);
    expect(env.get('INPUT_KUBECONFIG')).toBe('/agent/kubeconfig');
    const names = [...variables('afterwards').keys()];
    expect(names).toContain('ROLLGATE_CLI');
    expect(names.filter((name) => name.startsWith('INPUT_'))).toEqual([]);
  });

  it('prints no argument and no secret', () => {
    expect(log).not.toContain(secret);
    expect(log).not.toContain('not for the log');
  });

  it.each([
    ['rollback', 'true'],
    ['rollbackText', 'true'],
    ['deploy', undefined],
  ])('%s: the parameter sets the marker', (name, expected) => {
    expect(variables(name).get('ROLLBACK')).toBe(expected);
  });

  it('runs the package of its version by npx', () => {
    expect(log).toMatch(/^npx --yes @[\w-]+\/rollgate@\d+\.\d+\.\d+$/m);
    expect(log).toMatch(/^npx --yes @[\w-]+\/rollgate@9\.9\.9$/m);
  });

  it('on Windows runs the program through a batch file', () => {
    expect(of('windows')).toMatchObject({
      result: 'SUCCESS',
      calls: { bat: ['@call %ROLLGATE_CLI%'] },
    });
    expect(of('windowsFails').error).toBe('Rollgate ended with 7');
    expect(of('windowsDies').error).toBe('Rollgate ended with 7');
  });

  it.each(texts.map((text, at) => [text, at] as const))('returns the outputs: %j', (text, at) => {
    expect(of('outputs').result).toBe('SUCCESS');
    expect(JSON.parse(file(`outputs-${String(at)}.json`)!)).toEqual({
      ...{ exitCode: 4, verdict: 'unhealthy', rolledBack: true, reason: text, report: '' },
    });
  });
});
