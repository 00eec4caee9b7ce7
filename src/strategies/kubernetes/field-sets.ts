import { fields, isObject } from '../../support/json.js';
import { mapValues } from '../../support/objects.js';

/**
 * A set of fields of an object, as `metadata.managedFields` has it (`fieldsV1`): `f:spec` is a field, `k:{"name":"app"}` an item
 * of a list by its keys, and `.` says that the field itself is meant beside those below it. It holds names and keys of lists, and
 * no values. https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export interface FieldTree {
  readonly [part: string]: FieldTree;
}

/** The same as paths, each as its parts in JSON: easier to compare. */
export type FieldSet = ReadonlySet<string>;

type Path = readonly string[];

/**
 * The lists of a pod template whose items have keys; all others are one value. `x-kubernetes-list-map-keys` in
 * https://github.com/kubernetes/kubernetes/blob/master/api/openapi-spec/v3/apis__apps__v1_openapi.json
 */
const listKeys: Readonly<Record<string, Path>> = {
  containers: ['name'],
  initContainers: ['name'],
  ephemeralContainers: ['name'],
  env: ['name'],
  ports: ['containerPort', 'protocol'],
  volumeMounts: ['mountPath'],
  volumeDevices: ['devicePath'],
  volumes: ['name'],
  imagePullSecrets: ['name'],
  hostAliases: ['ip'],
  resourceClaims: ['name'],
  schedulingGates: ['name'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
};
/** The only key that may be left out of what a person writes. */
const defaultKeys: Readonly<Record<string, unknown>> = { protocol: 'TCP' };

/** Objects that are one value: `x-kubernetes-map-type: atomic` in the same file. */
const atomic: ReadonlySet<string> = new Set([
  'fieldRef',
  'resourceFieldRef',
  'configMapKeyRef',
  'secretKeyRef',
  'fileKeyRef',
  'secretRef',
  'nodePublishSecretRef',
  'nodeSelector',
  'labelSelector',
  'namespaceSelector',
  'requiredDuringSchedulingIgnoredDuringExecution',
]);

/** `k:{"containerPort":80,"protocol":"TCP"}`; `undefined` for an item that has not got the keys of its list. */
function itemPart(list: string, item: unknown): string | undefined {
  const its = fields(item);
  const keys = (listKeys[list] ?? []).map((key) => [key, its[key] ?? defaultKeys[key]] as const);
  if (keys.length === 0 || keys.some(([, value]) => value === undefined)) return undefined;
  return `k:${JSON.stringify(Object.fromEntries(keys))}`;
}

/** The parts that a value has below the field of that name; empty: it is one value. */
function partsOf(name: string, value: unknown): readonly (readonly [string, unknown, string])[] {
  if (Array.isArray(value)) {
    const items = value.map((item) => [itemPart(name, item), item] as const);
    return items.flatMap(([part, item]) => (part === undefined ? [] : [[part, item, ''] as const]));
  }
  if (!isObject(value) || atomic.has(name)) return [];
  return Object.entries(value)
    .filter(([, its]) => its !== null && its !== undefined)
    .map(([key, its]) => [`f:${key}`, its, key] as const);
}

/** The fields of a value, as the API server counts them for one who applies it: those without others below them, and items of lists. */
export function fieldsOf(value: unknown): FieldSet {
  return collected(value, (path, isLast) => isLast || path.at(-1)?.startsWith('k:') === true);
}

/** The same with all that lead to them. */
export function fieldsIn(value: unknown): FieldSet {
  return collected(value, () => true);
}

function collected(value: unknown, isOne: (path: Path, isLast: boolean) => boolean): FieldSet {
  const found = new Set<string>();
  const visit = (name: string, its: unknown, path: Path): void => {
    const parts = partsOf(name, its);
    if (path.length > 0 && isOne(path, parts.length === 0)) found.add(JSON.stringify(path));
    for (const [part, below, key] of parts) visit(key, below, [...path, part]);
  };
  visit('', value, []);
  return found;
}

/** The fields of a set, those that only lead to others left out. */
export function asSet(tree: FieldTree): FieldSet {
  const found = new Set<string>();
  const visit = (its: FieldTree, path: Path): void => {
    for (const [part, below] of Object.entries(its))
      if (part === '.') found.add(JSON.stringify(path));
      else if (Object.keys(below).length === 0) found.add(JSON.stringify([...path, part]));
      else visit(below, [...path, part]);
  };
  visit(tree, []);
  return found;
}

/** What {@link asSet} was made of. */
export function asTree(set: FieldSet): FieldTree {
  type Node = Record<string, Record<string, unknown>>;
  const root: Node = {};
  const paths = [...set].map((path) => JSON.parse(path) as Path);
  for (const path of paths) {
    let at = root;
    for (const part of path) at = (at[part] ??= {}) as Node;
    at['.'] = {};
  }
  const pruned = (node: FieldTree): FieldTree => {
    const entries = Object.entries(node);
    return entries.every(([part]) => part === '.')
      ? {}
      : Object.fromEntries(
          entries.map(([part, below]) => [part, part === '.' ? {} : pruned(below)]),
        );
  };
  return pruned(root as FieldTree);
}

/** Those fields of a set for which this holds. */
export function filtered(set: FieldSet, holds: (path: Path) => boolean): FieldSet {
  return new Set([...set].filter((path) => holds(JSON.parse(path) as Path)));
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return new Set([...a].filter((path) => b.has(path)));
}

export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return new Set([...a].filter((path) => !b.has(path)));
}

export function union(...sets: readonly FieldSet[]): FieldSet {
  return new Set(sets.flatMap((set) => [...set]));
}

/** A value without everything that the set does not have. A field of the set that has none below it is there with all that it holds. */
export function pick(value: unknown, set: FieldSet): unknown {
  return set.size === 0 ? {} : picked('', value, asTree(set));
}

function picked(name: string, value: unknown, tree: FieldTree): unknown {
  const parts = partsOf(name, value);
  if (Object.keys(tree).length === 0 || parts.length === 0) return value;
  const kept = parts.flatMap(([part, below, key]) => {
    const its = tree[part];
    return its === undefined ? [] : [[key, picked(key, below, its)] as const];
  });
  return Array.isArray(value) ? kept.map(([, item]) => item) : Object.fromEntries(kept);
}

/** A set as it was recorded; what is none is empty. */
export function readTree(value: unknown): FieldTree {
  return mapValues(fields(value), readTree);
}
