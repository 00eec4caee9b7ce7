import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseMatchers, parseSelector, printSelector } from '../../src/support/selector.js';

describe('parseSelector', () => {
  it.each([
    ['http_requests_total', 'http_requests_total'],
    ['  job:http_requests:total  ', 'job:http_requests:total'],
    ['a_total{}', 'a_total'],
    ['a_total{app="shop",code=~"5.."}', 'a_total{app="shop",code=~"5.."}'],
    ['a_total { app = "shop" ,\n code !~ \'2..\', }', 'a_total{app="shop",code!~\'2..\'}'],
    ['{__name__=~"a|b"}', '{__name__=~"a|b"}'],
    ['a{x="}",y="\\"{,"}', 'a{x="}",y="\\"{,"}'],
    ['a{path=`/x\\d`}', 'a{path=`/x\\d`}'],
    ['{"http.requests",app="shop"}', '{"http.requests",app="shop"}'],
    ['a{"my.label"="x"}', 'a{"my.label"="x"}'],
  ])('%s', (text, printed) => {
    const parsed = parseSelector(text);
    if (!parsed.ok) throw new Error(parsed.problem.message);
    expect(printSelector(parsed.value)).toBe(printed);
  });

  it.each([
    ['sum(rate(http_requests_total[5m]))', /is an expression/],
    ['rate(a_total{x="("}[1m])', /is an expression/],
    ['a_total[5m]', /has a range/],
    ['a_total offset 5m', /reads another time/],
    ['a_total{a="b"} offset 1h', /reads another time/],
    ['a_total @ end()', /reads another time/],
    ['a_total + b_total', /is not a selector/],
    ['http://prometheus', /is not a selector/],
    ['{}', /selects nothing/],
    ['a{code=5}', /no quoted value for the label `code`/],
    ['a{code="5"', /is not a selector/],
    ['a{5="x"}', /cannot be read from `5="x"` on/],
    ['a{x="1" y="2"}', /cannot be read from `y="2"` on/],
    ['', /is not a selector/],
  ])('refuses %s', (text, message) => {
    expect(parseSelector(text)).toMatchObject({
      ok: false,
      problem: { message: expect.stringMatching(message), fix: expect.anything() },
    });
  });

  it('reads back what it prints, for any value of a label', () => {
    const matcher = fc.record({
      label: fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/),
      operator: fc.constantFrom('=', '!=', '=~', '!~'),
      literal: fc.string().map((text) => JSON.stringify(text.replace(/[\n\u2028\u2029]/g, ''))),
    } as const);
    const selectors = fc.record({
      name: fc.stringMatching(/^[a-z_:][a-z0-9_:]{0,12}$/),
      matchers: fc.array(matcher, { maxLength: 5 }),
    });
    fc.assert(
      fc.property(selectors, (selector) => {
        expect(parseSelector(printSelector(selector))).toEqual({ ok: true, value: selector });
      }),
    );
  });
});

describe('parseMatchers', () => {
  it.each(['app="shop", version=~"v2.*"', '{app="shop",version=~"v2.*"}'])('%s', (text) => {
    expect(parseMatchers(text)).toEqual({
      ok: true,
      value: {
        name: undefined,
        matchers: [
          { label: 'app', operator: '=', literal: '"shop"' },
          { label: 'version', operator: '=~', literal: '"v2.*"' },
        ],
      },
    });
  });

  it.each([
    ['http_requests_total{app="shop"}', /cannot be read/],
    ['{"http.requests"}', /names a metric/],
    ['{app="shop"} or {app="x"}', /is not a list of labels/],
  ])('refuses %s', (text, message) => {
    expect(parseMatchers(text)).toMatchObject({
      ok: false,
      problem: { message: expect.stringMatching(message) },
    });
  });
});
