import { type ApiResponse, isPage, isRateLimited } from '../../support/http/response.js';

/** What these refusals mean in any API over HTTP (RFC 9110 §15.5, RFC 4918 §11.2). */
const table: Readonly<Record<number, string>> = {
  400: 'The system does not understand the request: compare http-start-path and http-start-body with the description of its API',
  401: 'The credentials are missing, wrong or expired: set http-headers to what the API expects, such as Authorization: Bearer TOKEN',
  403: 'The credentials are known, and may not do this: give the token the right to start, read and cancel runs',
  404: 'There is no such thing, or the credentials cannot see it: check http-url and the path',
  405: 'The path is right, the method is not: set http-start-method or http-cancel-method',
  409: 'The system is in a state that does not allow it: look at its pipeline, it may be disabled or busy',
  415: 'The system does not take this type of body: give Content-Type in http-headers',
  422: 'The system understands the request and does not accept it: check the names and values in http-start-body',
};

const CREDENTIALS =
  'As a rule that is a page to sign in on: set http-headers to valid credentials, and http-url to the root of the API itself';

/** What to change, where a refusal tells that. */
export function hintFor(answer: ApiResponse): string | undefined {
  if (isRateLimited(answer)) {
    return 'The system has had too many calls with these credentials: use others, or wait';
  }
  if (isPage(answer) || (answer.status >= 300 && answer.status < 400)) return CREDENTIALS;
  return table[answer.status];
}
