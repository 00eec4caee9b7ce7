import { describe, expect, it } from '@jest/globals';
import { createMatcher } from '../../../src/sources/http/pattern.js';

describe('a pattern of the user', () => {
  it.each([
    [/ok/, 'it is ok', true],
    [/ok/, 'it is not', false],
    [/^ok$/m, 'first\nok\nlast', true],
    [/ok/g, 'ok', true],
    [/ok/y, 'ok', true],
  ])('%s on "%s": %s, however often it is asked', (pattern, text, isMatch) => {
    const matches = createMatcher(pattern);
    expect([matches(text), matches(text), matches(text)]).toEqual([isMatch, isMatch, isMatch]);
  });

  it('backtracks without bound: not known, and the third time not even tried', () => {
    const matches = createMatcher(/(a+)+$/);
    // It would take longer than the world is old.
    const endless = `${'a'.repeat(100)}b`;
    expect(matches('caaa')).toBe(true);
    expect([matches(endless), matches(endless)]).toEqual([undefined, undefined]);
    expect(matches('caaa')).toBeUndefined();
  });
});
