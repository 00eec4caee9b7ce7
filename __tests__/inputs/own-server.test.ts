import { describe, expect, it } from '@jest/globals';
import { configuredStrategies } from '../../src/inputs/configured.js';
import { resolveWith } from '../support/resolve-inputs.js';

/** As the runner sets them in every job; the action hands the token of the job over. */
const job = {
  GITHUB_ACTIONS: 'true',
  GITEA_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://gitea.example',
  GITHUB_API_URL: 'https://gitea.example/api/v1',
  GITHUB_REPOSITORY: 'acme/shop',
  GITHUB_TOKEN: 'of-the-job',
};
const hostToken = { 'INPUT_HOST-TOKEN': 'of-the-job' };

describe.each(['gitea', 'forgejo'] as const)('in a job of %s', (system) => {
  it('address, repository and token are those of the job, and none configures anything', () => {
    for (const env of [job, { ...job, GITHUB_TOKEN: '', ...hostToken }]) {
      const resolution = resolveWith({
        env: { ...env, ROLLGATE_URL: 'https://shop.test' },
        system,
      });
      expect(resolution.settings).toMatchObject({
        'gitea-url': 'https://gitea.example',
        'gitea-repository': 'acme/shop',
        'gitea-token': 'of-the-job',
        'gitea-workflow': 'rollback.yml',
      });
      expect(configuredStrategies(resolution).filter(({ configured }) => configured)).toEqual([]);
    }
  });

  it('nothing of the job is for GitHub, even when the user names GitHub', () => {
    for (const named of ['', 'github']) {
      const env = { ...job, ...hostToken, CI_SYSTEM: named };
      const { settings } = resolveWith({ env, system });
      expect(settings['github-token']).toBeUndefined();
      expect(settings['github-repository']).toBeUndefined();
      expect(settings['github-api-url']).toBe('https://api.github.com');
    }
  });

  it.each(['https://other.example', 'https://gitea.example.evil', 'http://gitea.example'])(
    'the token of the job does not go to %s',
    (url) => {
      for (const token of [{ GITHUB_TOKEN: '', ...hostToken }, { GITHUB_TOKEN: 'of-the-job' }]) {
        const env = { ...job, ...token, ROLLGATE_GITEA_URL: url };
        const { settings, secrets } = resolveWith({ env, system });
        expect(settings['gitea-token']).toBeUndefined();
        expect(secrets).toContain('of-the-job');
      }
      const env = { ...job, ROLLGATE_GITEA_URL: url, GITEA_TOKEN: 'mine' };
      expect(resolveWith({ env, system }).settings['gitea-token']).toBe('mine');
    },
  );

  it('the address of the API is that of the server', () => {
    const env = { ...job, GITHUB_SERVER_URL: '', GITHUB_API_URL: 'https://h.example/git/api/v1/' };
    expect(resolveWith({ env, system }).settings['gitea-url']).toBe('https://h.example/git');
  });
});

describe('the token of a job of GitHub', () => {
  const env = { ...hostToken, GITHUB_API_URL: 'https://ghe.example/api/v3' };

  it('goes to the server of the job', () => {
    expect(resolveWith({ env, system: 'github' }).settings['github-token']).toBe('of-the-job');
  });

  it('does not go anywhere else', () => {
    const elsewhere = { ...env, ROLLGATE_GITHUB_API_URL: 'https://api.github.com' };
    expect(resolveWith({ env: elsewhere, system: 'github' }).settings['github-token']).toBe(
      undefined,
    );
    for (const system of ['gitlab', 'jenkins', 'gitea', 'local'])
      expect(resolveWith({ env, system }).settings['github-token']).toBeUndefined();
  });
});

describe('an address variable of a CI system that we do not run in', () => {
  it.each([
    ['github', 'github-api-url', { GITHUB_API_URL: 'https://ghe.example/api/v3' }],
    ['gitlab', 'gitlab-url', { CI_SERVER_URL: 'https://gitlab.example' }],
    ['gitlab', 'gitlab-url', { CI_API_V4_URL: 'https://gitlab.example/api/v4' }],
    ['azure', 'azure-url', { SYSTEM_COLLECTIONURI: 'https://tfs.example/acme/' }],
    ['forgejo', 'gitea-url', { FORGEJO_SERVER_URL: 'https://forgejo.example' }],
  ] as const)('counts when the user names %s: %s', (named, id, variables) => {
    const [variable] = Object.values(variables);
    const value = variable?.replace(/\/api\/v4$/, '');
    const env = { ...variables, CI_SYSTEM: named };
    for (const system of ['local', 'circleci'])
      expect(resolveWith({ env, system }).settings[id]).toBe(value);
    expect(resolveWith({ env: variables, system: 'local' }).settings[id]).toBe(value);
  });

  it('does not count when the user names another, or none in a job of another', () => {
    const variables = { CI_SERVER_URL: 'https://gitlab.example' };
    const named = resolveWith({ env: { ...variables, CI_SYSTEM: 'github' }, system: 'local' });
    expect(named.settings['gitlab-url']).toBe('https://gitlab.com');
    const inJenkins = resolveWith({ env: variables, system: 'jenkins' });
    expect(inJenkins.settings['gitlab-url']).toBe('https://gitlab.com');
  });

  it.each(['github', 'local', 'gitlab'])(
    'is not an address of Gitea when GitHub has set it: %s',
    (system) => {
      const env = { ...job, CI_SYSTEM: 'gitea' };
      expect(resolveWith({ env, system }).settings['gitea-url']).toBeUndefined();
    },
  );

  it('is not an address of GitHub when Gitea has set it', () => {
    const { settings } = resolveWith({ env: { ...job, CI_SYSTEM: 'github' }, system: 'gitea' });
    expect(settings['github-api-url']).toBe('https://api.github.com');
  });

  it('may stand in the configuration file too: it is not an address of a stranger', () => {
    const { problems } = resolveWith({
      env: { CI_SYSTEM: 'gitlab', CI_SERVER_URL: 'https://gitlab.example', GITLAB_TOKEN: 's' },
      files: { 'rollgate.yml': 'gitlab-url: https://gitlab.example' },
      system: 'local',
    });
    expect(problems).toEqual([]);
  });
});
