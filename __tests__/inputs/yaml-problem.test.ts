import { describe, expect, it } from '@jest/globals';
import { readConfigFile } from '../../src/inputs/config-file.js';

const toldOf = (content: string): string[] =>
  readConfigFile('rollgate.yml', content).problems.map(
    ({ message, fix }) => `${message} → ${String(fix)}`,
  );

describe('a file that is no YAML', () => {
  it.each([
    ['a tab', 'headers:\n\tA: b', 'line 2, column 1: this line is indented with a tab → indent it'],
    [
      'a second line that is indented',
      'url: https://a\n\n  duration: 5m',
      'line 3, column 3: this line is indented further than the one that it belongs to → begin it in',
    ],
    [
      'a colon in a value',
      'reason: a: b',
      'line 1, column 9: this value has a `:` and a space in it',
    ],
    [
      'a quote without an end',
      'reason: "a',
      'line 1, column 11: a quote that was opened before is',
    ],
    ['a list without an end', 'url: [a\nduration: 5m', 'line 2, column 1: a `[` that was opened'],
    ['a map without an end', 'headers: {a: b\n', 'line 2, column 1: a `{` that was opened before'],
    [
      'no colon',
      'url https://a\nduration: 5m',
      'line 1, column 1: this line has no `:` and a space',
    ],
    [
      'a backtick',
      'url: `a`',
      'line 1, column 6: this value begins with a character that YAML reserves',
    ],
    [
      'a column of its own',
      'checks:\n  - source: a\n   url: b',
      'line 3, column 1: this line begins in',
    ],
    [
      'an escape',
      'expect-body: "a\\d"',
      'line 1, column 16: between double quotes a `\\` begins an',
    ],
    [
      'text after a quote',
      'reason: "a" b',
      'line 1, column 13: this cannot stand here → begin keys',
    ],
    [
      'a key that is there twice',
      'url: https://a\nduration: 5m\nurl: https://b',
      'line 3, column 1: `url` is here a second time → keep one of them',
    ],
  ])('%s: what is wrong, where, and what to do', (_, content, told) => {
    expect(toldOf(content)).toEqual([expect.stringContaining(told)]);
  });
});
