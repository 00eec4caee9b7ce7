import { describe, expect, it } from '@jest/globals';
import type { RunJob } from '../../src/contract/pipeline.js';
import { assertSameRun, phaseIn, shownJobs } from '../../src/pipelines/jobs.js';
import { isPermanent } from '../../src/support/retry.js';
import { never } from '../support/stand-in-client.js';

describe('assertSameRun', () => {
  it.each<[string | number, unknown]>([
    ['7', 7],
    [7, '7'],
    ['90071992547409931', 90071992547409931n],
    ['5b0a', '5b0a'],
  ])('asked for %p, answered %p: the same', (asked, answered) => {
    expect(() => {
      assertSameRun('reading', asked, answered);
    }).not.toThrow();
  });

  it.each<[string | number, unknown, RegExp]>([
    ['7', 8, /^reading: the answer is about another one, 8$/],
    ['7', '8\n::error::', /another one, 8 ::error::$/],
    ['7', undefined, /^reading: the answer does not say which run it is about$/],
    ['7', null, /does not say/],
    ['7', {}, /does not say/],
    ['7', '', /does not say/],
  ])('asked for %p, answered %p: not believed, and may be asked again', (asked, answered, says) => {
    let error: unknown;
    try {
      assertSameRun('reading', asked, answered);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ message: expect.stringMatching(says) as unknown });
    expect(isPermanent(error)).toBe(false);
  });
});

it.each([
  ['done', 'succeeded'],
  ['constructor', 'unknown'],
  ['new', 'unknown'],
])('phaseIn: %s is %s', (word, phase) => {
  expect(phaseIn({ done: 'succeeded' }, word)).toBe(phase);
});

it('names, words and links of jobs from outside are short lines, and links are links', async () => {
  const given: RunJob = {
    name: `undo\n::error::${'x'.repeat(1000)}`,
    aliases: ['undo'],
    url: 'javascript:alert(1)',
    phase: 'succeeded',
    word: `done\u0085##vso[task.complete]${'y'.repeat(1000)}`,
  };
  const read = shownJobs(() => Promise.resolve([given, { ...given, url: 'https://ci.example/1' }]));
  const jobs = await read({ id: '1', url: '' }, never);
  expect(jobs.map(({ url }) => url)).toEqual([undefined, 'https://ci.example/1']);
  for (const { name, word, aliases } of jobs) {
    expect(`${name}${word}`).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    expect(name.length).toBeLessThanOrEqual(120);
    expect(word.length).toBeLessThanOrEqual(200);
    expect(word).not.toContain('##vso[');
    expect(aliases).toEqual(['undo']);
  }
});
