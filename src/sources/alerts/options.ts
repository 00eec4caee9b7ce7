import { type Selector, unquote } from '../../support/selector.js';
import { checkSource, option, type Conflict, type GivenOptions } from '../../support/options.js';
import { labels } from '../../support/values/expressions.js';
import { plainHeaders } from '../../support/values/pairs.js';
import { credentials, list, text } from '../../support/values/text.js';
import { duration } from '../../support/values/time.js';
import { url } from '../../support/values/url.js';
import { choice } from '../../support/values/words.js';
import { site } from '../datadog.js';
import { queryOptions } from '../series/source.js';

/** Who has alerts. */
export const alertProviders = [
  'prometheus',
  'alertmanager',
  'grafana',
  'cloudwatch',
  'datadog',
] as const;

/** What is firing, as others see it. */
export const alertsSource = checkSource({
  description:
    'Alerts that begin to fire after the deploy, as Prometheus, Alertmanager, Grafana, CloudWatch or Datadog tell them.',
  kinds: ['health'],
  scaledTo: null,
  options: {
    provider: option(choice(alertProviders), {
      required: true,
      description:
        'Who is asked: `prometheus`, `alertmanager`, `grafana`, `cloudwatch` or `datadog`.',
    }),
    names: option(list(), {
      description:
        'Names of alerts, alarms or monitors, as they are; `*` stands for any characters. Without them all that `selector` selects.',
    }),
    selector: option(labels(), {
      description:
        'Labels of the alerts, such as `service="shop",severity="page"`: those of CloudWatch are `namespace`, `metric` and the dimensions, those of Datadog the tags of the monitor and of the group.',
    }),
    url: option(url(), {
      input: 'alerts-url',
      inherits: 'when-set',
      description: 'Address of Prometheus, Alertmanager or Grafana, with its path, without `/api`.',
    }),
    token: option(credentials(), {
      input: 'alerts-token',
      inherits: 'when-set',
      inheritsWith: 'url',
      secret: true,
      sentTo: ['url'],
      description: 'Bearer token for it, or `user:password`.',
    }),
    headers: option(plainHeaders(), {
      description:
        'Headers that are not secret, as a map or as `Name: value` lines, such as `X-Scope-OrgID: shop`.',
    }),
    endpoint: option(url(), {
      description:
        'Address of a private endpoint of CloudWatch, or of a proxy in front of Datadog. Default: that of the region, or of the site.',
    }),
    region: option(text({ pattern: /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/, like: '`eu-central-1`' }), {
      variables: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
      description: 'Region of the alarms of CloudWatch, such as `eu-central-1`.',
    }),
    'access-key-id': option(text(), {
      secret: true,
      sentTo: ['endpoint'],
      variables: ['AWS_ACCESS_KEY_ID'],
      description: 'Access key that may do `cloudwatch:DescribeAlarms`.',
    }),
    'secret-access-key': option(text(), {
      secret: true,
      sentTo: ['endpoint'],
      variables: ['AWS_SECRET_ACCESS_KEY'],
      description: 'Its secret.',
    }),
    'session-token': option(text(), {
      secret: true,
      sentTo: ['endpoint'],
      variables: ['AWS_SESSION_TOKEN'],
      description: 'Session token of temporary credentials.',
    }),
    site: option(site(), {
      default: 'datadoghq.com',
      variables: ['DD_SITE'],
      description: 'The site of the organization at Datadog, such as `datadoghq.eu`.',
    }),
    'api-key': option(text(), {
      secret: true,
      sentTo: ['endpoint'],
      variables: ['DD_API_KEY', 'DATADOG_API_KEY'],
      description: 'API key of Datadog.',
    }),
    'app-key': option(text(), {
      secret: true,
      sentTo: ['endpoint'],
      variables: ['DD_APP_KEY', 'DATADOG_APP_KEY'],
      description: 'Application key with the permission `monitors_read`.',
    }),
    every: option(duration({ min: 1000, max: 3_600_000 }), {
      default: '15s',
      description: 'How often it is asked.',
    }),
    timeout: queryOptions.timeout,
    recovery: option(duration({ max: 3_600_000 }), {
      default: '5m',
      description:
        'How long an alert may take to end after a rollback: most look back over some minutes.',
    }),
  },
  measures: () => ({ health: 'named' }),
  health: {
    name: 'firing',
    limitOf: () => ({ metric: 'health', failures: 1, successes: 1 }),
  },
  conflicts,
});

function conflicts({ has, values }: GivenOptions): readonly Conflict[] {
  const provider = typeof values.provider === 'string' ? values.provider : '';
  const isHosted = provider === 'cloudwatch' || provider === 'datadog';
  const missing = (name: string, fix: string): Conflict => ({
    option: name,
    message: 'is missing',
    fix,
  });
  return [
    ...(has('names') || has('selector')
      ? []
      : [
          {
            option: 'source',
            message: 'nothing says which alerts are meant',
            fix: 'give `names` or `selector`: alerts of other services say nothing of this deploy',
          },
        ]),
    ...(provider !== '' && !isHosted && values.url === undefined && !has('url')
      ? [missing('url', 'give it, or set `alerts-url`')]
      : []),
    ...(provider === 'cloudwatch' && values.region === undefined && !has('region')
      ? [missing('region', 'give it, or set AWS_REGION')]
      : []),
    ...(isHosted && has('url')
      ? [
          {
            option: 'url',
            message: `it is not an address of ${provider}`,
            fix: 'take it out, or give `endpoint`',
          },
        ]
      : []),
    ...(provider !== '' && !isHosted && has('endpoint')
      ? [{ option: 'endpoint', message: `it is not an address of ${provider}`, fix: 'give `url`' }]
      : []),
    ...patternProblems(values.selector as Selector | undefined),
  ];
}

/** Regular expressions are those of JavaScript here, and of the whole value, as everywhere with labels. */
function patternProblems(selector: Selector | undefined): readonly Conflict[] {
  return (selector?.matchers ?? []).flatMap(({ operator, literal }) => {
    if (operator === '=' || operator === '!=') return [];
    try {
      new RegExp(unquote(literal));
      return [];
    } catch {
      return [
        {
          option: 'selector',
          message: `${literal} is not a regular expression`,
          fix: 'correct it',
        },
      ];
    }
  });
}
