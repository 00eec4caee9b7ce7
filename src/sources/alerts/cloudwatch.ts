import { fields, listOf, textOf } from '../../support/json.js';
import { type AwsAccount, awsErrors, signedCall } from '../aws.js';
import { noAnswerToQuery } from '../source.js';
import { type Alert, type AlertProvider, secondsOf } from './alert.js';

/** The most names, and the most alarms, of one call. */
const MOST = 100;

/**
 * Alarms of CloudWatch that are in the state ALARM. `ActionsEnabled` says what an alarm leads to, and is no silence
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html).
 */
export function cloudwatchAlarms(
  account: AwsAccount,
  names: readonly string[] | undefined,
): AlertProvider {
  const narrowed = narrow(names);
  return {
    address: account.address,
    errors: awsErrors('cloudwatch:DescribeAlarms', 'correct names'),
    request: (now, page) =>
      signedCall(account, 'DescribeAlarms', now, {
        StateValue: 'ALARM',
        AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
        MaxRecords: MOST,
        ...narrowed,
        ...(page === undefined ? {} : { NextToken: page }),
      }),
    read(document, said) {
      const { MetricAlarms: ofMetrics, CompositeAlarms: composite, NextToken } = fields(document);
      if (!Array.isArray(ofMetrics) && !Array.isArray(composite)) return noAnswerToQuery(said);
      const alerts = [...listOf(ofMetrics), ...listOf(composite)].flatMap(alarmOf);
      return { ok: true, value: { alerts, next: textOf(NextToken) } };
    },
  };
}

/** What the API can narrow down by itself: exact names, or what one pattern begins with. */
function narrow(names: readonly string[] | undefined): object {
  if (names === undefined) return {};
  if (names.length <= MOST && !names.some((name) => name.includes('*')))
    return { AlarmNames: names };
  const [prefix = ''] = (names.length === 1 ? (names[0] ?? '') : '').split('*');
  return prefix === '' ? {} : { AlarmNamePrefix: prefix };
}

function alarmOf(alarm: unknown): readonly Alert[] {
  const { AlarmName, StateValue, StateTransitionedTimestamp, StateUpdatedTimestamp } =
    fields(alarm);
  const { Namespace, MetricName, Dimensions } = fields(alarm);
  const name = textOf(AlarmName);
  if (name === undefined || StateValue !== 'ALARM') return [];
  const of = (label: string, value: unknown): readonly (readonly [string, string])[] =>
    typeof value === 'string' ? [[label, value]] : [];
  return [
    {
      name,
      labels: [
        ...of('namespace', Namespace),
        ...of('metric', MetricName),
        ...listOf(Dimensions).flatMap((dimension) => {
          const { Name, Value } = fields(dimension);
          return of(textOf(Name) ?? '', Value);
        }),
      ],
      since: secondsOf(StateTransitionedTimestamp) ?? secondsOf(StateUpdatedTimestamp),
    },
  ];
}
