import { describe, expect, it } from '@jest/globals';
import { hintFor, hintForError } from '../../../src/pipelines/circleci/hints.js';

function answer(status: number, data: unknown, headers: Readonly<Record<string, string>> = {}) {
  return { status, data, headers };
}

describe('the hint for an answer of CircleCI', () => {
  it.each([
    [400, 'Unexpected argument(s): rollback', /under parameters:.*boolean/],
    [422, 'Unexpected argument(s): rollback', /under parameters:/],
    [
      400,
      'Type error for argument rollback: expected type: boolean',
      /type: boolean.*type: string/,
    ],
    [400, 'Config file not found at .circleci/config.yml', /must be on the branch or tag/],
    [400, 'No configuration was found in your project.', /must be on the branch or tag/],
    [400, 'Branch not found', /branch of the repository/],
    [400, 'Invalid definition', /circleci-definition-id/],
    [404, 'Pipeline definition not found', /circleci-definition-id/],
    [400, 'Your plan does not allow this', /plan of the organization/],
    [400, 'Something new', /parameters of the configuration/],
    [401, 'You must log in first.', /personal API token/],
    [401, 'Invalid token for this plan', /personal API token/],
    [403, 'Permission denied', /may not start pipelines.*only personal/],
    [403, 'Forbidden', /may not start pipelines/],
    [404, 'Project not found', /circleci-project.*personal/],
    [404, 'Not found', /circleci-url, circleci-project and circleci-definition-id/],
  ])('%i "%s"', (status, message, hint) => {
    expect(hintFor(answer(status, { message }))).toMatch(hint);
  });

  it.each([
    [answer(429, {}), /rate limit/],
    [answer(403, {}, { 'retry-after': '5' }), /rate limit/],
    [answer(302, ''), /circleci-url/],
    [answer(203, ''), /page for people/],
    [answer(200, '<html></html>'), /page for people/],
  ])('%#', (given, hint) => {
    expect(hintFor(given)).toMatch(hint);
  });

  it('status 418: none', () => {
    expect(hintFor(answer(418, { message: 'I am a teapot' }))).toBeUndefined();
  });
});

describe('the hint for an error of a pipeline', () => {
  it.each([
    ['Unexpected argument(s): version', /under parameters:/],
    ['Could not find a config file', /must be on the branch or tag/],
    ['Job suspended: no credits', /plan of the organization/],
  ])('%s', (text, hint) => {
    expect(hintForError(text)).toMatch(hint);
  });

  it('an unknown error: none', () => {
    expect(hintForError('a job is called twice')).toBeUndefined();
  });
});
