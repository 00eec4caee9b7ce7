import {
  checkSource,
  option,
  type Conflict,
  type GivenOptions,
  type MeasuredKinds,
} from '../../support/options.js';
import { exitCodes, integer } from '../../support/values/numbers.js';
import { script } from '../../support/values/text.js';
import { duration } from '../../support/values/time.js';
import { boolean } from '../../support/values/words.js';

const second = 1000;
const hour = 3_600 * second;

/** A program of the user's own that says whether what was deployed works, or gives a number of it. */
export const commandSource = checkSource({
  description:
    'A test of your own: any program. It passes by exit code 0; with `max` or `min` the last line that it prints is a number.',
  kinds: ['health', 'value'],
  scaledTo: null,
  options: {
    run: option(script(), {
      required: true,
      description: 'Command line, given to the shell as it is.',
    }),
    every: option(duration({ min: second, max: hour }), {
      input: 'test-every',
      inherits: 'always',
      description:
        'How often it is run. One that takes longer is not run a second time beside itself.',
    }),
    once: option(boolean(), {
      default: 'false',
      description: 'Run it a single time, when the warm-up ends.',
    }),
    timeout: option(duration({ min: 100, max: hour }), {
      default: '1m',
      description: 'One that takes longer is ended, and gives no result.',
    }),
    failures: option(integer({ min: 1, max: 100 }), {
      description: 'So many failures in a row are unhealthy. Default: 2, and 1 with `once`.',
    }),
    'unhealthy-codes': option(exitCodes(), {
      default: '1-125',
      description:
        'Exit codes that mean that what was deployed fails. Any other than 0 gives no result, and neither do 126 and 127, by which the shell says that it could not start the program.',
    }),
  },
  measures,
  health: {
    name: 'test',
    limitOf: ({ failures, once }) => ({
      metric: 'health',
      failures: typeof failures === 'number' ? failures : once === true ? 1 : 2,
      successes: 1,
    }),
  },
  conflicts,
});

function measures({ has }: GivenOptions): MeasuredKinds {
  return has('max') || has('min') ? { value: 'named' } : { health: 'named' };
}

function conflicts({ has, values }: GivenOptions): readonly Conflict[] {
  const ofTests = ['failures'].filter((name) => has(name) && (has('max') || has('min')));
  return [
    ...ofTests.map((name) => ({
      option: name,
      message: 'it is about a test that passes or fails, and `max` or `min` make a number of it',
      fix: 'take one of them out',
    })),
    ...(values.once === true && has('every')
      ? [{ option: 'every', message: 'with `once` it is run once', fix: 'take one of them out' }]
      : []),
    ...(values.once === true && typeof values.failures === 'number' && values.failures > 1
      ? [
          {
            option: 'failures',
            message: 'with `once` it can fail once only',
            fix: 'take it out, or take `once` out',
          },
        ]
      : []),
  ];
}
