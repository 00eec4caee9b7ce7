import { describe, expect, it } from '@jest/globals';
import { hintFor } from '../../../src/pipelines/gitlab/api.js';

describe('the hint for an answer of GitLab', () => {
  const cases: [number, unknown, RegExp | undefined][] = [
    [400, { message: { base: ['Pipeline filtered out by workflow rules.'] } }, /workflow: rules/],
    [
      400,
      { message: { base: ['Insufficient permissions to set pipeline variables'] } },
      /spec: inputs/,
    ],
    [400, { message: { base: ['Reference not found'] } }, /rollback-ref/],
    [400, { error: 'ref is missing' }, /rollback-ref/],
    [
      400,
      { message: { base: ["You do not have sufficient permission to run a pipeline on 'main'."] } },
      /protected/,
    ],
    [
      400,
      {
        message: {
          base: [
            'Pipeline will not run for the selected trigger. The rules configuration prevented any jobs from being added to the pipeline; it would have been empty.',
          ],
        },
      },
      /\$ROLLBACK == "true"/,
    ],
    [400, { message: { base: ['No stages / jobs for this pipeline.'] } }, /\$ROLLBACK == "true"/],
    [400, { message: { base: ['Missing CI config file'] } }, /\.gitlab-ci\.yml/],
    [400, { message: { base: ['Pipelines are disabled!'] } }, /Enable CI\/CD/],
    [400, { message: { base: ['The project is archived'] } }, /unarchive/],
    [400, { error: 'variables needs to be a map of key-valued strings' }, /letters, digits/],
    [
      400,
      { message: { base: ['Given inputs not defined in the `spec` section: x'] } },
      /spec: inputs/,
    ],
    [400, { message: { base: ['jobs:deploy config contains unknown keys'] } }, /pipeline editor/],
    [401, { error: 'invalid_token', error_description: 'Token is expired.' }, /expired/],
    [401, { message: '401 Unauthorized' }, /set gitlab-token/],
    [403, { error: 'insufficient_scope' }, /scope api/],
    [403, { message: '403 Forbidden - not on the job token allowlist' }, /allowlist/],
    [403, { message: '403 Forbidden' }, /Developer/],
    [404, { message: '404 Project Not Found' }, /gitlab-project/],
    [422, { message: 'x' }, /Build > Pipelines/],
    [429, { message: 'too many' }, /rate limit/],
    [302, '', /sign in/],
    [203, '<html>Sign in</html>', /A page was sent/],
    [200, '<!DOCTYPE html><title>SSO</title>', /A page was sent/],
    [409, { message: 'x' }, undefined],
  ];
  it.each(cases)('%i %j', (status, data, hint) => {
    const given = hintFor({ status, data, headers: {} });
    if (hint === undefined) expect(given).toBeUndefined();
    else expect(given).toMatch(hint);
  });

  it('a page is recognised by its content type', () => {
    const headers = { 'content-type': 'text/html; charset=utf-8' };
    expect(hintFor({ status: 404, data: 'nothing here', headers })).toMatch(/A page was sent/);
  });
});
