import { expect, it } from '@jest/globals';
import { ApiError } from '../../src/support/http/api.js';
import { failed } from '../../src/support/http/problem.js';
import { collectFindings } from '../../src/pipelines/findings.js';
import { Cancelled } from '../../src/support/abort.js';
import { PermanentError, TransientError } from '../../src/support/retry.js';

const refused = new ApiError(
  'reading it',
  failed('forbidden', 'it answered 403', {
    fix: 'see 403',
    response: { status: 403, data: '', headers: {} },
  }).problem,
);

it('a permanent failure is an error with what to do, one that may pass is a warning', () => {
  const { all, add, addProblems, addFailure } = collectFindings(new AbortController().signal);
  add('notice', 'good to know');
  addProblems([{ message: 'wrong', fix: 'correct it' }]);
  addFailure(refused);
  addFailure(new PermanentError('no such thing'));
  addFailure(new TransientError('the connection was reset'));
  expect(all).toEqual([
    { level: 'notice', subject: 'ci', message: 'good to know' },
    { level: 'error', subject: 'ci', message: 'wrong', fix: 'correct it' },
    { level: 'error', subject: 'ci', message: 'reading it: status 403', fix: 'see 403' },
    { level: 'error', subject: 'ci', message: 'no such thing' },
    {
      level: 'warning',
      subject: 'ci',
      message: 'the connection was reset',
      fix: 'this cannot be verified until this machine can reach the server: run `rollgate preflight` again',
    },
  ]);
});

it('a failure after an abort is no finding: throws', () => {
  const stopped = collectFindings(AbortSignal.abort(new Cancelled('SIGINT')));
  expect(() => {
    stopped.addFailure(refused);
  }).toThrow(Cancelled);
});
