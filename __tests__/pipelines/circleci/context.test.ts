import { describe, expect, it } from '@jest/globals';
import {
  encodedSlug,
  parseProject,
  parseRef,
  parseRoot,
  parseToken,
} from '../../../src/pipelines/circleci/context.js';

describe('the project slug', () => {
  it.each([
    ['gh/acme/shop', 'gh/acme/shop'],
    ['github/acme/shop.js', 'github/acme/shop.js'],
    ['bb/acme/shop', 'bb/acme/shop'],
    ['bitbucket/acme/shop', 'bitbucket/acme/shop'],
    ['circleci/9YytKzouJxzu4TjCRFqAoD/44n9wujWcTnVZ2b5S8Fnat', undefined],
    ['/gh/acme/shop/', 'gh/acme/shop'],
  ])('%s is accepted', (text, slug) => {
    expect(parseProject(text)).toEqual({ ok: true, value: slug ?? text });
  });

  it.each([
    'acme/shop',
    'shop',
    'gh/acme/shop/tree',
    'gh//shop',
    'gh/../me',
    'gh/a b/c',
    'a:/b/c?d',
  ])('%s is refused', (text) => {
    expect(parseProject(text)).toMatchObject({
      problem: {
        message: expect.stringContaining(text),
        fix: expect.stringMatching(/gh\/org\/repo/),
      },
    });
  });

  it('is escaped in a path segment by segment', () => {
    expect(encodedSlug('gh/acme/a%b#')).toBe('gh/acme/a%25b%23');
  });
});

describe('the rollback-ref for CircleCI', () => {
  it.each([
    ['main', { branch: 'main' }],
    ['release/2', { branch: 'release/2' }],
    ['refs/heads/release/2', { branch: 'release/2' }],
    ['refs/tags/v1', { tag: 'v1' }],
    ['pull/7/head', { branch: 'pull/7/head' }],
  ])('%s is read as %j', (text, ok) => {
    expect(parseRef(text)).toEqual({ ok: true, value: ok });
  });

  it.each(['refs/pull/1/merge', 'refs/tags/', 'refs/heads/', 'a'.repeat(40)])(
    '%s is refused',
    (text) => {
      expect(parseRef(text)).toMatchObject({
        problem: { fix: expect.stringMatching(/refs\/tags\/NAME/) },
      });
    },
  );
});

describe('the CircleCI token', () => {
  it.each([undefined, '', 'se cret', 'secret\n'])('%j is refused', (text) => {
    const parsed = parseToken(text);
    expect(parsed).toMatchObject({ problem: { message: expect.any(String) } });
    expect(JSON.stringify(parsed)).not.toContain('cret');
  });
});

describe('the address of a CircleCI server', () => {
  it.each([
    ['https://circleci.com', 'https://circleci.com'],
    ['https://circleci.com/', 'https://circleci.com'],
    ['https://ci.acme.example/circle/', 'https://ci.acme.example/circle'],
    ['https://ci.acme.example:8443/api/v2/', 'https://ci.acme.example:8443'],
    ['https://ci.acme.example/circle/api', 'https://ci.acme.example/circle'],
  ])('%s becomes %s', (text, ok) => {
    expect(parseRoot(text)).toEqual({ ok: true, value: ok });
  });

  it('that is not a URL is refused', () => {
    expect(parseRoot('circleci')).toMatchObject({
      problem: { message: 'circleci-url is not a URL' },
    });
  });
});
