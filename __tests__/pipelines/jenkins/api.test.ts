import { describe, expect, it } from '@jest/globals';
import { hintFor, startedNothing, wantsCrumb } from '../../../src/pipelines/jenkins/api.js';
import { createJsonApi } from '../../../src/support/http/api.js';
import type { JenkinsContext } from '../../../src/pipelines/jenkins/context.js';
import type { ApiResponse } from '../../../src/support/http/response.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const context: JenkinsContext = {
  root: 'http://ci.example.com/jenkins/',
  job: { full: 'ops/rollback', path: 'job/ops/job/rollback' },
  clock: new VirtualClock(),
  api: createJsonApi({
    baseUrl: 'http://ci.example.com/jenkins/',
    headers: {},
    fetch: () => Promise.reject(new Error('nothing is asked here')),
    clock: new VirtualClock(),
    random: () => 0.5,
  }),
};

function answer(
  status: number,
  data: unknown = '',
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  return { status, data, headers };
}

/** Jetty's page: what counts stands behind a long head and much else. */
function page(says: string): string {
  return `<html><head><title>Oops</title></head><body>${'<p>menu</p>'.repeat(200)}<h2>${says}</h2></body></html>`;
}

describe('the hint for an answer of Jenkins', () => {
  it.each([
    [401, 'Invalid password/token for user: bob', /jenkins-user or jenkins-token is wrong/],
    [403, 'No valid crumb was included in the request', /API token.*no crumb/],
    [403, 'bob is missing the Overall/Read permission', /Overall\/Read$/],
    [403, 'bob is missing the Job/Build permission', /Job\/Build on the job/],
    [403, 'bob is missing the Job/Cancel permission', /Job\/Cancel on the job/],
    [403, 'Forbidden', /Overall\/Read, Job\/Read, Job\/Build and Job\/Cancel/],
    [404, 'Not Found', /Job\/Read.*feature%2Fx/],
    [409, 'ops/rollback is not buildable!', /disabled: enable it/],
    [500, 'This build is not parameterized!', /declare ROLLBACK.*run once/],
    [400, 'This build is not parameterized!', /declare ROLLBACK/],
    [500, 'No such parameter definition: X', /Declare this parameter/],
    [500, 'Illegal choice for parameter MODE: true', /choices/],
    [503, 'Please wait while Jenkins is getting ready to work', /starting up/],
    [400, 'Nothing is submitted', /rollback-parameters/],
    [429, '', /limits the rate/],
  ])('%i %s', (status, says, hint) => {
    expect(hintFor(context, answer(status, page(says)))).toMatch(hint);
    expect(hintFor(context, answer(status, { message: says }))).toMatch(hint);
  });

  it.each([
    [500, 'java.lang.NullPointerException'],
    [502, 'Bad Gateway'],
    [418, 'I am a teapot'],
  ])('status %i %s: none', (status, says) => {
    expect(hintFor(context, answer(status, page(says)))).toBeUndefined();
  });

  it.each([
    ['https://sso.example.com/login?from=%2Fjob', /sign in/],
    ['/jenkins/securityRealm/commenceLogin', /sign in/],
    ['', /sign in/],
    ['http://[', /sign in/],
    ['.', /did not queue it/],
    ['http://ci.example.com/jenkins/job/ops/job/rollback/', /did not queue it/],
    [
      'https://ci.example.com/jenkins/job/ops/job/rollback/buildWithParameters',
      /Jenkins is at https:\/\/ci\.example\.com\/jenkins\/: set jenkins-url/,
    ],
    ['//new.example.com/job/ops/job/rollback/', /Jenkins is at http:\/\/new\.example\.com\/: set/],
  ])('a redirect to %s', (location, says) => {
    expect(hintFor(context, answer(302, '', { location }))).toMatch(says);
  });

  it.each([
    [203, { ok: true }],
    [200, '<!DOCTYPE html><html><body>Welcome</body></html>'],
    [403, '<html><body><form><input type="password"></form></body></html>'],
  ])('status %i with a page: sign in', (status, data) => {
    expect(hintFor(context, answer(status, data))).toMatch(/wants somebody to sign in/);
  });
});

describe('a 500 of Jenkins that started nothing', () => {
  it.each([
    ['This build is not parameterized!', true],
    ['Illegal choice for parameter MODE: x', true],
    ['No such parameter definition: X', true],
    ['Please wait while Jenkins is restarting', true],
    ['A problem occurred while processing the request', false],
    ['', false],
  ])('500 %s: %s', (says, nothing) => {
    expect(startedNothing(answer(500, page(says)))).toBe(nothing);
  });
});

describe('an answer that asks for a crumb', () => {
  it.each([
    [403, 'No valid crumb was included in the request', true],
    [403, 'bob is missing the Job/Build permission', false],
    [500, 'No valid crumb was included in the request', false],
  ])('%i %s: %s', (status, says, expected) => {
    expect(wantsCrumb(answer(status, page(says)))).toBe(expected);
  });
});
