import type { RunReport } from './record.js';

/**
 * `report.json`: the record as it is, indented. Measured numbers lose the digits that are only the noise of doubles
 * (`0.30000000000000004`); what the user configured stays to the letter. `NaN` and infinities become `null`.
 */
export function renderJson(report: RunReport): string {
  const tidied = {
    ...report,
    detectionSeconds: tidy(report.detectionSeconds),
    targets: tidy(report.targets),
  };
  return `${JSON.stringify(tidied, null, 2)}\n`;
}

function tidy(value: unknown): unknown {
  if (typeof value === 'number') return withoutNoise(value);
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tidy(item)]));
}

/** Six decimals, and for small numbers six significant digits. */
function withoutNoise(value: number): number {
  if (!Number.isFinite(value) || Number.isInteger(value)) return value;
  return Number(Math.abs(value) < 1 ? value.toPrecision(6) : value.toFixed(6));
}
