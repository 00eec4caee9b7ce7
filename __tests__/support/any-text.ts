import fc from 'fast-check';

/** How many code points there are, and where the halves of pairs are among them, which are no characters (Unicode, 3.9). */
const CODE_POINTS = 0x110000;
const HALVES = { from: 0xd800, count: 0x800 };

/**
 * Texts of any characters at all. fast-check's own (`unit: 'binary'`) takes a second for its table of them, in each file that
 * asks for one.
 */
export function anyText(constraints: { readonly maxLength?: number } = {}): fc.Arbitrary<string> {
  const character = fc
    .nat(CODE_POINTS - HALVES.count - 1)
    .map((n) => String.fromCodePoint(n < HALVES.from ? n : n + HALVES.count));
  // That of ASCII has the names that objects are born with among its texts.
  return fc.oneof(
    { weight: 3, arbitrary: fc.array(character, constraints).map((all) => all.join('')) },
    { weight: 1, arbitrary: fc.string(constraints) },
  );
}
