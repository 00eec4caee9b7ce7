import { type Applied, changesTemplate, type Step } from './apply-template.js';
import { asTree } from './field-sets.js';
import {
  appliedFields,
  asManagedFields,
  type ManagedFields,
  managersOf,
  recordManagers,
  restoredManagers,
} from './managed-fields.js';
import type { RecordedDetails } from './recorded.js';
import { canonicalJson, versionOf } from './versions.js';
import { messageOf } from '../../support/errors.js';
import { itemsOf, type Kubectl, KubectlError } from '../../support/kubernetes/kubectl.js';
import {
  asWorkload,
  fullNameOf,
  nameOf,
  objectOf,
  type Workload,
  type WorkloadName,
} from '../../support/kubernetes/workload.js';
import { inPool } from '../../support/pool.js';
import { ended } from '../../support/text.js';

/** A workload, and who applies what of it. */
interface Managed {
  readonly workload: Workload;
  readonly managers: readonly ManagedFields[];
}

/** kubectl shows `managedFields` only where it is asked to since 1.21, and does not know the question before. */
const SHOWN = '--show-managed-fields';

/** Those of the workloads that exist, with who applies what of them, by name. One call for all. */
async function readManaged(
  kubectl: Kubectl,
  names: readonly WorkloadName[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Managed>> {
  if (names.length === 0) return new Map();
  const args = [...names.map(objectOf), '--ignore-not-found'];
  let answer: unknown;
  try {
    answer = await kubectl.get([...args, SHOWN], signal);
  } catch (error) {
    if (!(error instanceof KubectlError && error.message.includes(SHOWN))) throw error;
    answer = await kubectl.get(args, signal);
  }
  const objects = [answer, ...itemsOf(answer)];
  return new Map(
    objects.flatMap((object) => {
      const workload = asWorkload(object);
      return workload === undefined
        ? []
        : [[nameOf(workload), { workload, managers: managersOf(object) }] as const];
    }),
  );
}

/** What `snapshot` keeps for the next apply after a rollback; what cannot be read is not kept. */
export async function recordApplies(
  kubectl: Kubectl,
  workloads: readonly Workload[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Pick<RecordedDetails, 'lastApplied' | 'managers'>>> {
  const managed = await readManaged(kubectl, workloads, signal).catch((error: unknown) => {
    if (!(error instanceof KubectlError)) throw error;
    return new Map<string, Managed>();
  });
  return new Map(
    workloads.map((workload) => {
      const applied = appliedFields(workload);
      const found = managed.get(nameOf(workload));
      const managers = found === undefined ? [] : recordManagers(found.workload, found.managers);
      return [
        nameOf(workload),
        {
          lastApplied: applied === undefined ? undefined : asTree(applied),
          managers: managers.length === 0 ? undefined : managers,
        },
      ];
    }),
  );
}

/** How often it is tried when the workload is changed in between, as by an autoscaler or its controller. */
const ATTEMPTS = 5;
/** How many kubectl processes run in parallel: each takes a core for a moment. */
const SIDE_BY_SIDE = 4;

/** A workload that has its earlier template again, and its version. */
type Undone = readonly [step: Step, essence: string];

/** Keeps an undo from being in the way of the next `kubectl apply`. */
export interface NextApply {
  /** Gives the fields that our patches took to those who had applied them. Says of which workloads that could not be done. */
  restore(applied: readonly Applied[], signal: AbortSignal): Promise<readonly string[]>;
}

/** Looks at who applies what before anything is changed. */
export async function beforeUndo(
  kubectl: Kubectl,
  work: readonly Step[],
  signal: AbortSignal,
): Promise<NextApply> {
  let before: ReadonlyMap<string, Managed> = new Map();
  let problem: string | undefined;
  try {
    const names = work.map(({ workload }) => workload);
    before = await readManaged(kubectl, names, signal);
  } catch (error) {
    problem = messageOf(error);
  }
  const managersBefore = ({ workload }: Step): readonly ManagedFields[] =>
    before.get(nameOf(workload))?.managers ?? [];
  return {
    async restore(applied, signal) {
      const undone = work.flatMap((step, index): readonly Undone[] => {
        const done = applied[index];
        if (done?.kind !== 'done' || !changesTemplate(done.way)) return [];
        // The API server of an object without managers does not track them: there is nothing to restore.
        return problem !== undefined || managersBefore(step).length > 0
          ? [[step, done.version.essence]]
          : [];
      });
      // All at once at first: only what is changed in between is read by itself.
      const first = await read(kubectl, undone, signal);
      const whys = await inPool(SIDE_BY_SIDE, undone, ([step, essence]) =>
        problem === undefined
          ? give(kubectl, [step, essence], { before: managersBefore(step), first, signal })
          : Promise.resolve(problem),
      );
      return undone.flatMap(([{ workload }], index) => {
        const why = whys[index];
        return why === undefined
          ? []
          : [
              `The next kubectl apply --server-side of ${fullNameOf(workload)} will need --force-conflicts, because who had applied what could not be restored: ${ended(why)}`,
            ];
      });
    },
  };
}

/** `undefined`: it could not be read. */
async function read(
  kubectl: Kubectl,
  undone: readonly Undone[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Managed> | undefined> {
  const names = undone.map(([{ workload }]) => workload);
  return readManaged(kubectl, names, signal).catch(() => undefined);
}

interface GiveOptions {
  readonly before: readonly ManagedFields[];
  /** As it was read right after the undo. */
  readonly first: ReadonlyMap<string, Managed> | undefined;
  readonly signal: AbortSignal;
}

/** @returns why it could not be done */
async function give(
  kubectl: Kubectl,
  [{ workload, target, recorded }, essence]: Undone,
  { before, first, signal }: GiveOptions,
): Promise<string | undefined> {
  let refusal = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      const all =
        attempt === 1 && first !== undefined
          ? first
          : await readManaged(kubectl, [workload], signal);
      const found = all.get(nameOf(workload));
      // Somebody has deployed or deleted it since: what is theirs is as they want it.
      if (found === undefined || versionOf(found.workload.template).essence !== essence)
        return undefined;
      const { managers: now } = found;
      const wanted = asManagedFields(
        restoredManagers({ workload, before, target, recorded: recorded?.managers, now }),
      );
      if (canonicalJson(wanted) === canonicalJson(asManagedFields(now))) return undefined;
      const { resourceVersion } = found.workload;
      await kubectl.patch(
        objectOf(workload),
        [
          { op: 'test', path: '/metadata/resourceVersion', value: resourceVersion },
          { op: 'replace', path: '/metadata/managedFields', value: wanted },
        ],
        signal,
      );
      return undefined;
    } catch (error) {
      refusal = messageOf(error);
      if (signal.aborted) break;
      if (!(error instanceof KubectlError && ['conflict', 'invalid'].includes(error.reason))) break;
    }
  }
  return refusal;
}
