import type { CheckResult } from '../contract/check.js';
import { formatNumber } from '../support/text.js';
import { checkCells, columns, offset } from './replay.js';
import { countsInWords, kindsInWords } from './words.js';
import type { Replayed } from '../contract/replay.js';

/** A deploy of the past, and what the gate makes of it. */
export interface JudgedDeploy {
  /** When the watch would have begun: ISO 8601. */
  readonly at: string;
  /** Only where there are several. */
  readonly target?: string;
  readonly outcome:
    | {
        readonly kind: 'judged';
        readonly replayed: Replayed;
        /** `on-inconclusive: rollback`. */
        readonly rollsBackDoubt: boolean;
      }
    /** What there is of it says nothing yet; `endsAt`: ISO 8601. */
    | { readonly kind: 'not-over'; readonly until: number; readonly endsAt: string }
    | {
        readonly kind: 'not-judged';
        readonly why: string;
        /** Who was asked did not answer. */
        readonly failed?: true;
      };
}

/** A line for each deploy, and how many would have been rolled back. */
export function deployTable(deploys: readonly JudgedDeploy[]): readonly string[] {
  const all = formatNumber(deploys.length, 0);
  const of = (end: End): string => formatNumber(deploys.filter((d) => endOf(d) === end).length, 0);
  return [
    ...columns(
      deploys.map((deploy) => [
        `${deploy.at}${deploy.target === undefined ? '' : ` (${deploy.target})`}`,
        outcomeInWords(deploy),
      ]),
    ),
    `${of('rolled-back')} of ${all} would have been rolled back, ${of('passed')} would have passed, ${of('inconclusive')} inconclusive, ${of('none')} not judged`,
  ];
}

/** Everything about one deploy. */
export function deployLines(deploy: JudgedDeploy): readonly string[] {
  const { outcome } = deploy;
  const [line = ''] = deployTable([deploy]);
  if (outcome.kind !== 'judged') return [line];
  const { judgement, results } = outcome.replayed;
  return [
    line,
    ...(judgement === null || judgement.verdict === 'inconclusive'
      ? []
      : [`  ${judgement.reason}`]),
    ...columns(results.map(checkCells)).map((cells) => `  ${cells}`),
  ];
}

type End = 'rolled-back' | 'passed' | 'inconclusive' | 'none';

function endOf({ outcome }: JudgedDeploy): End {
  if (outcome.kind !== 'judged') return 'none';
  switch (outcome.replayed.judgement?.verdict) {
    case 'unhealthy':
      return 'rolled-back';
    case 'healthy':
      return 'passed';
    case 'inconclusive':
      return outcome.rollsBackDoubt ? 'rolled-back' : 'inconclusive';
    case undefined:
      return 'none';
  }
}

function outcomeInWords(deploy: JudgedDeploy): string {
  const { outcome } = deploy;
  if (outcome.kind === 'not-judged') return `not judged: ${outcome.why}`;
  if (outcome.kind === 'not-over')
    return `not over: nothing decided by ${offset(outcome.until)}; the watch ends at ${outcome.endsAt}`;
  const { judgement, decidedAt, results } = outcome.replayed;
  const reason = judgement?.reason.replace(/\.$/, '') ?? '';
  const when = offset(decidedAt ?? 0);
  switch (judgement?.verdict) {
    case 'unhealthy': {
      const guilty = results.filter(({ id }) => judgement.decidedBy.includes(id)).map(whyInWords);
      return `would have rolled back at ${when} (${guilty.join('; ')})`;
    }
    case 'healthy':
      return 'would have passed';
    case 'inconclusive':
    case undefined:
      return outcome.rollsBackDoubt
        ? `would have rolled back at ${when} (inconclusive: ${reason})`
        : `inconclusive: ${reason}`;
  }
}

/** `success-rate 86.33 %, limit ≥ 95 %: 41 of 300 failed: 41 × status 503` */
function whyInWords(check: CheckResult): string {
  const counts = [countsInWords(check), kindsInWords(check)].filter((part) => part !== '');
  return [`${check.id} ${check.shown}, limit ${check.limit}`, ...counts].join(': ');
}
