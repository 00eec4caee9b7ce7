import type { StrategyResult } from '../../contract/strategy.js';
import { isCancelled, lastingSignal } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import type { Kubectl } from '../../support/kubernetes/kubectl.js';
import {
  fullNameOf,
  getWorkloads,
  nameOf,
  type Workload,
} from '../../support/kubernetes/workload.js';
import { helmOwnerInWords, helmOwnerOf } from './assert-unchanged.js';
import {
  canBeStuck,
  lastLines,
  podsOf,
  type PodsOf,
  stuckPods,
  troubleInWords,
  troublesOf,
} from './pods.js';
import { doneInWords, followRollout } from './argo-rollouts.js';
import { type Completion, completionOf } from './completion.js';
import { followFlagger } from './flagger.js';
import {
  revisionAnnotation,
  type Version,
  versionOf,
  imagesInWords,
  listed,
  versionInWords,
} from './versions.js';
import { type Applied, changesTemplate, type Step } from './apply-template.js';

/** What became of a workload whose earlier template was applied. */
export type Settled =
  | { readonly kind: 'ready'; readonly workload: Workload; readonly words: string }
  /** It is, and that is not proof: it may run another image by the same name. */
  | {
      readonly kind: 'unproven';
      readonly workload: Workload;
      readonly words: string;
      readonly why: string;
      /** Another image was seen. */
      readonly isSeen: boolean;
    }
  /** Its template is no longer the one that was applied. */
  | { readonly kind: 'overtaken'; readonly workload: Workload }
  | { readonly kind: 'gone' }
  /** It is not ready, and why. */
  | { readonly kind: 'not-ready'; readonly words: string; readonly because: readonly string[] };

/** A workload, and the version that it has got. */
export interface Expected extends Pick<Step, 'workload' | 'target' | 'way'> {
  readonly version: Version;
}

/** A workload, and how far it was. */
interface Seen {
  readonly now: Workload;
  readonly words: string;
}

interface SettleOptions {
  readonly kubectl: Kubectl;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly redact: (text: string) => string;
  readonly logLines: number;
  /** Whether pods that keep a StatefulSet from going on may be deleted. */
  readonly mayDeletePods: boolean;
  readonly progress: (line: string) => void;
}

/** Between two reads of the workloads, milliseconds: first often, later less. */
const INTERVAL_MS = 1000;
const LATER_INTERVAL_MS = 2000;
const LATER_AFTER = 15;
/** Every so many rounds the pods are checked too. */
const PODS_EVERY = 5;
/** For a last check of why it is not ready, when the time is over. */
const LAST_READ_MS = 6000;
/** More lines than this are no report any more. */
const MOST_LOG_LINES = 50;

/** Waits until the workloads have finished their rollout, are stuck, or the time is over. */
export async function settle(
  expected: readonly Expected[],
  options: SettleOptions,
): Promise<ReadonlyMap<string, Settled>> {
  const { clock, signal } = options;
  const outcomes = new Map<string, Settled>();
  const last = new Map<string, string>();
  const say = (name: string, line: string): void => {
    if (last.get(name) === line) return;
    last.set(name, line);
    options.progress(`${name}: ${line}`);
  };
  const seen = new Map<string, Seen>();
  let trouble = '';

  for (let round = 1; ; round++) {
    const open = expected.filter(({ workload }) => !outcomes.has(nameOf(workload)));
    if (open.length === 0) return outcomes;
    try {
      const found = await getWorkloads(
        options.kubectl,
        open.map(({ workload }) => workload),
        signal,
      );
      trouble = '';
      for (const one of open) {
        const { workload, version } = one;
        const name = nameOf(workload);
        const now = found.get(name);
        if (now?.uid !== workload.uid) {
          outcomes.set(name, { kind: 'gone' });
          continue;
        }
        if (versionOf(now.template).essence !== version.essence) {
          outcomes.set(name, { kind: 'overtaken', workload: now });
          continue;
        }
        const completion = await follow(now, one, options);
        seen.set(name, { now, words: completion.words });
        say(name, completion.words);
        if (completion.done)
          outcomes.set(name, { kind: 'ready', workload: now, words: completion.words });
        else if (completion.held !== undefined)
          outcomes.set(name, {
            kind: 'not-ready',
            words: completion.words,
            because: [completion.held],
          });
        else if ((round % PODS_EVERY === 0 && changesTemplate(one.way)) || canBeStuck(now))
          await checkPods(now, round, options, say);
      }
      if (outcomes.size === expected.length) return outcomes;
    } catch (error) {
      if (!signal.aborted) trouble = messageOf(error);
    }
    try {
      await clock.sleep(round < LATER_AFTER ? INTERVAL_MS : LATER_INTERVAL_MS, signal);
    } catch {
      break;
    }
  }
  for (const { workload } of expected) {
    const name = nameOf(workload);
    if (!outcomes.has(name)) outcomes.set(name, await notReady(seen.get(name), trouble, options));
  }
  return outcomes;
}

/** Says why pods are not ready, and helps a StatefulSet that cannot go on. */
async function checkPods(
  workload: Workload,
  round: number,
  options: SettleOptions,
  say: (name: string, line: string) => void,
): Promise<void> {
  const { kubectl, signal, redact } = options;
  const name = nameOf(workload);
  let pods: PodsOf;
  try {
    pods = await podsOf(kubectl, workload, signal);
  } catch {
    // Only what could be said of them is lost.
    return;
  }
  for (const { name: pod } of options.mayDeletePods ? stuckPods(workload, pods) : []) {
    try {
      await kubectl.run(['delete', 'pod', pod, '--wait=false', '--ignore-not-found'], signal);
      say(
        name,
        `pod ${pod} of the version that was rolled back was not ready and kept the others from being updated: deleted`,
      );
    } catch (error) {
      say(
        name,
        `pod ${pod} keeps the others from being updated, and could not be deleted: ${messageOf(error)}`,
      );
    }
  }
  if (round % PODS_EVERY !== 0) return;
  const [first] = troublesOf(pods);
  if (first !== undefined) say(`${name} (pods)`, troubleInWords(first, { redact }));
}

function follow(
  now: Workload,
  expected: Expected,
  options: SettleOptions,
): Completion | Promise<Completion> {
  if (now.kind === 'rollout') return followRollout(now, expected, options);
  return expected.way === 'aborted'
    ? followFlagger(now, expected.target, options.kubectl, options.signal)
    : completionOf(now);
}

async function notReady(
  seen: Seen | undefined,
  trouble: string,
  options: SettleOptions,
): Promise<Settled> {
  const unseen = trouble === '' ? 'it was not seen any more' : `it could not be seen: ${trouble}`;
  if (seen === undefined || trouble !== '')
    return { kind: 'not-ready', words: unseen, because: [] };
  const { now: workload, words } = seen;
  if (isCancelled(options.signal)) return { kind: 'not-ready', words, because: [] };
  const grace = lastingSignal(options.signal, options.clock, LAST_READ_MS);
  try {
    const pods = await podsOf(options.kubectl, workload, grace.signal);
    const stuck = stuckPods(workload, pods).map(
      ({ name }) =>
        `pod ${name} of the version that was rolled back is not ready and keeps the others from being updated: kubectl delete pod ${name} -n ${workload.namespace}`,
    );
    const troubles = troublesOf(pods);
    const logs = await Promise.all(
      troubles.map((one) =>
        lastLines(
          workload,
          one,
          { ...options, logLines: Math.min(options.logLines, MOST_LOG_LINES) },
          grace.signal,
        ),
      ),
    );
    return {
      kind: 'not-ready',
      words,
      because: [
        ...stuck,
        ...troubles.map((one, index) => {
          const lines = logs[index] ?? [];
          return `${troubleInWords(one, options)}${lines.length === 0 ? '' : `; its log ends: ${lines.join(' | ')}`}`;
        }),
      ],
    };
  } catch {
    return { kind: 'not-ready', words, because: [] };
  } finally {
    grace.clear();
  }
}

interface OutcomeOptions {
  readonly work: readonly Step[];
  /** What became of the steps that were begun, in their order. */
  readonly applied: readonly Applied[];
  /** What became of those that were rolled back, by workload. */
  readonly settled: ReadonlyMap<string, Settled>;
  /** Why it was stopped before its end. */
  readonly stopped: string | undefined;
  readonly now: number;
}

/** What became of the whole strategy, in words. */
export function outcomeOf(options: OutcomeOptions): StrategyResult {
  const { work, applied, settled, stopped } = options;
  const touched = applied.some(({ kind }) => kind !== 'refused' && kind !== 'replaced');
  const allReady =
    applied.length === work.length &&
    work.every(({ workload }) => settled.get(nameOf(workload))?.kind === 'ready');
  const sentences = work.map((step, index) => {
    const done = applied[index];
    return done === undefined
      ? `${fullNameOf(step.workload)} was not touched${stopped === undefined ? '' : ` (${stopped})`}.`
      : sentenceOf(step, done, settled.get(nameOf(step.workload)), stopped);
  });
  const owners = touched
    ? work.flatMap(({ workload }) => {
        const owner = helmOwnerOf(workload);
        return owner === undefined ? [] : [`${helmOwnerInWords(workload, owner)}; ${owner.fix}.`];
      })
    : [];
  const other = work.findIndex(({ workload }, index) =>
    isAnother(applied[index], settled.get(nameOf(workload))),
  );
  const notBack = touched ? sentences[other]?.replace(/\.$/, '') : undefined;
  return {
    outcome: allReady ? 'verified' : touched ? 'triggered' : 'failed',
    ...(notBack === undefined ? {} : { notBack }),
    detail: [...shortened(work, applied, settled, sentences), ...owners].join(' '),
    versionConfirmed: !touched ? null : allReady ? true : isUnseen(options) ? null : false,
  };
}

/** Whether what is there is certainly not what was to come back; what is only slow is not. */
function isAnother(applied: Applied | undefined, settled: Settled | undefined): boolean {
  if (applied === undefined || applied.kind === 'refused') return true;
  if (applied.kind === 'replaced' || applied.kind === 'overtaken') return true;
  if (settled?.kind === 'unproven') return settled.isSeen;
  return settled?.kind === 'overtaken' || settled?.kind === 'gone';
}

/** Of many that all went well one sentence is enough. */
function shortened(
  work: readonly Step[],
  applied: readonly Applied[],
  settled: ReadonlyMap<string, Settled>,
  sentences: readonly string[],
): readonly string[] {
  const ready = work.filter(
    ({ workload, way }) => way === 'template' && settled.get(nameOf(workload))?.kind === 'ready',
  );
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

function isUnseen({ work, applied, settled, stopped }: OutcomeOptions): boolean {
  return (
    applied.some(({ kind }) => kind === 'unknown') ||
    (stopped !== undefined && settled.size === 0) ||
    work.every(({ workload }) => {
      const its = settled.get(nameOf(workload));
      return its?.kind === 'ready' || (its?.kind === 'unproven' && !its.isSeen);
    })
  );
}

function sentenceOf(
  step: Step,
  applied: Applied,
  settled: Settled | undefined,
  stopped: string | undefined,
): string {
  const { workload, from, target } = step;
  const name = fullNameOf(workload);
  const way = `from ${versionInWords(from)} to the template of revision ${String(target.number)}${imagesInWords(target.images)}`;
  switch (applied.kind) {
    case 'refused':
      return `${name} was not changed: ${applied.reason}.`;
    case 'replaced':
      return `${name} was not changed: somebody else has deployed another version of it.`;
    case 'overtaken':
      return `${name} was rolled back ${way}, and then changed by somebody else.`;
    case 'unknown':
      return `It is not known whether ${name} was rolled back ${way}: ${applied.reason}.`;
    case 'done':
      if (applied.way !== 'template')
        return `${doneInWords({ ...step, way: applied.way })}${became(settled, { ...step, way: applied.way }, stopped)}.`;
      return `${name} was rolled back ${way}${became(settled, step, stopped)}.`;
  }
}

function became(settled: Settled | undefined, step: Step, stopped: string | undefined): string {
  const before = stopped === undefined ? '' : ` (${stopped})`;
  switch (settled?.kind) {
    case undefined:
      return `, and was not seen to become ready${before}`;
    case 'ready':
      return `${newNumber(settled.workload, step)}: ${settled.words}`;
    case 'unproven':
      return `${newNumber(settled.workload, step)}: ${settled.words}, but ${settled.why}`;
    case 'overtaken':
      return ', and then changed again by somebody else';
    case 'gone':
      return ', and then deleted by somebody else';
    case 'not-ready':
      return `, and it is not ready${before}: ${[settled.words, ...settled.because].join('; ')}`;
  }
}

/** An earlier revision that comes back gets a new number. */
function newNumber({ kind, annotations }: Workload, { way, target }: Step): string {
  const number = annotations[revisionAnnotation(kind)];
  return !changesTemplate(way) || number === undefined || number === String(target.number)
    ? ''
    : `, now revision ${number}`;
}
