import { describe, expect, it } from '@jest/globals';
import { inputIds, inputOf, type InputId } from '../../src/inputs/table.js';
import { sources } from '../../src/sources/registry.js';
import type { Option } from '../../src/support/options.js';

const inheriting = Object.entries(sources).flatMap(([source, { options }]) =>
  Object.entries<Option<unknown>>(options).flatMap(([name, { input, inherits, inheritsWith }]) =>
    input === undefined ? [] : [{ option: `${source}.${name}`, input, inherits, inheritsWith }],
  ),
);

describe('an option that takes the value of an input', () => {
  it.each(inheriting)('$option: the input $input exists', ({ input }) => {
    expect(inputIds).toContain(input);
  });

  it.each(inheriting.filter(({ inherits }) => inherits === 'always'))(
    '$option: the input $input always has a value',
    ({ input, inheritsWith }) => {
      expect(inputOf(input as InputId).default).toBeDefined();
      expect(inheritsWith).toBeUndefined();
    },
  );
});
