import type { StartRequest } from '../../contract/pipeline.js';
import { oneLine } from '../../support/text.js';
import type { Add } from '../findings.js';
import { type DeclaredJob, fatesOf } from './condition.js';
import type { GithubContext } from './context.js';
import { type RunFacts, UNKNOWN, type Value } from './expression.js';
import { type Declaration, MARKER } from './workflow.js';

/** What Rollgate sends where it is declared, and what is known only when it rolls back. */
const SENT_LATER = new Set([
  'rollback_id',
  'rollback_target',
  'rollback_revision',
  'rollback_image',
]);
const CONDITION_SHOWN = 120;

/**
 * Whether the jobs that are to prove the rollback would run, as far as their `if` can be understood. A run whose rollback job is skipped
 * is a success for GitHub.
 */
export function checkJobs(
  { workflow, rollbackJobs }: GithubContext,
  request: StartRequest,
  declaration: Declaration,
  add: Add,
): void {
  const { jobs } = declaration;
  if (jobs.length === 0) return;
  const missing = rollbackJobs.filter((wanted) => !jobs.some((job) => mayBeCalled(job, wanted)));
  if (missing.length > 0) {
    add(
      'warning',
      `rollback-job names jobs that the workflow ${workflow} does not have: ${missing.join(', ')}`,
      `it has: ${oneLine(jobs.map(({ name }) => name).join(', '))}`,
    );
  }
  const fates = fatesOf(jobs, factsOf(request, declaration));
  const counting =
    rollbackJobs.length === 0
      ? jobs
      : jobs.filter((job) => rollbackJobs.some((wanted) => mayBeCalled(job, wanted)));
  const skipped = counting.filter(({ id }) => fates.get(id) === 'skipped');
  const [first] = skipped;
  if (first === undefined) return;
  const names = skipped.map(({ name }) => `"${name}"`).join(', ');
  const which = skipped.length === 1 ? `the job ${names}` : `the jobs ${names}`;
  const fix = adviceFor(first, declaration);
  if (rollbackJobs.length === 0 && skipped.length < counting.length) {
    add(
      'warning',
      `${which} of the workflow ${workflow} would be skipped, so that its run could not prove a rollback${because(first)}`,
      fix ?? 'name the jobs that roll back in rollback-job, or take this one out of the workflow',
    );
    return;
  }
  add(
    'warning',
    `${which} of the workflow ${workflow} would be skipped, and nothing be rolled back${because(first)}`,
    fix ?? `let it run when the input "${MARKER}" is true`,
  );
}

function because({ condition }: DeclaredJob): string {
  return condition === undefined ? '' : ` (if: ${oneLine(condition, CONDITION_SHOWN)})`;
}

/** The one mistake that looks right: `inputs` holds booleans, `github.event.inputs` texts, and the two are never equal. */
function adviceFor({ condition = '' }: DeclaredJob, { inputs }: Declaration): string | undefined {
  const isBoolean = (name: string): boolean => inputs.get(name)?.type === 'boolean';
  const [, name] = /(?<![\w.])inputs\.([\w-]+)\s*==\s*'(?:true|false)'/i.exec(condition) ?? [];
  if (name !== undefined && isBoolean(name)) {
    return `write if: inputs.${name}: the input is a boolean, and a boolean equals no text`;
  }
  const [, text] =
    /\bgithub\.event\.inputs\.([\w-]+)\s*==\s*(?:true|false)\b/i.exec(condition) ?? [];
  return text === undefined
    ? undefined
    : `write if: inputs.${text}${isBoolean(text) ? '' : " == 'true'"}: github.event.inputs holds texts, and a text equals no boolean`;
}

/** Whether the jobs of a run may have this name. One that holds an expression is known in the run only. */
function mayBeCalled({ id, name }: DeclaredJob, wanted: string): boolean {
  const called = wanted.split(' (', 1)[0] ?? wanted;
  return (
    name.includes('${{') ||
    [id, name].some((one) => called === one || wanted.startsWith(`${one} / `))
  );
}

function factsOf(request: StartRequest, { inputs }: Declaration): Omit<RunFacts, 'needs'> {
  const typed = new Map<string, Value>();
  const texts = new Map<string, Value>();
  for (const [name, { type, preset }] of inputs) {
    const key = name.toLowerCase();
    const isBoolean = type === 'boolean';
    const text =
      name === MARKER
        ? request.optional[MARKER]
        : (request.parameters[name] ?? (SENT_LATER.has(name) ? UNKNOWN : preset));
    const value = text ?? (isBoolean ? 'false' : '');
    texts.set(key, value);
    // What GitHub makes of a number is not documented.
    if (value === UNKNOWN || type === 'number') typed.set(key, UNKNOWN);
    else typed.set(key, isBoolean ? value === 'true' : value);
  }
  return { inputs: typed, eventInputs: texts };
}
