import { configuredRungs } from '../inputs/configured.js';
import { effective } from '../inputs/effective.js';
import { exitCodes } from '../inputs/exit-codes.js';
import { originInWords } from '../inputs/resolve.js';
import type { InputId } from '../inputs/table.js';
import { UsageError } from '../support/errors.js';
import { checksOf } from './checks.js';
import { withoutCheck, withoutRung } from './completeness.js';
import type { Session } from './session.js';

/** Checks the configuration, and prints the effective one with where each value comes from. */
export async function validate(session: Session): Promise<number> {
  const { console, resolution, settings } = session;
  const rungs = configuredRungs(resolution);
  const configured = rungs.filter((rung) => rung.configured).length;
  const checks = await checksOf(session);
  const problems = [
    ...session.problems,
    ...withoutCheck(checks),
    ...(settings['on-unhealthy'] === 'rollback' ? withoutRung(configured) : []),
  ];
  if (problems.length > 0) throw new UsageError(problems);
  for (const notice of session.notices) console.annotate('notice', 'Rollgate', notice);
  const values = effective(resolution);
  const width = Math.max(...Object.keys(values).map((id) => id.length));
  console.group(
    'effective configuration',
    Object.entries(values).map(
      ([id, value]) =>
        `${id.padEnd(width)}  ${value.replace(/\n/g, ', ')}  (${originInWords(resolution.origins[id as InputId])})`,
    ),
  );
  console.group(
    'checks',
    checks.map((check) => `${check.id}  ${check.subject}`),
  );
  console.group(
    'rollback chain',
    rungs.map(
      ({ id, configured, because }) =>
        `${id}  ${configured ? 'configured' : 'skipped'}: ${because}`,
    ),
  );
  console.line('the configuration is valid');
  return exitCodes.healthy;
}
