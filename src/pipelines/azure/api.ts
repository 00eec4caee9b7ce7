import type { Clock } from '../../support/clock.js';
import {
  type ApiClient,
  type ApiRequest,
  createApiClient,
  jsonTransport,
} from '../../support/http/api.js';
import { byResponse } from '../../support/http/problem.js';
import {
  type ApiResponse,
  type Hint,
  hintIn,
  isPage,
  isRateLimited,
  serverMessage,
} from '../../support/http/response.js';
import { fields } from '../../support/json.js';

/**
 * The versions of the API, newest first: Azure DevOps Services and Server 2022.1, Server 2022, Server 2020. On the last one
 * the area `pipelines` is a preview (MicrosoftDocs/vsts-rest-api-specs, specification/pipelines and specification/build).
 */
const VERSIONS = [
  { pipelines: '7.1', build: '7.1' },
  { pipelines: '7.0', build: '7.0' },
  { pipelines: '6.0-preview.1', build: '6.0' },
] as const;

/** A call of the REST API. */
export interface Call extends Omit<ApiRequest, 'path'> {
  /** The part of the API that it belongs to; each has versions of its own. */
  readonly area: 'pipelines' | 'build';
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
  const project = encodeURIComponent(options.project);
  const transport = jsonTransport({
    baseUrl: options.baseUrl,
    headers: { authorization: options.authorization },
    fetch: options.fetch,
  });

  let level = 0;
  const versioned = ({ area, path, query, ...rest }: Call): ApiRequest => ({
    ...rest,
    path: `${project}/_apis/${path}`,
    query: { ...query, 'api-version': (VERSIONS[level] ?? VERSIONS[0])[area] },
  });
  /** Whether there is another version to try instead of the one that was used. */
  const stepDown = (used: number, answer: ApiResponse | undefined): boolean => {
    if (answer === undefined || !refusesVersion(answer)) return false;
    // Another call may have stepped down meanwhile.
    if (level === used && level < VERSIONS.length - 1) level++;
    return level !== used;
  };
  return createApiClient(
    async (call: Call, signal, timeoutMs) => {
      for (;;) {
        const used = level;
        const answer = await transport(versioned(call), signal, timeoutMs);
        if (!stepDown(used, answer)) return answer;
      }
    },
    { errors: byResponse(hintFor), clock: options.clock, random: options.random },
  );
}

/** The exceptions VssVersionOutOfRange, VssVersionNotSpecified, VssInvalidPreviewVersion and their kind. */
function refusesVersion(answer: ApiResponse): boolean {
  if (answer.status !== 400) return false;
  const { typeKey } = fields(answer.data);
  return (
    (typeof typeKey === 'string' && /^Vss\w*Version/.test(typeKey)) ||
    /REST API version|api-version/i.test(serverMessage(answer))
  );
}

/** The texts are those that users report; Azure sends some of them with 400, some with 403, whatever they are about. */
const table: readonly Hint[] = [
  {
    says: /Edit queue build configuration/i,
    hint: 'Give the one that it names the permission Edit queue build configuration on the rollback pipeline, or declare what is sent under parameters:',
  },
  {
    says: /You can't set the following variables/i,
    hint: 'Declare them under parameters: of the rollback pipeline, or mark them as settable at queue time',
  },
  {
    says: /Stop builds/i,
    hint: 'Give the one that it names the permission Stop builds on the rollback pipeline',
  },
  // The code stands before every missing permission on a pipeline.
  {
    says: /TF215106|needs? Queue builds permission/i,
    hint: 'Give the one that it names the permission Queue builds on the rollback pipeline (Pipelines, the pipeline, Manage security); for the token of a job that is "PROJECT Build Service (ORGANIZATION)"',
  },
  {
    says: /unexpected parameter/i,
    hint: 'Declare these under parameters: of the rollback pipeline, on the branch or tag that it runs on',
  },
  {
    says: /A value for the .* parameter must be provided/i,
    hint: 'Give that parameter a default, or set it in rollback-parameters',
  },
  {
    says: /The ['"]?[\w.-]+['"]? parameter (value|is not)|is not a valid (value|boolean|number)/i,
    hint: 'The marker is the text "true": declare rollback as type: boolean or string; correct the others in rollback-parameters',
  },
  {
    says: /TF200016|VS800075|project .* does not exist/i,
    hint: 'Check azure-project, and that the token may see it; the token of a job cannot leave its project while "Limit job authorization scope to current project" is on',
  },
  {
    says: /unable to resolve the reference|could not (find|resolve) .*\bref|version .* could not be found|file .* not found in repository/i,
    hint: 'The file of the pipeline is not on the branch or tag: check rollback-ref (a tag is refs/tags/NAME)',
  },
  {
    says: /resource authorization|has not been authorized for use/i,
    hint: 'Open the rollback pipeline, run it once by hand and permit the resources that it names',
  },
  {
    says: /\b(is|been|are) (currently )?(disabled|paused)/i,
    hint: 'Enable the rollback pipeline: the pipeline, Settings, Processing of new run requests',
  },
  {
    status: 401,
    hint: 'The token is wrong, expired, revoked or of another organization: set azure-pat',
  },
  {
    status: 403,
    hint: 'The token may not do this: a personal access token needs the scope Build (read and execute), its owner the permission Queue builds on the rollback pipeline',
  },
  {
    status: 404,
    hint: 'There is no such organization, project or pipeline, or the token cannot see it: check azure-url or azure-org, azure-project and azure-pipeline',
  },
  {
    status: 400,
    hint: 'Azure DevOps does not accept the request: compare it with the parameters of the rollback pipeline, and run the pipeline once by hand',
  },
];

/** What to change, where the refusal says so. */
export function hintFor(answer: ApiResponse): string | undefined {
  if (isRateLimited(answer))
    return 'Azure DevOps holds this identity back: wait, or use another token';
  if (isPage(answer) || (answer.status >= 300 && answer.status < 400)) {
    return 'Azure DevOps answered with a page to sign in on, so it did not accept the token: azure-pat is wrong, expired or of another organization; or azure-url is not the address of the organization or collection';
  }
  if (refusesVersion(answer)) return 'Azure DevOps Server 2020 is the oldest that can be called';
  return hintIn(table, answer.status, serverMessage(answer));
}
