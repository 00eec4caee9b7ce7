import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  evaluate,
  isTrue,
  type RunFacts,
  UNKNOWN,
  type Value,
} from '../../../src/pipelines/github/expression.js';

const facts: RunFacts = {
  inputs: new Map<string, string | boolean | typeof UNKNOWN>([
    ['rollback', true],
    ['mode', 'Undo'],
    ['rollback_id', UNKNOWN],
    ['no', false],
  ]),
  eventInputs: new Map([['rollback', 'true']]),
  needs: new Map([
    ['build', 'runs'],
    ['gone', 'skipped'],
    ['open', 'unknown'],
  ]),
};

describe('the value of an expression', () => {
  it.each([
    ['true', true],
    ['null', null],
    ["'it''s'", "it's"],
    ['-1.5e2', -150],
    ['0xff', 255],
    ['inputs.rollback', true],
    ["inputs['ROLLBACK']", true],
    ['Inputs.Rollback', true],
    ['github.event.inputs.rollback', 'true'],
    ["github['event'].inputs['rollback']", 'true'],
    ['inputs.absent', null],
    ['inputs.rollback == true', true],
    ["inputs.rollback == 'true'", false],
    ["inputs.rollback != 'true'", true],
    ['github.event.inputs.rollback == true', false],
    ["github.event.inputs.rollback == 'TRUE'", true],
    ["inputs.mode == 'undo'", true],
    ["'' == 0", true],
    ['null == false', true],
    ["'a' == 0", false],
    ['2 >= 1', true],
    ["'b' < 'a'", false],
    ['!inputs.no', true],
    ['!(inputs.rollback && inputs.no)', true],
    ["inputs.no && 'x' || 'y'", 'y'],
    ['true || false && false', true],
    ['always()', true],
    ['failure()', false],
    ['fromJSON(github.event.inputs.rollback)', true],
    ["contains(inputs.mode, 'nd')", true],
    ["startsWith(inputs.mode, 'x')", false],
    ["endsWith(inputs.mode, 'DO')", true],
    ["github.event_name == 'workflow_dispatch'", true],
    ["needs.build.result == 'success'", true],
    ["needs.gone.result == 'skipped'", true],
  ])('%s is %p', (text, value) => {
    expect(evaluate(text, facts)).toBe(value);
  });

  it.each([
    'github.actor',
    "vars.ON == 'yes'",
    'inputs.rollback_id',
    'inputs[github.actor]',
    'github.event.*.name',
    'needs.open.result',
    'hashFiles(inputs.mode)',
    'github.actor && inputs.rollback',
    'inputs.no || github.actor',
    'success()',
    "fromJSON('[1]')",
    "fromJSON('{')",
    '',
    '== 1',
    'inputs.',
    'inputs.rollback true',
    "'open",
    'a ? b : c',
    '(true',
    'contains(',
  ])('%s is not known', (text) => {
    const open = { ...facts, needs: new Map([['open', 'unknown' as const]]) };
    expect(evaluate(text, open)).toBe(UNKNOWN);
  });

  it.each([
    ['github.actor && inputs.no', false],
    ['github.actor || inputs.rollback', true],
    ['inputs.rollback || github.actor', true],
  ])('%s is %p whatever the unknown side is', (text, value) => {
    expect(evaluate(text, facts)).toBe(value);
  });

  it.each([
    [new Map(), true],
    [new Map([['a', 'runs' as const]]), true],
    [
      new Map<string, 'runs' | 'skipped' | 'unknown'>([
        ['a', 'unknown'],
        ['b', 'skipped'],
      ]),
      false,
    ],
  ])('success() after %p is %p', (needs, value) => {
    expect(evaluate('success()', { ...facts, needs })).toBe(value);
  });

  it('of any text ends, and is a value', () => {
    const part = fc.constantFrom(
      ...[
        'inputs',
        '.',
        '[',
        ']',
        '(',
        ')',
        '&&',
        '||',
        '==',
        '!',
        "'a'",
        '1',
        ',',
        'contains',
        '*',
        ' ',
      ],
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const value = evaluate(parts.join(''), facts);
        expect(['string', 'number', 'boolean', 'object', 'symbol']).toContain(typeof value);
      }),
    );
  });
});

it.each<[Value, boolean | typeof UNKNOWN]>([
  [false, false],
  [0, false],
  [Number.NaN, false],
  ['', false],
  [null, false],
  ['false', true],
  [1, true],
  [UNKNOWN, UNKNOWN],
])('a condition takes %p for %p', (value, is) => {
  expect(isTrue(value)).toBe(is);
});
