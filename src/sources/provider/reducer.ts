/** What makes one number of several. */
export type Reducer = 'sum' | 'avg' | 'min' | 'max';

export const reduce: Readonly<Record<Reducer, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  avg: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
};
