import { formatNumber } from '../support/text.js';
import type { Problem } from '../support/errors.js';
import { crossCheckHttpPipeline } from './http-pipeline.js';
import { crossCheckHistory, crossCheckPrometheus } from './prometheus.js';
import type { Origin } from './resolve.js';
import type { InputId, Settings } from './table.js';
import { printDuration } from '../support/values/time.js';

/**
 * What is wrong although every value is right by itself.
 * @param sources those that entries of `checks` name
 */
export function crossCheck(
  settings: Settings,
  origins: Readonly<Record<InputId, Origin>>,
  sources: ReadonlySet<string> = new Set(),
): Problem[] {
  const problems: Problem[] = [];
  if (settings.interval > settings.duration) {
    problems.push({
      subject: 'interval',
      message: `\`${printDuration(settings.interval)}\` is longer than the watch (\`duration\`: ${printDuration(settings.duration)})`,
      fix: `set \`interval\` to at most \`${printDuration(settings.duration)}\``,
    });
  }
  problems.push(...crossCheckBaselineUrls(settings, origins));
  problems.push(...crossCheckPrometheus(settings, origins, sources));
  problems.push(...crossCheckHistory(settings, origins));
  problems.push(...crossCheckHttpPipeline(settings, origins));
  return problems;
}

/** Own probes go to both sides in the same moments. */
function crossCheckBaselineUrls(
  settings: Settings,
  origins: Readonly<Record<InputId, Origin>>,
): Problem[] {
  const id = 'baseline-url';
  if (origins[id].level === 7) return [];
  const urls = settings.url?.length ?? 0;
  const baselines = settings[id]?.length ?? 0;
  if (urls === 0)
    return [{ subject: id, message: 'it says nothing without `url`', fix: 'set `url` too' }];
  if (baselines !== 0 && baselines !== urls)
    return [
      {
        subject: id,
        message: `it names ${String(baselines)}, and \`url\` names ${String(urls)}`,
        fix: 'name one for each `url`, in the same order',
      },
    ];
  const isCounted = origins['prometheus-preset'].level < 7 || origins['prometheus-total'].level < 7;
  return isCounted
    ? [
        {
          subject: id,
          message: 'the requests are counted by Prometheus, and not probed',
          fix: 'set the `prometheus-baseline-...` inputs instead',
        },
      ]
    : [];
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
