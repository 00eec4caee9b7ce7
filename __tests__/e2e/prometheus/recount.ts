import { decodeRecording } from '../../../src/report/recording-reader.js';

/** What this needs of an entry of the recording. */
interface RawEntry {
  readonly answeredAt?: number;
  readonly countedFrom?: number;
  readonly series?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly started?: readonly (readonly [series: number, at: number])[];
  readonly samples?: readonly (readonly [series: number, at: number, value: number])[];
  readonly leftOut?: readonly { readonly series: readonly number[] }[];
}

/**
 * The totals of a check, computed from the raw samples in the recording as somebody would do it by hand: series by series the
 * difference to the sample before, from the last sample of the warm-up on. Where a look is not an observation yet, it
 * belongs to the next one. What went back is left out.
 */
export function recount(text: string, check: string): Readonly<Record<string, number>> {
  const [target] = decodeRecording(text).targets;
  const labels = new Map<number, Readonly<Record<string, string>>>();
  const last = new Map<number, { at: number; value: number }>();
  const instances = new Map<string, number>();
  const totals: Record<string, number> = {};
  let pending: Record<string, number> = {};
  let begin = Infinity;
  let isJudged = false;
  for (const { event } of target?.events ?? []) {
    if (event.type !== 'observation' || event.check !== check) continue;
    for (const entry of (event.observation.raw ?? []) as readonly RawEntry[]) {
      for (const [number, all] of Object.entries(entry.series ?? {}))
        labels.set(Number(number), all);
      begin = Math.min(begin, entry.answeredAt ?? Infinity);
      const starts = new Map(
        (entry.started ?? []).map(([number, at]) => [labels.get(number)?.instance ?? '', at]),
      );
      if (entry.countedFrom !== undefined && !isJudged) {
        isJudged = true;
        pending = {};
      }
      const seen = new Map(instances);
      const leftOut = new Set((entry.leftOut ?? []).flatMap(({ series }) => series));
      for (const [number, at, value] of entry.samples ?? []) {
        const { part = '', instance = '' } = labels.get(number) ?? {};
        const before = last.get(number);
        last.set(number, { at, value });
        instances.set(instance, Math.max(at, instances.get(instance) ?? 0));
        const started = starts.get(instance) ?? -Infinity;
        const since = before?.at ?? seen.get(instance) ?? (started >= begin ? started : undefined);
        // A tenth of it may be earlier.
        const { countedFrom = -Infinity } = entry;
        const isInWarmUp = since !== undefined && since >= begin && at > countedFrom;
        if (since === undefined || leftOut.has(number)) continue;
        if (!isInWarmUp && countedFrom - since > (at - since) / 10) continue;
        const isNew = before === undefined || value < before.value;
        pending[part] = (pending[part] ?? 0) + (isNew ? value : value - before.value);
      }
    }
    if (event.observation.kind !== 'counts') continue;
    if (event.window.to > (target?.plan.warmUp ?? 0))
      for (const [part, count] of Object.entries(pending))
        totals[part] = (totals[part] ?? 0) + count;
    pending = {};
  }
  return totals;
}
