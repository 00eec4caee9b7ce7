import { describe, expect, it } from '@jest/globals';
import { boolean, choice, choices } from '../../../src/support/values/words.js';
import { list, path, script, text } from '../../../src/support/values/text.js';

describe('boolean', () => {
  it.each([
    ['true', true],
    ['True', true],
    ['TRUE', true],
    ['1', true],
    ['yes', true],
    ['YES', true],
    ['false', false],
    ['False', false],
    ['0', false],
    ['no', false],
    ['No', false],
  ])('reads %s', (given, value) => {
    expect(boolean().parse(given)).toEqual({ ok: true, value });
  });

  it.each(['on', 'off', 'y', '2', 'constructor', 'truee'])('refuses %s', (given) => {
    expect(boolean().parse(given)).toEqual({
      ok: false,
      problem: {
        message: `\`${given}\` is neither true nor false`,
        fix: 'true, false, yes, no, 1 or 0',
      },
    });
  });
});

describe('choice', () => {
  const type = choice(['high', 'normal', 'low']);

  it.each(['high', 'HIGH', 'High'])('reads %s in any case', (given) => {
    expect(type.parse(given)).toEqual({ ok: true, value: 'high' });
  });

  it('offers the word that was probably meant', () => {
    expect(type.parse('norml')).toEqual({
      ok: false,
      problem: {
        message: '`norml` is not known here',
        fix: 'did you mean `normal`? It is one of `high`, `normal`, `low`',
      },
    });
  });

  it('lists all words when none is similar', () => {
    expect(type.parse('sensitive')).toMatchObject({
      problem: { fix: 'one of `high`, `normal`, `low`' },
    });
  });
});

describe('choices', () => {
  const type = choices(['unhealthy', 'inconclusive'], { none: 'none' });

  it.each([
    ['unhealthy', ['unhealthy']],
    ['inconclusive, unhealthy', ['inconclusive', 'unhealthy']],
    ['Unhealthy\n  inconclusive\n', ['unhealthy', 'inconclusive']],
    ['none', []],
    ['NONE', []],
  ])('reads %j in the order given', (given, value) => {
    expect(type.parse(given)).toEqual({ ok: true, value });
  });

  it.each([
    ['unhealthy,unhealthy', '`unhealthy` is named twice'],
    ['none,unhealthy', '`none` cannot be combined with other words'],
    ['healthy', '`healthy` is not known here'],
    [',', '`,` names nothing'],
  ])('refuses %j', (given, message) => {
    expect(type.parse(given)).toMatchObject({ ok: false, problem: { message } });
  });

  it('prints what it reads', () => {
    expect(type.print([])).toBe('none');
    expect(type.print(['unhealthy', 'inconclusive'])).toBe('unhealthy, inconclusive');
  });
});

describe('list', () => {
  it.each([
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    [' a \n\n b,c ,', ['a', 'b', 'c']],
  ])('reads %j', (given, value) => {
    expect(list().parse(given)).toEqual({ ok: true, value });
  });

  it('refuses an empty list', () => {
    expect(list().parse(' , \n')).toMatchObject({ ok: false });
  });

  it('names the item with a wrong form', () => {
    expect(list({ pattern: /^\d+$/, like: '`13`' }).parse('13, abc')).toEqual({
      ok: false,
      problem: { message: '`abc` is not accepted', fix: 'write it like `13`' },
    });
  });
});

describe('text', () => {
  it('reads one line unchanged', () => {
    expect(text().parse('my value, with: marks')).toEqual({
      ok: true,
      value: 'my value, with: marks',
    });
    expect(path().parse('a dir/file.yml')).toEqual({ ok: true, value: 'a dir/file.yml' });
  });

  it('refuses several lines without showing them, as they may be secret', () => {
    expect(text().parse('s3cret\nmore')).toEqual({
      ok: false,
      problem: { message: 'has more than one line', fix: 'write it on one line' },
    });
  });

  it('checks the form when it has a pattern', () => {
    const type = text({ pattern: /^\w+\/\w+$/, like: '`owner/name`' });
    expect(type.parse('a/b')).toEqual({ ok: true, value: 'a/b' });
    expect(type.parse('a')).toEqual({
      ok: false,
      problem: { message: '`a` is not accepted', fix: 'write it like `owner/name`' },
    });
  });

  it('reads a script with all its lines', () => {
    expect(script().parse('set -e\n./rollback.sh')).toEqual({
      ok: true,
      value: 'set -e\n./rollback.sh',
    });
  });
});
