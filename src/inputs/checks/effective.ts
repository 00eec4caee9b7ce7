import { type CheckEntry, specsOf } from '../../contract/check.js';
import type { CheckSources, OptionTable } from '../../support/options.js';
import { pickBy } from '../../support/objects.js';

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
  /** How its limits are compared with the hour before the deploy; absent: not at all. */
  readonly before?: Readonly<Record<string, string>>;
}

/** The entries of `checks` as they rule; what the inputs describe is shown by the inputs. */
export function effectiveEntries(
  entries: readonly CheckEntry[],
  sources: CheckSources,
): readonly EffectiveEntry[] {
  return entries.flatMap((entry) => {
    const { id, source, where, options, baseline, before } = entry;
    if (where === undefined) return [];
    const table = sources[source]?.options ?? {};
    const below = baseline === undefined ? undefined : printed(table, baseline);
    const own = printed(table, options);
    return [
      {
        id,
        source,
        where,
        checks: specsOf(entry).map((each) => each.id),
        options: own,
        ...(before && {
          before: {
            tightens: before.tightens,
            margin: String(before.margin),
            floor: `${String(100 * before.floor)} %`,
            ...(before.options &&
              pickBy(printed(table, before.options), (text, name) => own[name] !== text)),
          },
        }),
        ...(below === undefined
          ? {}
          : {
              baseline: pickBy(below, (_, name) => table[name]?.baseline === true),
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
