import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import { fields } from '../../support/json.js';

/** A workload of a release. */
export interface ReleasedWorkload {
  /** `deployment/api`. */
  readonly name: string;
  readonly images: readonly string[];
}

const kinds: ReadonlySet<unknown> = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);
/** Of YAML and of JSON, which is YAML too; also of what merely refers to a workload. */
const maybeWorkload = /\bkind["']?\s*:\s*["']?(Deployment|StatefulSet|DaemonSet)\b/;

/** Two revisions with the same digest would make the same objects. */
export function digestOf(manifest: string): string {
  return createHash('sha256').update(manifest.trim()).digest('hex');
}

/** The workloads of a manifest. What cannot be read has none: it is helm's business, not ours. */
export function workloadsIn(manifest: string): readonly ReleasedWorkload[] {
  // Definitions of resources can be megabytes of YAML: only documents that can be a workload are parsed.
  return manifest
    .split(/^---.*$/m)
    .filter((document) => maybeWorkload.test(document))
    .flatMap(workloadOf);
}

function workloadOf(document: string): readonly ReleasedWorkload[] {
  let object: Readonly<Record<string, unknown>>;
  try {
    object = fields(parse(document, { logLevel: 'silent' }));
  } catch {
    return [];
  }
  const { kind, metadata, spec } = object;
  const { name } = fields(metadata);
  if (typeof kind !== 'string' || !kinds.has(kind) || typeof name !== 'string') return [];
  const { containers } = fields(fields(fields(spec).template).spec);
  const images = (Array.isArray(containers) ? (containers as readonly unknown[]) : [])
    .map((container) => fields(container).image)
    .filter((image) => typeof image === 'string');
  return [{ name: `${kind.toLowerCase()}/${name}`, images }];
}
