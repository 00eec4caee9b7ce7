import { appendFileSync, lstatSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';

/** The file system, as far as this program needs it. */
export interface Files {
  /** The text of a file; `undefined` when there is none. @throws when it is there and cannot be read */
  readonly read: (path: string) => string | undefined;
  /**
   * The path without links. `absent`: nothing is there. `broken`: a link is there that leads nowhere.
   * @throws when it cannot be told
   */
  readonly real: (path: string) => { readonly path: string } | 'absent' | 'broken';
  /** Adds to the end of a file, at once: a killed process loses nothing of it. */
  append(path: string, text: string): void;
  /** Removes a file; does nothing when there is none. */
  remove(path: string): void;
  mkdir(path: string, options: { readonly recursive: true }): Promise<unknown>;
  writeFile(path: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
}

/** The machine's own file system. */
export const systemFiles: Files = {
  read: (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
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
    appendFileSync(path, text);
  },
  remove: (path) => {
    try {
      rmSync(path, { force: true });
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
  },
  mkdir,
  writeFile,
  rename,
};

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** `ENOTDIR`: a part of its path is a file, so it cannot be there either. */
function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
