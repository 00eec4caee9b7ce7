import type { TargetResolution } from './resolve.js';
import { inputIds, inputOf } from './table.js';

/**
 * The configuration that rules, by id, as the user would write it. Secrets are `***`; what is not set is left out.
 */
export function effective({ settings }: TargetResolution): Readonly<Record<string, string>> {
  return Object.fromEntries(
    inputIds.flatMap((id) => {
      const value = settings[id];
      return value === undefined ? [] : [[id, inputOf(id).print(value)]];
    }),
  );
}

/** The same with the entries of `checks`, for the report. */
export function effectiveConfig(resolution: TargetResolution): Readonly<Record<string, unknown>> {
  const { effectiveChecks: checks } = resolution;
  return { ...effective(resolution), ...(checks.length === 0 ? {} : { checks }) };
}
