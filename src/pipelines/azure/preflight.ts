import type { Finding } from '../../contract/result.js';
import type { StartRequest } from '../../contract/pipeline.js';
import { messageOf } from '../../support/errors.js';
import { fixIn, refusalIn } from '../../support/http/api.js';
import { type Add, collectFindings } from '../findings.js';
import { type AzureContext, labelOf, parseRef } from './context.js';
import { agree, ID_PARAMETER, pipelineIdOf, readPipeline, readQueueStatus } from './pipeline.js';

/** Why a pipeline takes no runs (`DefinitionQueueStatus`), and what comes of it. */
const notEnabled: Readonly<Record<string, string>> = {
  paused: 'is paused: its runs are queued and do not begin',
  disabled: 'is disabled: it takes no runs',
};

/** A classic pipeline has no template parameters, so that it cannot be told that it is to roll back. */
const CLASSIC = new Set(['designerJson', 'designerHyphenJson', 'justInTime']);

/** Proves, as far as it can be proven, that `start` would work. Starts nothing. @throws only the signal's reason. */
export async function preflight(
  context: AzureContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { all, add, addProblems, addFailure } = collectFindings(signal);

  let ref: string | undefined;
  let refIsWrong = false;
  if (request.ref !== undefined) {
    const parsed = parseRef(request.ref);
    if (!parsed.ok) {
      refIsWrong = true;
      addProblems([parsed.problem]);
    } else ref = parsed.value;
  }

  let id: string;
  try {
    id = await pipelineIdOf(context, signal);
    const { kind } = await readPipeline(context, id, signal);
    if (kind !== undefined && CLASSIC.has(kind)) {
      add(
        'error',
        `the pipeline ${labelOf(context)} is a classic pipeline, which takes no template parameters, so it could not tell a rollback from a deploy`,
        'name a YAML pipeline in azure-pipeline',
      );
      return all;
    }
  } catch (error) {
    addFailure(error);
    return all;
  }

  await checkEnabled(context, id, signal, add);
  if (!refIsWrong) await checkParameters(context, id, request, ref, signal, add);
  return all;
}

async function checkEnabled(
  context: AzureContext,
  id: string,
  signal: AbortSignal,
  add: Add,
): Promise<void> {
  try {
    const status = await readQueueStatus(context, id, signal);
    const why = status === undefined ? undefined : notEnabled[status];
    if (why !== undefined) {
      add(
        'error',
        `the pipeline ${labelOf(context)} ${why}`,
        'enable it: the pipeline, Settings, Processing of new run requests',
      );
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    add(
      'notice',
      `whether the pipeline ${labelOf(context)} is enabled could not be seen: ${messageOf(error)}`,
    );
  }
}

async function checkParameters(
  context: AzureContext,
  id: string,
  request: StartRequest,
  ref: string | undefined,
  signal: AbortSignal,
  add: Add,
): Promise<void> {
  const agreement = await agree(context, id, ref, request, signal);
  switch (agreement.kind) {
    case 'refused':
      for (const { message, fix } of agreement.problems) add('error', message, fix);
      return;
    case 'unchecked': {
      const { error } = agreement;
      const answer = refusalIn(error);
      // The pipeline was read, so a 404 or 405 is about the dry run itself.
      if (answer !== undefined && answer.status !== 404 && answer.status !== 405) {
        add('error', messageOf(error), fixIn(error));
      } else {
        add(
          'warning',
          `whether the pipeline ${labelOf(context)} would run could not be seen: ${messageOf(error)}`,
        );
      }
      return;
    }
    case 'accepted':
      if (agreement.omitted.includes(ID_PARAMETER)) {
        add(
          'notice',
          `the pipeline ${labelOf(context)} does not declare the parameter "${ID_PARAMETER}"`,
          'declare it under parameters: as type: string with default: none, so that the run can be found even when Azure DevOps does not name it',
        );
      }
  }
}
