import { readdir } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The paths of all files below a folder of the repository, from its root and with `/`, in order.
 * @param root the folder of the repository
 */
export async function listFiles(root: URL, folder: string): Promise<readonly string[]> {
  const top = fileURLToPath(new URL(`${folder}/`, root));
  const entries = await readdir(top, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(top, join(parentPath, name)).split(sep).join('/'))
    .sort()
    .map((path) => posix.join(folder, path));
}
