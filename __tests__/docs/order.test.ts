import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { initSystems, Repository, type System, ways } from '../support/initialised.js';

/** What must follow each other in every pipeline that people are shown or given. */
const steps = {
  snapshot: /command: '?snapshot|(?:rollgate|index\.js) snapshot/,
  preflight: /command: '?preflight|(?:rollgate|index\.js) preflight/,
  deploy: /deploy\.sh|docker compose up|kubectl apply/,
  watch:
    /rollgate\/gate|OWNER\/rollgate@|uses: \S+rollgate@|rollgate run|rollgate\(|task: Rollgate@|index\.js$/m,
} as const;

/** The names of the steps, as they stand in a text; the watch is the last call. */
function orderIn(text: string): readonly string[] {
  const all = new RegExp(steps.watch.source, 'gm');
  const last = [...text.matchAll(all)].at(-1)?.index ?? -1;
  const places = [
    ['snapshot', text.search(steps.snapshot)],
    ['preflight', text.search(steps.preflight)],
    ['deploy', text.search(steps.deploy)],
    ['watch', last],
  ] as const;
  return [...places]
    .filter(([, at]) => at >= 0)
    .sort(([, a], [, b]) => a - b)
    .map(([name]) => name);
}

const right = ['snapshot', 'preflight', 'deploy', 'watch'];

interface GitlabFile {
  readonly stages?: readonly string[];
  readonly include?: readonly { readonly inputs?: { stage: string; command?: string } }[];
  readonly release?: { readonly stage: string };
}

/** Of GitLab: jobs of one stage run side by side, so that the order is that of their stages. */
function stagesOf(texts: readonly string[]): readonly number[] {
  const files = texts.map((text) => parse(text) as GitlabFile);
  const stages = files.flatMap((file) => file.stages ?? []);
  const included = files
    .flatMap(({ include = [] }) => include)
    .flatMap(({ inputs }) => (inputs === undefined ? [] : [inputs]));
  const ofCommand = (command?: string): string | undefined =>
    included.find((one) => one.command === command)?.stage;
  const release = files.find((file) => file.release !== undefined)?.release?.stage;
  return [ofCommand('snapshot'), ofCommand('preflight'), release, ofCommand()].map((stage = '') =>
    stages.indexOf(stage),
  );
}

describe.each(initSystems)('what init writes for %s', (system: System) => {
  let repository: Repository;
  beforeEach(() => {
    repository = new Repository();
  });
  afterEach(() => {
    repository.remove();
  });

  it.each(Object.entries(ways))('records, proves, deploys, watches (%s)', async (_, flags) => {
    const argv = ['init', '--yes', '--ci-system', system];
    const url = ['--url', 'http://shop.test/'];
    const { code, output } = await repository.run([...argv, ...url, ...flags]);
    expect({ code, output }).toEqual({ code: 0, output });
    const files = Object.entries(repository.place.files());
    const pipelines = files.filter(([path]) => path !== 'rollgate.yml' && !/rollback/i.test(path));
    if (system === 'gitlab')
      expect(stagesOf(pipelines.map(([, text]) => text))).toEqual([0, 1, 2, 3]);
    else expect(orderIn(pipelines.map(([, text]) => text).join(''))).toEqual(right);
  });
});

describe('the pipelines of the documentation', () => {
  const markdown = (folder: string): readonly string[] =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`);
  const pages = ['README.md', ...markdown('docs'), ...markdown('docs/strategies')];
  const shown = pages.flatMap((path) => {
    const page = readFileSync(path, 'utf8');
    return [...page.matchAll(/^```(?:yaml|groovy)\n([^]*?)^```$/gm)].map(
      ({ index, 1: text = '' }) =>
        [`${path}:${String(page.slice(0, index).split('\n').length)}`, text] as const,
    );
  });
  const files = [
    'examples/.github/workflows/deploy.yml',
    'templates/circleci/examples/kubernetes.yml',
  ];
  const all = [...shown, ...files.map((path) => [path, readFileSync(path, 'utf8')] as const)];
  const pipelines = all.filter(
    ([, text]) => steps.snapshot.test(text) || steps.preflight.test(text),
  );

  it('are found', () => {
    expect(pipelines.length).toBeGreaterThan(12);
  });

  it.each(pipelines)('%s: records, proves, deploys, watches', (_, text) => {
    if (text.includes('component:')) expect(stagesOf([text])).toEqual([0, 1, 2, 3]);
    // The gate may be a job of its own, which comes after that of the deploy.
    else if (/needs: deploy|requires:\n\s+- deploy/.test(text))
      expect(orderIn(text).filter((name) => name !== 'watch')).toEqual(right.slice(0, 3));
    else expect(orderIn(text)).toEqual(right);
  });
});
