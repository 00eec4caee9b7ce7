import type { CheckDependencies } from './dependencies.js';
import { setUpHttpChecks } from './http/setup.js';
import type { Check } from './types.js';

type Source = (dependencies: CheckDependencies) => readonly Check[];

/** The sources that this version has; each gives the checks that its inputs ask for. */
const sources: readonly Source[] = [setUpHttpChecks];

/** Fresh checks, as configured: they are used for one watch or one confirmation. */
export function createChecks(dependencies: CheckDependencies): readonly Check[] {
  return sources.flatMap((source) => source(dependencies));
}
