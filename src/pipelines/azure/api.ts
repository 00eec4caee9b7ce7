import type { Clock } from '../../support/clock.js';
import {
  type Answer,
  ApiError,
  type Calls,
  createJsonApi,
  fields,
  type JsonCall,
  textOf,
} from '../../support/http/api.js';

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
export interface Call extends Omit<JsonCall, 'path'> {
  /** The part of the API that it belongs to; each has versions of its own. */
  readonly room: 'pipelines' | 'build';
  /** Below `{project}/_apis/`. Its segments are encoded already. */
  readonly path: string;
}

export type Api = Calls<Call>;

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
  const versioned = ({ room, path, query, ...rest }: Call): JsonCall => ({
    ...rest,
    path: `${project}/_apis/${path}`,
    query: { ...query, 'api-version': (VERSIONS[level] ?? VERSIONS[0])[room] },
  });
  /** Whether there is another version to try instead of the one that was used. */
  const stepDown = (used: number, answer: Answer): boolean => {
    if (!refusesVersion(answer)) return false;
    // Another call may have stepped down meanwhile.
    if (level === used && level < VERSIONS.length - 1) level++;
    return level !== used;
  };
  const stepping = async (ask: () => Promise<Answer>): Promise<Answer> => {
    for (;;) {
      const used = level;
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof ApiError) || !stepDown(used, error.answer)) throw error;
      }
    }
  };

  return {
    ask: (what, call, signal) => stepping(() => json.ask(what, versioned(call), signal)),
    async once(what, call, timeoutMs, signal) {
      for (;;) {
        const used = level;
        const exchange = await json.once(what, versioned(call), timeoutMs, signal);
        if (exchange.kind !== 'answer' || !stepDown(used, exchange.answer)) return exchange;
      }
    },
    readOnce: (what, call, signal) => stepping(() => json.readOnce(what, versioned(call), signal)),
    read: (what, call, signal) => stepping(() => json.read(what, versioned(call), signal)),
  };
}

/** The exceptions VssVersionOutOfRange, VssVersionNotSpecified, VssInvalidPreviewVersion and their kind. */
export function refusesVersion(answer: Answer): boolean {
  if (answer.status !== 400) return false;
  const { typeKey } = fields(answer.data);
  return (
    (typeof typeKey === 'string' && /^Vss\w*Version/.test(typeKey)) ||
    /REST API version|api-version/i.test(textOf(answer))
  );
}
