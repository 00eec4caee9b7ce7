import { createHash } from 'node:crypto';
import { fields } from '../../support/json.js';

/** What makes two pod templates the same version. */
export interface Version {
  /** Of the whole template. */
  readonly hash: string;
  /** Of the template without the mark that `kubectl rollout restart` leaves: a restart is no other version. */
  readonly essence: string;
}

/** Set on the templates of ReplicaSets by the Deployment controller; the Deployment's own template lacks it. */
const HASH_LABEL = 'pod-template-hash';
/** kubectl, pkg/polymorphichelpers/objectrestarter.go */
const RESTARTED = 'kubectl.kubernetes.io/restartedAt';

/** The same for a template in a workload, in a ReplicaSet, and in a ControllerRevision. */
export function versionOf(template: unknown): Version {
  const pure = pureTemplate(template);
  const { annotations, ...metadata } = fields(pure.metadata);
  const kept = without(annotations, RESTARTED);
  const calm = {
    ...pure,
    metadata: { ...metadata, ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }) },
  };
  return { hash: sha256(pure), essence: sha256(calm) };
}

/** A template as it may be put into a workload: without what the histories add to it. */
export function pureTemplate(template: unknown): Readonly<Record<string, unknown>> {
  // A ControllerRevision holds a strategic merge patch: `$patch: replace` beside the fields of the template.
  const { metadata, ...rest } = without(template, '$patch');
  if (metadata === undefined) return rest;
  const { labels, ...others } = fields(metadata);
  return {
    ...rest,
    metadata: {
      ...others,
      ...(labels === undefined ? {} : { labels: without(labels, HASH_LABEL) }),
    },
  };
}

function without(value: unknown, name: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields(value)).filter(([key]) => key !== name));
}

function sha256(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

/**
 * JSON that is the same for equal values, whatever the order of their fields. A field that is `null` is not there: API servers
 * differ in whether they say so (`creationTimestamp` of a template).
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const parts = Object.entries(value)
    .filter(([, field]) => field !== null && field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`);
  return `{${parts.join(',')}}`;
}
