import { clip, neutralise } from '../../support/text.js';
import type { MetricCheck } from '../../contract/check.js';
import type { CheckDescription, Reading } from '../series/source.js';
import type { Plan } from '../series/estimate.js';
import { createSeriesChecks } from '../series/checks.js';
import { createVendor, type ProviderWorld } from '../series/client.js';
import { influxProtocol, TIME_FILTER, type InfluxServer } from './protocol.js';

/** What is asked of InfluxDB: InfluxQL with `$timeFilter`. */
export type InfluxReading = Reading<string> & {
  readonly server: InfluxServer;
  /** How long after its end a bucket is complete, seconds. */
  readonly delay: number;
};

/** The checks of the `influxdb` source, one for each description. They are used for one watch. */
export function createInfluxChecks(
  descriptions: readonly CheckDescription<InfluxReading>[],
  plan: Plan,
  world: ProviderWorld,
): readonly MetricCheck[] {
  return createSeriesChecks(
    {
      id: 'influxdb',
      accessOf: ({ server, delay }) => ({
        vendor: createVendor(influxProtocol(server, world.redact), world),
        buckets: { width: server.width, delay },
      }),
      inWords: (query) => clip(neutralise(query), 120),
      knowsNames: false,
      objection: (_, query) => objectionTo(query),
    },
    descriptions,
    plan,
    world,
  );
}

function objectionTo(query: string): { message: string; fix: string } | undefined {
  const bare = query.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, "''");
  if (!bare.includes(TIME_FILTER))
    return {
      message: `there is no ${TIME_FILTER} in it`,
      fix: `write the time as ${TIME_FILTER}, as in \`SELECT count("duration") FROM "requests" WHERE "app" = 'shop' AND ${TIME_FILTER}\``,
    };
  if (/\bgroup\s+by\b|\bfill\s*\(/i.test(bare))
    return { message: 'GROUP BY is added by Rollgate', fix: 'take it out of the query' };
  return bare.includes(';')
    ? { message: 'there are several statements in it', fix: 'leave one of them' }
    : undefined;
}
