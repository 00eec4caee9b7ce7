import type { Files } from '../../support/files.js';
import { initSystems } from './systems.js';

/** What a folder tells of itself. */
export interface Repository {
  /** The systems that it may belong to, with what says so; more than one is a guess that nobody should make. */
  readonly signs: readonly { readonly system: string; readonly sign: string }[];
  readonly isGit: boolean;
  /** The branch that is deployed. */
  readonly branch: string;
}

type RepositoryFiles = Pick<Files, 'read' | 'real'>;

const BRANCH = /^[\w][\w./-]*$/;

/** Looks at the folder that we are in: by its files, and by what git keeps of it. Git itself is not needed. */
export function readRepository(files: RepositoryFiles): Repository {
  const git = gitFolder(files);
  const byFiles = initSystems.flatMap(({ id, pipelines }) => {
    const sign = pipelines.find((path) => files.real(path) !== 'absent');
    return sign === undefined ? [] : [{ system: id, sign }];
  });
  return {
    signs:
      byFiles.length > 0
        ? byFiles
        : byRemote(git === undefined ? '' : text(files, `${git}/config`)),
    isGit: git !== undefined,
    branch: git === undefined ? 'main' : branchOf(files, git),
  };
}

/** In a worktree or a submodule `.git` is a file that says where the folder is. https://git-scm.com/docs/gitrepository-layout */
function gitFolder(files: RepositoryFiles): string | undefined {
  if (files.real('.git') === 'absent') return undefined;
  const [, elsewhere] = /^gitdir: (.+)$/m.exec(text(files, '.git')) ?? [];
  if (elsewhere === undefined) return '.git';
  const common = text(files, `${elsewhere}/commondir`).trim();
  if (common === '') return elsewhere;
  return /^([/\\]|[A-Za-z]:)/.test(common) ? common : `${elsewhere}/${common}`;
}

function byRemote(config: string): Repository['signs'] {
  const remotes = [...config.matchAll(/^\s*\[remote "(.*)"\]([^[]*)/gm)].flatMap(
    ([, name, body = '']) => {
      const [, url] = /^\s*url\s*=\s*(\S+)/m.exec(body) ?? [];
      return url === undefined ? [] : [{ name, host: hostOf(url) }];
    },
  );
  const remote = remotes.find(({ name }) => name === 'origin') ?? remotes[0];
  const found = initSystems.find(({ servers }) => servers?.test(remote?.host ?? ''));
  if (remote === undefined || found === undefined) return [];
  return [{ system: found.id, sign: `the remote ${remote.host}` }];
}

/** Of `https://user@host/path`, `ssh://git@host:22/path` and `git@host:path`. */
function hostOf(url: string): string {
  const [, host = ''] = /^(?:[a-z][a-z+]*:\/\/)?(?:[^@/]*@)?([\w.-]+)/i.exec(url) ?? [];
  return host.toLowerCase();
}

/** What the server calls its default branch, as of the clone; else the usual one; else the one that is checked out. */
function branchOf(files: RepositoryFiles, git: string): string {
  const [, remote] =
    /^ref: refs\/remotes\/origin\/(.+)$/m.exec(text(files, `${git}/refs/remotes/origin/HEAD`)) ??
    [];
  const usual = ['main', 'master'].find(
    (name) => files.real(`${git}/refs/heads/${name}`) !== 'absent',
  );
  const [, current] = /^ref: refs\/heads\/(.+)$/m.exec(text(files, `${git}/HEAD`)) ?? [];
  return [remote, usual, current].find((name) => name !== undefined && BRANCH.test(name)) ?? 'main';
}

/** What cannot be read says nothing. */
function text(files: RepositoryFiles, path: string): string {
  try {
    return files.read(path) ?? '';
  } catch {
    return '';
  }
}
