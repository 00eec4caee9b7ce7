import { httpSource } from './http.js';
import type { ValuesOf } from './option.js';
import { prometheusSource } from './prometheus.js';

/** The sources that `checks` of the configuration file may name, with the table of options of each. */
export const checkSources = {
  http: httpSource,
  prometheus: prometheusSource,
} as const;

export type SourceId = keyof typeof checkSources;

export const sourceIds = Object.keys(checkSources) as readonly SourceId[];

/** The values of the options of a source. */
export type OptionsOf<S extends SourceId> = ValuesOf<(typeof checkSources)[S]['options']>;
