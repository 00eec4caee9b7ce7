import {
  type ApiResponse,
  type Hint,
  hintIn,
  isRateLimited,
  serverMessage,
} from '../../support/http/response.js';

/** GitHub documentation, "GITHUB_TOKEN": its permissions are limited to the repository that contains the workflow. */
const ANOTHER_REPOSITORY =
  'The token of a job is good for its own repository only: for another one set github-token to a token of an App or of a person';

/** The texts are those of api.github.com as users report them; where GitHub rewords one, the last line of its status fits. */
const table: readonly Hint[] = [
  { status: 401, hint: 'The token is wrong, expired or revoked: set github-token' },
  {
    status: 403,
    says: /not accessible by integration/i,
    hint: `Give the job permissions: actions: write, contents: read. ${ANOTHER_REPOSITORY}`,
  },
  {
    status: 403,
    says: /not accessible by personal access token/i,
    hint: 'Give the token the repository permission Actions: read and write',
  },
  {
    status: 403,
    says: /SAML|single sign-on|SSO/i,
    hint: 'Authorise the token for the single sign-on of the organisation',
  },
  { status: 403, says: /archived/i, hint: 'The repository is archived: unarchive it' },
  {
    status: 403,
    says: /disabled/i,
    hint: 'Actions or the workflow are disabled: enable them in the settings of the repository',
  },
  {
    status: 403,
    hint: 'The token may not start workflows: it needs actions: write (classic tokens: the scope repo)',
  },
  {
    status: 404,
    hint: `There is no such repository or workflow, or the token cannot see it: check github-repository and github-workflow; the file must be on the default branch. ${ANOTHER_REPOSITORY}`,
  },
  {
    status: 422,
    says: /no ref found/i,
    hint: 'rollback-ref must be a branch or a tag of the repository',
  },
  {
    status: 422,
    says: /unexpected inputs/i,
    hint: 'Declare these inputs in the workflow under on: workflow_dispatch: inputs, on the branch or tag that it runs on',
  },
  {
    status: 422,
    says: /does not have ['"]?workflow_dispatch/i,
    hint: 'Add on: workflow_dispatch to the workflow, on the branch or tag that it runs on',
  },
  {
    status: 422,
    says: /required input/i,
    hint: 'Give that input a default, or set it in rollback-parameters',
  },
  {
    status: 422,
    says: /disabled/i,
    hint: 'Enable the workflow: gh workflow enable, or the Actions tab of the repository',
  },
  {
    status: 422,
    hint: 'GitHub does not accept the request: compare it with the inputs of the workflow',
  },
];

/** What to change, where the refusal says so. */
export function hintFor(answer: ApiResponse): string | undefined {
  if (isRateLimited(answer)) return 'The token has used up its rate limit: use another, or wait';
  if (answer.status >= 300 && answer.status < 400) {
    return 'The repository has been renamed or moved: set github-repository to its new name';
  }
  return hintIn(table, answer.status, serverMessage(answer));
}
