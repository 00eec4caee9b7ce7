import { fullNameOf, nameOf, type Workload } from '../../support/kubernetes/workload.js';
import type { StrategyResult } from '../../contract/strategy.js';
import { REVISION } from './history.js';
import { ownerInWords, ownerOf } from './owners.js';
import type { Put, Step } from './put-back.js';
import type { Settled } from './settle.js';
import { imagesInWords, listed, versionInWords } from './words.js';

export interface OutcomeOptions {
  readonly work: readonly Step[];
  /** What became of the steps that were begun, in their order. */
  readonly puts: readonly Put[];
  /** What became of those that were put back, by workload. */
  readonly settled: ReadonlyMap<string, Settled>;
  /** Why it was stopped before its end. */
  readonly stopped: string | undefined;
  readonly now: number;
}

/** What became of the whole strategy, in words. */
export function outcomeOf(options: OutcomeOptions): StrategyResult {
  const { work, puts, settled, stopped } = options;
  const touched = puts.some(({ kind }) => kind !== 'refused' && kind !== 'replaced');
  const allReady =
    puts.length === work.length &&
    work.every(({ workload }) => settled.get(nameOf(workload))?.kind === 'ready');
  const sentences = work.map((step, index) => {
    const put = puts[index];
    return put === undefined
      ? `${fullNameOf(step.workload)} was not touched${stopped === undefined ? '' : ` (${stopped})`}.`
      : sentenceOf(step, put, settled.get(nameOf(step.workload)), stopped);
  });
  const owners = touched
    ? work.flatMap(({ workload }) => {
        const owner = ownerOf(workload);
        return owner === undefined ? [] : [`${ownerInWords(workload, owner)}; ${owner.fix}.`];
      })
    : [];
  return {
    outcome: allReady ? 'verified' : touched ? 'triggered' : 'failed',
    detail: [...shortened(work, puts, settled, sentences), ...owners].join(' '),
    versionConfirmed: !touched ? null : allReady ? true : isUnseen(options) ? null : false,
  };
}

/** Of many that all went well one sentence is enough. */
function shortened(
  work: readonly Step[],
  puts: readonly Put[],
  settled: ReadonlyMap<string, Settled>,
  sentences: readonly string[],
): readonly string[] {
  const ready = work.filter(({ workload }) => settled.get(nameOf(workload))?.kind === 'ready');
  if (ready.length < 4) return sentences;
  const rest = sentences.filter((_, index) => {
    const step = work[index];
    return step !== undefined && !ready.includes(step);
  });
  return [
    `${listed(ready.map(({ workload }) => fullNameOf(workload)))} are back on their earlier revisions (${listed(ready.map(({ target }) => String(target.number)))}), and ready.`,
    ...rest,
  ];
}

function isUnseen({ puts, settled, stopped }: OutcomeOptions): boolean {
  return (
    puts.some(({ kind }) => kind === 'unknown') || (stopped !== undefined && settled.size === 0)
  );
}

function sentenceOf(
  { workload, from, target }: Step,
  put: Put,
  settled: Settled | undefined,
  stopped: string | undefined,
): string {
  const name = fullNameOf(workload);
  const way = `from ${versionInWords(from)} to the template of revision ${String(target.number)}${imagesInWords(target.images)}`;
  switch (put.kind) {
    case 'refused':
      return `${name} was not changed: ${put.reason}.`;
    case 'replaced':
      return `${name} was not changed: somebody else has deployed another version of it.`;
    case 'overtaken':
      return `${name} was put back ${way}, and then changed by somebody else.`;
    case 'unknown':
      return `It is not known whether ${name} was put back ${way}: ${put.reason}.`;
    case 'done':
      return `${name} was put back ${way}${became(settled, target.number, stopped)}.`;
  }
}

function became(settled: Settled | undefined, target: number, stopped: string | undefined): string {
  const before = stopped === undefined ? '' : ` (${stopped})`;
  switch (settled?.kind) {
    case undefined:
      return `, and was not seen to become ready${before}`;
    case 'ready':
      return `${newNumber(settled.workload, target)}: ${settled.words}`;
    case 'overtaken':
      return ', and then changed again by somebody else';
    case 'gone':
      return ', and then deleted by somebody else';
    case 'not-ready':
      return `, and it is not ready${before}: ${[settled.words, ...settled.because].join('; ')}`;
  }
}

/** An earlier revision that comes back gets a new number. */
function newNumber({ annotations }: Workload, target: number): string {
  const number = annotations[REVISION];
  return number === undefined || number === String(target) ? '' : `, now revision ${number}`;
}
