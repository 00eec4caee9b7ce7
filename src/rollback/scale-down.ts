import type { RungDependencies } from './dependencies.js';
import { recordedOf, together, type Part } from './scale-down/together.js';
import type { Rung, Skip } from './types.js';

/** The `scale-down` rung as it is configured, or why there is none. */
export async function setUpScaleDown(dependencies: RungDependencies): Promise<Rung | Skip> {
  const { settings, recorded } = dependencies;
  const made: { readonly input: string; readonly rung: Rung | Skip }[] = [];
  for (const { input, load } of loaders)
    if (settings[input] !== undefined)
      made.push({
        input,
        rung: await load({ ...dependencies, recorded: recordedOf(input, recorded) }),
      });
  if (made.length === 0)
    return {
      kind: 'skip',
      reason: 'not configured: set `canary-workload` or `canary-service`',
    };
  const reasons = made.flatMap(({ input, rung }) =>
    rung.kind === 'skip' ? [`${input}: ${rung.reason}`] : [],
  );
  if (reasons.length === made.length) return { kind: 'skip', reason: reasons.join('; ') };
  return together(made.map(({ input, rung }): Part => ({ input, rung: usable(rung) })));
}

/** Each is loaded only when it is used. */
const loaders = [
  {
    input: 'canary-workload',
    load: async (dependencies: RungDependencies): Promise<Rung | Skip> =>
      (await import('./kubernetes/scale-down.js')).setUpWorkloadScaleDown(dependencies),
  },
  {
    input: 'canary-service',
    load: async (dependencies: RungDependencies): Promise<Rung | Skip> =>
      (await import('./compose/scale-down.js')).setUpComposeScaleDown(dependencies),
  },
] as const;

/** A part that cannot be made says so where the others are looked at. */
function usable(rung: Rung | Skip): Rung {
  if (rung.kind === 'rung') return rung;
  return {
    kind: 'rung',
    id: 'scale-down',
    preflight: () =>
      Promise.resolve([{ level: 'error', subject: 'scale-down', message: rung.reason }]),
    plan: () => Promise.resolve(rung),
    execute: () => Promise.reject(new Error(rung.reason)),
  };
}
