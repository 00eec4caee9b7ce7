import { describe, expect, it } from '@jest/globals';
import { type Alert, isSelected, keyOf } from '../../../src/sources/alerts/alert.js';
import { parseMatchers } from '../../../src/support/selector.js';

function alert(name: string, labels: Readonly<Record<string, string>> = {}): Alert {
  return { name, labels: Object.entries(labels), since: undefined };
}

const shop = alert('ShopIsSlow', { service: 'shop', severity: 'page' });

describe('which alerts are meant', () => {
  it.each([
    [['ShopIsSlow'], undefined, true],
    [['ShopIsSlow', 'Other'], undefined, true],
    [['Shop*'], undefined, true],
    [['*Slow'], undefined, true],
    [['Shop'], undefined, false],
    [['shopisslow'], undefined, false],
    [['Shop.*'], undefined, false],
    [undefined, 'service="shop"', true],
    [undefined, 'service="shop",severity=~"page|critical"', true],
    [undefined, 'severity=~"pag"', false],
    [undefined, 'severity!="page"', false],
    [undefined, 'severity!~"info|warning"', true],
    [undefined, 'team=""', true],
    [undefined, 'team="a"', false],
    [undefined, 'team!="a"', true],
    [['Shop*'], 'service="cart"', false],
  ])('names %j, labels %s: %s', (names, labels, expected) => {
    const parsed = labels === undefined ? undefined : parseMatchers(labels);
    const selector = parsed?.ok === true ? parsed.value : undefined;
    expect(isSelected(shop, { names, selector })).toBe(expected);
  });

  it('a label that is there twice holds by either value, and differs only from neither', () => {
    const tagged: Alert = {
      ...shop,
      labels: [
        ['team', 'a'],
        ['team', 'b'],
      ],
    };
    const by = (text: string): boolean => {
      const parsed = parseMatchers(text);
      return parsed.ok && isSelected(tagged, { names: undefined, selector: parsed.value });
    };
    expect([by('team="b"'), by('team!="b"'), by('team!="c"')]).toEqual([true, false, true]);
  });
});

describe('what tells alerts apart', () => {
  it('is their name and their labels, whatever the order of these', () => {
    const other: Alert = { ...shop, labels: [...shop.labels].reverse(), since: 5 };
    expect(keyOf(other)).toBe(keyOf(shop));
    expect(keyOf(alert('ShopIsSlow', { service: 'cart', severity: 'page' }))).not.toBe(keyOf(shop));
    expect(keyOf(alert('ShopIsSlow'))).not.toBe(keyOf(alert('ShopIsDown')));
  });
});
