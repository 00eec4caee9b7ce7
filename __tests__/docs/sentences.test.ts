import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { byEvidence, byLimit } from '../../src/gate/explain.js';

const pages = ['README.md', ...readdirSync('docs').map((name) => join('docs', name))].filter(
  (path) => path.endsWith('.md'),
);

/** A page as one line, without the wrapping of its examples. */
const textOf = (path: string): string => readFileSync(path, 'utf8').replace(/\s+/g, ' ');

/** What the program says, with any number in the place of each of its own. */
function pattern(sentence: string): string {
  return sentence
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\d[\d,]*(\\\.\d+)?/g, '\\d[\\d,]*(\\.\\d+)?');
}

function check(samples: number, failures: number, maxLogE: number) {
  const totals = { samples, failures, seconds: 300, sum: 0 };
  return { id: 'success-rate', limit, totals, maxLogE };
}
const limit = { metric: 'success-rate', minPercent: 95 } as const;

describe('the sentences of a verdict on the pages', () => {
  it.each([
    ['by evidence', 'not bad luck', byEvidence(check(180, 52, 8), 2), 6],
    [
      'by the configured limit',
      'close to the limit: with',
      byLimit(check(600, 34, 1), { seen: 300_000, of: 300_000, missing: 0, lag: 0 }),
      1,
    ],
  ])('%s: as the program says them', (_, sign, sentence, least) => {
    let found = 0;
    for (const path of pages) {
      const text = textOf(path);
      const said = text.split(sign).length - 1;
      const right = text.match(new RegExp(pattern(sentence), 'g'))?.length ?? 0;
      expect([path, right]).toEqual([path, said]);
      found += said;
    }
    expect(found).toBeGreaterThanOrEqual(least);
  });
});
