import { byKind } from '../../support/http/problem.js';
import { fields, textOf, textsOf } from '../../support/json.js';
import { authorization, hintsOf, noAnswerToQuery, remarksIn } from '../source.js';
import { type Alert, type AlertProvider, secondsOf } from './alert.js';

/** What the user set for a server of their own. */
export interface OwnServer {
  readonly url: string;
  readonly token: string | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
}

function provider(server: OwnServer, path: string, read: AlertProvider['read']): AlertProvider {
  const { url, token, headers } = server;
  const address = url.replace(/\/+$/, '');
  return {
    address,
    errors: {
      hintFor: byKind({
        ...hintsOf({ address: 'url', credentials: 'token', path }),
        'bad-request': `check provider, and whether ${path} is there`,
        timeout: 'raise timeout',
      }),
      serverMessage: (document) =>
        textOf(fields(document).error) ?? textOf(fields(document).message),
    },
    request: () => ({
      method: 'GET',
      url: `${address}${path}`,
      headers: {
        Accept: 'application/json',
        ...headers,
        ...(token === undefined ? {} : { Authorization: authorization(token) }),
      },
    }),
    read,
  };
}

/**
 * The alerts of the rules of a Prometheus. One whose `for` is not over is pending
 * (https://prometheus.io/docs/prometheus/latest/querying/api/#alerts).
 */
export function prometheusAlerts(server: OwnServer): AlertProvider {
  return provider(server, '/api/v1/alerts', (document, said) => {
    const { status, data } = fields(document);
    const { alerts } = fields(data);
    if (status !== 'success' || !Array.isArray(alerts)) return noAnswerToQuery(said);
    const firing = (alerts as readonly unknown[]).flatMap((alert): readonly Alert[] => {
      const { labels, state, activeAt } = fields(alert);
      return state === 'firing' ? [alertOf(labels, activeAt)] : [];
    });
    return { ok: true, value: { alerts: firing, partial: remarksIn(document).partial } };
  });
}

/**
 * Alertmanager, of which those that are silenced or inhibited are `suppressed`
 * (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml).
 */
export function alertmanagerAlerts(server: OwnServer): AlertProvider {
  return provider(server, '/api/v2/alerts', readAlertmanager);
}

/** What is managed by Grafana itself is told in the manner of Alertmanager (https://grafana.com/docs/grafana/latest/alerting/). */
export function grafanaAlerts(server: OwnServer): AlertProvider {
  return provider(server, '/api/alertmanager/grafana/api/v2/alerts', (document, said, now) => {
    const read = readAlertmanager(document, said, now);
    if (!read.ok) return read;
    // That a query of a rule had no data or failed says nothing of the service
    // (https://grafana.com/docs/grafana/latest/alerting/fundamentals/alert-rule-evaluation/nodata-and-error-states/).
    const ofService = read.value.alerts.filter(
      ({ name }) => name !== 'DatasourceNoData' && name !== 'DatasourceError',
    );
    return { ok: true, value: { ...read.value, alerts: ofService } };
  });
}

const readAlertmanager: AlertProvider['read'] = (document, said) => {
  if (!Array.isArray(document)) return noAnswerToQuery(said);
  const alerts = (document as readonly unknown[]).flatMap((alert): readonly Alert[] => {
    const { labels, startsAt, status } = fields(alert);
    return fields(status).state === 'active' ? [alertOf(labels, startsAt)] : [];
  });
  return { ok: true, value: { alerts } };
};

function alertOf(labels: unknown, since: unknown): Alert {
  const all = textsOf(labels);
  return {
    name: all.alertname ?? 'an alert without a name',
    labels: Object.entries(all),
    since: secondsOf(since),
  };
}
