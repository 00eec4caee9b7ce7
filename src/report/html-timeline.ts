import { asSentence, clockTime, formatDuration } from '../support/text.js';
import { more } from './html-table.js';
import { toneOfStatus, toneOfVerdict, type Tone } from './html-target.js';
import { code, html, link, type Markup, nothing, type Part, prose } from './markup.js';
import type { RunReport, TargetReport } from './record.js';
import { rollbackInWords, verdictHeadline } from './words.js';

/** One thing that happened. */
interface Entry {
  /** Milliseconds since the epoch; `null`: only its place in the order is known. */
  readonly at: number | null;
  readonly tone: Tone;
  readonly text: Part;
}

/** What happened to more targets than that is told with each target. */
const MAX_TARGETS = 10;

/**
 * What happened when, as an ordered list. The time of an attempt is not in the record, only how long it took.
 *
 * @param warmUp seconds
 */
export function timeline(report: RunReport, warmUp: number): Markup {
  const start = Date.parse(report.startedAt);
  const entries = [
    { at: start, tone: 'flat', text: html`The run began (${utc(report.startedAt)}).` } as const,
    ...watch(report, warmUp),
    ...rollbacks(report),
    {
      at: Date.parse(report.endedAt),
      tone: 'flat',
      text: html`The run ended with exit code ${String(report.exitCode)} (${utc(report.endedAt)}).`,
    } as const,
  ];
  const touched = report.targets.filter(isTouched).length;
  return html`<ol class="timeline">
      ${entries.map((entry) => item(entry, start))}
    </ol>
    ${more(touched - MAX_TARGETS, 'more targets with a rollback')}`;
}

function item({ at, tone, text }: Entry, start: number): Markup {
  const since = at === null || Number.isNaN(at - start) ? null : Math.max(0, at - start);
  return html`<li>
    <span class="at"
      >${since === null ? nothing : `+${clockTime(1000 * Math.round(since / 1000))}`}</span
    >
    <span class="what t-${tone}">${text}</span>
  </li> `;
}

/** From the beginning of the watch to the verdict. */
function watch(report: RunReport, warmUp: number): readonly Entry[] {
  const { detectedAt, detectionSeconds, verdict } = report;
  const detected = detectedAt === null ? NaN : Date.parse(detectedAt);
  if (verdict === null || detectionSeconds === null || Number.isNaN(detected)) return [];
  const began = detected - detectionSeconds * 1000;
  const isWarm = warmUp > 0 && warmUp < detectionSeconds;
  const extended = report.targets.filter(({ extension }) => extension !== undefined);
  return [
    {
      at: began,
      tone: 'flat',
      text:
        warmUp > 0
          ? `The watch began, with a warm-up of ${formatDuration(warmUp * 1000)}.`
          : 'The watch began.',
    },
    ...(isWarm
      ? [
          {
            at: began + warmUp * 1000,
            tone: 'flat',
            text: 'The warm-up ended: from here on the checks count.',
          } as const,
        ]
      : []),
    ...extended.slice(0, MAX_TARGETS).map((target): Entry => ({
      at: null,
      tone: 'warn',
      text: html`${nameOf(target, report)}The watch went on for up to
      ${formatDuration((target.extension?.seconds ?? 0) * 1000)}:
      ${prose(target.extension?.why ?? '', 400)}`,
    })),
    {
      at: detected,
      tone: toneOfVerdict[verdict],
      text: html`<strong>Verdict: ${verdictHeadline(verdict).title.toLowerCase()}</strong>,
        ${formatDuration(detectionSeconds * 1000)} after the watch began.`,
    },
  ];
}

function isTouched({ rollback }: TargetReport): boolean {
  return rollback.status !== 'not-needed';
}

function rollbacks(report: RunReport): readonly Entry[] {
  return report.targets
    .filter(isTouched)
    .slice(0, MAX_TARGETS)
    .flatMap((target) => {
      const { status, seconds, attempts } = target.rollback;
      const { outcome: became, more: told } = rollbackInWords(target.rollback);
      const name = nameOf(target, report);
      const isConfirmed = target.rollback.healthConfirmed !== null && status !== 'withheld';
      return [
        ...attempts
          .filter(({ outcome }) => outcome !== 'skipped')
          .map((attempt): Entry => ({
            at: null,
            tone:
              attempt.outcome === 'failed'
                ? 'bad'
                : attempt.outcome === 'verified'
                  ? 'good'
                  : 'warn',
            text: html`${name}Strategy ${code(attempt.id)}: ${attempt.outcome} after
            ${formatDuration(attempt.seconds * 1000)}.
            ${prose(asSentence(attempt.detail), 400)}${runLink(attempt.url)}`,
          })),
        {
          at: null,
          tone: toneOfStatus[status],
          text: html`${name}${isConfirmed ? 'The failed checks ran again. ' : ''}<strong
              >${became}</strong
            >
            ${prose(told, 400)}${seconds > 0 ? ` In all ${formatDuration(seconds * 1000)}.` : ''}`,
        } as const,
      ];
    });
}

function runLink(url: string | null): Part {
  const linked = link('Look at it', url);
  return linked.text === 'Look at it' ? nothing : [' ', linked, '.'];
}

function nameOf({ name }: TargetReport, { targets }: RunReport): Part {
  return targets.length > 1 ? [code(name), ': '] : nothing;
}

/** `2026-11-02T10:00:00.000Z` → `2026-11-02 10:00:00 UTC`. */
function utc(iso: string): Markup {
  return html`<time datetime="${iso}">${iso.replace('T', ' ').replace(/\.\d+Z$/, '')} UTC</time>`;
}
