import { describe, expect, it } from '@jest/globals';
import { hintFor } from '../../../src/pipelines/azure/api.js';
import type { ApiResponse } from '../../../src/support/http/response.js';

function answer(
  status: number,
  data: unknown,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  return { status, data, headers };
}

const cases: [number, string, RegExp][] = [
  [
    403,
    'TF215106: Access denied. shop Build Service (acme) needs Queue builds permissions for build pipeline 12 in team project shop to perform the action.',
    /permission Queue builds/,
  ],
  [
    403,
    'TF215106: Access denied. X needs Edit queue build configuration permissions for build pipeline 12',
    /permission Edit queue build configuration/,
  ],
  [400, 'X needs Edit queue build configuration permissions', /Edit queue build configuration/],
  [
    400,
    "You can't set the following variables (ROLLBACK). If you want to be able to set these variables, then edit the pipeline and select Settable at queue time on the variables tab",
    /settable at queue time/,
  ],
  [403, 'X needs Stop builds permissions for build pipeline 12', /Stop builds/],
  [400, "/rollback.yml: Unexpected parameter 'zone'", /Declare these under parameters/],
  [400, "A value for the 'zone' parameter must be provided.", /default, or set it/],
  [400, "The 'rollback' parameter value 'true' is not a valid Number.", /type: boolean or string/],
  [404, 'TF200016: The following project does not exist: shop.', /azure-project/],
  [
    404,
    "VS800075: The project with id 'vstfs:///x' does not exist, or you do not have permission to access it.",
    /azure-project.*Limit job authorization scope/,
  ],
  [
    400,
    "Unable to resolve the reference 'refs/heads/x' to a specific version.",
    /check rollback-ref/,
  ],
  [
    400,
    '/rollback.yml: File /rollback.yml not found in repository https://x branch refs/heads/main version 1.',
    /check rollback-ref/,
  ],
  [
    400,
    'There was a resource authorization issue: "The pipeline is not valid. Job deploy: Step references service connection prod which could not be found. The service connection does not exist, has been disabled or has not been authorized for use."',
    /permit the resources/,
  ],
  [400, 'The pipeline Rollback is disabled and cannot be queued.', /Enable the rollback pipeline/],
  [
    401,
    'TF400813: The user is not authorized to access this resource. The token has expired.',
    /wrong, expired, revoked/,
  ],
  [403, 'Access Denied: the token needs the following permission(s)', /Build \(read and execute\)/],
  [404, 'Pipeline with id 12 not found', /check azure-url or azure-org, azure-project and azure/],
  [400, 'Something of tomorrow', /compare it with the parameters/],
  [
    400,
    'The requested REST API version of 6.0 is out of range for this server.',
    /Server 2020 is the oldest/,
  ],
];

describe('the hint for an answer of Azure', () => {
  it.each(cases)('%i %s', (status, message, hint) => {
    expect(hintFor(answer(status, { message }))).toMatch(hint);
  });

  it.each([
    [203, '<html>Sign In</html>', {}],
    [203, { id: 1 }, {}],
    [200, 'hello', { 'content-type': 'text/html; charset=utf-8' }],
    [200, ' <!DOCTYPE html>', {}],
    [302, '', { location: 'https://x/_signin' }],
    [307, '', {}],
  ])('status %i with %j: the token is not accepted', (status, data, headers) => {
    expect(hintFor(answer(status, data, headers))).toMatch(/did not accept the token/);
  });

  it('429: Azure slows this identity down', () => {
    expect(hintFor(answer(429, {}))).toMatch(/holds this identity back/);
  });

  it('status 418: none', () => {
    expect(hintFor(answer(418, { message: 'teapot' }))).toBeUndefined();
  });
});
