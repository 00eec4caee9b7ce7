import { expect, it } from '@jest/globals';
import { beginOf } from '../../src/gate/spread.js';

it.each([
  [1, [0]],
  [4, [0, 250, 500, 750]],
  [0, []],
])('the begins of %i watches are spread over a second', (watches, expected) => {
  expect(Array.from({ length: watches }, (_, n) => beginOf(n, watches))).toEqual(expected);
});
