import { duration } from '../../support/values/time.js';
import { integer, number, statusRanges } from '../../support/values/numbers.js';
import { boolean } from '../../support/values/words.js';
import { headers } from '../../support/values/pairs.js';
import { regex } from '../../support/values/expressions.js';
import { url } from '../../support/values/url.js';
import { checkSource, option } from '../../support/options.js';

/** Probes of our own. */
export const httpSource = checkSource({
  description: 'Rollgate asks a URL itself, again and again.',
  kinds: ['counts', 'latency'],
  scaledTo: 60,
  options: {
    url: option(url(), {
      required: true,
      baseline: true,
      description: 'The URL that is probed.',
    }),
    'requests-per-second': option(number({ min: 0.1, max: 500 }), {
      input: 'requests-per-second',
      inherits: 'always',
      description: 'Probes a second, from 0.1 to 500; as many go to the baseline.',
    }),
    'request-timeout': option(duration({ min: 50 }), {
      input: 'request-timeout',
      inherits: 'always',
      description: 'A request that takes longer has failed.',
    }),
    'follow-redirects': option(integer({ min: 0, max: 20 }), {
      input: 'follow-redirects',
      inherits: 'always',
      description: 'How many redirects a probe follows, from 0 to 20.',
    }),
    'expect-status': option(statusRanges(), {
      input: 'expect-status',
      inherits: 'always',
      description: 'Status codes of a good answer: codes and ranges, such as `200-299,404`.',
    }),
    'expect-body': option(regex(), {
      input: 'expect-body',
      inherits: 'when-set',
      description: 'Regular expression that the body of a good answer matches.',
    }),
    'latency-includes-connect': option(boolean(), {
      input: 'latency-includes-connect',
      inherits: 'always',
      description: 'Whether latency includes the time to connect (DNS, TCP, TLS).',
    }),
    headers: option(headers(), {
      input: 'headers',
      secret: true,
      baseline: true,
      off: true,
      sentTo: ['url'],
      description:
        'Headers sent with every probe, as `Name: value` lines. Below `baseline` they replace those of the check; `off` sends none.',
    }),
  },
  measures: () => ({ counts: 'implied', latency: 'implied' }),
  conflicts: ({ baseline }) =>
    baseline?.has('url') === false && !baseline.has('headers')
      ? [
          {
            option: 'baseline',
            message: 'it has no address',
            fix: 'give the `url` of the old version, or the `headers` that lead to it',
          },
        ]
      : [],
});
