import { tokenSettings } from '../../support/stand-in-gitlab.js';
import { describe, expect, it } from '@jest/globals';
import {
  chooseCredentials,
  parseProject,
  parseRef,
  parseUrl,
} from '../../../src/pipelines/gitlab/settings.js';

describe('the settings for GitLab', () => {
  it.each([
    ['42', '42'],
    ['acme/shop', 'acme/shop'],
    ['acme/web/shop.git', 'acme/web/shop'],
    ['/acme/shop/', 'acme/shop'],
    ['shop', undefined],
    ['acme/shop?x=1', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('project %s is read as %s', (text, project) => {
    const parsed = parseProject(text);
    if (project === undefined) expect(parsed).toMatchObject({ problem: { fix: /full path/ } });
    else expect(parsed).toEqual({ ok: true, value: project });
  });

  it.each([
    ['main', 'main'],
    ['refs/heads/release/2', 'release/2'],
    ['refs/tags/v1', 'v1'],
  ])('ref %s is read as %s', (text, ref) => {
    expect(parseRef(text)).toEqual({ ok: true, value: ref });
  });

  it.each([
    ['refs/merge-requests/3/head', /merge request/],
    ['refs/pipelines/7', /neither a branch nor a tag/],
    ['refs/heads/', /neither a branch nor a tag/],
    ['a'.repeat(40), /is a commit/],
  ])('ref %s is refused', (text, says) => {
    expect(parseRef(text)).toMatchObject({ problem: { message: expect.stringMatching(says) } });
  });

  it.each([
    ['https://gitlab.com', 'https://gitlab.com'],
    ['https://git.example.com/gitlab//', 'https://git.example.com/gitlab'],
    ['https://git.example.com/gitlab/api/v4/', 'https://git.example.com/gitlab'],
  ])('url %s is read as %s', (text, url) => {
    expect(parseUrl(text)).toEqual({ ok: true, value: url });
  });

  it('a URL that is none is refused', () => {
    expect(parseUrl('gitlab')).toHaveProperty('problem');
  });
});

describe('the choice among GitLab tokens', () => {
  it.each([
    [
      { access: 'a', trigger: 't', job: 'j' },
      { kind: 'access', token: 'a' },
    ],
    [
      { access: '', trigger: 't', job: 'j' },
      { kind: 'trigger', token: 't', jobToken: 'j' },
    ],
    [
      { access: undefined, trigger: 't', job: undefined },
      { kind: 'trigger', token: 't', jobToken: undefined },
    ],
    [
      { access: undefined, trigger: undefined, job: 'j' },
      { kind: 'job', token: 'j' },
    ],
  ])('%j', (tokens, credentials) => {
    expect(chooseCredentials(tokenSettings(tokens))).toEqual({ ok: true, value: credentials });
  });

  it.each([
    [{ access: undefined, trigger: undefined, job: undefined }, /no token/, /protected variable/],
    [
      { access: 'glptt-12345', trigger: undefined, job: undefined },
      /glptt-/,
      /gitlab-trigger-token/,
    ],
    [{ access: 'glcbt-12345', trigger: undefined, job: undefined }, /glcbt-/, /gitlab-job-token/],
    [{ access: undefined, trigger: 'glpat-12345', job: undefined }, /glpat-/, /gitlab-token/],
    [{ access: 'to ken', trigger: undefined, job: undefined }, /a space/, /store the token again/],
  ])('%j is refused', (tokens, message, fix) => {
    const chosen = chooseCredentials(tokenSettings(tokens));
    expect(chosen).toMatchObject({
      problem: { message: expect.stringMatching(message), fix: expect.stringMatching(fix) },
    });
    expect(JSON.stringify(chosen)).not.toContain('12345');
    expect(JSON.stringify(chosen)).not.toContain('to ken');
  });
});
