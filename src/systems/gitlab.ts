import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import type { Change, Environment, SystemOutput } from '../contract/system.js';
import { plainOutput } from './local.js';
import { changeWith, type CiSystem, jobOf, type OutputDeps, shellName, valueOf } from './system.js';

// https://docs.gitlab.com/ci/variables/predefined_variables/
export const gitlab: CiSystem = {
  id: 'gitlab',
  name: 'GitLab CI',
  sign: (env) => (env.GITLAB_CI === 'true' ? 'GITLAB_CI' : undefined),
  run: (env) => ({
    runUrl: valueOf(env, 'CI_PIPELINE_URL'),
    runId: valueOf(env, 'CI_PIPELINE_ID'),
    // A job that is retried gets a new id; nothing counts the retries.
    attemptId: env.CI_JOB_ID,
    // With `parallel` the name has the index or the values of the matrix too: https://docs.gitlab.com/ci/jobs/job_control/#parallelize-large-jobs
    job: jobOf(env, 'CI_JOB_NAME', 'CI_NODE_INDEX'),
    jobStartedAt: timeOf(env.CI_JOB_STARTED_AT),
    project: valueOf(env, 'CI_PROJECT_PATH'),
    change: changeOf(env),
    pullRequest:
      ['merge_request_event', 'external_pull_request_event'].includes(
        env.CI_PIPELINE_SOURCE ?? '',
      ) ||
      valueOf(env, 'CI_MERGE_REQUEST_IID') !== null ||
      valueOf(env, 'CI_EXTERNAL_PULL_REQUEST_IID') !== null,
    forkPullRequest: isFromFork(env),
  }),
  output: gitlabOutput,
};

function timeOf(text = ''): number | undefined {
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** It belongs to the project that it is to be merged into. */
function changeOf(env: Environment): Change | null {
  const server = valueOf(env, 'CI_SERVER_URL');
  const project = valueOf(env, 'CI_MERGE_REQUEST_PROJECT_ID') ?? valueOf(env, 'CI_PROJECT_ID');
  return server === null || project === null
    ? null
    : changeWith({ system: 'gitlab', server, project }, valueOf(env, 'CI_MERGE_REQUEST_IID'));
}

/** The pipeline itself may run in either project: https://docs.gitlab.com/ci/pipelines/merge_request_pipelines/#use-with-forked-projects */
function isFromFork(env: Environment): boolean {
  const source = valueOf(env, 'CI_MERGE_REQUEST_SOURCE_PROJECT_ID');
  const target = valueOf(env, 'CI_MERGE_REQUEST_PROJECT_ID') ?? valueOf(env, 'CI_PROJECT_ID');
  return source !== null && source !== target;
}

/** A dotenv report must be smaller than 5 KiB (gitlabhq, app/services/ci/parse_dotenv_artifact_service.rb). */
const MOST_BYTES = 5 * 1024 - 1;
const ERASE_LINE = '\u001b[0K';
const CUT = '…';

/**
 * GitLab CI: sections that fold, and two files for `artifacts:reports`: `rollgate.env` (dotenv) with the outputs, and
 * `annotations.json` (annotations) with the link to the rollback.
 * https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections, https://docs.gitlab.com/ci/yaml/artifacts_reports/
 */
function gitlabOutput(
  deps: Pick<OutputDeps, 'write' | 'colour' | 'writeFile' | 'reportDir' | 'now'>,
): SystemOutput {
  const plain = plainOutput('gitlab', deps);
  const variables = join(deps.reportDir, 'rollgate.env');
  const links = join(deps.reportDir, 'annotations.json');
  const mark = (edge: 'start' | 'end', section: string): string =>
    `${ERASE_LINE}section_${edge}:${String(Math.floor(deps.now() / 1000))}:${section}\r${ERASE_LINE}`;
  let sections = 0;
  return {
    ...plain,
    group(title, body) {
      // The name must be unique in the log of the job, where several commands may have run.
      const section = `rollgate_${String(deps.now())}_${String((sections += 1))}`;
      plain.line(`${mark('start', `${section}[collapsed=true]`)}${title}`);
      for (const text of body) plain.line(text);
      plain.line(mark('end', section));
    },
    outputFiles: [variables, links],
    async setOutputs(outputs) {
      await deps.writeFile(variables, dotenv(outputs));
      await deps.writeFile(
        links,
        `${JSON.stringify(annotations(outputs['rollback-url'] ?? ''))}\n`,
      );
    },
  };
}

/** One line for each output, without an empty line, a comment or quotes: GitLab takes none of them. */
function dotenv(outputs: Readonly<Record<string, string>>): string {
  const variables = Object.entries(outputs).map(([name, value]) => ({
    name: shellName(name),
    value: escaped(value),
  }));
  for (;;) {
    const text = variables.map(({ name, value }) => `${name}=${value}\n`).join('');
    const excess = bytesOf(text) - MOST_BYTES;
    const longest = variables.toSorted((a, b) => bytesOf(b.value) - bytesOf(a.value))[0];
    if (excess <= 0 || longest === undefined || longest.value === '') return text;
    // One that is too long would cost all the others: GitLab refuses the whole file.
    longest.value = cut(longest.value, bytesOf(longest.value) - excess);
  }
}

/**
 * On one line, and with `$$` for a dollar sign: the runner would put the value of a variable, maybe a secret one, in the
 * place of `$NAME`. Source: gitlab-org/gitlab#16442.
 */
function escaped(value: string): string {
  return value.replace(/[\r\n]+/g, ' ').replaceAll('$', '$$$$');
}

/** The beginning of an escaped value, in at most so many bytes. */
function cut(value: string, most: number): string {
  const available = most - bytesOf(CUT);
  let kept = '';
  for (const [part] of value.matchAll(/\$\$|./gsu)) {
    if (bytesOf(kept) + bytesOf(part) > available) break;
    kept += part;
  }
  return available < 0 ? '' : `${kept}${CUT}`;
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

/** Links for the page of the job. No link is an empty file: the runner warns of one that is missing. */
function annotations(url: string): unknown {
  if (!/^https?:\/\//.test(url)) return {};
  return { rollgate: [{ external_link: { label: 'Rollback run', url } }] };
}
