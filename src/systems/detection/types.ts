import type { Environment, HostInfo, HostSystem } from '../../contract/system.js';

/** The text of a file. Throws when it cannot be read. */
export type ReadFile = (path: string) => string;

/** How one CI system is told from the others, and what its variables say. */
export interface Detection {
  readonly system: Exclude<HostSystem, 'local'>;
  /** The variable that gives it away, or `undefined` when we do not run there. */
  sign(env: Environment): string | undefined;
  info(env: Environment, readFile: ReadFile): Omit<HostInfo, 'system'>;
}

/** The variable's value; `null` when it is unset or empty. */
export function valueOf(env: Environment, name: string): string | null {
  const value = env[name];
  return value === undefined || value === '' ? null : value;
}

/** The variable as a whole number from 1; `null` when it is none. */
export function numberOf(env: Environment, name: string): number | null {
  const value = valueOf(env, name);
  return value !== null && /^[1-9]\d{0,8}$/.test(value) ? Number(value) : null;
}
