/** An object of the cluster; tests may change it as `kubectl edit` would. */
export interface Obj {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    generation: number;
    creationTimestamp: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
    ownerReferences?: { kind: string; name: string; uid: string; controller: boolean }[];
    deletionTimestamp?: string;
  };
  spec: Record<string, unknown>;
  status: Record<string, unknown>;
  data?: unknown;
  revision?: number;
}

export function ownedBy({
  kind,
  metadata,
}: Obj): NonNullable<Obj['metadata']['ownerReferences']>[number] {
  return { kind, name: metadata.name, uid: metadata.uid, controller: true };
}

export function isReady({ status }: Obj): boolean {
  const [condition] = status.conditions as { status: string }[];
  return condition?.status === 'True';
}
