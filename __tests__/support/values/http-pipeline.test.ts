import { describe, expect, it } from '@jest/globals';
import { meanings } from '../../../src/support/values/pairs.js';
import {
  pathTemplate,
  pointer,
  pointers,
  template,
} from '../../../src/support/values/expressions.js';

const known = { names: ['rollback_id', 'ref'], parameters: true };

describe('template', () => {
  it.each(['{"a":{"b":"{{ref}}"}}', '{{rollback_id}} {{parameters.x-y_1}}', 'plain\ntext'])(
    '%j is accepted, and printed as it was written',
    (text) => {
      const parsed = template(known).parse(text);
      expect(parsed).toMatchObject({ ok: true, value: { source: text } });
      if (parsed.ok) expect(template(known).print(parsed.value)).toBe(text);
    },
  );

  it.each([
    ['{{rolback_id}}', /`\{\{rolback_id\}\}` is not known/, /did you mean `rollback_id`/],
    ['{{run_id}}', /not known/, /`\{\{rollback_id\}\}`, `\{\{ref\}\}`, `\{\{parameters.NAME\}\}`/],
    ['{{parameters.}}', /not known/, /parameters.NAME/],
    ['{{ref}', /has `\{\{` without/, /one of/],
    ['{{}}', /has `\{\{` without/, /one of/],
  ])('%j is refused', (text, message, fix) => {
    expect(template(known).parse(text)).toEqual({
      ok: false,
      problem: { message: expect.stringMatching(message), fix: expect.stringMatching(fix) },
    });
  });

  it('refuses parameters where there are none', () => {
    expect(template({ names: ['ref'] }).parse('{{parameters.x}}')).toMatchObject({ ok: false });
  });
});

describe('path template', () => {
  it.each(['runs', '/runs/{{ref}}?a=b', 'app/rest/builds/id:{{ref}}', 'a//b'])(
    '%j is accepted',
    (text) => {
      expect(pathTemplate(known).parse(text)).toMatchObject({ ok: true });
    },
  );

  it.each([
    ['https://user:pass@ci.example/x', /is a whole URL/],
    ['//ci.example/x', /is a whole URL/],
    ['a b', /has a space/],
    ['a\nb', /has a space/],
    ['{{x}}', /not known/],
  ])('%j is refused, without showing a password', (text, message) => {
    const parsed = pathTemplate(known).parse(text);
    expect(parsed).toMatchObject({
      ok: false,
      problem: { message: expect.stringMatching(message) },
    });
    expect(JSON.stringify(parsed)).not.toContain('pass@');
  });
});

describe('JSON Pointers', () => {
  it('one is read, or refused with the RFC', () => {
    expect(pointer().parse('/a/0')).toEqual({ ok: true, value: '/a/0' });
    expect(pointer().parse('a')).toMatchObject({
      ok: false,
      problem: { fix: expect.stringMatching(/6901/) },
    });
  });

  it('several are read from lines or between commas', () => {
    expect(pointers().parse('/a, /b\n/c')).toEqual({ ok: true, value: ['/a', '/b', '/c'] });
    expect(pointers().parse('/a, $.b')).toMatchObject({
      ok: false,
      problem: { message: '`$.b` is not a JSON Pointer' },
    });
    expect(pointers().parse(',')).toMatchObject({ ok: false });
  });
});

describe('the meanings of states', () => {
  it('are read from lines, for nearly any word', () => {
    const text = 'done/ok=succeeded\n NOT RUN = Failed \n\na=b=waiting\n__proto__=running';
    const parsed = meanings().parse(text);
    expect(parsed).toEqual({
      ok: true,
      value: Object.fromEntries([
        ['done/ok', 'succeeded'],
        ['NOT RUN', 'failed'],
        ['a=b', 'waiting'],
        ['__proto__', 'running'],
      ]),
    });
    if (parsed.ok) {
      expect(meanings().parse(meanings().print(parsed.value))).toEqual(parsed);
    }
  });

  it.each([
    ['passed', /no word and meaning/, /passed=succeeded/],
    ['=failed', /no word and meaning/, /passed=succeeded/],
    ['passed=suceeded', /not a meaning of `passed`/, /did you mean `succeeded`/],
    ['passed=unknown', /not a meaning/, /`queued`, `running`, `waiting`/],
    ['passed=', /not a meaning/, /one of/],
    ['a=failed\na=failed', /given twice/, /once/],
  ])('%j is refused', (text, message, fix) => {
    expect(meanings().parse(text)).toEqual({
      ok: false,
      problem: { message: expect.stringMatching(message), fix: expect.stringMatching(fix) },
    });
  });
});
