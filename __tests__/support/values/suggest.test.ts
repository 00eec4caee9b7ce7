import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { didYouMean, suggest } from '../../../src/support/values/value-type.js';
import { inputIds } from '../../../src/inputs/table.js';

describe('suggest', () => {
  it.each([
    ['durration', 'duration'],
    ['min-sucess-rate', 'min-success-rate'],
    ['MIN-SUCCESS-RATES', 'min-success-rate'],
    ['github-workflw', 'github-workflow'],
    ['ulr', 'url'],
  ])('%s for %s', (given, meant) => {
    expect(suggest(given, inputIds)).toBe(meant);
  });

  it.each(['x', 'foo', 'completely-different-thing', ''])('nothing for %j', (given) => {
    expect(suggest(given, inputIds)).toBeUndefined();
    expect(didYouMean(given, inputIds)).toBeUndefined();
  });

  it('finds every id after the loss of a letter', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...inputIds.filter((id) => id.length > 6)),
        fc.nat({ max: 100 }),
        (id, at) => {
          const cut = at % id.length;
          const given = id.slice(0, cut) + id.slice(cut + 1);
          expect(suggest(given, inputIds)).toBeDefined();
        },
      ),
    );
  });
});
