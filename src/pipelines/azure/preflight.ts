import type { Finding } from '../../contract/finding.js';
import { messageOf } from '../../support/errors.js';
import { refusalIn } from '../../support/http/api.js';
import { type Add, collectFindings } from '../findings.js';
import type { StartRequest } from '../../contract/pipeline.js';
import { hintFor } from './api.js';
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
  site: AzureContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { all, add, addProblems, addFailure } = collectFindings(hintFor, signal);

  let ref: string | undefined;
  let refIsWrong = false;
  if (request.ref !== undefined) {
    const parsed = parseRef(request.ref);
    if ('problem' in parsed) {
      refIsWrong = true;
      addProblems([parsed.problem]);
    } else ref = parsed.ok;
  }

  let id: string;
  try {
    id = await pipelineIdOf(site, signal);
    const { kind } = await readPipeline(site, id, signal);
    if (kind !== undefined && CLASSIC.has(kind)) {
      add(
        'error',
        `the pipeline ${labelOf(site)} is a classic pipeline, which takes no template parameters, so it could not tell a rollback from a deploy`,
        'name a YAML pipeline in azure-pipeline',
      );
      return all;
    }
  } catch (error) {
    addFailure(error);
    return all;
  }

  await checkEnabled(site, id, signal, add);
  if (!refIsWrong) await checkParameters(site, id, request, ref, signal, add);
  return all;
}

async function checkEnabled(
  site: AzureContext,
  id: string,
  signal: AbortSignal,
  add: Add,
): Promise<void> {
  try {
    const status = await readQueueStatus(site, id, signal);
    const why = status === undefined ? undefined : notEnabled[status];
    if (why !== undefined) {
      add(
        'error',
        `the pipeline ${labelOf(site)} ${why}`,
        'enable it: the pipeline, Settings, Processing of new run requests',
      );
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    add(
      'notice',
      `whether the pipeline ${labelOf(site)} is enabled could not be seen: ${messageOf(error)}`,
    );
  }
}

async function checkParameters(
  site: AzureContext,
  id: string,
  request: StartRequest,
  ref: string | undefined,
  signal: AbortSignal,
  add: Add,
): Promise<void> {
  const agreement = await agree(site, id, ref, request, signal);
  switch (agreement.kind) {
    case 'refused':
      for (const { message, fix } of agreement.problems) add('error', message, fix);
      return;
    case 'unchecked': {
      const { error } = agreement;
      const answer = refusalIn(error);
      const hint = answer === undefined ? undefined : hintFor(answer);
      // The pipeline was read, so a 404 or 405 is about the dry run itself.
      if (answer !== undefined && answer.status !== 404 && answer.status !== 405) {
        add('error', messageOf(error), hint);
      } else {
        add(
          'warning',
          `whether the pipeline ${labelOf(site)} would run could not be seen: ${messageOf(error)}`,
        );
      }
      return;
    }
    case 'accepted':
      if (agreement.omitted.includes(ID_PARAMETER)) {
        add(
          'notice',
          `the pipeline ${labelOf(site)} does not declare the parameter "${ID_PARAMETER}"`,
          'declare it under parameters: as type: string with default: none, so that the run can be found even when Azure DevOps does not name it',
        );
      }
  }
}
