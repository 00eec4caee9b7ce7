import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { describeWithSchemas, problemsOf } from '../support/schemas.js';

const read = (path: string): string => readFileSync(path, 'utf8');

describeWithSchemas('action.yml, by its published schema', ['github-action'], () => {
  it('is valid', () => {
    expect(problemsOf('github-action', parse(read('action.yml')))).toEqual([]);
  });

  it('is invalid with an unknown Node version', () => {
    const action = parse(read('action.yml')) as object;
    const wrong = { ...action, runs: { using: 'node22', main: 'dist/index.js' } };
    expect(problemsOf('github-action', wrong)).not.toEqual([]);
  });
});

describeWithSchemas('workflows, by the published schema', ['github-workflow'], () => {
  it.each(readdirSync('.github/workflows'))('%s is valid', (name) => {
    const workflow: unknown = parse(read(join('.github/workflows', name)));
    expect(problemsOf('github-workflow', workflow)).toEqual([]);
  });

  it('a workflow with an unknown key is invalid', () => {
    const wrong = { on: 'push', jobs: { a: { 'runs-on': 'x', step: [] } } };
    expect(problemsOf('github-workflow', wrong)).not.toEqual([]);
  });
});

describeWithSchemas('GitLab CI, by the published schema', ['gitlab-ci'], () => {
  const text = read('templates/rollgate/template.yml');
  const [header, body] = parseAllDocuments(text).map((document) => document.toJS() as unknown);
  const { spec } = header as { spec: { inputs: Record<string, { default: string }> } };
  const filled = JSON.parse(
    JSON.stringify(body).replace(/\$\[\[ inputs\.([\w-]+) \]\]/g, (_, id: string) =>
      JSON.stringify(spec.inputs[id]?.default).slice(1, -1),
    ),
  ) as Record<string, object>;

  it('the header of the component is valid', () => {
    expect(problemsOf('gitlab-ci', header)).toEqual([]);
  });

  it('the component with its defaults is valid', () => {
    expect(problemsOf('gitlab-ci', filled)).toEqual([]);
  });

  it('a component with an unknown key is invalid', () => {
    expect(problemsOf('gitlab-ci', { job: { ...filled.rollgate, scrpt: [] } })).not.toEqual([]);
  });

  it('.gitlab-ci.yml is valid', () => {
    expect(problemsOf('gitlab-ci', parse(read('.gitlab-ci.yml')))).toEqual([]);
  });
});
