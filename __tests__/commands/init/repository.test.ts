import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readRepository } from '../../../src/commands/init/repository.js';
import { Workplace } from '../../support/bundle.js';
import { filesIn } from '../../support/rooted-files.js';

let place: Workplace;

beforeEach(() => {
  place = new Workplace();
});

afterEach(() => {
  place.remove();
});

const seen = (files: Readonly<Record<string, string>>) => {
  for (const [path, text] of Object.entries(files)) place.write(path, text);
  return readRepository(filesIn(place.folder));
};
const remote = (url: string, name = 'origin'): string => `[remote "${name}"]\n\turl = ${url}\n`;
const systems = (files: Readonly<Record<string, string>>): readonly string[] =>
  seen(files).signs.map(({ system }) => system);

describe('the CI system that a repository shows', () => {
  it.each<[string, string]>([
    ['.github/workflows/test.yml', 'github'],
    ['.gitlab-ci.yml', 'gitlab'],
    ['.circleci/config.yml', 'circleci'],
    ['Jenkinsfile', 'jenkins'],
    ['azure-pipelines.yml', 'azure'],
    ['azure-pipelines.yaml', 'azure'],
  ])('the file %s means %s', (path, system) => {
    expect(systems({ [path]: '' })).toEqual([system]);
  });

  it.each<[string, readonly string[]]>([
    ['https://github.com/acme/shop.git', ['github']],
    ['git@github.com:acme/shop.git', ['github']],
    ['ssh://git@ssh.github.com:443/acme/shop.git', ['github']],
    ['https://github.acme.example/acme/shop', ['github']],
    ['https://acme.ghe.com/acme/shop', ['github']],
    ['https://token@gitlab.com/acme/shop.git', ['gitlab']],
    ['git@gitlab.acme.example:shop.git', ['gitlab']],
    ['ssh://git@gitlab:2222/acme/shop.git', ['gitlab']],
    ['https://acme@dev.azure.com/acme/Shop/_git/shop', ['azure']],
    ['git@ssh.dev.azure.com:v3/acme/Shop/shop', ['azure']],
    ['https://acme.visualstudio.com/Shop/_git/shop', ['azure']],
    ['https://bitbucket.org/acme/shop.git', []],
    ['https://git.example.com/github/gitlab.git', []],
    ['/srv/git/github.com/shop.git', []],
  ])('the remote %s means %j', (url, expected) => {
    expect(systems({ '.git/config': `[core]\n\tbare = false\n${remote(url)}` })).toEqual(expected);
  });

  it('a repository with several remotes: `origin` decides', () => {
    const config = remote('https://github.com/a/b', 'fork') + remote('https://gitlab.com/a/b');
    expect(systems({ '.git/config': config })).toEqual(['gitlab']);
  });

  it('a pipeline file goes before the remote', () => {
    const files = { '.git/config': remote('https://github.com/a/b'), '.circleci/config.yml': '' };
    expect(seen(files).signs).toEqual([{ system: 'circleci', sign: '.circleci/config.yml' }]);
  });

  it('the files of two systems: both are named', () => {
    expect(systems({ Jenkinsfile: '', '.gitlab-ci.yml': '' })).toEqual(['gitlab', 'jenkins']);
  });

  it('an empty folder: no system, no git, branch main', () => {
    expect(seen({})).toEqual({ signs: [], isGit: false, branch: 'main' });
  });
});

describe('the branch that deploys', () => {
  it.each<[string, Readonly<Record<string, string>>, string]>([
    [
      'the default branch of the remote',
      {
        'refs/remotes/origin/HEAD': 'ref: refs/remotes/origin/trunk\n',
        HEAD: 'ref: refs/heads/feature\n',
        'refs/heads/main': 'a',
      },
      'trunk',
    ],
    [
      'master, where it exists and another is checked out',
      { HEAD: 'ref: refs/heads/feature\n', 'refs/heads/master': 'a' },
      'master',
    ],
    [
      'the branch that is checked out, where there is no other',
      { HEAD: 'ref: refs/heads/stable/2.x\n' },
      'stable/2.x',
    ],
    ['main, without any branch', { HEAD: '0123456789abcdef\n' }, 'main'],
    [
      'main, where the checked-out name needs quotes',
      { HEAD: "ref: refs/heads/it's: [odd]\n" },
      'main',
    ],
  ])('is %s', (_, git, branch) => {
    const files = Object.entries(git).map(([path, text]) => [`.git/${path}`, text]);
    const { isGit, branch: found } = seen(Object.fromEntries(files) as Record<string, string>);
    expect({ isGit, found }).toEqual({ isGit: true, found: branch });
  });
});

it('a git worktree: the remote of the whole repository decides', () => {
  place.write('whole/.git/config', remote('https://gitlab.com/acme/shop.git'));
  place.write('whole/.git/worktrees/tree/commondir', '../..\n');
  place.write('tree/.git', 'gitdir: ../whole/.git/worktrees/tree\n');
  const { signs, isGit } = readRepository(filesIn(place.path('tree')));
  expect({ signs, isGit }).toMatchObject({ signs: [{ system: 'gitlab' }], isGit: true });
});

it('a `.git` file that is not one of git shows no system', () => {
  place.write('.git', 'nothing of git\n');
  expect(seen({}).signs).toEqual([]);
});
