import { distance } from 'fastest-levenshtein';

/**
 * The known name that was probably meant, or `undefined` when none is near: at most two letters may differ in a
 * short name, a third of the letters in a long one.
 */
export function suggest(given: string, known: readonly string[]): string | undefined {
  const wanted = given.toLowerCase();
  let best: { readonly name: string; readonly far: number } | undefined;
  for (const name of known) {
    const far = distance(wanted, name.toLowerCase());
    if (best === undefined || far < best.far) best = { name, far };
  }
  const allowed = Math.min(Math.max(2, Math.floor(wanted.length / 3)), wanted.length - 1);
  return best !== undefined && best.far <= allowed ? best.name : undefined;
}

/** `did you mean `x`?`, or `undefined`. */
export function didYouMean(
  given: string,
  known: readonly string[],
  shown: (name: string) => string = (name) => name,
): string | undefined {
  const name = suggest(given, known);
  return name === undefined ? undefined : `did you mean \`${shown(name)}\`?`;
}
