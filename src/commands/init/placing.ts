import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { bad, good, type Result } from '../../contract/result.js';
import { messageOf, type UsageProblem } from '../../support/errors.js';
import type { Files } from '../../support/files.js';
import type { PlannedFile } from './options.js';

/** A file, and what to do with it. */
export interface Placed extends PlannedFile {
  /** Where it goes when every link on the way is followed. */
  readonly place: string;
  /** `same`: it is there already. `theirs`: another one is there that is never replaced. `other`: one that may be, with consent. */
  readonly state: 'new' | 'same' | 'other' | 'theirs';
}

/**
 * Finds where each file would go, and what is there. A link that leads out of the folder is refused: whoever made it
 * decides what is written where.
 */
export function placeAll(
  planned: readonly PlannedFile[],
  files: Pick<Files, 'read' | 'real'>,
): { readonly placed: readonly Placed[]; readonly problems: readonly UsageProblem[] } {
  const problems: UsageProblem[] = [];
  const placed = planned.flatMap((file): Placed[] => {
    try {
      const place = placeOf(file.path, files);
      if (!place.ok) {
        problems.push({ subject: file.path, ...place.problem });
        return [];
      }
      const found = files.read(place.value);
      return [{ ...file, place: place.value, state: stateOf(file, found) }];
    } catch (error) {
      problems.push({ subject: file.path, message: `cannot be read: ${messageOf(error)}` });
      return [];
    }
  });
  return { placed, problems };
}

function stateOf({ text, otherwise }: PlannedFile, found: string | undefined): Placed['state'] {
  if (found === undefined) return 'new';
  // Git may have changed the ends of lines.
  if (found.replaceAll('\r\n', '\n') === text) return 'same';
  return otherwise === undefined ? 'other' : 'theirs';
}

function placeOf(path: string, files: Pick<Files, 'read' | 'real'>): Result<string> {
  const { real } = files;
  const root = pathOf(real('.')) ?? '.';
  const parts = path.split('/');
  for (let rest = parts.length; rest > 0; rest -= 1) {
    const found = real(join(...parts.slice(0, rest)));
    if (found === 'absent') continue;
    if (found === 'broken')
      return bad(`${parts.slice(0, rest).join('/')} is a link that leads nowhere`, 'remove it');
    if (!isWithin(root, found.path))
      return bad(
        'would be written outside of this folder, because a link leads there',
        `look at ${parts.slice(0, rest).join('/')}`,
      );
    // Below a file nothing can be.
    if (rest < parts.length && isFile(found.path, files))
      return bad(`${parts.slice(0, rest).join('/')} is a file, and a folder is needed there`);
    return good(join(found.path, ...parts.slice(rest)));
  }
  return good(join(root, ...parts));
}

/** A folder cannot be read. */
function isFile(path: string, { read }: Pick<Files, 'read'>): boolean {
  try {
    return read(path) !== undefined;
  } catch {
    return false;
  }
}

function pathOf(found: ReturnType<Files['real']>): string | undefined {
  return typeof found === 'string' ? undefined : found.path;
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

export async function write(
  { place, text }: Placed,
  files: Pick<Files, 'mkdir' | 'writeFile'>,
): Promise<void> {
  await files.mkdir(dirname(place), { recursive: true });
  await files.writeFile(place, text);
}
