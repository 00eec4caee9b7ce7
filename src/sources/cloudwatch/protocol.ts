import { sign } from 'aws4';
import { fields, listOf, textOf } from '../../support/json.js';
import {
  type Dialect,
  failed,
  type Failed,
  type FailureKind,
  fixOf,
  hintsOf,
  unexpected,
} from '../series/answer.js';
import type { Series, SeriesAnswer } from '../series/source.js';
import type { Protocol } from '../series/client.js';
import { dataQueries, type CloudWatchQuery } from './query.js';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of credentials that last for a while only. */
  readonly sessionToken?: string | undefined;
}

export interface CloudWatchServer {
  readonly region: string;
  readonly address: string;
  /** Seconds. */
  readonly width: number;
  readonly timeoutMs: number;
}

const names = 'AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN';

const dialect: Dialect = {
  hints: {
    ...hintsOf({ address: 'region', credentials: names, path: 'the CloudWatch API' }),
    unauthorized: (said) =>
      /expired/i.test(said)
        ? 'the credentials have expired: they must last longer than the watch'
        : `check ${names}: temporary credentials need all three`,
    forbidden: 'allow these credentials cloudwatch:GetMetricData',
    badQuery: 'correct the metric, its dimensions, or the expression',
  },
  wordsIn: (document) => {
    const { message, Message } = fields(document);
    const words = [errorType(document), textOf(message) ?? textOf(Message)];
    return words.filter((word) => word !== undefined && word !== '').join(': ');
  },
  kindIn: (document) => errorKinds.find(([names]) => names.test(errorType(document) ?? ''))?.[1],
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html: most come with status 400. */
const errorKinds: readonly (readonly [RegExp, FailureKind])[] = [
  [/^(Throttling|ThrottlingException|LimitExceeded.*|RequestLimitExceeded)$/, 'rate-limited'],
  [
    /^(UnrecognizedClient.*|InvalidClientTokenId|InvalidSignature.*|SignatureDoesNotMatch|ExpiredToken.*|IncompleteSignature.*|MissingAuthenticationToken.*|RequestExpired|OptInRequired)$/,
    'unauthorized',
  ],
  [/^(AccessDenied.*|NotAuthorized.*)$/, 'forbidden'],
  [/^(InternalFailure|InternalService.*|ServiceUnavailable.*)$/, 'server-error'],
];

/**
 * GetMetricData in JSON, signed by version 4
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/making-api-requests.html).
 */
export function cloudWatchProtocol(
  { region, address, width, timeoutMs }: CloudWatchServer,
  keys: AwsCredentials,
): Protocol<CloudWatchQuery> {
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  const credentials = {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
  return {
    name: new URL(address).host,
    dialect,
    timeoutMs,
    request(queries, { from, to }, now) {
      const url = new URL(address);
      const body = JSON.stringify({
        StartTime: from,
        EndTime: to,
        ScanBy: 'TimestampAscending',
        MetricDataQueries: Object.entries(queries).flatMap(([part, query]) =>
          dataQueries(part, query, width),
        ),
      });
      const { headers = {} } = sign(
        {
          service: 'monitoring',
          region,
          method: 'POST',
          host: url.host,
          path: url.pathname,
          headers: {
            Accept: 'application/json',
            'Content-Type': 'application/json',
            'Content-Encoding': 'amz-1.0',
            'X-Amz-Target': 'GraniteServiceVersion20100801.GetMetricData',
            'X-Amz-Date': basicTime(now),
          },
          body,
        },
        credentials,
      );
      const signed = Object.fromEntries(
        Object.keys(headers).map((name) => [name, String(headers[name])]),
      );
      return { method: 'POST', url: url.href, headers: signed, body };
    },
    read: (document, queries, said) => read(document, Object.keys(queries), width, said),
  };
}

/** `20180112T092034Z` */
function basicTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/[:-]|\.\d{3}/g, '');
}

function read(
  document: unknown,
  parts: readonly string[],
  width: number,
  said: string,
): SeriesAnswer | Failed {
  const { MetricDataResults: results, NextToken: next } = fields(document);
  if (!Array.isArray(results)) return unexpected(`its answer is not one to a query${said}`);
  const found: Record<string, Series[]> = Object.fromEntries(parts.map((part) => [part, []]));
  for (const result of results as readonly unknown[]) {
    const { Id: id, Label: label, StatusCode: status } = fields(result);
    const list = found[textOf(id)?.replace(/\d+$/, '') ?? ''];
    if (list === undefined) return unexpected('its answer is not one to a query');
    if (status === 'Forbidden')
      return failed({
        kind: 'forbidden',
        message: 'it does not let us read a metric',
        fix: fixOf('forbidden', '', dialect.hints) ?? '',
      });
    // What is there is right, and more is to come.
    if (status !== 'Complete' || next !== undefined)
      return failed({
        kind: 'server-error',
        message: `its answer is not complete (${textOf(status) ?? 'no status'})`,
      });
    const points = pointsOf(fields(result));
    if (points === undefined) return unexpected('its answer is not one to a query');
    list.push({ name: textOf(label) ?? '', points });
  }
  return { ok: true, found, width };
}

function pointsOf({
  Timestamps: times,
  Values: values,
}: Readonly<Record<string, unknown>>): Series['points'] | undefined {
  if (!Array.isArray(times) || !Array.isArray(values) || times.length !== values.length)
    return undefined;
  const points: [number, number][] = [];
  for (const [n, time] of (times as readonly unknown[]).entries()) {
    const value: unknown = values[n];
    const at = typeof time === 'string' ? Date.parse(time) / 1000 : time;
    if (typeof at !== 'number' || Number.isNaN(at) || typeof value !== 'number') return undefined;
    points.push([at, value]);
  }
  return points;
}

/** `com.amazonaws.cloudwatch#InvalidParameterValueException` */
function errorType(document: unknown): string | undefined {
  const { __type: type } = fields(document);
  const { Code: code } = fields(listOf(fields(document).Errors)[0]);
  return (textOf(type) ?? textOf(fields(fields(document).Error).Code) ?? textOf(code))
    ?.split('#')
    .at(-1);
}
