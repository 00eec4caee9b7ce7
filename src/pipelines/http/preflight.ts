import type { Finding } from '../../contract/result.js';
import type { StartRequest } from '../../contract/pipeline.js';
import { collectFindings } from '../findings.js';
import { composeCancel, composeStart, namesSent } from './compose.js';
import { listRuns, type HttpContext } from './context.js';

/** Proves what can be proven of a system that is only described. Changes nothing. @throws only the signal's reason. */
export async function preflight(
  context: HttpContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { start, state, cancel, find, contentType } = context.description;
  const { all, add, addProblems, addFailure } = collectFindings(signal);

  addProblems(composeStart(context.description, request).problems);
  if (cancel === undefined) {
    add(
      'notice',
      'a rollback run that takes too long cannot be cancelled',
      'set http-cancel-path, if the system has a call for it',
    );
  } else {
    const composed = composeCancel(cancel, contentType, 'preflight');
    if (!composed.ok) addProblems([composed.problem]);
    if (state !== undefined && !Object.values(state.meanings).includes('cancelled')) {
      add(
        'notice',
        'that a run was cancelled could not be seen: no word means it',
        'add a line such as WORD=cancelled to http-states',
      );
    }
  }
  if (!saysRollback(start)) {
    add(
      'warning',
      'neither http-start-path nor http-start-body says that the run is a rollback; a pipeline that deploys would deploy',
      'send a variable such as ROLLBACK=true, or start a pipeline that does nothing but roll back',
    );
  }

  if (find === undefined) {
    add(
      'notice',
      'address and headers could not be tried out, and a run owner start is not answered could not be found again',
      'set http-find-path, if the system lists its runs',
    );
    return all;
  }
  if (!namesSent(start).includes('rollback_id')) {
    add(
      'warning',
      'neither http-start-path nor http-start-body sends {{rollback_id}}, so http-find-path cannot find the run',
      'send it where the list of runs shows it: in a message, a tag or a variable',
    );
  }
  try {
    await listRuns(context, request, signal);
  } catch (error) {
    addFailure(error);
  }
  return all;
}

/** Whether what is written there, and not only what is filled in, has the word. */
function saysRollback({ path, body }: HttpContext['description']['start']): boolean {
  return [path, body].some((template) =>
    template?.parts.some((part) => part.kind === 'text' && /roll-?_?back/i.test(part.text)),
  );
}
