import {
  type ApiResponse,
  type Hint,
  hintIn,
  isPage,
  isRateLimited,
  serverMessage,
} from '../../support/http/response.js';
import { refusesVersion } from './api.js';

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

/** What to change, where a refusal tells that. */
export function hintFor(answer: ApiResponse): string | undefined {
  if (isRateLimited(answer))
    return 'Azure DevOps holds this identity back: wait, or use another token';
  if (isPage(answer) || (answer.status >= 300 && answer.status < 400)) {
    return 'Azure DevOps answered with a page to sign in on, so it did not accept the token: azure-pat is wrong, expired or of another organization; or azure-url is not the address of the organization or collection';
  }
  if (refusesVersion(answer)) return 'Azure DevOps Server 2020 is the oldest that can be called';
  return hintIn(table, answer.status, serverMessage(answer));
}
