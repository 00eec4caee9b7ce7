import { isCancelled } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import type { Kubectl } from '../../support/kubectl.js';
import { getWorkloads, nameOf, type Workload } from '../../support/kubernetes/workload.js';
import {
  canBeStuck,
  lastLines,
  podsOf,
  stuckPods,
  troubleInWords,
  troublesOf,
  type PodsOf,
} from './pods.js';
import { lastingSignal } from './put-back.js';
import { rolloutOf } from './rollout.js';
import { versionOf, type Version } from './version.js';

/** What became of a workload whose template was put back. */
export type Settled =
  | { readonly kind: 'ready'; readonly workload: Workload; readonly words: string }
  /** Its template is not the one that was put there any more. */
  | { readonly kind: 'overtaken'; readonly workload: Workload }
  | { readonly kind: 'gone' }
  /** It is not ready, and why. */
  | { readonly kind: 'not-ready'; readonly words: string; readonly because: readonly string[] };

/** A workload, and the version that it has got. */
export interface Expected {
  readonly workload: Workload;
  readonly version: Version;
}

export interface SettleOptions {
  readonly kubectl: Kubectl;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly redact: (text: string) => string;
  readonly logLines: number;
  /** Whether pods that keep a StatefulSet from going on may be deleted. */
  readonly mayDeletePods: boolean;
  readonly progress: (line: string) => void;
}

/** Between two looks at the workloads, milliseconds: first often, later less. */
const LOOK_MS = 1000;
const LATER_LOOK_MS = 2000;
const LATER_AFTER = 15;
/** Every so many looks the pods are looked at too. */
const PODS_EVERY = 5;
/** For a last look at why it is not ready, when the time is over. */
const LAST_LOOK_MS = 6000;
/** More lines than this are no report any more. */
const MOST_LOG_LINES = 50;

/** Waits until the workloads are what they are to be, or will not become it by themselves, or the time is over. */
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
  const seen = new Map<string, Workload>();
  let trouble = '';

  for (let look = 1; ; look++) {
    const open = expected.filter(({ workload }) => !outcomes.has(nameOf(workload)));
    if (open.length === 0) return outcomes;
    try {
      const found = await getWorkloads(
        options.kubectl,
        open.map(({ workload }) => workload),
        signal,
      );
      trouble = '';
      for (const { workload, version } of open) {
        const name = nameOf(workload);
        const now = found.get(name);
        if (now?.uid !== workload.uid) {
          outcomes.set(name, { kind: 'gone' });
          continue;
        }
        seen.set(name, now);
        if (versionOf(now.template).essence !== version.essence) {
          outcomes.set(name, { kind: 'overtaken', workload: now });
          continue;
        }
        const rollout = rolloutOf(now);
        say(name, rollout.words);
        if (rollout.done)
          outcomes.set(name, { kind: 'ready', workload: now, words: rollout.words });
        else if (rollout.held !== undefined)
          outcomes.set(name, { kind: 'not-ready', words: rollout.words, because: [rollout.held] });
        else if (look % PODS_EVERY === 0 || canBeStuck(now))
          await lookAtPods(now, look, options, say);
      }
      if (outcomes.size === expected.length) return outcomes;
    } catch (error) {
      if (!signal.aborted) trouble = messageOf(error);
    }
    try {
      await clock.sleep(look < LATER_AFTER ? LOOK_MS : LATER_LOOK_MS, signal);
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
async function lookAtPods(
  workload: Workload,
  look: number,
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
        `pod ${pod} of the version that was taken back was not ready and kept the others from being updated: deleted`,
      );
    } catch (error) {
      say(
        name,
        `pod ${pod} keeps the others from being updated, and could not be deleted: ${messageOf(error)}`,
      );
    }
  }
  if (look % PODS_EVERY !== 0) return;
  const [first] = troublesOf(pods);
  if (first !== undefined) say(`${name} (pods)`, troubleInWords(first, { redact }));
}

async function notReady(
  workload: Workload | undefined,
  trouble: string,
  options: SettleOptions,
): Promise<Settled> {
  const unseen = trouble === '' ? 'it was not seen any more' : `it could not be seen: ${trouble}`;
  if (workload === undefined || trouble !== '')
    return { kind: 'not-ready', words: unseen, because: [] };
  const { words } = rolloutOf(workload);
  if (isCancelled(options.signal)) return { kind: 'not-ready', words, because: [] };
  const grace = lastingSignal(options.signal, options.clock, LAST_LOOK_MS);
  try {
    const pods = await podsOf(options.kubectl, workload, grace.signal);
    const stuck = stuckPods(workload, pods).map(
      ({ name }) =>
        `pod ${name} of the version that was taken back is not ready and keeps the others from being updated: kubectl delete pod ${name} -n ${workload.namespace}`,
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
