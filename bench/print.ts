/** Prints one line. */
export type Print = (line: string) => void;

/** `0.99912` → `99.91 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
