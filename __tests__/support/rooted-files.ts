import { resolve } from 'node:path';
import { systemFiles, type Files } from '../../src/support/files.js';

/** The machine's files, as a process sees them whose working directory is this folder. */
export function filesIn(folder: string): Files {
  const at = (path: string): string => resolve(folder, path);
  return {
    read: (path) => systemFiles.read(at(path)),
    real: (path) => systemFiles.real(at(path)),
    append: (path, text) => {
      systemFiles.append(at(path), text);
    },
    replaceLog: (path) => systemFiles.replaceLog(at(path)),
    remove: (path) => {
      systemFiles.remove(at(path));
    },
    create: (path, text) => systemFiles.create(at(path), text),
    list: (path) => systemFiles.list(at(path)),
    mkdir: (path, options) => systemFiles.mkdir(at(path), options),
    writeFile: (path, text) => systemFiles.writeFile(at(path), text),
    makeTemporary: (prefix) => systemFiles.makeTemporary(prefix),
    removeTree: (path) => systemFiles.removeTree(path),
  };
}
