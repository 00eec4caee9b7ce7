import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders that are ours alone, and go when their work is done. */
export interface TemporaryFolders {
  /** Makes one that only this user may enter. Gives its path. */
  makeTemporary(prefix: string): Promise<string>;
  /** Removes one with all that is in it; does nothing when it is not there. */
  removeTree(path: string): Promise<void>;
}

/**
 * The file system, as far as this program needs it. Others may have put something in the place of a file: nothing is waited
 * for, as a pipe would make us, and nothing is written through a link.
 */
export interface Files extends TemporaryFolders {
  /** The text of a file; `undefined` when there is none. @throws when it is there and is no file, or cannot be read */
  readonly read: (path: string) => string | undefined;
  /**
   * The path without links. `absent`: nothing is there. `broken`: a link is there that leads nowhere.
   * @throws when it cannot be told
   */
  readonly real: (path: string) => { readonly path: string } | 'absent' | 'broken';
  /** Adds to the end of a file, at once: a killed process loses nothing of it. */
  append(path: string, text: string): void;
  /**
   * A new file in the place of whatever file is there, and what adds to its end, at once. It is this one that is added to, also
   * when somebody else puts another in its place: of two runs in one folder none writes into the file of the other.
   */
  replaceLog(path: string): (text: string) => void;
  /** Makes a file with this text; `false` when something of this name is there already. */
  create(path: string, text: string): Promise<boolean>;
  /** The names in a directory; none when it is not there. */
  list(path: string): Promise<readonly string[]>;
  /** Removes a file; does nothing when there is none. */
  remove(path: string): void;
  mkdir(path: string, options: { readonly recursive: true }): Promise<unknown>;
  /** Replaces a file, whole or not at all: whoever reads it meanwhile, or after a kill, sees the old one. */
  writeFile(path: string, text: string): Promise<void>;
}

// Windows has neither, and no pipes among its files.
const { O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants as Partial<typeof constants>;
const { O_RDONLY, O_WRONLY, O_APPEND, O_CREAT, O_EXCL } = constants;

/** The machine's own file system. */
export const systemFiles: Files = {
  read: (path) => {
    let file: number;
    try {
      file = openSync(path, O_RDONLY | O_NONBLOCK);
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
    try {
      if (!fstatSync(file).isFile()) throw new Error(`${path} is not a file`);
      return readFileSync(file, 'utf8');
    } finally {
      closeSync(file);
    }
  },
  real: (path) => {
    try {
      return { path: realpathSync(path) };
    } catch (error) {
      if (!isAbsent(error)) throw error;
      return isLink(path) ? 'broken' : 'absent';
    }
  },
  append: (path, text) => {
    const file = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOFOLLOW);
    try {
      writeFileSync(file, text);
    } finally {
      closeSync(file);
    }
  },
  replaceLog: (path) => {
    const draft = draftOf(path);
    const file = openSync(draft, O_WRONLY | O_APPEND | O_CREAT | O_EXCL);
    try {
      renameSync(draft, path);
    } catch (error) {
      closeSync(file);
      remove(draft);
      throw error;
    }
    return (text) => {
      writeFileSync(file, text);
    };
  },
  remove,
  create: async (path, text) => {
    try {
      await writeFile(path, text, { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  },
  list: async (path) => {
    try {
      return await readdir(path);
    } catch (error) {
      if (isAbsent(error)) return [];
      throw error;
    }
  },
  mkdir,
  makeTemporary: (prefix) => mkdtemp(join(tmpdir(), prefix)),
  removeTree: (path) => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  writeFile: async (path, text) => {
    const draft = draftOf(path);
    // An administrator could replace one that others need: /dev/null.
    if (isDevice(path)) throw new Error(`${path} is a device, and not a file`);
    try {
      await writeFile(draft, text, { flag: 'wx' });
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw isDirectory(error) ? new Error(`${path} is a directory`, { cause: error }) : error;
    }
  },
};

/** Of a name that no other run makes or knows: two may write at the same moment, and `wx` follows and takes nothing that is there. */
function draftOf(path: string): string {
  return `${path}.${randomUUID()}.tmp`;
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch (error) {
    if (!isAbsent(error)) throw error;
  }
}

function isLink(path: string): boolean {
  return statusOf(path)?.isSymbolicLink() === true;
}

function isDevice(path: string): boolean {
  const status = statusOf(path);
  return status?.isCharacterDevice() === true || status?.isBlockDevice() === true;
}

/** Of what is there itself, not of what it leads to; `undefined` when nothing is there. */
function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** `ENOTDIR`: a part of its path is a file, so it cannot be there either. */
function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** EISDIR of the system, ERR_FS_EISDIR of Node; for a directory that is not empty some say ENOTEMPTY or EEXIST. */
function isDirectory(error: unknown): boolean {
  return /EISDIR|ENOTEMPTY|EEXIST/.test((error as NodeJS.ErrnoException).code ?? '');
}
