import type { Clock } from '../../support/clock.js';
import {
  type ApiClient,
  ApiError,
  type ApiRequest,
  createJsonApi,
} from '../../support/http/api.js';
import { type ApiResponse, serverMessage } from '../../support/http/response.js';
import { fields } from '../../support/json.js';

/**
 * The versions of the API, newest first: Azure DevOps Services and Server 2022.1, Server 2022, Server 2020. On the last one
 * the room `pipelines` is a preview (MicrosoftDocs/vsts-rest-api-specs, specification/pipelines and specification/build).
 */
const VERSIONS = [
  { pipelines: '7.1', build: '7.1' },
  { pipelines: '7.0', build: '7.0' },
  { pipelines: '6.0-preview.1', build: '6.0' },
] as const;

/** A call of the REST API. */
export interface Call extends Omit<ApiRequest, 'path'> {
  /** The part of the API that it belongs to; each has versions of its own. */
  readonly room: 'pipelines' | 'build';
  /** Below `{project}/_apis/`. Its segments are encoded already. */
  readonly path: string;
}

export type Api = ApiClient<Call>;

/**
 * The REST API of one project. A call that the server turns away because of its version, and so has not acted on, is made
 * again with the next older one, which counts for all later calls.
 */
export function createApi(options: {
  /** As `parseCollection` gives it. */
  readonly baseUrl: string;
  readonly project: string;
  /** The header `Authorization`. */
  readonly authorization: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly random: () => number;
}): Api {
  const { fetch, clock, random } = options;
  const project = encodeURIComponent(options.project);
  const json = createJsonApi({
    baseUrl: options.baseUrl,
    headers: { authorization: options.authorization },
    fetch,
    clock,
    random,
  });

  let level = 0;
  const versioned = ({ room, path, query, ...rest }: Call): ApiRequest => ({
    ...rest,
    path: `${project}/_apis/${path}`,
    query: { ...query, 'api-version': (VERSIONS[level] ?? VERSIONS[0])[room] },
  });
  /** Whether there is another version to try instead of the one that was used. */
  const stepDown = (used: number, answer: ApiResponse | undefined): boolean => {
    if (answer === undefined || !refusesVersion(answer)) return false;
    // Another call may have stepped down meanwhile.
    if (level === used && level < VERSIONS.length - 1) level++;
    return level !== used;
  };
  const stepping = async (ask: () => Promise<ApiResponse>): Promise<ApiResponse> => {
    for (;;) {
      const used = level;
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof ApiError) || !stepDown(used, error.response)) throw error;
      }
    }
  };

  return {
    async send(what, call, timeoutMs, signal) {
      for (;;) {
        const used = level;
        const sent = await json.send(what, versioned(call), timeoutMs, signal);
        if (!sent.ok || !stepDown(used, sent.value)) return sent;
      }
    },
    request: (what, call, signal, timeoutMs) =>
      stepping(() => json.request(what, versioned(call), signal, timeoutMs)),
    read: (what, call, signal) => stepping(() => json.read(what, versioned(call), signal)),
  };
}

/** The exceptions VssVersionOutOfRange, VssVersionNotSpecified, VssInvalidPreviewVersion and their kind. */
export function refusesVersion(answer: ApiResponse): boolean {
  if (answer.status !== 400) return false;
  const { typeKey } = fields(answer.data);
  return (
    (typeof typeKey === 'string' && /^Vss\w*Version/.test(typeKey)) ||
    /REST API version|api-version/i.test(serverMessage(answer))
  );
}
