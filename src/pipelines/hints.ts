/** What to do about one kind of answer. */
export interface Hint {
  /** Without it: any. */
  readonly status?: number | readonly number[];
  /** What the API says; without it: whatever it says. */
  readonly says?: RegExp;
  readonly hint: string;
}

/** The first line of a table that fits. */
export function hintIn(
  table: readonly Hint[],
  status: number | undefined,
  text: string,
): string | undefined {
  return table.find(
    (row) =>
      (row.status === undefined || [row.status].flat().some((one) => one === status)) &&
      (row.says?.test(text) ?? true),
  )?.hint;
}
