import type { StartRequest } from '../../contract/pipeline.js';
import { takenNames } from '../refusal.js';
import type { Refusal } from '../refusal.js';

/** What GitLab's pipeline variables call the marker. Variables need no declaration. */
export type Variables = Readonly<Record<string, string>>;

/** The variable that carries the correlation id. */
export const ID_VARIABLE = 'ROLLBACK_ID';

/** The variables to send: the marker in capitals, as GitLab's are, and the parameters as they are given. */
export function variablesOf({ optional, parameters }: StartRequest): Variables {
  const marker = Object.entries(optional).map(([name, value]) => [name.toUpperCase(), value]);
  return { ...(Object.fromEntries(marker) as Variables), ...parameters };
}

/** Parameters that would take the place of what tells a rollback from a deploy, as variable or as input. */
export function overridden({ parameters }: StartRequest): readonly Refusal[] {
  const ours = ['ROLLBACK', ID_VARIABLE, 'rollback', 'rollback_id'];
  return takenNames(parameters, (name) => ours.includes(name));
}
