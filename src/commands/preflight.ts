import { exitCodes } from '../inputs/exit-codes.js';
import { UsageError } from '../support/errors.js';
import type { Finding } from '../support/finding.js';
import { checksOf } from './checks.js';
import { withoutCheck, withoutRung } from './completeness.js';
import { buildLinks } from './links.js';
import { preflightAll, printFindings } from './preflighting.js';
import { recordedSnapshot } from './recorded.js';
import type { Session } from './session.js';

/** Proves that every configured check and rung would work. Changes nothing. */
export async function preflight(session: Session): Promise<number> {
  if (session.problems.length > 0) throw new UsageError(session.problems);
  const { settings, console } = session;
  const checks = await checksOf(session);
  const built = await buildLinks(session, { snapshot: await recordedSnapshot(session) });
  const missing = [
    ...withoutCheck(checks),
    ...(settings['on-unhealthy'] === 'rollback' ? withoutRung(built.configured) : []),
  ];
  const findings: Finding[] = [
    ...built.findings,
    ...missing.map((problem): Finding => ({ level: 'error', ...problem })),
  ];
  findings.push(...(await preflightAll(session, checks, built.links)));
  printFindings(session, findings);
  const errors = findings.filter(({ level }) => level === 'error').length;
  const rungs = built.links.filter(({ rung }) => rung.kind === 'rung').map(({ id }) => id);
  if (errors > 0) {
    console.line(`preflight: ${String(errors)} of these would keep the gate from doing its work`);
    return exitCodes.usage;
  }
  console.line(
    `preflight: everything would work (checks: ${checks.map(({ id }) => id).join(', ')}; rollback: ${rungs.length === 0 ? 'none' : rungs.join(', ')})`,
  );
  return exitCodes.healthy;
}
