import type { OverrideId, Overrides } from '../gate/overrides.js';
import type { WatchPlan } from '../contract/check.js';
import { originInWords, USUAL_FILE } from '../inputs/resolve.js';
import { inputIds, inputOf, type InputId } from '../inputs/table.js';
import type { Problem } from '../support/errors.js';
import { formatDuration } from '../support/format.js';
import type { Session } from './session.js';

/** The inputs by which a recording can be judged otherwise. */
export const inputOfOverride = {
  sensitivity: 'sensitivity',
  decision: 'decision',
  minRequests: 'min-requests',
  earlyPass: 'early-pass',
  onNoData: 'on-no-data',
  onProviderError: 'on-provider-error',
  healthFailures: 'health-failures',
  healthSuccesses: 'health-successes',
  minSuccessRate: 'min-success-rate',
  maxErrorsPerMinute: 'max-errors-per-minute',
  maxLatency: 'max-latency',
  maxValue: 'max-value',
  minValue: 'min-value',
} as const satisfies Readonly<Record<OverrideId, InputId>>;

/** What the windows of a recording follow from. */
const fixed = [
  ['warm-up', 'warmUp'],
  ['duration', 'duration'],
  ['interval', 'interval'],
] as const satisfies readonly (readonly [InputId, keyof WatchPlan])[];

/** What was asked, and what counted as a failure: it has happened. */
const happened: readonly InputId[] = inputIds.filter(
  (id) =>
    (['http', 'prometheus'].includes(inputOf(id).group) || id.endsWith('-health')) &&
    !(Object.values(inputOfOverride) as readonly InputId[]).includes(id),
);

/**
 * How recordings are to be judged. A flag, an input and a variable count; the configuration file only when it is named,
 * because the one that lies around describes the next watch, and a replay without anything must tell what was.
 */
export function overridesOf(session: Session): {
  readonly overrides: Overrides;
  readonly problems: readonly Problem[];
  readonly notices: readonly string[];
} {
  const { settings, resolution } = session;
  const { origins } = resolution;
  const counts = (id: InputId): boolean => isGiven(session, id);
  const { 'max-latency': latency, 'max-value': max, 'min-value': min } = settings;
  const overrides: Overrides = {
    ...(counts('sensitivity') && { sensitivity: settings.sensitivity }),
    ...(counts('decision') && { decision: settings.decision }),
    ...(counts('min-requests') && { minRequests: settings['min-requests'] }),
    ...(counts('early-pass') && { earlyPass: settings['early-pass'] }),
    ...(counts('on-no-data') && { onNoData: settings['on-no-data'] }),
    ...(counts('on-provider-error') && { onProviderError: settings['on-provider-error'] }),
    ...(counts('health-failures') && { healthFailures: settings['health-failures'] }),
    ...(counts('health-successes') && { healthSuccesses: settings['health-successes'] }),
    ...(counts('min-success-rate') && { minSuccessRate: settings['min-success-rate'] }),
    ...(counts('max-errors-per-minute') && {
      maxErrorsPerMinute: settings['max-errors-per-minute'],
    }),
    ...(counts('max-latency') && latency !== undefined && { maxLatency: latency }),
    ...(counts('max-value') && max !== undefined && { maxValue: max }),
    ...(counts('min-value') && min !== undefined && { minValue: min }),
  };
  const vain = happened.filter(counts);
  const asked = vain.filter((id) => origins[id].level === 1);
  const others = vain.filter((id) => origins[id].level !== 1);
  const ignored = [...Object.values(inputOfOverride), ...fixed.map(([id]) => id)].filter(
    (id) => origins[id].level === 5 && !counts(id),
  );
  const [first] = ignored;
  return {
    overrides,
    problems: asked.map((id) => ({
      subject: id,
      message: `a recording holds what was asked and answered then; this cannot be changed (${originInWords(origins[id])})`,
      fix: 'leave it out, or watch again with it',
    })),
    notices: [
      ...(others.length === 0
        ? []
        : [
            `a replay takes what was asked and answered as it is recorded: ${others.join(', ')} do not count`,
          ]),
      ...(first === undefined
        ? []
        : [
            `${origins[first].name} does not count in a replay (${ignored.join(', ')}); to judge by it, name it: \`--config ${origins[first].name}\``,
          ]),
    ],
  };
}

/** What is wrong with the usage. A file that does not count may be wrong, and its checks may lack what only a watch has. */
export function problemsOf({ problems, resolution }: Session): readonly Problem[] {
  return resolution.givenByUser('config')
    ? problems
    : problems.filter(({ subject }) => subject !== USUAL_FILE);
}

/** What is wanted of the windows, and is not what the recording has. */
export function fixedOf(session: Session, plan: WatchPlan): readonly Problem[] {
  const { settings, resolution } = session;
  return fixed.flatMap(([id, key]) =>
    !isGiven(session, id) || settings[id] === plan[key]
      ? []
      : [
          {
            subject: id,
            message: `the recording was made with ${formatDuration(plan[key])}, and can be judged with no other; ${formatDuration(settings[id])} is given ${originInWords(resolution.origins[id])}`,
            fix: 'leave it out, or watch again with it',
          },
        ],
  );
}

function isGiven({ resolution }: Session, id: InputId): boolean {
  const { level } = resolution.origins[id];
  return level <= 4 || (level === 5 && resolution.givenByUser('config'));
}
