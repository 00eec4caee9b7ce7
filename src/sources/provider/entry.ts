import type { Judged } from '../../inputs/checks/entry.js';
import type { CheckDependencies } from '../dependencies.js';
import type { CheckDescription, Given, Reading } from './description.js';
import type { Plan } from './foresight.js';
import type { Reducer } from './reducer.js';
import type { ProviderWorld } from './vendor.js';

/** What an entry of `checks` says of its queries. */
interface Queries {
  readonly options: {
    readonly total: string | undefined;
    readonly errors: string | undefined;
    readonly value: string | undefined;
    readonly reducer: Reducer | undefined;
  };
  readonly judged: readonly Judged[];
  readonly nameOf: (option: 'total' | 'errors' | 'value') => string;
}

/** The checks of an entry, with what each of them is read by: those of one kind share a reading. */
export function describeQueries<Q, S>(
  { options, judged, nameOf }: Queries,
  queryOf: (written: string, part: 'total' | 'errors' | 'value') => Q,
  shared: S,
): readonly CheckDescription<Reading<Q> & S>[] {
  const given = (part: 'total' | 'errors' | 'value'): Given<Q> | undefined => {
    const written = options[part];
    return written === undefined
      ? undefined
      : { input: nameOf(part), query: queryOf(written, part) };
  };
  const { reducer } = options;
  const total = given('total');
  const errors = given('errors');
  const value = given('value');
  const counts: (Reading<Q> & S) | undefined =
    total === undefined || errors === undefined
      ? undefined
      : { kind: 'counts', total, errors, ...shared };
  const values: (Reading<Q> & S) | undefined =
    value === undefined ? undefined : { kind: 'value', value, reducer, ...shared };
  return judged.flatMap((each) => {
    const reading = each.limit.metric === 'value' ? values : counts;
    return reading === undefined ? [] : [{ ...each, reading }];
  });
}

export function planOf({ settings }: CheckDependencies): Plan {
  return { duration: settings.duration, minRequests: settings['min-requests'] };
}

export function worldOf({ http, clock, random, redact }: CheckDependencies): ProviderWorld {
  return { http: http(), clock, random, redact };
}

/** An option in milliseconds, as seconds. */
export function seconds(ms: number): number {
  return ms / 1000;
}
