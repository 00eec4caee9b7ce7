import { formatNumber } from '../support/text.js';
import type { UsageProblem } from '../support/errors.js';
import { printDuration } from '../support/values/time.js';
import { isSet, type RuleScope } from './rules.js';
import { inputIds, inputOf, type Settings } from './table.js';

/** What is wrong between values, which the table cannot declare. */
export function valueProblems(scope: RuleScope): readonly UsageProblem[] {
  return [
    ...watchProblems(scope),
    ...latencyProblems(scope),
    ...twoCredentials(scope),
    ...historyProblems(scope),
    ...pipelineProblems(scope),
  ];
}

function watchProblems({ settings }: RuleScope): UsageProblem[] {
  const problems: UsageProblem[] = [];
  const { interval, duration, url: urls = [], 'baseline-url': baselines = [] } = settings;
  if (interval > duration)
    problems.push({
      subject: 'interval',
      message: `\`${printDuration(interval)}\` is longer than the watch (\`duration\`: ${printDuration(duration)})`,
      fix: `set \`interval\` to at most \`${printDuration(duration)}\``,
    });
  // Own probes go to both in the same moments.
  if (urls.length !== 0 && baselines.length !== 0 && baselines.length !== urls.length)
    problems.push({
      subject: 'baseline-url',
      message: `it names ${String(baselines.length)}, and \`url\` names ${String(urls.length)}`,
      fix: 'name one for each `url`, in the same order',
    });
  return problems;
}

/** Beside counters nothing measures latency by itself. */
function latencyProblems(scope: RuleScope): UsageProblem[] {
  const isMeasured =
    scope.writtenSources.size > 0 ||
    ['prometheus-latency', 'prometheus-preset', 'url'].some((id) => isSet(id, scope));
  const { 'max-latency': limit } = scope.settings;
  const isLimited = limit !== undefined && limit !== 'off';
  return isLimited && isSet('prometheus-url', scope) && !isMeasured
    ? [
        {
          subject: 'max-latency',
          message: 'nothing measures latency',
          fix: 'set `prometheus-latency`, or `url` to probe it',
        },
      ]
    : [];
}

function twoCredentials(scope: RuleScope): UsageProblem[] {
  const { settings } = scope;
  if (!isSet('prometheus-url', scope)) return [];
  const headers = Object.keys(settings['prometheus-headers'] ?? {});
  const inHeader = headers.some((name) => name.toLowerCase() === 'authorization');
  const inUrl = /^[a-z]+:\/\/[^/?#]*@/i.test(settings['prometheus-url'] ?? '');
  const all = [
    ...(isSet('prometheus-token', scope) ? ['`prometheus-token`'] : []),
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

/** What of `replay --prometheus --at ...` does not fit together. */
function historyProblems(scope: RuleScope): UsageProblem[] {
  const { command, prometheus } = scope.settings;
  const problems: UsageProblem[] = [];
  const isReplay = command === 'replay';
  if (prometheus && !isReplay)
    problems.push({
      subject: 'prometheus',
      message: `it belongs to \`replay\`, and this is \`${command}\``,
      fix: 'take it out: a watch asks the server of `prometheus-url` without it',
    });
  if (isSet('at', scope) && !(isReplay && prometheus))
    problems.push({
      subject: 'at',
      message: 'it belongs to `replay --prometheus`',
      ...(isReplay ? {} : { isOutOfPlace: true }),
      fix: isReplay ? 'add `--prometheus`, or take it out' : 'take it out',
    });
  return problems;
}

/** Of a CI system that is only described (`ci-system: http`). */
function pipelineProblems(scope: RuleScope): UsageProblem[] {
  const { settings, origins } = scope;
  const system = settings['ci-system'];
  if (system === 'http')
    return settings.rollback.includes('ci')
      ? [...addressProblems(settings['http-url']), ...endProblems(settings['http-states'])]
      : [];
  const described = inputIds.find(
    (id) => inputOf(id).group === 'http-pipeline' && isSet(id, scope),
  );
  return described === undefined
    ? []
    : [
        {
          subject: described,
          message: `is set (from ${origins[described].name}), and \`ci-system\` is ${system === undefined ? 'not set' : `\`${system}\``}`,
          fix: 'set `ci-system` to `http`, or take it out',
        },
      ];
}

/** The address is not shown: it may hold a password. */
function addressProblems(address: string | undefined): UsageProblem[] {
  if (address === undefined) return [];
  const { username, password, search, hash } = new URL(address);
  const problems: UsageProblem[] = [];
  if (username !== '' || password !== '') {
    problems.push({
      subject: 'http-url',
      message: 'holds a user name or a password',
      fix: 'take it out, and give it in `http-headers` as `Authorization: Basic ...`',
    });
  }
  if (search !== '' || hash !== '') {
    problems.push({
      subject: 'http-url',
      message: 'has a query or a fragment',
      fix: 'give the root of the API here, and queries in the paths',
    });
  }
  return problems;
}

/** Without a word for each end, a run would be followed until the time is over. */
function endProblems(meanings: Settings['http-states']): UsageProblem[] {
  if (meanings === undefined) return [];
  const used = Object.values(meanings);
  return (['succeeded', 'failed'] as const)
    .filter((end) => !used.includes(end))
    .map((end) => ({
      subject: 'http-states',
      message: `no word means \`${end}\``,
      fix: `add a line such as \`WORD=${end}\``,
    }));
}

/** What is not wrong, and will probably not do what is hoped for. */
export function remarks(settings: Settings): string[] {
  const rate = settings['requests-per-second'];
  const least = settings['min-success-rate'];
  if (settings.url === undefined) return [];
  // The requests of others are judged: how many there will be is for the source to say.
  const isCounted =
    settings['prometheus-total'] !== undefined || settings['prometheus-preset'] !== undefined;
  if (isCounted) return [];
  const expected = (rate * settings.duration) / 1000;
  const course = `The watch expects ${formatNumber(expected, 0)} requests for each URL (\`requests-per-second\` ${String(rate)} for ${printDuration(settings.duration)})`;
  if (expected < settings['min-requests']) {
    return [
      `${course}, fewer than \`min-requests\` (${String(settings['min-requests'])}): it will end inconclusive. Raise \`requests-per-second\` or \`duration\`, or lower \`min-requests\`.`,
    ];
  }
  // Below three expected failures at the limit, one failure more or less decides.
  const needed = least === 'off' || least === 100 ? 0 : 300 / (100 - least);
  return expected < needed - 1e-9
    ? [
        `${course}, too few to tell ${String(least)} % from a little less: ${formatNumber(Math.ceil(needed - 1e-9), 0)} are needed. Raise \`requests-per-second\` or \`duration\`.`,
      ]
    : [];
}
