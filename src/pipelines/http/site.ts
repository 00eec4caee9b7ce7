import type { Clock } from '../../support/clock.js';
import { type ApiClient, type ApiRequest, createJsonApi } from '../../support/http/api.js';
import type { StartedRun } from '../../contract/pipeline.js';
import { linkIn } from './answer.js';
import { composeState } from './compose.js';
import type { Description } from './description.js';

/** One system, and how to reach it. */
export interface Site {
  readonly description: Description;
  readonly api: ApiClient;
  /** Its host, for messages. */
  readonly name: string;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

export interface SiteOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** @throws TypeError when the address is no URL. */
export function siteOf(description: Description, options: SiteOptions): Site {
  return {
    description,
    api: createJsonApi({
      ...options,
      baseUrl: description.url,
      headers: description.headers,
    }),
    name: new URL(description.url).host,
    clock: options.clock,
    random: options.random,
  };
}

/** The address that a call goes to. */
export function addressOf({ description }: Site, { path }: ApiRequest): string {
  return new URL(path, `${description.url.replace(/\/+$/, '')}/`).href;
}

/** The run that an answer speaks of. Without an address for people it gets that of its state, or of the system. */
export function runFrom(site: Site, id: string, data: unknown): StartedRun {
  const { state, url } = site.description;
  const link = linkIn(data, site.description);
  if (link !== undefined || state === undefined) return { id, url: link ?? url };
  return { id, url: addressOf(site, composeState(state.path, id)) };
}
