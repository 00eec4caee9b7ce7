/** What its maker may change and nobody else. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * What `base` has, but for `own`. It reads as a copy, and takes no more memory than what differs. A spread, and whatever else
 * asks for the object's own properties, does not see the rest.
 */
export function inherit<T extends object>(base: T, own: Partial<T> = {}): T {
  return Object.assign(Object.create(base) as T, own);
}

/** The same keys, each with what `of` makes of its value. */
export function mapValues<T, R>(
  values: Readonly<Record<string, T>>,
  of: (value: T) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, of(value)]));
}

/** Those of its properties that `keep` says yes to. */
export function pickBy<T>(
  values: Readonly<Record<string, T>>,
  keep: (value: T, key: string) => boolean,
): Record<string, T> {
  return Object.fromEntries(Object.entries(values).filter(([key, value]) => keep(value, key)));
}
