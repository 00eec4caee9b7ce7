import type { Change } from '../../contract/system.js';

/** With its number, as an environment or an event has it; `null` when that is none. */
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
