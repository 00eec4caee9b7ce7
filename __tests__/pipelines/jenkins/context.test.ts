import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  jobNameOf,
  parseCredentials,
  parseJob,
  parseRoot,
} from '../../../src/pipelines/jenkins/context.js';

describe('the address of Jenkins', () => {
  it.each([
    ['https://ci.example.com', 'https://ci.example.com/'],
    ['https://ci.example.com/', 'https://ci.example.com/'],
    ['http://ci:8080/jenkins', 'http://ci:8080/jenkins/'],
    ['http://ci:8080/jenkins//', 'http://ci:8080/jenkins/'],
    ['https://ci.example.com/?x=1#y', 'https://ci.example.com/'],
  ])('%s becomes %s', (text, root) => {
    expect(parseRoot(text)).toEqual({ ok: true, value: root });
  });

  it.each([
    [undefined, /JENKINS_URL/],
    ['ci.example.com', /not a URL/],
    ['https://bob:hunter22@ci.example.com/', /user or a password.*jenkins-user and jenkins-token/],
    ['https://ci.example.com/job/ops/job/rollback/', /leads to a job.*jenkins-job/],
  ])('%s is refused', (text, says) => {
    const words = JSON.stringify(parseRoot(text));
    expect(words).toMatch(says);
    expect(words).not.toContain('hunter22');
  });
});

describe('the path of a Jenkins job', () => {
  it.each([
    ['rollback', 'job/rollback'],
    ['A/B/c', 'job/A/job/B/job/c'],
    ['/A/b/', 'job/A/job/b'],
    // The name of a branch job is encoded already, and is encoded once more in an address.
    ['A/B/feature%2Fx', 'job/A/job/B/job/feature%252Fx'],
    ['My Folder/Röll back', 'job/My%20Folder/job/R%C3%B6ll%20back'],
    ['a?b/c#d', 'job/a%3Fb/job/c%23d'],
  ])('%s becomes %s', (text, path) => {
    expect(parseJob(text)).toEqual({
      ok: true,
      value: { full: text.replace(/^\/|\/$/g, ''), path },
    });
  });

  it.each([[undefined], [''], ['/'], ['a//b'], ['a/../b'], ['.'], ['..']])(
    '%s is refused',
    (text) => {
      expect(parseJob(text)).toEqual({
        ok: false,
        problem: {
          message: expect.stringMatching(/job/),
          fix: expect.stringMatching(/such as folder\/job/),
        },
      });
    },
  );

  it('stays below its root for any name, and leads back to the name', () => {
    const segment = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !text.includes('/') && text !== '.' && text !== '..');
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (segments) => {
        const parsed = parseJob(segments.join('/'));
        if (!parsed.ok) throw new Error(parsed.problem.message);
        const { pathname } = new URL(`http://ci/jenkins/${parsed.value.path}/api/json`);
        expect(pathname).toBe(`/jenkins/${parsed.value.path}/api/json`);
        expect(jobNameOf(pathname)).toBe(segments.join('/'));
      }),
    );
  });
});

describe('the job in a Jenkins address', () => {
  it.each([
    ['/job/a/', 'a'],
    ['/jenkins/job/a/job/b/17/', 'a/b'],
    ['/job/p/job/feature%252Fx/', 'p/feature%2Fx'],
    ['/queue/item/7/', undefined],
    ['/job/', undefined],
    ['/job/%E0%A4%A/', undefined],
  ])('%s is %s', (path, name) => {
    expect(jobNameOf(path)).toBe(name);
  });
});

describe('the Jenkins credentials', () => {
  it('are Basic in UTF-8 (RFC 7617)', () => {
    expect(parseCredentials('jörg', 'pass:wörd')).toEqual({
      ok: true,
      value: `Basic ${Buffer.from('jörg:pass:wörd', 'utf8').toString('base64')}`,
    });
  });

  it.each([
    [undefined, 'secret', /jenkins-user \(JENKINS_USER\)/],
    ['bob', undefined, /jenkins-token \(JENKINS_TOKEN\)/],
    ['bob:x', 'secret', /colon/],
  ])('user %s, token %s: refused', (user, token, says) => {
    const words = JSON.stringify(parseCredentials(user, token));
    expect(words).toMatch(says);
    expect(words).not.toContain('secret');
  });
});
