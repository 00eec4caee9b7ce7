import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fill, inForm, inJson, inUrl, namesIn, parseTemplate } from '../../src/support/template.js';

const same = (value: string): string => value;

describe('a template with placeholders', () => {
  it.each([
    ['', []],
    ['no placeholder', []],
    ['{{a}}', ['a']],
    ['{{ a }}-{{b.c}}-{{a}}', ['a', 'b.c']],
    ['{"a":{"b":{"c":"{{a}}"}}}', ['a']],
    ['[{"a":{{n}}}]', ['n']],
    ['{{}} {{ }} {{a b}} {a} {{a', []],
  ])('%j has the names %j', (source, names) => {
    expect(namesIn(parseTemplate(source))).toEqual(names);
  });

  it('is filled in, and the rest stays as it is', () => {
    const template = parseTemplate('{"a":{"b":"{{ x }}"}} {{y}}{{x}} {{');
    expect(fill(template, (name) => name.toUpperCase(), same)).toBe('{"a":{"b":"X"}} YX {{');
  });

  it('does not fill in placeholders of a value', () => {
    expect(fill(parseTemplate('{{a}}'), () => '{{a}}', same)).toBe('{{a}}');
  });

  it('without placeholders stays the same', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const template = parseTemplate(text);
        fc.pre(namesIn(template).length === 0);
        expect(fill(template, same, same)).toBe(text);
      }),
    );
  });

  const texts = fc.string({ unit: 'grapheme' });

  it('in JSON: a value reads back unchanged', () => {
    fc.assert(
      fc.property(texts, (value) => {
        const text = fill(parseTemplate('{"a":"{{v}}"}'), () => value, inJson);
        expect(JSON.parse(text)).toEqual({ a: value });
      }),
    );
  });

  it('in a form: a value reads back unchanged', () => {
    fc.assert(
      fc.property(texts, (value) => {
        const form = new URLSearchParams(fill(parseTemplate('a={{v}}&b=1'), () => value, inForm));
        expect([...form]).toEqual([
          ['a', value],
          ['b', '1'],
        ]);
      }),
    );
  });

  it('in a URL: a value stays in its place', () => {
    fc.assert(
      fc.property(texts, (value) => {
        const url = new URL(fill(parseTemplate('http://h/p/{{v}}/q?a={{v}}'), () => value, inUrl));
        expect(url.searchParams.get('a')).toBe(value);
        expect(url.host).toBe('h');
        expect(url.hash).toBe('');
      }),
    );
  });
});
