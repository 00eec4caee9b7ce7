import {
  type ApiResponse,
  type Hint,
  hintIn,
  isRateLimited,
  serverMessage,
} from '../../support/http/response.js';

const ANOTHER_REPOSITORY =
  'The token of a job writes to its own repository only: for another one set gitea-token to an access token with the scope write:repository';

/** The texts are those of Gitea 1.26: services/actions/workflow.go, routers/api/v1/api.go. */
const table: readonly Hint[] = [
  {
    status: 401,
    hint: 'The token is wrong or expired, and that of a job ends with its job: set gitea-token',
  },
  {
    status: 403,
    says: /disabled/i,
    hint: 'Enable the workflow in the Actions tab of the repository',
  },
  {
    status: 403,
    says: /scope/i,
    hint: 'Give the access token the scope write:repository',
  },
  {
    status: 403,
    hint: `Give the job permissions: actions: write, contents: read, and look at the permissions of its token in the settings of the repository (Actions → General). ${ANOTHER_REPOSITORY}`,
  },
  {
    status: 404,
    says: /\bref\b/i,
    hint: 'rollback-ref must be a branch or a tag of the repository',
  },
  {
    status: 404,
    says: /workflow/i,
    hint: 'The file must be in the folder of the workflows on the branch or tag that it runs on: where there is .gitea/workflows (Forgejo: .forgejo/workflows), .github/workflows is not looked at',
  },
  {
    status: 404,
    hint: `There is no such repository, its Actions are not enabled, or the token cannot see it: check gitea-url, gitea-repository and gitea-workflow. ${ANOTHER_REPOSITORY}`,
  },
  { status: 405, hint: 'The server is too old to start workflows by its API: Gitea 1.24 or newer' },
  {
    status: 422,
    hint: 'The server does not accept the request: compare rollback-ref with the branches of the repository',
  },
];

/** What to change, where the refusal says so. */
export function hintFor(answer: ApiResponse): string | undefined {
  if (isRateLimited(answer)) return 'The server turns requests away: wait, or use another token';
  if (answer.status >= 300 && answer.status < 400) {
    return 'The repository has been renamed or moved, or gitea-url is not the address of the server: set gitea-repository or gitea-url';
  }
  return hintIn(table, answer.status, serverMessage(answer));
}
