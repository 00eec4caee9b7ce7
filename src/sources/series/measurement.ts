import type { CheckSpec } from '../../contract/check.js';
import type { Queries, Reducer } from './adapter.js';
import { mapValues } from '../../support/objects.js';

/** A query, and where it was given: for messages. */
export interface NamedQuery {
  readonly input: string;
  readonly query: string;
}

/** What is asked of a service for one or more checks. */
export type Measurement =
  /** How many requests there were, and how many of them failed. */
  | { readonly kind: 'counts'; readonly total: NamedQuery; readonly errors: NamedQuery }
  /** `reducer`: without one there must be one number. */
  | { readonly kind: 'value'; readonly value: NamedQuery; readonly reducer: Reducer | undefined };

/** A measurement, and the checks that judge it. Never none. */
interface MeasuredChecks {
  readonly measurement: Measurement;
  readonly checks: readonly CheckSpec[];
}

/** What an entry of `checks` says of its queries. */
interface QueryEntry {
  readonly options: {
    readonly total: string | undefined;
    readonly errors: string | undefined;
    readonly value: string | undefined;
    readonly reducer: Reducer | undefined;
  };
  readonly checks: readonly CheckSpec[];
  readonly nameOf: (option: 'total' | 'errors' | 'value') => string;
}

/** What is asked for the checks of an entry. */
export function measurementsOf({ options, checks, nameOf }: QueryEntry): readonly MeasuredChecks[] {
  const { total, errors, value, reducer } = options;
  const named = (option: 'total' | 'errors' | 'value', query: string): NamedQuery => ({
    input: nameOf(option),
    query,
  });
  const all: MeasuredChecks[] = [];
  if (total !== undefined && errors !== undefined)
    all.push({
      measurement: {
        kind: 'counts',
        total: named('total', total),
        errors: named('errors', errors),
      },
      checks: checks.filter(({ limit }) => limit.metric !== 'value'),
    });
  if (value !== undefined)
    all.push({
      measurement: { kind: 'value', value: named('value', value), reducer },
      checks: checks.filter(({ limit }) => limit.metric === 'value'),
    });
  return all.filter((each) => each.checks.length > 0);
}

/** The queries of a measurement, by name; the first of them stands for all. */
export function namedQueries(measurement: Measurement): Readonly<Record<string, NamedQuery>> {
  return measurement.kind === 'counts'
    ? { total: measurement.total, errors: measurement.errors }
    : { value: measurement.value };
}

export function queriesOf(measurement: Measurement): Queries {
  return mapValues(namedQueries(measurement), ({ query }) => query);
}
