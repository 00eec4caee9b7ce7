import { PermanentError } from '../support/retry.js';
import type { Refusal } from './settings.js';
import { refused } from './start-once.js';
import type { PipelineClient } from '../contract/pipeline.js';

/** A client that lacks something it cannot do without: it says so, and sends nothing. */
export function unusable(id: string, name: string, problem: Refusal): PipelineClient {
  const fail = (): Promise<never> => Promise.reject(new PermanentError(problem.message));
  return {
    id,
    name,
    preflight: () => Promise.resolve([{ level: 'error', subject: 'ci', ...problem }]),
    describe: () => Promise.resolve([`nothing: ${problem.message}`]),
    start: () => Promise.resolve(refused(problem)),
    state: fail,
    cancel: fail,
  };
}
