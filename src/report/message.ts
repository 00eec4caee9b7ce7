import type { RollbackReport } from '../contract/strategy.js';
import { asSentence, formatDuration, joined, oneLine } from '../support/text.js';
import { decisiveAttempt, type RunReport, startedRun, type TargetReport } from './record.js';
import { codeMarkdown, linkMarkdown, plainMarkdown } from './markdown.js';
import {
  headlineOf,
  type Opening,
  openingOf,
  rollbackInWords,
  subjectInWords,
  verdictHeadline,
} from './words.js';

/** A message about a run, before it is formatted for a channel. */
export interface Message {
  readonly mark: string;
  /** `Rolled back and verified`. */
  readonly title: string;
  /** What it is about, as people call it; empty where nothing is known. */
  readonly subject: string;
  /** One sentence with numbers. */
  readonly reason: string;
  /** What became of the rollback; empty when none was needed, and with several targets. */
  readonly rollback: string;
  /** With several targets those that are not healthy; else none. */
  readonly targets: readonly {
    readonly mark: string;
    readonly name: string;
    readonly text: string;
  }[];
  readonly links: readonly { readonly label: string; readonly url: string }[];
}

/** At most this many targets are listed; the report has the others. */
const maxTargets = 20;

/** Teams shows six buttons. */
const maxLinks = 6;

/** The few things that a person outside the run needs to know. */
export function composeMessage(report: RunReport): Message {
  const { targets } = report;
  const several = targets.length > 1;
  const shown = several ? targets.filter(isWorthTelling) : [];
  const [only] = targets;
  const headline = headlineOf(report);
  return {
    ...headline,
    subject: subjectOf(report, several ? undefined : only),
    reason: report.reason,
    rollback: several || only === undefined ? '' : rollbackText(only.rollback, openingOf(report)),
    targets: [
      ...shown.slice(0, maxTargets).map((target) => ({
        mark: verdictHeadline(target.verdict).mark,
        name: oneLine(target.name, 100),
        text: joined([asSentence(target.reason), rollbackText(target.rollback)]),
      })),
      ...(shown.length > maxTargets
        ? [{ mark: '…', name: `${String(shown.length - maxTargets)} more`, text: 'see the report' }]
        : []),
    ],
    links: linksOf(report),
  };
}

function isWorthTelling({ verdict, rollback }: TargetReport): boolean {
  return verdict !== 'healthy' || rollback.status !== 'not-needed';
}

/** A target without a name is called `default`, which means nothing to people. */
function subjectOf(report: RunReport, only: TargetReport | undefined): string {
  const name = only === undefined || only.name === 'default' ? '' : only.name;
  const what = only === undefined ? '' : subjectInWords(report, only);
  return joined([report.host.project ?? '', name, what], ', ');
}

function rollbackText(rollback: RollbackReport, said?: Opening): string {
  const { mark, outcome, more } = rollbackInWords(rollback, said);
  const attempt = decisiveAttempt(rollback);
  const by =
    attempt === undefined ? '' : `By ${attempt.id} in ${formatDuration(rollback.seconds * 1000)}.`;
  return joined([mark, outcome, by, more]);
}

function linksOf(report: RunReport): Message['links'] {
  const links = [
    { label: 'Run', url: report.host.runUrl },
    ...report.targets.map(({ name, rollback }) => ({
      label: report.targets.length > 1 ? `Rollback of ${name}` : 'Rollback',
      url: startedRun(rollback)?.url ?? null,
    })),
  ];
  return links
    .flatMap(({ label, url }) =>
      url !== null && /^https?:\/\//.test(url) && URL.canParse(url)
        ? [{ label: oneLine(label, 100), url }]
        : [],
    )
    .slice(0, maxLinks);
}

/** The Markdown of a comment on a pull or merge request, for GitHub, GitLab and Azure DevOps. */
export function renderComment({
  mark,
  title,
  subject,
  reason,
  rollback,
  targets,
  links,
}: Message): string {
  const about = subject === '' ? '' : `: ${plainMarkdown(subject, 200)}`;
  const list = targets.map(
    ({ mark: own, name, text }) => `- ${own} ${codeMarkdown(name)}: ${plainMarkdown(text, 1000)}`,
  );
  const parts = [
    `### ${mark} ${plainMarkdown(title)}${about}`,
    `**${plainMarkdown(reason, 1000)}**`,
    plainMarkdown(rollback, 1000),
    list.join('\n'),
    links.map(({ label, url }) => linkMarkdown(label, url)).join(' · '),
  ];
  return `${joined(parts, '\n\n')}\n`;
}
