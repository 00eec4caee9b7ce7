/** What became of one watch, and after how many seconds. */
export interface Outcome {
  readonly verdict: (typeof VERDICTS)[number];
  readonly seconds: number;
}

/** In the order in which a cell names them. */
const VERDICTS = ['passed', 'failed', 'error', 'inconclusive'] as const;

/**
 * One cell of the table: `failed 180 [60]`, or `14 passed 300, 2 failed 0–240` where the watches of a row differ.
 *
 * @param faultAt second of the watch at which something goes wrong; `undefined`: from the start, or never
 */
export function cellOf(outcomes: readonly Outcome[], faultAt: number | undefined): string {
  const groups = VERDICTS.map((verdict) => ({
    verdict,
    seconds: outcomes.filter((one) => one.verdict === verdict).map((one) => one.seconds),
  })).filter(({ seconds }) => seconds.length > 0);
  const isOne = groups.length === 1;
  return groups
    .map(({ verdict, seconds }) => {
      const isSinceFault =
        faultAt !== undefined && verdict !== 'passed' && Math.min(...seconds) >= faultAt;
      const since = isSinceFault ? ` [${range(seconds.map((one) => one - faultAt))}]` : '';
      return `${isOne ? '' : `${String(seconds.length)} `}${verdict} ${range(seconds)}${since}`;
    })
    .join(', ');
}

function range(seconds: readonly number[]): string {
  const [least, most] = [Math.min(...seconds), Math.max(...seconds)].map((one) => one.toFixed(0));
  return least === most ? String(least) : `${String(least)}–${String(most)}`;
}

/** The lines of a table in Markdown. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)];
}
