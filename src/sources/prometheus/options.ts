import { choice } from '../../support/values/words.js';
import { credentials, script } from '../../support/values/text.js';
import { duration } from '../../support/values/time.js';
import { headers, parameters } from '../../support/values/pairs.js';
import { labels, selector } from '../../support/values/expressions.js';
import { url } from '../../support/values/url.js';
import {
  checkSource,
  option,
  type Conflict,
  type GivenOptions,
  type MeasuredKinds,
} from '../../support/options.js';
import { nothingMeasured, oneWithoutTheOther, reducerWithoutValue } from '../series/source.js';

/** Prometheus, and what answers its queries. */
export const prometheusSource = checkSource({
  description:
    'A Prometheus server, or anything that answers its queries: Thanos, Mimir, VictoriaMetrics, a managed one.',
  kinds: ['counts', 'latency', 'value'],
  scaledTo: null,
  past: ['total', 'errors', 'selector', 'latency'],
  options: {
    url: option(url(), {
      required: true,
      input: 'prometheus-url',
      inherits: 'when-set',
      description: 'Address of the server, with its path, and without `/api/v1`.',
    }),
    token: option(credentials(), {
      input: 'prometheus-token',
      inherits: 'when-set',
      inheritsWith: 'url',
      secret: true,
      sentTo: ['url'],
      description: 'Bearer token, or `user:password`.',
    }),
    headers: option(headers(), {
      input: 'prometheus-headers',
      inherits: 'when-set',
      inheritsWith: 'url',
      secret: true,
      sentTo: ['url'],
      description: 'Headers of every query, as `Name: value` lines.',
    }),
    parameters: option(parameters(), {
      input: 'prometheus-parameters',
      inherits: 'when-set',
      inheritsWith: 'url',
      description: 'Further parameters of every query, as a map or as `name=value` lines.',
    }),
    timeout: option(duration({ min: 50, max: 300_000 }), {
      input: 'prometheus-timeout',
      inherits: 'always',
      description: 'A query that takes longer gives no data.',
    }),
    total: option(selector(), {
      input: 'prometheus-total',
      baseline: true,
      description:
        'Selector of the raw counter of all requests, such as `http_requests_total{app="shop"}`.',
    }),
    errors: option(selector(), {
      input: 'prometheus-errors',
      baseline: true,
      description:
        'Selector of the raw counter of failed requests, such as `http_requests_total{app="shop",code=~"5.."}`.',
    }),
    preset: option(choice(['istio', 'nginx-ingress', 'spring']), {
      input: 'prometheus-preset',
      description:
        'Whose metrics to use: `istio`, `nginx-ingress` or `spring`; stands in for `total`, `errors` and `latency`.',
    }),
    selector: option(labels(), {
      input: 'prometheus-selector',
      baseline: true,
      description:
        'With a preset: the labels that pick what was deployed, such as `destination_workload="shop"`.',
    }),
    latency: option(selector(), {
      input: 'prometheus-latency',
      baseline: true,
      description:
        'Selector of the buckets of a histogram, such as `http_request_duration_seconds_bucket{app="shop"}`.',
    }),
    value: option(script(), {
      input: 'prometheus-value',
      description: 'Any query that gives one number that is not negative.',
    }),
    reducer: option(choice(['sum', 'avg', 'min', 'max']), {
      description:
        'What makes one number of several series of `value`: `sum`, `avg`, `min` or `max`. Default: none; several are an error.',
    }),
  },
  measures,
  conflicts: (given) => [
    ...nothingMeasured(
      measures(given),
      'give `total` and `errors`, `preset` and `selector`, `latency`, or `value`',
    ),
    ...credentialConflicts(given),
    ...counterConflicts(given),
    ...baselineConflicts(given),
    ...reducerWithoutValue(given),
  ],
});

function measures({ has }: GivenOptions): MeasuredKinds {
  const preset = has('preset');
  return {
    ...(has('total') || has('errors') ? { counts: 'named' } : preset ? { counts: 'implied' } : {}),
    ...(has('latency') ? { latency: 'named' } : preset ? { latency: 'implied' } : {}),
    ...(has('value') ? { value: 'named' } : {}),
  };
}

/** The address is not shown, nor anything of the others. */
function credentialConflicts({ values }: GivenOptions): readonly Conflict[] {
  const { url, token, headers: sent } = values;
  const names = typeof sent === 'object' && sent !== null ? Object.keys(sent) : [];
  const all = [
    ...(token === undefined ? [] : ['`token`']),
    ...(names.some((name) => name.toLowerCase() === 'authorization')
      ? ['the header `Authorization` of `headers`']
      : []),
    ...(typeof url === 'string' && /^[a-z]+:\/\/[^/?#]*@/i.test(url) ? ['the user in `url`'] : []),
  ];
  return all.length < 2
    ? []
    : [
        {
          option: 'token',
          message: `there are several credentials: ${all.join(' and ')}`,
          fix: 'leave one of them',
        },
      ];
}

function counterConflicts(given: GivenOptions): readonly Conflict[] {
  if (!given.has('preset'))
    return [
      ...oneWithoutTheOther(given, ['total', 'errors']),
      ...(given.has('selector')
        ? [
            {
              option: 'selector',
              message: 'it belongs to a preset',
              fix: 'give `preset`, or write the labels into `total` and the others',
            },
          ]
        : []),
    ];
  return [
    ...['total', 'errors'].filter(given.has).map((option) => ({
      option,
      message: '`preset` says already what is counted',
      fix: `take \`${option}\` or the preset out`,
    })),
    ...(given.has('selector')
      ? []
      : [
          {
            option: 'preset',
            message: 'without `selector` it would judge everything that this server knows of',
            fix: 'give the labels of what was deployed, such as `namespace="shop"`',
          },
        ]),
  ];
}

/** The baseline is read as the check is, with selectors of its own. */
function baselineConflicts({ has, baseline }: GivenOptions): readonly Conflict[] {
  if (baseline === undefined) return [];
  const needed = [
    ...(has('preset') ? ['selector'] : has('total') || has('errors') ? ['total', 'errors'] : []),
    ...(has('latency') ? ['latency'] : []),
  ];
  const spare = ['total', 'errors', 'selector', 'latency'].filter(
    (option) => baseline.has(option) && !needed.includes(option),
  );
  return [
    ...(needed.length === 0
      ? [
          {
            option: 'baseline',
            message: 'only requests and latency can be compared, not a value',
            fix: 'take it out, or give `total` and `errors`',
          },
        ]
      : needed
          .filter((option) => !baseline.has(option))
          .map((option) => ({
            option: 'baseline',
            message: `it has no \`${option}\``,
            fix: `give the \`${option}\` of the old version`,
          }))),
    ...spare.map((option) => ({
      option: `baseline.${option}`,
      message: `the check itself is not read by \`${option}\``,
      fix: 'take it out',
    })),
  ];
}
