import type { FieldManager } from './recorded.js';
import {
  asSet,
  asTree,
  difference,
  type FieldSet,
  fieldsIn,
  fieldsOf,
  filtered,
  intersection,
  pick,
  readTree,
  union,
} from './field-sets.js';
import { LAST_APPLIED, undonePart } from './patch.js';
import { canonicalJson, type Revision } from './versions.js';
import { fields, listOf, textOf } from '../../support/json.js';
import type { Workload } from '../../support/kubernetes/workload.js';

/** An entry of `metadata.managedFields`. */
export interface ManagedFields extends Omit<FieldManager, 'fields'> {
  readonly fields: FieldSet;
  /** As the API server has it, but for the fields. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Who applies what, as an object has it now. */
export function managersOf(object: unknown): readonly ManagedFields[] {
  return listOf(fields(fields(object).metadata).managedFields).map((entry) => {
    const { fieldsV1, ...raw } = fields(entry);
    return {
      manager: textOf(raw.manager) ?? '',
      operation: textOf(raw.operation) ?? '',
      apiVersion: textOf(raw.apiVersion) ?? '',
      subresource: textOf(raw.subresource),
      fields: asSet(readTree(fieldsV1)),
      raw,
    };
  });
}

/** What they are to be for the API server. */
export function asManagedFields(managers: readonly ManagedFields[]): readonly object[] {
  return managers
    .filter((each) => each.fields.size > 0)
    .map((each) => ({ ...each.raw, fieldsV1: asTree(each.fields) }));
}

/** What an undo touches: the template, and the annotations that come back with it. */
function isUndone(path: readonly string[], workload: Workload): boolean {
  const [first, second, third] = path;
  if (first === 'f:spec' && second === 'f:template') return third !== undefined;
  if (first !== 'f:metadata' || second !== 'f:annotations' || third === undefined) return false;
  return undonePart(workload).isAnnotation(third.slice('f:'.length));
}

function undone({ fields: its }: { readonly fields: FieldSet }, workload: Workload): FieldSet {
  return filtered(its, (path) => isUndone(path, workload));
}

/** For the record: who applied what of that which an undo touches. */
export function recordManagers(
  workload: Workload,
  managers: readonly ManagedFields[],
): readonly FieldManager[] {
  return managers.flatMap((each) => {
    const { manager, operation, apiVersion, subresource } = each;
    const set = undone(each, workload);
    return set.size === 0
      ? []
      : [{ manager, operation, apiVersion, subresource, fields: asTree(set) }];
  });
}

interface RestoreOptions {
  /** As it was before the undo. */
  readonly workload: Workload;
  readonly before: readonly ManagedFields[];
  readonly target: Revision;
  /** Of the version that was returned to, where the snapshot knows it. */
  readonly recorded: readonly FieldManager[] | undefined;
  /** As they are after the undo. */
  readonly now: readonly ManagedFields[];
}

function idOf({
  manager,
  operation,
  apiVersion,
  subresource,
}: Omit<FieldManager, 'fields'>): string {
  return JSON.stringify([manager, operation, apiVersion, subresource ?? '']);
}

/**
 * Who is to own what after an undo: whoever had applied the version that is back. Our own patch owned all that it has changed, and
 * the next `kubectl apply --server-side` would conflict with it, or leave there what only we own.
 */
export function restoredManagers(options: RestoreOptions): readonly ManagedFields[] {
  const { workload, before, target, recorded, now } = options;
  const there = fieldsIn(undonePart(workload).of(target));
  const wanted = new Map(
    recorded === undefined
      ? inferred(options)
      : recorded.map((each) => [idOf(each), intersection(asSet(each.fields), there)] as const),
  );
  const known = new Map<string, ManagedFields>();
  for (const each of [...now, ...before, ...(recorded ?? []).map(asManager)])
    if (!known.has(idOf(each))) known.set(idOf(each), each);
  const earlier = new Map(before.map((each) => [idOf(each), each]));
  return [...known].map(([id, each]) => ({
    ...each,
    fields: union(
      filtered(each.fields, (path) => !isLastApplied(path) && !isUndone(path, workload)),
      // The annotation in which `kubectl apply` keeps what it applied is changed by us, and stays theirs.
      filtered(earlier.get(id)?.fields ?? new Set(), isLastApplied),
      wanted.get(id) ?? new Set(),
    ),
  }));
}

function isLastApplied(path: readonly string[]): boolean {
  return path[2] === `f:${LAST_APPLIED}`;
}

function asManager(entry: FieldManager): ManagedFields {
  const { manager, operation, apiVersion, subresource } = entry;
  const raw = {
    ...{ manager, operation, apiVersion, fieldsType: 'FieldsV1' },
    ...(subresource === undefined ? {} : { subresource }),
  };
  return { ...entry, fields: asSet(entry.fields), raw };
}

/**
 * Without a record: what the version that was judged had too is of those who own it there. What only the earlier one had is of
 * whoever applied most of what runs.
 */
function inferred({
  workload,
  before,
  target,
}: RestoreOptions): readonly (readonly [string, FieldSet])[] {
  const part = undonePart(workload);
  const there = fieldsIn(part.of(target));
  const added = difference(fieldsOf(part.of(target)), fieldsIn(part.of(workload)));
  const deployer = deployerAmong(before, workload);
  return before.map((each) => {
    const kept = intersection(undone(each, workload), there);
    return [idOf(each), each === deployer ? union(kept, added) : kept] as const;
  });
}

function deployerAmong(
  managers: readonly ManagedFields[],
  workload: Workload,
): ManagedFields | undefined {
  const size = (each: ManagedFields): number => undone(each, workload).size;
  const of = (operation: string): ManagedFields | undefined =>
    managers
      .filter((each) => each.operation === operation && size(each) > 0)
      .sort((a, b) => size(b) - size(a))[0];
  return of('Apply') ?? of('Update');
}

/** For the record: the fields that the last `kubectl apply` named, of those that an undo touches; no values. */
export function appliedFields(workload: Workload): FieldSet | undefined {
  const applied = parsed(workload.annotations[LAST_APPLIED]);
  return applied === undefined ? undefined : fieldsOf(undonePart(workload).in(applied));
}

/**
 * What `kubectl apply` is to take for its last one after an undo: of what the undo touches that of the earlier version, else it
 * would leave what only that one had. `undefined`: it has applied nothing.
 *
 * @param recorded the fields that had been applied of the earlier version, where the snapshot knows them
 */
export function lastAppliedAfter(
  workload: Workload,
  target: Revision,
  recorded: FieldSet | undefined,
): string | undefined {
  const text = workload.annotations[LAST_APPLIED];
  const applied = parsed(text);
  if (applied === undefined) return undefined;
  const part = undonePart(workload);
  const own = part.in(applied);
  // What runs and was never applied was filled in by the API server, or is of others.
  const notApplied = difference(fieldsIn(part.of(workload)), fieldsIn(own));
  const set = recorded ?? difference(fieldsOf(part.of(target)), notApplied);
  // kubectl writes it with sorted fields and a line break, too.
  return `${canonicalJson(part.into(applied, fields(pick(part.of(target), set))))}\n`;
}

function parsed(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined) return undefined;
  try {
    const value = fields(JSON.parse(text) as unknown);
    return Object.keys(value).length === 0 ? undefined : value;
  } catch {
    return undefined;
  }
}
