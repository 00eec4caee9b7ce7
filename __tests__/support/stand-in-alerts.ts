import type { ServerResponse } from 'node:http';
import { serve, type HttpTestServer, type Received } from './servers.js';
import { signatureProblem } from './signature-v4.js';

/** An alert as a stand-in has it; its provider says it in its own way. */
export interface StandInAlert {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Seconds since the epoch. */
  readonly since: number;
  /** `pending`: its time is not over; `silenced`: somebody does not want to hear of it. */
  readonly state?: 'firing' | 'pending' | 'silenced';
}

/** Somebody who has alerts, over a real socket, in the shapes that the vendors publish. */
export interface AlertStandIn {
  readonly server: HttpTestServer;
  alerts: StandInAlert[];
  /** Instead of an answer. */
  fault: ((response: ServerResponse) => void) | undefined;
  /** The options of a check that asks it, and what these need from outside. */
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

type Answer = (request: Received, alerts: readonly StandInAlert[]) => object | number;

const awsKeys = { id: 'AKIDEXAMPLE', secret: 'secret+example/1234' };

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

const answers: Readonly<Record<string, { path: RegExp; answer: Answer; token?: string }>> = {
  // https://prometheus.io/docs/prometheus/latest/querying/api/#alerts
  prometheus: {
    path: /^\/api\/v1\/alerts$/,
    token: 'Bearer t0ken-of-alerts',
    answer: (_, alerts) => ({
      status: 'success',
      data: {
        alerts: alerts.map(({ name, labels, since, state = 'firing' }) => ({
          labels: { alertname: name, ...labels },
          annotations: { summary: 'it is slow' },
          state: state === 'pending' ? 'pending' : 'firing',
          activeAt: iso(since).replace('Z', '123456Z'),
          value: '1e+00',
        })),
      },
    }),
  },
  alertmanager: {
    path: /^\/api\/v2\/alerts$/,
    token: 'Bearer t0ken-of-alerts',
    answer: (_, alerts) => inAlertmanager(alerts),
  },
  grafana: {
    path: /^\/api\/alertmanager\/grafana\/api\/v2\/alerts$/,
    token: 'Bearer t0ken-of-alerts',
    answer: (_, alerts) => inAlertmanager(alerts),
  },
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
  cloudwatch: {
    path: /^\/$/,
    answer: (request, alerts) => {
      if (signatureProblem(request, awsKeys, Date.now() / 1000) !== undefined) return 403;
      if (request.headers['x-amz-target'] !== 'GraniteServiceVersion20100801.DescribeAlarms')
        return 404;
      const asked = JSON.parse(request.body) as Readonly<Record<string, unknown>>;
      const names = asked.AlarmNames as readonly string[] | undefined;
      const prefix = (asked.AlarmNamePrefix as string | undefined) ?? '';
      const all = alerts
        .filter(({ state = 'firing' }) => state !== 'pending')
        .filter(({ name }) => names?.includes(name) ?? name.startsWith(prefix));
      // A page holds two, so that there are some.
      const from = Number(asked.NextToken ?? 0);
      return {
        MetricAlarms: all.slice(from, from + 2).map(({ name, labels = {}, since }) => ({
          AlarmName: name,
          AlarmArn: `arn:aws:cloudwatch:eu-central-1:1:alarm:${name}`,
          ActionsEnabled: false,
          StateValue: 'ALARM',
          StateUpdatedTimestamp: since + 30,
          StateTransitionedTimestamp: since,
          Namespace: 'AWS/ApplicationELB',
          MetricName: 'HTTPCode_Target_5XX_Count',
          Dimensions: Object.entries(labels).map(([Name, Value]) => ({ Name, Value })),
        })),
        CompositeAlarms: [],
        ...(from + 2 < all.length ? { NextToken: String(from + 2) } : {}),
      };
    },
  },
  // https://docs.datadoghq.com/api/latest/monitors/#get-all-monitors
  datadog: {
    path: /^\/api\/v1\/monitor\?group_states=all&with_downtimes=true&id_offset=0&page_size=1000$/,
    answer: ({ headers }, alerts) => {
      if (headers['dd-api-key'] !== 'dd-api' || headers['dd-application-key'] !== 'dd-app')
        return 403;
      return alerts.map(({ name, labels = {}, since, state = 'firing' }, id) => ({
        id: id + 1,
        name,
        type: 'query alert',
        tags: Object.entries(labels).map(([key, value]) => `${key}:${value}`),
        overall_state: state === 'pending' ? 'Warn' : 'Alert',
        overall_state_modified: iso(since).replace('Z', '+00:00'),
        options: { silenced: state === 'silenced' ? { '*': null } : {} },
        state: {},
        matching_downtimes: [],
      }));
    },
  },
};

// https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
function inAlertmanager(alerts: readonly StandInAlert[]): object {
  return alerts
    .filter(({ state = 'firing' }) => state !== 'pending')
    .map(({ name, labels, since, state = 'firing' }) => ({
      annotations: {},
      startsAt: iso(since),
      endsAt: iso(since + 3600),
      updatedAt: iso(since),
      fingerprint: '0123456789abcdef',
      receivers: [{ name: 'web' }],
      status: {
        state: state === 'silenced' ? 'suppressed' : 'active',
        silencedBy: state === 'silenced' ? ['a'] : [],
        inhibitedBy: [],
      },
      generatorURL: 'http://prometheus.test/graph',
      labels: { alertname: name, ...labels },
    }));
}

export const alertProviders = Object.keys(answers);

export async function standInAlerts(provider: string): Promise<AlertStandIn> {
  const { path, answer, token } = answers[provider]!;
  const standIn: Omit<AlertStandIn, 'server'> & { server?: HttpTestServer } = {
    alerts: [],
    fault: undefined,
    options: [
      `provider: ${provider}`,
      ...(provider === 'cloudwatch' ? ['region: eu-central-1'] : []),
    ],
    env: {},
  };
  const server = await serve((request, response) => {
    if (standIn.fault !== undefined) {
      standIn.fault(response);
      return;
    }
    const isAllowed = token === undefined || request.headers.authorization === token;
    const found = path.test(request.url) ? answer(request, standIn.alerts) : 404;
    response.statusCode = !isAllowed ? 401 : typeof found === 'number' ? found : 200;
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(response.statusCode === 200 ? found : { message: 'no' }));
  });
  const isHosted = token === undefined;
  return Object.assign(standIn, {
    server,
    env: {
      [`ROLLGATE_CHECK_A_${isHosted ? 'ENDPOINT' : 'URL'}`]: server.url,
      ...(token === undefined ? {} : { ROLLGATE_CHECK_A_TOKEN: token.replace('Bearer ', '') }),
      ...(provider === 'cloudwatch' && {
        AWS_ACCESS_KEY_ID: awsKeys.id,
        AWS_SECRET_ACCESS_KEY: awsKeys.secret,
      }),
      ...(provider === 'datadog' && { DD_API_KEY: 'dd-api', DD_APP_KEY: 'dd-app' }),
    },
  });
}
