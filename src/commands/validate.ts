import { limitInWords } from '../gate/words.js';
import type { EffectiveEntry } from '../inputs/checks/effective.js';
import { configuredStrategies, effective } from '../inputs/configured.js';
import { exitCodes } from '../contract/outcome.js';
import { originInWords } from '../inputs/lookup.js';
import type { TargetResolution } from '../inputs/resolve.js';
import { type InputId, inputOf } from '../inputs/table.js';
import { UsageError, type UsageProblem } from '../support/errors.js';
import {
  announceShard,
  checksOf,
  ofTarget,
  type Session,
  type TargetSession,
  targetSessions,
} from './session.js';
import { withoutCheck, withoutStrategy } from './prepare.js';
import { own, type OwnText } from '../support/redact.js';

/** Checks the configuration, and prints the effective one with where each value comes from. */
export async function validate(session: Session): Promise<number> {
  const { console } = session;
  announceShard(session);
  const targets = await Promise.all(
    targetSessions(session).map(async (target) => ({ target, checks: await checksOf(target) })),
  );
  // What is missing may be what could not be read.
  const problems =
    session.problems.length > 0
      ? session.problems
      : targets.flatMap(({ target, checks }) => ofTarget(target, missingParts(target, checks)));
  if (problems.length > 0) throw new UsageError(problems);
  if (targets.length > 1) console.group('effective configuration', valuesOf(session.resolution));
  for (const { target, checks } of targets) {
    const values = valuesOf(target.resolution, target.isOnly ? undefined : session.resolution);
    if (values.length > 0) target.console.group('effective configuration', values);
    target.console.group(
      'checks',
      checks.map(
        ({ id, limit, subject }) => own`${own(id)}  ${own(limitInWords(limit))}  ${subject}`,
      ),
    );
    for (const entry of target.resolution.effectiveChecks)
      target.console.group(
        `check ${entry.id} (${entry.source}, ${entry.where})`,
        optionsInWords(entry),
      );
    target.console.group(
      'rollback chain',
      configuredStrategies(target.resolution).map(
        ({ id, configured, because }) =>
          own`${own(id)}  ${own(configured ? 'configured' : 'skipped')}: ${because}`,
      ),
    );
  }
  console.line(own('the configuration is valid'));
  return exitCodes.healthy;
}

function missingParts(target: TargetSession, checks: readonly unknown[]): readonly UsageProblem[] {
  const { resolution, settings } = target;
  return [
    // An entry with a mistake counts: it is there.
    ...withoutCheck([...checks, ...resolution.writtenSources]),
    ...(settings['on-unhealthy'] === 'rollback' ? withoutStrategy(target) : []),
  ];
}

/** Each value with its origin; with `others` only those that differ from there. */
function valuesOf(resolution: TargetResolution, others?: TargetResolution): readonly OwnText[] {
  const elsewhere: Readonly<Record<string, string>> = others === undefined ? {} : effective(others);
  const values = Object.entries(effective(resolution)).filter(
    ([id, value]) => elsewhere[id] !== value,
  );
  const width = Math.max(0, ...values.map(([id]) => id.length));
  return values.map(
    ([id, value]) =>
      own`${own(id.padEnd(width))}  ${valueInWords(id as InputId, value)}  (${originInWords(resolution.origins[id as InputId])})`,
  );
}

function valueInWords(id: InputId, value: string): string | OwnText {
  return inputOf(id).type.closed === true ? own(value) : value.replace(/\n/g, ', ');
}

function optionsInWords({
  options,
  baseline = {},
  before = {},
}: EffectiveEntry): readonly string[] {
  const below = [
    ...Object.entries(baseline).map(([name, value]) => [`baseline.${name}`, value] as const),
    ...Object.entries(before).map(([name, value]) => [`before.${name}`, value] as const),
  ];
  return [...Object.entries(options), ...below].map(
    ([name, value]) => `${name}  ${value.replace(/\n/g, ', ')}`,
  );
}
