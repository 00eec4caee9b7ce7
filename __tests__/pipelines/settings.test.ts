import { describe, expect, it } from '@jest/globals';
import { readRef, readToken, tokenProblem } from '../../src/pipelines/settings.js';

describe('the setting rollback-ref', () => {
  it.each([
    ['main', 'either', 'main'],
    ['release/2', 'either', 'release/2'],
    ['refs/heads/release/2', 'branch', 'release/2'],
    ['refs/tags/v1.2', 'tag', 'v1.2'],
    ['refs/heads/refs/odd', 'branch', 'refs/odd'],
  ])('%s is a %s named %s', (text, kind, name) => {
    expect(readRef(text, 'Some CI', 'set it')).toEqual({ ok: true, value: { kind, name } });
  });

  it.each([
    ['a'.repeat(40), /is a commit .*Some CI starts nothing on one/],
    ['B'.repeat(64), /is a commit/],
    ['', /neither a branch nor a tag/],
    ['refs/heads/', /neither/],
    ['refs/pull/3/merge', /neither/],
  ])('%s is refused', (text, message) => {
    expect(readRef(text, 'Some CI', 'set it')).toEqual({
      ok: false,
      problem: { message: expect.stringMatching(message), fix: 'set it' },
    });
  });
});

describe('a token setting', () => {
  const missing = { message: 'there is none', fix: 'set it' };
  it.each([undefined, ''])('%j is missing', (text) => {
    expect(readToken(text, 'some-token', missing)).toEqual({ ok: false, problem: missing });
  });

  it.each(['secret\n', ' secret', 'sécret'])('%j is refused, and not shown', (text) => {
    const wrong = readToken(text, 'some-token', missing);
    expect(wrong).toEqual({ ok: false, problem: tokenProblem('some-token', text) });
    expect(JSON.stringify(wrong)).toMatch(/some-token holds/);
    expect(JSON.stringify(wrong)).not.toContain(text.trim());
  });

  it('a header-safe text is accepted', () => {
    expect(readToken('ghs_a.b-c=', 'some-token', missing)).toEqual({
      ok: true,
      value: 'ghs_a.b-c=',
    });
  });
});
