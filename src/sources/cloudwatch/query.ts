import { isExpression } from '../../support/cloudwatch.js';

/** What is asked of CloudWatch: metrics whose numbers are added up, or one expression. */
export type CloudWatchQuery =
  | { readonly kind: 'metrics'; readonly metrics: readonly Metric[] }
  /** Metrics Insights (`SELECT ...`), a search, or metric math that needs no other query. */
  | { readonly kind: 'expression'; readonly expression: string };

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** `Sum`, `Average`, `p95`. */
  readonly stat: string;
}

/** What was written: an expression, or the names of metrics on lines of their own or between commas. */
export function readQuery(written: string, facts: Omit<Metric, 'name'>): CloudWatchQuery {
  if (isExpression(written)) return { kind: 'expression', expression: written.trim() };
  const names = written
    .split(/[\n,]/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return { kind: 'metrics', metrics: names.map((name) => ({ ...facts, name })) };
}

/** One of `MetricDataQueries` (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html). */
export function dataQueries(part: string, query: CloudWatchQuery, period: number): unknown[] {
  if (query.kind === 'expression')
    return [{ Id: `${part}0`, Expression: query.expression, Period: period }];
  return query.metrics.map(({ namespace, name, dimensions, stat }, n) => ({
    Id: `${part}${String(n)}`,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: name,
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: period,
      Stat: stat,
    },
  }));
}

export function queryInWords(query: CloudWatchQuery): string {
  if (query.kind === 'expression') return query.expression;
  const names = query.metrics.map(({ name }) => name).join(' + ');
  const [first] = query.metrics;
  if (first === undefined) return names;
  const dimensions = Object.entries(first.dimensions).map(([name, value]) => `${name}=${value}`);
  return `${first.namespace} ${names}{${dimensions.join(', ')}}`;
}
