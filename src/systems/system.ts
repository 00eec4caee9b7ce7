import type {
  Change,
  Environment,
  GithubJob,
  RunInfo,
  SystemId,
  SystemOutput,
} from '../contract/system.js';
import { minSecretLength } from '../support/redact.js';

/** What a system says about its run; everything else is unknown. */
export type KnownOfRun = Partial<Omit<RunInfo, 'system'>>;

/** One CI system that we may run in. Calling its pipelines is the business of `pipelines/`. */
export interface CiSystem {
  readonly id: SystemId;
  /** As people call it: `GitHub Actions`. */
  readonly name: string;
  /** The variable that it is detected by; `undefined`: we do not run there. */
  sign(env: Environment): string | undefined;
  /** What its variables say of the run. */
  run(env: Environment, githubJob: () => Promise<GithubJob>): KnownOfRun | Promise<KnownOfRun>;
  output(deps: OutputDeps): SystemOutput | Promise<SystemOutput>;
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

/** The parts of the name of a job that are known, from the outermost on; `null` when none is. */
export function jobOf(env: Environment, ...names: readonly string[]): string | null {
  const parts = names.map((name) => valueOf(env, name)).filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join('/');
}

/** What the output of a system may use of the machine. */
export interface OutputDeps {
  readonly env: Environment;
  /** Writes to the log, as it is. */
  readonly write: (text: string) => void;
  readonly appendFile: (path: string, text: string) => Promise<void>;
  readonly writeFile: (path: string, text: string) => Promise<void>;
  /** The directory of the report: files with outputs are written next to it. */
  readonly reportDir: string;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether a person watches the log on a terminal that shows colour. */
  readonly colour: boolean;
}

/** A request by its number, from a variable or an event; `null` when it is not a number. */
export function changeWith(where: Omit<Change, 'number'>, number: unknown): Change | null {
  const text = typeof number === 'number' || typeof number === 'string' ? String(number) : '';
  return /^[1-9]\d{0,15}$/.test(text) ? { ...where, number: Number(text) } : null;
}

/**
 * The request at this address for people: `https://github.com/acme/shop/pull/7`,
 * `https://gitlab.example/acme/shop/-/merge_requests/7`. `null` when it is none of GitHub's or GitLab's.
 */
export function changeAt(address: string | null): Change | null {
  if (address === null || !URL.canParse(address)) return null;
  const { origin, pathname } = new URL(address);
  const [, ofGithub, pull] = /^\/([\w.-]+\/[\w.-]+)\/pull\/(\d+)$/.exec(pathname) ?? [];
  if (ofGithub !== undefined)
    return changeWith({ system: 'github', server: origin, project: ofGithub }, pull);
  const [, ofGitlab, request] =
    /^\/([\w./-]+?)(?:\/-)?\/merge_requests\/(\d+)$/.exec(pathname) ?? [];
  return ofGitlab === undefined
    ? null
    : changeWith({ system: 'gitlab', server: origin, project: ofGitlab }, request);
}

/** The name of an output as a shell variable: `rollback-status` → `ROLLGATE_ROLLBACK_STATUS`. */
export function shellName(output: string): string {
  return `ROLLGATE_${output.toUpperCase().replaceAll('-', '_')}`;
}

/** The name of an output without hyphens: `rollback-status` → `rollbackStatus`. */
export function camelName(output: string): string {
  return output.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The lines of a secret that a CI system may be asked to hide: one that is too short would take the log with it. */
export function maskableLines(secret: string): readonly string[] {
  return secret
    .split(/\r\n?|\n/)
    .map((part) => part.trim())
    .filter((part) => part.length >= minSecretLength);
}
