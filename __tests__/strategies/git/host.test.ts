import { describe, expect, it } from '@jest/globals';
import { gitHostOf, type GitHostSettings } from '../../../src/strategies/git/host.js';

const settings: GitHostSettings = {
  'git-token': undefined,
  'github-api-url': 'https://api.github.com',
  'github-token': 'of-github',
  'gitlab-url': 'https://gitlab.com',
  'gitlab-token': 'of-gitlab',
  'gitea-url': undefined,
  'gitea-token': 'of-gitea',
};

describe('the server of a repository', () => {
  it.each<[string, string, Partial<GitHostSettings>, object]>([
    [
      'github.com',
      'https://github.com/acme/deploy.git',
      {},
      {
        ...{ kind: 'github', api: 'https://api.github.com', project: 'acme/deploy' },
        ...{ web: 'https://github.com/acme/deploy', authorization: 'Bearer of-github' },
      },
    ],
    ['github.com by ssh', 'git@github.com:acme/deploy.git', {}, { project: 'acme/deploy' }],
    [
      'github.com by ssh on port 443',
      'ssh://git@ssh.github.com:443/acme/deploy.git',
      {},
      { kind: 'github', project: 'acme/deploy', authorization: 'Bearer of-github' },
    ],
    [
      'GitHub with data residency',
      'https://acme.ghe.com/acme/deploy',
      { 'git-token': 'own' },
      { api: 'https://api.acme.ghe.com', authorization: 'Bearer own' },
    ],
    [
      'an Enterprise Server that the job runs on',
      'https://git.acme.dev/acme/deploy.git',
      { 'github-api-url': 'https://git.acme.dev/api/v3' },
      { kind: 'github', api: 'https://git.acme.dev/api/v3', authorization: 'Bearer of-github' },
    ],
    [
      'an Enterprise Server that its name tells',
      'https://github.acme.dev/acme/deploy.git',
      { 'git-token': 'own' },
      { kind: 'github', api: 'https://github.acme.dev/api/v3' },
    ],
    [
      'gitlab.com, with groups',
      'https://gitlab.com/acme/team/deploy.git',
      {},
      { kind: 'gitlab', project: 'acme/team/deploy', authorization: 'Bearer of-gitlab' },
    ],
    [
      'a GitLab below a path',
      'https://acme.dev/git/lab/acme/deploy.git',
      { 'gitlab-url': 'https://acme.dev/git/lab/' },
      { kind: 'gitlab', api: 'https://acme.dev/git/lab/api/v4', project: 'acme/deploy' },
    ],
    [
      'a GitLab that its name tells, by ssh',
      'ssh://git@gitlab.acme.dev:2222/acme/deploy.git',
      { 'git-token': 'own' },
      { kind: 'gitlab', api: 'https://gitlab.acme.dev/api/v4', authorization: 'Bearer own' },
    ],
    [
      'Gitea',
      'https://git.acme.dev/acme/deploy',
      { 'gitea-url': 'https://git.acme.dev' },
      {
        ...{ kind: 'gitea', api: 'https://git.acme.dev/api/v1' },
        authorization: 'token of-gitea',
      },
    ],
    [
      'Gitea with a password',
      'https://git.acme.dev/acme/deploy',
      { 'gitea-url': 'https://git.acme.dev', 'git-token': 'ann:pass' },
      { authorization: `Basic ${Buffer.from('ann:pass').toString('base64')}` },
    ],
    [
      'Codeberg',
      'https://codeberg.org/acme/deploy',
      { 'git-token': 'own' },
      { kind: 'gitea', api: 'https://codeberg.org/api/v1' },
    ],
    [
      'a token after a user name is a token',
      'https://github.com/acme/deploy',
      { 'git-token': 'x-access-token:own' },
      { authorization: 'Bearer own' },
    ],
  ])('%s', (_, repository, given, expected) => {
    expect(gitHostOf(repository, { ...settings, ...given })).toMatchObject({
      ok: true,
      value: expected,
    });
  });

  it.each<[string, string, Partial<GitHostSettings>, RegExp]>([
    [
      'a server that nothing is known of',
      'https://git.acme.dev/acme/deploy',
      { 'git-token': 'own' },
      /^whether git\.acme\.dev is a GitHub, GitLab, Gitea or Forgejo server is not known$/,
    ],
    [
      'a server that has the name of another one in front of its own',
      'https://github.com.evil.example/acme/deploy',
      {},
      /^there is no token for the API of github\.com\.evil\.example$/,
    ],
    [
      'no token',
      'https://github.com/acme/deploy',
      { 'github-token': undefined },
      /^there is no token for the API of github\.com$/,
    ],
    ['no repository', 'https://github.com/acme', {}, /names no repository of github\.com$/],
  ])('%s: a problem', (_, repository, given, message) => {
    expect(gitHostOf(repository, { ...settings, ...given })).toMatchObject({
      ok: false,
      problem: { message: expect.stringMatching(message), fix: expect.any(String) },
    });
  });
});
