import type { Problem } from '../support/errors.js';
import type { Origin } from './resolve.js';
import type { InputId, Settings } from './table.js';

const asksFor = [
  'prometheus-preset',
  'prometheus-total',
  'prometheus-errors',
  'prometheus-latency',
  'prometheus-value',
] as const satisfies readonly InputId[];

/** What says nothing without one of those. */
const more = [
  'prometheus-selector',
  'prometheus-baseline-total',
  'prometheus-baseline-errors',
  'prometheus-baseline-selector',
  'max-value',
  'min-value',
] as const satisfies readonly InputId[];

/** How the server is asked: entries of `checks` take it too. */
const ways = [
  'prometheus-token',
  'prometheus-headers',
  'prometheus-parameters',
] as const satisfies readonly InputId[];

/**
 * What of the prometheus source does not fit together.
 * @param sources those that entries of `checks` name
 */
export function crossCheckPrometheus(
  settings: Settings,
  origins: Readonly<Record<InputId, Origin>>,
  sources: ReadonlySet<string>,
): Problem[] {
  // Whether it was set, rightly or wrongly: a value that was refused has had its message.
  const given = (id: InputId): boolean => origins[id].level < 7;
  const problems: Problem[] = [];
  const add = (subject: InputId, message: string, fix: string): void => {
    problems.push({ subject, message, fix });
  };
  const asked = asksFor.filter(given);
  const isUsed = sources.has('prometheus');
  if (!given('prometheus-url')) {
    for (const id of [...asked, ...[...more, ...(isUsed ? [] : ways)].filter(given)])
      add(
        id,
        `it is set (from ${origins[id].name}), and \`prometheus-url\` is not`,
        'set `prometheus-url`, or take it out',
      );
    return problems;
  }
  if (asked.length === 0 && !isUsed)
    add(
      'prometheus-url',
      'nothing is asked of this server',
      'set `prometheus-total` and `prometheus-errors`, or `prometheus-preset` and `prometheus-selector`',
    );
  problems.push(
    ...crossCheckCounters(given),
    ...crossCheckBaseline(given),
    ...crossCheckLimits(settings, given, sources.size > 0),
    ...twoCredentials(settings, given),
  );
  return problems;
}

/** What of `replay --prometheus --at ...` does not fit together. */
export function crossCheckHistory(
  { command, prometheus }: Settings,
  origins: Readonly<Record<InputId, Origin>>,
): Problem[] {
  const problems: Problem[] = [];
  const isReplay = command === 'replay';
  if (prometheus && !isReplay)
    problems.push({
      subject: 'prometheus',
      message: `it belongs to \`replay\`, and this is \`${command}\``,
      fix: 'take it out: a watch asks the server of `prometheus-url` without it',
    });
  if (origins.at.level < 7 && !(isReplay && prometheus))
    problems.push({
      subject: 'at',
      message: 'it belongs to `replay --prometheus`',
      fix: isReplay ? 'add `--prometheus`, or take it out' : 'take it out',
    });
  return problems;
}

function crossCheckCounters(given: (id: InputId) => boolean): Problem[] {
  const problems: Problem[] = [];
  const preset = given('prometheus-preset');
  for (const [id, other] of [
    ['prometheus-total', 'prometheus-errors'],
    ['prometheus-errors', 'prometheus-total'],
  ] as const) {
    if (!given(id)) continue;
    if (preset)
      problems.push({
        subject: id,
        message: '`prometheus-preset` says already what is counted',
        fix: `take \`${id}\` or the preset out`,
      });
    else if (!given(other))
      problems.push({
        subject: id,
        message: `it says nothing without \`${other}\``,
        fix: `set \`${other}\` too`,
      });
  }
  if (preset && !given('prometheus-selector'))
    problems.push({
      subject: 'prometheus-preset',
      message: 'without `prometheus-selector` it would judge everything that this server knows of',
      fix: 'set `prometheus-selector` to the labels of what was deployed, such as `namespace="shop"`',
    });
  if (!preset && given('prometheus-selector'))
    problems.push({
      subject: 'prometheus-selector',
      message: 'it belongs to a preset',
      fix: 'set `prometheus-preset`, or write the labels into `prometheus-total` and the others',
    });
  return problems;
}

function crossCheckBaseline(given: (id: InputId) => boolean): Problem[] {
  const needs: readonly (readonly [InputId, InputId])[] = [
    ['prometheus-baseline-total', 'prometheus-baseline-errors'],
    ['prometheus-baseline-errors', 'prometheus-baseline-total'],
    ['prometheus-baseline-total', 'prometheus-total'],
    ['prometheus-baseline-errors', 'prometheus-errors'],
    ['prometheus-baseline-selector', 'prometheus-preset'],
  ];
  return needs.flatMap(([id, other]) =>
    given(id) && !given(other)
      ? [
          {
            subject: id,
            message: `it says nothing without \`${other}\``,
            fix: `set \`${other}\` too`,
          },
        ]
      : [],
  );
}

function crossCheckLimits(
  settings: Settings,
  given: (id: InputId) => boolean,
  hasEntries: boolean,
): Problem[] {
  const problems: Problem[] = [];
  const maxLatency = settings['max-latency'];
  const hasLatency = given('prometheus-latency') || given('prometheus-preset');
  if (given('prometheus-latency') && (maxLatency === undefined || maxLatency === 'off'))
    problems.push({
      subject: 'prometheus-latency',
      message: 'there is no limit for it',
      fix: 'set `max-latency`, such as `p95 < 800ms`',
    });
  const isMeasured = hasLatency || given('url') || hasEntries;
  if (maxLatency !== undefined && maxLatency !== 'off' && !isMeasured)
    problems.push({
      subject: 'max-latency',
      message: 'nothing measures latency',
      fix: 'set `prometheus-latency`, or `url` to probe it',
    });
  const limits = (['max-value', 'min-value'] as const).filter(given);
  if (given('prometheus-value') && limits.length === 0)
    problems.push({
      subject: 'prometheus-value',
      message: 'it says nothing without `max-value` or `min-value`',
      fix: 'set `max-value` or `min-value` too',
    });
  for (const id of given('prometheus-value') ? [] : limits)
    problems.push({
      subject: id,
      message: 'it says nothing without `prometheus-value`',
      fix: 'set `prometheus-value` too',
    });
  return problems;
}

function twoCredentials(settings: Settings, given: (id: InputId) => boolean): Problem[] {
  const headers = Object.keys(settings['prometheus-headers'] ?? {});
  const inHeader = headers.some((name) => name.toLowerCase() === 'authorization');
  const inUrl = /^[a-z]+:\/\/[^/?#]*@/i.test(settings['prometheus-url'] ?? '');
  const all = [
    ...(given('prometheus-token') ? ['`prometheus-token`'] : []),
    ...(inHeader ? ['the header `Authorization` of `prometheus-headers`'] : []),
    ...(inUrl ? ['the user in `prometheus-url`'] : []),
  ];
  return all.length < 2
    ? []
    : [
        {
          subject: 'prometheus-token',
          message: `there are several credentials: ${all.join(' and ')}`,
          fix: 'leave one of them',
        },
      ];
}
