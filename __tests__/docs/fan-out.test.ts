import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { shardOf } from '../../src/support/values/shard.js';
import { describeWithSchemas, problemsOf, type PublishedSchema } from '../support/schemas.js';

const page = readFileSync('docs/fan-out.md', 'utf8');

/** The code block below the heading. */
function blockBelow(heading: string): string {
  const [, rest = ''] = page.split(`\n## ${heading}\n`);
  return /^```\w+\n([^]*?)^```$/m.exec(rest)?.[1] ?? '';
}

/** Each CI system of the page, by the schema of its configuration. */
const systems: Readonly<Record<string, PublishedSchema>> = {
  'GitHub Actions': 'github-workflow',
  GitLab: 'gitlab-ci',
  CircleCI: 'circleci-config',
  'Azure Pipelines': 'azure-pipelines',
};

/** Azure takes every scalar for a text, and its schema knows the tasks that are built in. */
function ofAzure(text: string): unknown {
  const isOurs = (step: unknown): boolean =>
    typeof step === 'object' && step !== null && 'task' in step && step.task === 'Rollgate@0';
  const known = (_: unknown, value: unknown): unknown => (isOurs(value) ? { bash: 'echo' } : value);
  return parse(text, known, { schema: 'failsafe' });
}

function contentOf(schema: PublishedSchema, text: string): unknown {
  return schema === 'azure-pipelines' ? ofAzure(text) : parse(text);
}

describeWithSchemas('docs/fan-out.md, by the published schemas', Object.values(systems), () => {
  it.each(Object.entries(systems))('%s is valid', (heading, schema) => {
    expect(problemsOf(schema, contentOf(schema, blockBelow(heading)))).toEqual([]);
  });

  it.each(Object.entries(systems))('%s with a job that is none is invalid', (heading, schema) => {
    const text = blockBelow(heading).replace(
      /^ +(?:timeout-minutes|parallel|parallelism): \d+$/m,
      (line) => line.replace(/\d+/, '[nothing]'),
    );
    expect(problemsOf(schema, contentOf(schema, text))).not.toEqual([]);
  });
});

describe('docs/fan-out.md', () => {
  interface Workflow {
    readonly jobs: Readonly<
      Record<
        string,
        {
          readonly if?: string;
          readonly strategy?: {
            readonly 'fail-fast': boolean;
            readonly matrix: { readonly shard: readonly number[] };
          };
        }
      >
    >;
  }

  it('on GitHub: every shard from 1 on, none ends another, and the verdict is told whatever they end with', () => {
    const text = blockBelow('GitHub Actions');
    const { jobs } = parse(text) as Workflow;
    const { 'fail-fast': failFast, matrix } = jobs.gate?.strategy ?? {};
    expect([failFast, matrix?.shard]).toEqual([false, [1, 2, 3, 4, 5]]);
    expect(text).toContain(`/${String(matrix?.shard.length)}\n`);
    expect(jobs.verdict?.if).toMatch(/^always\(\)/);
  });

  it('on CircleCI, which counts from 0, 1 is added', () => {
    expect(blockBelow('CircleCI')).toContain(
      'export ROLLGATE_SHARD=$((CIRCLE_NODE_INDEX + 1))/$CIRCLE_NODE_TOTAL"',
    );
  });

  it('tells how uneven the shards may be', () => {
    const [, some, most] =
      /of 60 targets in five shards one may have (\d+) and another (\d+)/.exec(page) ?? [];
    const sizes = [1, 2, 3, 4, 5].map(
      (index) =>
        Array.from({ length: 60 }, (_, n) => `t${String(n)}`).filter(
          (name) => shardOf(name, 5) === index,
        ).length,
    );
    expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([Number(some), Number(most)]);
  });
});
