import { bad, good, type Result } from '../../contract/result.js';
import type { ApiRequest } from '../../support/http/api.js';
import type { Template } from '../../support/template.js';
import type { Meanings } from '../../support/values/pairs.js';

type Method = 'post' | 'put' | 'patch' | 'delete';

export interface HttpSettings {
  readonly 'http-url'?: string | undefined;
  readonly 'http-headers'?: Readonly<Record<string, string>> | undefined;
  readonly 'http-start-method': Method;
  readonly 'http-start-path'?: Template | undefined;
  readonly 'http-start-body'?: Template | undefined;
  readonly 'http-run-id'?: readonly string[] | undefined;
  readonly 'http-run-link'?: readonly string[] | undefined;
  readonly 'http-state-path'?: Template | undefined;
  readonly 'http-state'?: readonly string[] | undefined;
  readonly 'http-states'?: Meanings | undefined;
  readonly 'http-cancel-method': Method;
  readonly 'http-cancel-path'?: Template | undefined;
  readonly 'http-cancel-body'?: Template | undefined;
  readonly 'http-find-path'?: Template | undefined;
  readonly 'http-find-runs'?: string | undefined;
}

/** A CI system as the user describes it. */
export interface Description {
  /** Root of its API, with or without a slash at the end. Every call goes there, and nowhere else. */
  readonly url: string;
  /** Sent with every call; names in lower case, without the type of the body. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of every body that is sent. */
  readonly contentType: string;
  readonly start: {
    readonly method: ApiRequest['method'];
    readonly path: Template;
    readonly body: Template | undefined;
  };
  /** Where the id of a run stands; empty: the system names no run, and ours is called by the id that we send. */
  readonly runId: readonly string[];
  /** Where the address of a run for people stands. */
  readonly runLink: readonly string[];
  /** `undefined`: a run cannot be followed. */
  readonly state:
    | {
        readonly path: Template;
        /** The words there, in this order, with a slash between, are the word for the state. */
        readonly at: readonly string[];
        readonly meanings: Meanings;
      }
    | undefined;
  /** `undefined`: a run cannot be cancelled. */
  readonly cancel:
    | {
        readonly method: ApiRequest['method'];
        readonly path: Template;
        readonly body: Template | undefined;
      }
    | undefined;
  /** `undefined`: a run whose id the answer did not give cannot be found. */
  readonly find:
    | {
        readonly path: Template;
        /** Where the list of runs stands; `undefined`: the answer is the list. */
        readonly runs: string | undefined;
      }
    | undefined;
}

/** What the inputs say. */
export function describedBy(settings: HttpSettings): Result<Description> {
  const url = settings['http-url'];
  const startPath = settings['http-start-path'];
  if (url === undefined || startPath === undefined) {
    const missing = (['http-url', 'http-start-path'] as const).filter(
      (input) => settings[input] === undefined,
    );
    return bad(
      `ci-system is http, and ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set`,
      'describe how the rollback pipeline is started',
    );
  }
  const statePath = settings['http-state-path'];
  const at = settings['http-state'];
  const meanings = settings['http-states'];
  const cancelPath = settings['http-cancel-path'];
  const findPath = settings['http-find-path'];
  const { 'content-type': contentType = 'application/json', ...headers } = lowerCase(
    settings['http-headers'] ?? {},
  );
  return good({
    url,
    headers,
    contentType,
    start: {
      method: methods[settings['http-start-method']],
      path: startPath,
      body: settings['http-start-body'],
    },
    runId: settings['http-run-id'] ?? [],
    runLink: settings['http-run-link'] ?? [],
    state:
      statePath === undefined || at === undefined || meanings === undefined
        ? undefined
        : { path: statePath, at, meanings },
    cancel:
      cancelPath === undefined
        ? undefined
        : {
            method: methods[settings['http-cancel-method']],
            path: cancelPath,
            body: settings['http-cancel-body'],
          },
    find: findPath === undefined ? undefined : { path: findPath, runs: settings['http-find-runs'] },
  });
}

const methods = {
  post: 'POST',
  put: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
} as const satisfies Record<Method, ApiRequest['method']>;

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
