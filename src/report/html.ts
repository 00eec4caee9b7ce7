import { Buffer } from 'node:buffer';
import type { Finding } from '../contract/result.js';
import { formatDuration, formatNumber, plural } from '../support/text.js';
import { parseDuration } from '../support/values/time.js';
import { isDrawn } from './check-chart.js';
import { styleSheet } from './html-style.js';
import { EMPTY, folded, more, table } from './html-table.js';
import {
  rollbackSentence,
  statistics,
  targetSections,
  toneOfStatus,
  toneOfVerdict,
  type TargetView,
  type Tone,
} from './html-target.js';
import { timeline } from './html-timeline.js';
import { code, html, link, Markup, nothing, type Part, prose } from './markup.js';
import type { RunReport, TargetReport } from './record.js';
import {
  changeInWords,
  headlineOf,
  openingOf,
  rollbackInWords,
  subjectsOf,
  verdictHeadline,
  worstFirst,
  worstStatus,
} from './words.js';

/** A page of more than this is no page that somebody opens from a CI system on a phone. */
const MAX_BYTES = 1024 * 1024;

/** As many charts as that, those of broken limits first. */
const MAX_CHARTS = 48;

/**
 * The report as one page for people, without scripts and without requests: the verdict first, then what happened when, then
 * the numbers. It reads in the same order without its styles, as Jenkins shows it: its policy for archived files has neither
 * style elements nor style attributes (https://www.jenkins.io/doc/book/security/configuring-content-security-policy/).
 * Nothing from outside can be more than text, or a link to a web address.
 */
export function renderHtml(report: RunReport): string {
  const { title } = headlineOf(report);
  const of = report.host.project === null ? '' : ` – ${report.host.project}`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}${of} – Rollgate</title>
        <style>
          ${Markup.trusted(styleSheet)}
        </style>
      </head>
      <body>
        <main>${capped(sectionsOf(report))}</main>
        ${footer(report)}
      </body>
    </html> `.text;
}

function sectionsOf(report: RunReport): readonly Markup[] {
  return [
    verdict(report),
    facts(report),
    section('What happened', timeline(report, warmUpOf(report))),
    ...targets(report),
    section('Findings', findings(report.findings)),
    section('Notices', notices(report.notices)),
    ...details(report),
  ].filter(({ text }) => text !== '');
}

function section(title: string, body: Markup): Markup {
  return body.text.trim() === ''
    ? nothing
    : html`<section>
        <h2>${title}</h2>
        ${body}
      </section> `;
}

/** The colour of the whole: a rollback that needs a person is worse than a verdict. */
function toneOf(report: RunReport): Tone {
  const worst = worstStatus(report.targets);
  // That it went well is no success of the version that was rolled back.
  if (worst === 'verified' && report.verdict !== 'not-judged') return 'warn';
  if (worst !== undefined) return toneOfStatus[worst];
  if (report.verdict === null) return report.exitCode === 0 ? 'good' : 'bad';
  return toneOfVerdict[report.verdict];
}

function verdict(report: RunReport): Markup {
  const headline = headlineOf(report);
  const tone = toneOf(report);
  const [only, ...others] = report.targets;
  const status =
    only !== undefined && others.length === 0
      ? paragraph(rollbackSentence(only, openingOf(report)))
      : statusesInWords(report.targets);
  return html`<header class="verdict ${tone}">
    <h1>${icon(tone)} ${headline.title}</h1>
    <p class="why">${prose(report.reason)}</p>
    ${status}
  </header> `;
}

const icons: Readonly<Record<Tone, { readonly colour: string; readonly path: string }>> = {
  good: { colour: '#116329', path: 'M7 12.5l3.5 3.5L17 8.5' },
  bad: { colour: '#a40e26', path: 'M8 8l8 8M16 8l-8 8' },
  warn: { colour: '#7d4e00', path: 'M12 6v8M12 17v1' },
  flat: { colour: '#59636e', path: 'M7 12h10' },
};

/** A drawing of its own: not every machine has emoji. */
function icon(tone: Tone): Markup {
  const { colour, path } = icons[tone];
  return html`<svg
    class="icon i-${tone}"
    width="26"
    height="26"
    viewBox="0 0 24 24"
    aria-hidden="true"
  >
    <circle cx="12" cy="12" r="11" fill="${colour}" />
    <path d="${path}" fill="none" stroke="#ffffff" stroke-width="2.5" stroke-linecap="round" />
  </svg>`;
}

function paragraph(body: Markup): Markup {
  return body.text === '' ? nothing : html`<p>${body}</p>`;
}

/** Of several targets: each status once, and of which targets. */
function statusesInWords(all: readonly TargetReport[]): Markup {
  const outcomeOf = ({ rollback }: TargetReport): string => rollbackInWords(rollback).outcome;
  return html`${[...new Set(all.map(outcomeOf))].map((outcome) => {
    if (outcome === '') return nothing;
    const named = all.filter((target) => outcomeOf(target) === outcome);
    const names = named.slice(0, 5).map(({ name }, index) => [index > 0 ? ', ' : '', code(name)]);
    const rest = named.length > 5 ? ` and ${String(named.length - 5)} more` : '';
    return html`<p>${names}${rest}: <span class="status">${outcome}</span></p>`;
  })}`;
}

function facts(report: RunReport): Markup {
  const { host, config } = report;
  const inputs = subjectsOf(config);
  const rows: readonly (readonly [string, Part])[] = [
    ['Watched', inputs.length > 0 ? list(inputs.map(watchedThing)) : subjects(report.targets)],
    ['Version', versions(report.targets)],
    ['Project', host.project === null ? '' : prose(host.project, 200)],
    ['Environment', environment(config)],
    [
      'Run',
      host.runUrl === null && host.runId === null
        ? ''
        : link(prose(`${host.system} ${host.runId ?? 'run'}`, 200), host.runUrl),
    ],
    [
      'Verdict after',
      report.detectionSeconds === null ? '' : formatDuration(report.detectionSeconds * 1000),
    ],
    ['Exit code', String(report.exitCode)],
  ];
  return html`<dl class="facts">
    ${rows.map(([name, value]) => {
      const shown = html`${value}`;
      return shown.text === ''
        ? nothing
        : html`<dt>${name}</dt>
            <dd>${shown}</dd> `;
    })}
  </dl> `;
}

function watchedThing({ id, value }: { readonly id: string; readonly value: string }): Markup {
  return id === 'url'
    ? prose(value, 600)
    : html`${prose(value, 600)} <span class="quiet">(${id})</span>`;
}

function list(items: readonly Part[]): Part {
  return html`<ul>
    ${items.map((item) => html`<li>${item}</li>`)}
  </ul>`;
}

/** What the checks look at, where no input says it. */
function subjects(all: readonly TargetReport[]): Part {
  const found = [...new Set(all.flatMap(({ checks }) => checks.map(({ subject }) => subject)))];
  if (found.length === 0) return '';
  const rest = found.length - 5;
  return list([
    ...found.slice(0, 5).map((subject) => prose(subject, 200)),
    ...(rest > 0 ? [`and ${String(rest)} more`] : []),
  ]);
}

/** The place that a run speaks of, as far as the configuration names one. */
function environment(config: RunReport['config']): Part {
  const places = ['kubernetes-context', 'kubernetes-namespace', 'helm-namespace'].flatMap((id) => {
    const value = config[id];
    return typeof value === 'string' && value !== '' ? [value] : [];
  });
  return places.length === 0 ? '' : prose(places.join(' / '), 300);
}

/** From which version to which the rollback went, of each target where a strategy says it. */
function versions(all: readonly TargetReport[]): Part {
  const changed = all.flatMap(({ name, rollback }) => {
    const change = changeInWords(rollback);
    return change === '' ? [] : [html`${all.length > 1 ? [code(name), ' '] : ''}${prose(change)}`];
  });
  return changed.length === 0 ? '' : list(changed.slice(0, 5));
}

/** How long nothing was judged, seconds. */
function warmUpOf({ config }: RunReport): number {
  const text = config['warm-up'];
  const parsed = typeof text === 'string' ? parseDuration(text) : undefined;
  return parsed?.ok === true ? parsed.value / 1000 : 0;
}

function targets(report: RunReport): readonly Markup[] {
  const several = report.targets.length > 1;
  const drawn = chosenCharts(report.targets);
  const view = (index: number): TargetView => ({
    id: `target-${String(index + 1)}`,
    warmUp: warmUpOf(report),
    drawn,
    level: several ? 3 : 2,
  });
  if (!several)
    return report.targets.flatMap((target, index) => targetSections(target, view(index)));
  return [
    section('Targets', targetTable(worstTargetsFirst(report.targets))),
    ...worstTargetsFirst(report.targets).map(({ target, index }) =>
      oneOfSeveral(target, view(index)),
    ),
  ];
}

interface Numbered {
  readonly target: TargetReport;
  readonly index: number;
}

function worstTargetsFirst(all: readonly TargetReport[]): readonly Numbered[] {
  const rank: Readonly<Record<TargetReport['verdict'], number>> = {
    unhealthy: 0,
    inconclusive: 1,
    cancelled: 2,
    'not-judged': 3,
    healthy: 4,
  };
  return all
    .map((target, index) => ({ target, index }))
    .sort((a, b) => rank[a.target.verdict] - rank[b.target.verdict]);
}

/** Those that {@link MAX_CHARTS} have room for, the worst first. */
function chosenCharts(all: readonly TargetReport[]): TargetView['drawn'] {
  const checks = all.flatMap((target) => target.checks).filter(isDrawn);
  return new Set(worstFirst(checks).slice(0, MAX_CHARTS));
}

function targetTable(all: readonly Numbered[]): Markup {
  return table('Targets', all, [
    {
      head: 'Target',
      cell: ({ target, index }) =>
        html`<a href="#target-${String(index + 1)}">${code(target.name)}</a>`,
    },
    {
      head: 'Verdict',
      cell: ({ target }) =>
        html`<span class="o-${toneOfVerdict[target.verdict]}">${target.verdict}</span>`,
    },
    {
      head: 'Rollback',
      cell: ({ target: { rollback } }) =>
        html`<span class="o-${toneOfStatus[rollback.status]}">${rollback.status}</span>`,
    },
    { head: 'Checks', cell: ({ target }) => formatNumber(target.checks.length, 0) },
    { head: 'Why', cell: ({ target }) => prose(target.reason, 300) },
  ]);
}

/** A healthy target folds away: nobody reads about it at the worst moment of a week. */
function oneOfSeveral(target: TargetReport, view: TargetView): Markup {
  const { title: word } = verdictHeadline(target.verdict);
  const body = html`<p>${prose(target.reason)}</p>
    ${paragraph(rollbackSentence(target))} ${targetSections(target, view)}`;
  const title = html`${code(target.name)}:
    <span class="o-${toneOfVerdict[target.verdict]}">${word}</span>`;
  if (target.verdict !== 'healthy')
    return html`<section id="${view.id}">
      <h2>${title}</h2>
      ${body}
    </section> `;
  return html`<section id="${view.id}">${folded(title, body)}</section> `;
}

const levels: Readonly<Record<Finding['level'], { readonly tone: Tone; readonly text: string }>> = {
  error: { tone: 'bad', text: '✗ error' },
  warning: { tone: 'warn', text: '! warning' },
  notice: { tone: 'flat', text: 'notice' },
};

function findings(found: readonly Finding[]): Markup {
  return table('Findings', found, [
    {
      head: 'Level',
      cell: ({ level }) => html`<span class="o-${levels[level].tone}">${levels[level].text}</span>`,
    },
    { head: 'About', cell: ({ subject }) => code(subject) },
    { head: 'What was found', cell: ({ message }) => prose(message) },
    { head: 'What to do', cell: ({ fix }) => (fix === undefined ? EMPTY : prose(fix)) },
  ]);
}

const MAX_NOTICES = 100;

function notices(found: readonly string[]): Markup {
  if (found.length === 0) return nothing;
  return html`<ul>
      ${found.slice(0, MAX_NOTICES).map((notice) => html`<li>${prose(notice)}</li>`)}
    </ul>
    ${more(found.length - MAX_NOTICES)}`;
}

/** What most people need not read, folded. */
function details(report: RunReport): readonly Markup[] {
  const statisticsOf = report.targets.flatMap((target) => {
    const shown = statistics(target);
    if (shown.text === '') return [];
    const name = report.targets.length > 1 ? html`<h3>${code(target.name)}</h3>` : nothing;
    return [html`${name}${shown}`];
  });
  const config = Object.entries(report.config);
  const folds = [
    statisticsOf.length === 0 ? nothing : folded('Statistics', statisticsOf.slice(0, 50)),
    config.length === 0
      ? nothing
      : folded(
          `Effective configuration (${plural(config.length, 'input')})`,
          table('Effective configuration', config, [
            { head: 'Input', cell: ([id]) => code(id) },
            { head: 'Value', cell: ([, value]) => configured(value) },
          ]),
        ),
  ];
  const [first, ...others] = folds.filter(({ text }) => text !== '');
  return first === undefined
    ? []
    : [
        html`<h2>Details</h2>
          ${first}`,
        ...others,
      ];
}

function configured(value: unknown): Part {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text === '' ? EMPTY : code(text, 600);
}

function footer(report: RunReport): Markup {
  return html`<footer>
    rollgate ${report.tool.version}, command ${code(report.command)}. The same record for programs
    is in report.json beside this page.
  </footer> `;
}

/** Whole sections, in order, as long as there is room: half a table would spoil the page. */
function capped(sections: readonly Markup[]): readonly Markup[] {
  const left = html`<p class="quiet">The rest did not fit; it is in report.json.</p>`;
  const kept: Markup[] = [];
  let bytes = Buffer.byteLength(left.text);
  for (const section of sections) {
    bytes += Buffer.byteLength(section.text);
    if (bytes > MAX_BYTES) return [...kept, left];
    kept.push(section);
  }
  return kept;
}
