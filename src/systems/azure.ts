import type { Change, Environment, SystemOutput } from '../contract/system.js';
import {
  camelName,
  changeWith,
  type CiSystem,
  jobOf,
  maskableLines,
  numberOf,
  type OutputDeps,
  valueOf,
} from './system.js';

// https://learn.microsoft.com/azure/devops/pipelines/build/variables
export const azure: CiSystem = {
  id: 'azure',
  name: 'Azure Pipelines',
  sign: (env) => (env.TF_BUILD === 'True' || env.TF_BUILD === 'true' ? 'TF_BUILD' : undefined),
  run: (env) => ({
    runUrl: runUrl(env),
    runId: valueOf(env, 'BUILD_BUILDID'),
    attempt: numberOf(env, 'SYSTEM_JOBATTEMPT'),
    // In a matrix the last is the name of the leg: https://learn.microsoft.com/javascript/api/azure-devops-extension-api/jobreference
    job: jobOf(env, 'SYSTEM_STAGENAME', 'SYSTEM_PHASENAME', 'SYSTEM_JOBNAME'),
    project: projectOf(env),
    change: changeOf(env),
    pullRequest:
      env.BUILD_REASON === 'PullRequest' ||
      valueOf(env, 'SYSTEM_PULLREQUEST_PULLREQUESTID') !== null,
    // https://learn.microsoft.com/azure/devops/pipelines/repos/github#contributions-from-forks
    forkPullRequest: /^true$/i.test(env.SYSTEM_PULLREQUEST_ISFORK ?? ''),
  }),
  output: azureOutput,
};

/** There is no variable with the address of the run; this is the one that the agent's own links have. */
function runUrl(env: Environment): string | null {
  const collection =
    valueOf(env, 'SYSTEM_COLLECTIONURI') ?? valueOf(env, 'SYSTEM_TEAMFOUNDATIONCOLLECTIONURI');
  const project = valueOf(env, 'SYSTEM_TEAMPROJECT');
  const build = valueOf(env, 'BUILD_BUILDID');
  if (collection === null || project === null || build === null) return null;
  return `${collection.replace(/\/$/, '')}/${encodeURIComponent(project)}/_build/results?buildId=${encodeURIComponent(build)}`;
}

function projectOf(env: Environment): string | null {
  const parts = ['SYSTEM_TEAMPROJECT', 'BUILD_DEFINITIONNAME'].map((name) => valueOf(env, name));
  return parts.filter((part) => part !== null).join('/') || null;
}

/** The id of a request is its number only in a repository of Azure itself; one of GitHub has both. */
function changeOf(env: Environment): Change | null {
  const name = valueOf(env, 'BUILD_REPOSITORY_NAME');
  if (env.BUILD_REPOSITORY_PROVIDER === 'GitHub' && name !== null)
    return changeWith(
      { system: 'github', server: 'https://github.com', project: name },
      valueOf(env, 'SYSTEM_PULLREQUEST_PULLREQUESTNUMBER'),
    );
  const server =
    valueOf(env, 'SYSTEM_COLLECTIONURI') ?? valueOf(env, 'SYSTEM_TEAMFOUNDATIONCOLLECTIONURI');
  const project = valueOf(env, 'SYSTEM_TEAMPROJECT');
  const repository = valueOf(env, 'BUILD_REPOSITORY_ID');
  if (server === null || project === null || repository === null) return null;
  if (env.BUILD_REPOSITORY_PROVIDER !== 'TfsGit') return null;
  return changeWith(
    {
      system: 'azure',
      server: server.replace(/\/$/, ''),
      project: `${encodeURIComponent(project)}/${encodeURIComponent(repository)}`,
    },
    valueOf(env, 'SYSTEM_PULLREQUEST_PULLREQUESTID'),
  );
}

/**
 * Azure Pipelines: logging commands on the standard output.
 * https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
 */
function azureOutput(deps: Pick<OutputDeps, 'write' | 'env'>): SystemOutput {
  const line = (text: string): void => {
    deps.write(`${text}\n`);
  };
  const command = (head: string, data: string): void => {
    line(`##vso[${head}]${escapeData(data)}`);
  };
  return {
    system: 'azure',
    annotates: true,
    line,
    group(title, body) {
      line(`##[group]${title}`);
      for (const text of body) line(text);
      line('##[endgroup]');
    },
    annotate(level, title, message) {
      const text = `${title}: ${message}`;
      // An issue is an error or a warning; any other type fails the task (azure-pipelines-agent, TaskCommandExtension.cs).
      if (level === 'notice') line(`notice: ${text}`);
      else command(`task.logissue type=${level}`, text);
    },
    mask(secret) {
      // A secret of several lines fails the task (azure-pipelines-agent, TaskCommandExtension.cs).
      for (const part of maskableLines(secret)) command('task.setsecret', part);
    },
    outputFiles: [],
    setOutputs(outputs) {
      for (const [name, value] of Object.entries(outputs))
        command(`task.setvariable variable=${camelName(name)};isOutput=true`, value);
      return Promise.resolve();
    },
    writeSummary({ path }) {
      // A task whose commands are restricted may not do it, and is warned about (azure-pipelines-agent, TaskRestrictionsChecker.cs).
      if (deps.env.ROLLGATE_RESTRICTED === 'true') return Promise.resolve();
      // A path with no file behind it fails the task.
      if (path !== null) command('task.uploadsummary', path);
      return Promise.resolve();
    },
  };
}

/** As azure-pipelines-task-lib does it (node/taskcommand.ts): the agent takes `%AZP25` for a percent sign. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%AZP25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
