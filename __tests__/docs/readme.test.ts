import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { Repository } from '../support/initialised.js';

const readme = readFileSync('README.md', 'utf8');
const lines = readme.split('\n');
const example = readFileSync('examples/.github/workflows/deploy.yml', 'utf8');

interface Workflow {
  readonly permissions: unknown;
  readonly concurrency: unknown;
  readonly jobs: unknown;
}

/** What a workflow does, without its name and what starts it. */
function workOf(text: string): Workflow {
  const { permissions, concurrency, jobs } = parse(text) as Workflow;
  return { permissions, concurrency, jobs };
}

describe('the README', () => {
  it('is short enough to be read', () => {
    expect(lines.length).toBeLessThan(250);
  });

  it.each([
    ['what it does', 'rolls it back automatically if it is unhealthy'],
    ['how it is tried', 'node dist/index.js demo'],
    ['how everything is tested', 'npm cit'],
    ['that it acts by itself', 'It rolls back by itself'],
    ['how it only observes', '`on-unhealthy: report`'],
    ['how the job stays green', '`fail-on: none`'],
    ['what it never does', 'What it never does'],
    ['when to take something else', 'Take something else'],
  ])('says on its first screen %s', (_, said) => {
    expect(lines.slice(0, 45).join('\n')).toContain(said);
  });

  it.each(['Argo Rollouts', 'Flagger', 'Datadog', 'CircleCI', 'GitLab'])(
    'says when to take %s instead, with a link',
    (tool) => {
      const [, section = ''] = readme.split('## When to take what\n');
      expect(section).toMatch(new RegExp(`^\\| \\[${tool}[^\\]]*\\]\\(https://`, 'm'));
    },
  );

  it('keeps the measured comparison short', () => {
    const [, section = ''] = readme.split('### Head to head\n');
    const [own = ''] = section.split('\n## ');
    expect(own.trim().split('\n').length).toBeLessThanOrEqual(15);
  });
});

describe('the workflow for GitHub Actions', () => {
  let repository: Repository;
  beforeEach(() => {
    repository = new Repository();
  });
  afterEach(() => {
    repository.remove();
  });

  it.each(['README.md', 'docs/github.md'])('is the example, to the letter, in %s', (path) => {
    expect(readFileSync(path, 'utf8')).toContain(`\`\`\`yaml\n${example}\`\`\``);
  });

  it('does the same as what init writes', async () => {
    const argv = ['init', '--yes', '--ci-system', 'github', '--url', 'http://shop.test/'];
    const { code, output } = await repository.run([...argv, '--rollback', 'ci']);
    expect({ code, output }).toEqual({ code: 0, output });
    const written = repository.place.files()['.github/workflows/deploy-gate.yml'] ?? '';
    expect(workOf(written)).toEqual(workOf(example));
  });
});
