import { fields, numberOf, textOf } from '../../../support/json.js';
import type { PatchOperation } from '../../../support/kubectl.js';
import { wantedReplicas, type Workload } from '../../../support/kubernetes/workload.js';
import type { RunIdentity } from '../../dependencies.js';
import { versionOf } from '../version.js';

/** The annotation of a workload that tells who took it down, and from how many replicas. */
const SCALED_DOWN = 'rollgate.dev/scaled-down';

export interface ScaledDown {
  /** Of the version that was taken down. */
  readonly hash: string;
  readonly replicas: number;
  readonly run: Pick<RunIdentity, 'system' | 'runId'>;
  /** ISO 8601. */
  readonly at: string;
}

/** @returns `undefined` when nobody took it down, or another version of it */
export function readScaledDown(workload: Workload): ScaledDown | undefined {
  let value: unknown;
  try {
    value = JSON.parse(workload.annotations[SCALED_DOWN] ?? 'null');
  } catch {
    return undefined;
  }
  const mark = fields(value);
  const hash = textOf(mark.hash);
  const at = textOf(mark.at);
  const { system, runId } = fields(mark.run);
  if (hash !== versionOf(workload.template).hash || at === undefined) return undefined;
  return {
    hash,
    at,
    replicas: numberOf(mark.replicas) ?? 0,
    run: { system: textOf(system) ?? '', runId: textOf(runId) ?? null },
  };
}

/** To no replicas, with our mark, if the workload is still the one that was read. */
export function scaleDownPatch(
  workload: Workload,
  run: RunIdentity,
  at: string,
): readonly PatchOperation[] {
  const mark: ScaledDown = {
    hash: versionOf(workload.template).hash,
    replicas: wantedReplicas(workload) ?? 0,
    run: { system: run.system, runId: run.runId },
    at,
  };
  const value = JSON.stringify(mark);
  return [
    { op: 'test', path: '/metadata/resourceVersion', value: workload.resourceVersion },
    // `add` replaces what is there; `replace` fails when nothing is.
    { op: 'add', path: '/spec/replicas', value: 0 },
    Object.keys(workload.annotations).length === 0
      ? { op: 'add', path: '/metadata/annotations', value: { [SCALED_DOWN]: value } }
      : { op: 'add', path: `/metadata/annotations/${SCALED_DOWN.replace('/', '~1')}`, value },
  ];
}
