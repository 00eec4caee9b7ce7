import { cloudWatchSource } from './cloudwatch.js';
import { datadogSource } from './datadog.js';
import { graphiteSource } from './graphite.js';
import { httpSource } from './http.js';
import { influxSource } from './influxdb.js';
import { jsonSource } from './json.js';
import { newRelicSource } from './newrelic.js';
import type { ValuesOf } from './option.js';
import { prometheusSource } from './prometheus.js';

/** The sources that `checks` of the configuration file may name, with the table of options of each. */
export const checkSources = {
  http: httpSource,
  prometheus: prometheusSource,
  datadog: datadogSource,
  cloudwatch: cloudWatchSource,
  newrelic: newRelicSource,
  influxdb: influxSource,
  graphite: graphiteSource,
  json: jsonSource,
} as const;

export type SourceId = keyof typeof checkSources;

export const sourceIds = Object.keys(checkSources) as readonly SourceId[];

/** The values of the options of a source. */
export type OptionsOf<S extends SourceId> = ValuesOf<(typeof checkSources)[S]['options']>;
