import type { Workload } from './objects.js';

/** The newest template runs in all replicas and in nothing else, and all are available. */
export function isRolledOut({ kind, metadata, spec, status }: Workload): boolean {
  if (status?.observedGeneration !== metadata.generation) return false;
  const { replicas, updatedReplicas, availableReplicas = 0, numberAvailable = 0 } = status ?? {};
  switch (kind) {
    case 'DaemonSet': {
      const { desiredNumberScheduled = 0, updatedNumberScheduled = 0 } = status ?? {};
      const all = [updatedNumberScheduled, numberAvailable];
      return desiredNumberScheduled > 0 && all.every((it) => it === desiredNumberScheduled);
    }
    case 'StatefulSet':
      if (status?.currentRevision !== status?.updateRevision) return false;
  }
  return [replicas ?? 0, updatedReplicas ?? 0, availableReplicas].every(
    (it) => it === (spec.replicas ?? 1),
  );
}
