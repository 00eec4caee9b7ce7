import type { Finding } from '../../contract/result.js';
import { fields, listOf } from '../../support/json.js';
import { type Matcher, printSelector, type Selector, unquote } from '../../support/selector.js';
import { formatNumber, oneLine } from '../../support/text.js';
import type { Client } from './client.js';
import type { NamedSelector } from './measurements.js';

interface Context {
  readonly client: Client;
  readonly signal: AbortSignal;
}

const RAW = 'name the raw counter, which only grows: Rollgate takes the differences itself';

/**
 * What speaks against a selector being one of raw counters. A rate is refused: its differences count nothing. What may be a
 * counter all the same is a warning.
 */
export async function doubtsOfCounters(
  id: string,
  selectors: readonly NamedSelector[],
  context: Context,
): Promise<readonly Finding[]> {
  const inputs = new Map<string, { readonly doubt: Doubt; readonly inputs: Set<string> }>();
  for (const { input, selector } of selectors) {
    const doubt = await doubtOf(selector, context);
    if (doubt === undefined) continue;
    const same = inputs.get(doubt.message) ?? { doubt, inputs: new Set<string>() };
    same.inputs.add(input);
    inputs.set(doubt.message, same);
  }
  return [...inputs.values()].map(({ doubt, inputs: names }) => ({
    level: doubt.level,
    subject: id,
    message: `${[...names].join(', ')}: ${doubt.message}`,
    fix: RAW,
  }));
}

type Doubt = Pick<Finding, 'level' | 'message'>;

async function doubtOf(selector: Selector, context: Context): Promise<Doubt | undefined> {
  const { name } = selector;
  if (name !== undefined && isRecordedRate(name))
    return {
      level: 'error',
      message: `${name} is a recorded rate by its name, and no raw counter`,
    };
  const isGauge = await isCalledGauge(name, context);
  const fallen = await shareOfFalls(selector, context);
  const gauge = `${context.client.name} has ${name ?? 'it'} as a gauge, and not as a counter`;
  if (fallen !== undefined) {
    const falls = `in the last 10m its series went down ${formatNumber(100 * fallen, 0)} % of the times that they changed`;
    return isGauge
      ? { level: 'error', message: `${gauge}, and ${falls}` }
      : {
          level: 'warning',
          message: `${falls}: it is not a counter, or several processes answer for one target`,
        };
  }
  if (isGauge) return { level: 'warning', message: gauge };
  return name?.includes(':') === true
    ? {
        level: 'warning',
        message: `${name} is a recorded sum by its name: where a pod goes it goes back, and that interval is left out`,
      }
    : undefined;
}

/** https://prometheus.io/docs/practices/rules/#naming: level:metric:operations, the last operation first. */
function isRecordedRate(name: string): boolean {
  const parts = name.split(':');
  return (
    parts.length > 1 &&
    /(^|_)(i?rate|increase|i?delta|deriv|ratio|per_second)((\d+(ms|[smhdwy]))+(_|$)|$)/.test(
      parts.at(-1) ?? '',
    )
  );
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/#querying-metric-metadata: as the targets say it. */
async function isCalledGauge(
  metric: string | undefined,
  { client, signal }: Context,
): Promise<boolean> {
  if (metric === undefined) return false;
  const data = await client.lookUp('metadata', { metric }, signal);
  const types = listOf(fields(data)[metric]).map((one) => fields(one).type);
  return types.length > 0 && types.every((type) => type === 'gauge');
}

/** A counter falls when its process restarts. One that falls so often, and so many times, is none. */
const FALLS = { share: 0.25, times: 3 };

/** Of the changes of the series that falls most often; `undefined`: as few as a counter may have. */
async function shareOfFalls(
  selector: Selector,
  { client, signal }: Context,
): Promise<number | undefined> {
  const range = `${printSelector(selector)}[10m]`;
  const answer = await client.query(
    `max(resets(${range}) / changes(${range}) and resets(${range}) >= ${String(FALLS.times)})`,
    signal,
  );
  const share = answer.ok ? answer.value.samples[0]?.value : undefined;
  return share !== undefined && share >= FALLS.share && share <= 1 ? share : undefined;
}

/** So many values of a label are named. */
const NAMED = 8;

/**
 * That no failure was counted yet is as it should be. A label with other values only, none of which could mean a failure as
 * the selector has it, hides every failure: `code=~"5xx"` beside `200` and `404`.
 */
export async function doubtsOfFailures(
  id: string,
  { input, selector }: NamedSelector,
  total: Selector,
  { client, signal }: Context,
): Promise<readonly Finding[]> {
  const shared = new Set(total.matchers.map(textOf));
  const findings: Finding[] = [];
  for (const matcher of selector.matchers) {
    const matches = matcherTest(matcher);
    if (matches === undefined || shared.has(textOf(matcher))) continue;
    const others = selector.matchers.filter((each) => each !== matcher);
    const values = await valuesOf(matcher, { ...selector, matchers: others }, { client, signal });
    if (values.length === 0 || values.some(matches) || vocabularyOf(values).some(matches)) continue;
    findings.push({
      level: 'warning',
      subject: id,
      message: `${input}: no series ever had ${textOf(matcher)}: ${namedValues(matcher, values)}`,
      fix: `correct the value, if failures are not just new: with a wrong one none is ever counted`,
    });
  }
  return findings;
}

/** The values of the labels of which no series of the metric ever had the one that is selected, in words. */
export async function valuesInPlace(
  { name, matchers }: Selector,
  context: Context,
): Promise<string | undefined> {
  const found: string[] = [];
  for (const matcher of matchers) {
    const matches = matcherTest(matcher);
    if (matches === undefined) continue;
    const values = await valuesOf(matcher, { name, matchers: [] }, context);
    if (values.length > 0 && !values.some(matches)) found.push(namedValues(matcher, values));
  }
  return found.length === 0 ? undefined : found.join('; ');
}

async function valuesOf(
  { label }: Matcher,
  of: Selector,
  { client, signal }: Context,
): Promise<readonly string[]> {
  const data = await client.lookUp(
    `label/${label}/values`,
    { 'match[]': printSelector(of) },
    signal,
  );
  return listOf(data).filter((value) => typeof value === 'string');
}

function namedValues({ label }: Matcher, values: readonly string[]): string {
  const named = values.slice(0, NAMED).map((value) => oneLine(value, 40));
  return `the values of \`${label}\` are ${named.join(', ')}${values.length > NAMED ? ' and others' : ''}`;
}

function textOf({ label, operator, literal }: Matcher): string {
  return `${label}${operator}"${unquote(literal)}"`;
}

/** `undefined`: it picks nothing out by a value, or nobody here can tell. */
function matcherTest({
  label,
  operator,
  literal,
}: Matcher): ((value: string) => boolean) | undefined {
  const wanted = unquote(literal);
  // Other names are written in another way in a path.
  if (!/^[a-zA-Z_]\w*$/.test(label) || wanted === '') return undefined;
  if (operator === '=') return (value) => value === wanted;
  if (operator !== '=~') return undefined;
  try {
    const pattern = new RegExp(`^(?:${wanted})$`);
    return (value) => pattern.test(value);
  } catch {
    return undefined;
  }
}

const hundreds = [1, 2, 3, 4, 5] as const;

/** Values that belong together: where some of them are there, the others may come. */
const VOCABULARIES: readonly (readonly string[])[] = [
  Array.from({ length: 500 }, (_, n) => String(100 + n)),
  hundreds.map(String),
  hundreds.map((n) => `${String(n)}xx`),
  hundreds.map((n) => `${String(n)}XX`),
  // https://grpc.io/docs/guides/status-codes
  [
    ...['OK', 'Canceled', 'Unknown', 'InvalidArgument', 'DeadlineExceeded', 'NotFound'],
    ...['AlreadyExists', 'PermissionDenied', 'ResourceExhausted', 'FailedPrecondition', 'Aborted'],
    ...['OutOfRange', 'Unimplemented', 'Internal', 'Unavailable', 'DataLoss', 'Unauthenticated'],
  ],
  // https://linkerd.io/2/reference/proxy-metrics
  ['success', 'failure'],
  // Micrometer, `Outcome`.
  ['INFORMATIONAL', 'SUCCESS', 'REDIRECTION', 'CLIENT_ERROR', 'SERVER_ERROR', 'UNKNOWN'],
  ['true', 'false'],
];

function vocabularyOf(values: readonly string[]): readonly string[] {
  return VOCABULARIES.find((words) => values.every((value) => words.includes(value))) ?? [];
}
