import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type DeclaredJob, fatesOf } from '../../../src/pipelines/github/condition.js';
import { readDeclaration } from '../../../src/pipelines/github/workflow.js';

const job = (id: string, condition?: string, needs: readonly string[] = []): DeclaredJob => ({
  id,
  name: id,
  condition,
  needs,
});

const facts = {
  inputs: new Map([['rollback', true]]),
  eventInputs: new Map([['rollback', 'true']]),
};

function fates(...jobs: readonly DeclaredJob[]): Record<string, string> {
  return Object.fromEntries(fatesOf(jobs, facts));
}

describe('what would become of a job', () => {
  it.each([
    [undefined, 'runs'],
    ['true', 'runs'],
    ['false', 'skipped'],
    ['inputs.rollback', 'runs'],
    ['${{ inputs.rollback }}', 'runs'],
    ["${{ inputs.rollback == 'true' }}", 'skipped'],
    ["inputs.rollback == 'true'", 'skipped'],
    ["github.event.inputs.rollback == 'true'", 'runs'],
    ['github.event.inputs.rollback == true', 'skipped'],
    ['inputs.absent', 'skipped'],
    ['failure()', 'skipped'],
    ['always()', 'runs'],
    ['vars.ON', 'unknown'],
    ['no expression at all', 'unknown'],
    // Text around it makes a text of the whole, which is true whatever it says.
    ["${{ inputs.rollback }} == 'false'", 'runs'],
    ['${{ inputs.absent }} || ${{ inputs.absent }}', 'runs'],
  ])('if: %s: %s', (condition, fate) => {
    expect(fates(job('undo', condition))).toEqual({ undo: fate });
  });

  it('a job that needs a skipped one is skipped, unless it asks for the state of others itself', () => {
    expect(
      fates(
        job('after', undefined, ['before']),
        job('before', 'false'),
        job('last', 'inputs.rollback', ['after']),
        job('always', 'always()', ['before']),
        job('not cancelled', '!cancelled() && needs.before.result == "success"', ['before']),
        job('skip', "always() && needs.before.result == 'success'", ['before']),
      ),
    ).toEqual({
      before: 'skipped',
      after: 'skipped',
      last: 'skipped',
      always: 'runs',
      // GitHub knows no text in these quotes.
      'not cancelled': 'unknown',
      skip: 'skipped',
    });
  });

  it('what a job needs and cannot be told leaves it open', () => {
    expect(
      fates(
        job('after', undefined, ['before']),
        job('before', 'vars.ON'),
        job('strange', undefined, ['absent']),
        job('round', undefined, ['round']),
      ),
    ).toEqual({ before: 'unknown', after: 'unknown', strange: 'unknown', round: 'unknown' });
  });
});

describe('the rollback workflows that users copy', () => {
  it.each(['script', 'compose', 'kubernetes'])('%s: no job of a rollback is skipped', (kind) => {
    const text = readFileSync(`templates/rollback/github/${kind}.yml`, 'utf8');
    const { jobs, inputs } = readDeclaration(text);
    expect(jobs.length).toBeGreaterThan(0);
    const type = inputs.get('rollback')?.type;
    const sent = new Map([['rollback', type === 'boolean' ? true : 'true']]);
    const found = fatesOf(jobs, { inputs: sent, eventInputs: new Map([['rollback', 'true']]) });
    expect(new Set(found.values())).toEqual(new Set(['runs']));
    expect(parse(text)).toHaveProperty('jobs');
  });
});
