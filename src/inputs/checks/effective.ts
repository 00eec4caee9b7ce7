import type { CheckEntry } from './entry.js';
import type { OptionTable } from './option.js';
import { checkSources } from './registry.js';

/** What an entry of `checks` is read by, as the user would write it. */
export interface EffectiveEntry {
  readonly id: string;
  readonly source: string;
  /** `line 12` of the configuration file. */
  readonly where: string;
  /** The ids of its checks. */
  readonly checks: readonly string[];
  /** By option; secrets are `***`, and what is not set is left out. */
  readonly options: Readonly<Record<string, string>>;
  readonly baseline?: Readonly<Record<string, string>>;
}

/** The entries of `checks` as they rule; what the inputs describe is told by the inputs. */
export function effectiveEntries(entries: readonly CheckEntry[]): readonly EffectiveEntry[] {
  return entries.flatMap(({ id, source, where, judged, options, baseline }) => {
    if (where === undefined) return [];
    const table: OptionTable = checkSources[source].options;
    const beside = baseline === undefined ? undefined : printed(table, baseline);
    const own = printed(table, options);
    return [
      {
        id,
        source,
        where,
        checks: judged.map((each) => each.id),
        options: own,
        ...(beside === undefined
          ? {}
          : {
              baseline: Object.fromEntries(
                Object.entries(beside).filter(([name]) => table[name]?.baseline === true),
              ),
            }),
      },
    ];
  });
}

function printed(
  table: OptionTable,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(table).flatMap(([name, option]) =>
      values[name] === undefined ? [] : [[name, option.print(values[name])]],
    ),
  );
}
