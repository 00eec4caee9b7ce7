import type { Check } from '../contract/check.js';
import type { ChainLink } from '../contract/strategy.js';
import { deadline, isCancelled, raceSignal } from '../support/abort.js';
import { messageOf } from '../support/errors.js';
import type { Finding } from '../contract/finding.js';
import { formatDuration } from '../support/format.js';
import type { BaseSession } from './session.js';

/** One check or strategy must be proven within this time, milliseconds. */
const TIMEOUT = 45_000;

/** Asks every check and every usable strategy whether it would work, side by side. */
export async function preflightAll(
  session: BaseSession,
  checks: readonly Check[],
  links: readonly ChainLink[],
): Promise<readonly Finding[]> {
  const strategies = links.flatMap(({ strategy }) => (strategy.kind === 'skip' ? [] : [strategy]));
  const found = await Promise.all(
    [...checks, ...strategies].map((part) => preflightOne(session, part)),
  );
  return found.flat();
}

async function preflightOne(
  { entry }: BaseSession,
  part: {
    readonly id: string;
    preflight(signal: AbortSignal): Promise<readonly Finding[]>;
  },
): Promise<readonly Finding[]> {
  const limited = deadline(entry.clock, TIMEOUT, `preflight of ${part.id}`, entry.signal);
  try {
    return await raceSignal(part.preflight(limited.signal), limited.signal);
  } catch (error) {
    if (isCancelled(entry.signal)) throw error;
    return [
      {
        level: 'error',
        subject: part.id,
        message: `it could not be proven to work: ${messageOf(error)}`,
      },
    ];
  } finally {
    limited.clear();
  }
}

/** The strategies that preflight has found nothing against. */
export function usableStrategies(
  links: readonly ChainLink[],
  findings: readonly Finding[],
): readonly ChainLink[] {
  const broken = new Set(findings.filter((f) => f.level === 'error').map((f) => f.subject));
  return links.filter(({ id, strategy }) => strategy.kind !== 'skip' && !broken.has(id));
}

export function findingInWords(finding: Finding): string {
  return `${finding.subject}: ${finding.message}${finding.fix === undefined ? '' : ` → ${finding.fix}`}`;
}

/** What preflight found, worst first; nothing at all when it found nothing. */
export function printFindings({ console }: BaseSession, findings: readonly Finding[]): void {
  for (const level of ['error', 'warning', 'notice'] as const)
    for (const finding of findings.filter((f) => f.level === level))
      if (level === 'notice') console.line(`note: ${findingInWords(finding)}`);
      else console.annotate(level, 'Rollgate preflight', findingInWords(finding));
}

export function planInWords(settings: BaseSession['settings']): string {
  const warmUp =
    settings['warm-up'] > 0 ? `${formatDuration(settings['warm-up'])} of warm-up and ` : '';
  return `${warmUp}${formatDuration(settings.duration)}, looked at every ${formatDuration(settings.interval)}`;
}
