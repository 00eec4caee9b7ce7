import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';

/** The file system, as far as this program needs it. */
export interface Files {
  /** The text of a file; `undefined` when there is none. @throws when it is there and cannot be read */
  readonly read: (path: string) => string | undefined;
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

/** `ENOTDIR`: a part of its path is a file, so it cannot be there either. */
function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
