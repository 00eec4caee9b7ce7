import {
  type ApiResponse,
  type Hint,
  hintIn,
  isPage,
  isRateLimited,
  isSuccess,
  serverMessage,
} from '../../support/http/response.js';

/**
 * The texts are those of circleci.com as users report them: CircleCI-Archived/api-preview-docs#40 and #61,
 * CircleCI-Public/trigger-circleci-pipeline-action#5, CircleCI-Public/orb-tools-orb#75. What is wrong with a configuration
 * comes with 400, or later, as an error of the pipeline.
 */
const aboutConfiguration: readonly Hint[] = [
  {
    says: /unexpected argument/i,
    hint: 'Declare these under parameters: at the top of the CircleCI configuration (version 2.1), on the branch or tag that it runs on; rollback is of type: boolean',
  },
  {
    says: /type error|expected type|invalid type/i,
    hint: 'Declare rollback as type: boolean, and what rollback-parameters sets as type: string',
  },
  {
    says: /config\S*( file)? (was )?not found|no config|config\S* (does not exist|is missing)|could not (find|fetch)\b.*config/i,
    hint: 'The CircleCI configuration must be on the branch or tag that the pipeline runs on: check rollback-ref',
  },
  {
    says: /\b(branch|tag|ref|revision)\b.*(not found|not exist|invalid|could not)/i,
    hint: 'rollback-ref must be a branch of the repository, or a tag as refs/tags/NAME',
  },
  {
    says: /\bdefinition/i,
    hint: 'Check circleci-definition-id: Project Settings, Pipelines shows it; CircleCI Server has none, leave it out there',
  },
  {
    says: /\b(plan|credits?|spend limit|suspended)\b/i,
    hint: 'The plan of the organization does not allow it: see its Plan page',
  },
];

const byStatus: readonly Hint[] = [
  {
    status: 401,
    hint: 'The token is wrong, expired or revoked: set circleci-token to a personal API token',
  },
  {
    status: 403,
    hint: 'The user of the token may not start pipelines of the project: give that user write access to it; project tokens do not work, only personal ones',
  },
  {
    status: 404,
    says: /project/i,
    hint: 'There is no such project, or the token cannot see it: check circleci-project, and that the token is a personal one (project tokens do not work)',
  },
  {
    status: 404,
    hint: 'CircleCI does not know it, or the token cannot see it: check circleci-url, circleci-project and circleci-definition-id',
  },
  {
    status: 400,
    hint: 'CircleCI does not accept the request: compare it with the parameters of the configuration',
  },
];

/** What to change, where the refusal says so. */
export function hintFor(answer: ApiResponse): string | undefined {
  if (isRateLimited(answer)) return 'The token has used up its rate limit: use another, or wait';
  if (answer.status >= 300 && answer.status < 400) {
    return 'It was sent on to another address, which is not followed: set circleci-url to the address of CircleCI itself, and check circleci-token';
  }
  if (isSuccess(answer) && isPage(answer)) {
    return 'That is a page for people, not the API: check circleci-url and circleci-token';
  }
  const { status } = answer;
  const text = serverMessage(answer);
  // 401 and 403 speak of the token, whatever the words.
  const isAboutRequest = status >= 400 && status < 500 && status !== 401 && status !== 403;
  return (isAboutRequest ? hintForError(text) : undefined) ?? hintIn(byStatus, status, text);
}

/** What to change, where the error of a pipeline says so. */
export function hintForError(text: string): string | undefined {
  return hintIn(aboutConfiguration, undefined, text);
}
