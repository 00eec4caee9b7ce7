import { nameOf, type WorkloadName } from '../../support/kubernetes/workload.js';

/** The revisions that the user names: by workload, or what is wrong with them. */
export type Wanted = ReadonlyMap<string, number> | { readonly problem: string };

/** `kubernetes-revision`: one number for one workload, or `kind/name=N` lines. 0 is the previous one, as for kubectl. */
export function wantedRevisions(
  lines: readonly string[] | undefined,
  names: readonly WorkloadName[],
): Wanted {
  const wanted = new Map<string, number>();
  const known = names.map(nameOf);
  for (const line of lines ?? []) {
    const [left = '', right] = line.split('=');
    const [only] = known;
    if (right === undefined && (known.length !== 1 || only === undefined))
      return {
        problem: `kubernetes-revision is ${line}, and there are ${String(known.length)} workloads: name each one (${known.map((name) => `${name}=${line}`).join(', ')})`,
      };
    const name = right === undefined ? only : left;
    if (name === undefined || !known.includes(name))
      return { problem: `kubernetes-revision names ${left}, which is not in kubernetes-workload` };
    const number = Number(right ?? left);
    if (number > 0) wanted.set(name, number);
  }
  return wanted;
}
