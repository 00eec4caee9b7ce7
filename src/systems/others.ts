import type { Environment } from '../contract/system.js';
import { plainOutput } from './local.js';
import { type CiSystem, jobOf, numberOf, valueOf } from './system.js';

/**
 * A CI system of which no more is known than its variables: which run this is, and where people see it. Its log is plain, and
 * its pipelines are called by `ci-system: http`. A name in braces stands for the value of that variable.
 */
interface OtherSystem {
  readonly id: string;
  /** As people call it. */
  readonly name: string;
  /** The variable that tells it, and the value that it must have, if not any. */
  readonly sign: readonly [name: string, value?: RegExp];
  /** The same in all jobs and attempts of a run, and unlike that of every other run. The first that is known counts. */
  readonly runId: readonly string[];
  /** Counts the attempts, from this number on. */
  readonly attempt?: readonly [name: string, first: 0 | 1];
  /** The page of the run; the first that is known counts. */
  readonly url: readonly string[];
  /** The names of a job's parts, from the outermost on; none where the id of the run is that of the job. */
  readonly job: readonly string[];
  readonly project: readonly string[];
  /** Set in a run for a pull request, and neither empty nor `false`. */
  readonly pullRequest?: readonly [name: string, value?: RegExp];
}

const table: readonly OtherSystem[] = [
  {
    // https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
    id: 'bitbucket',
    name: 'Bitbucket Pipelines',
    sign: ['BITBUCKET_BUILD_NUMBER'],
    // Failed steps that are run again keep the number, and count their runs.
    runId: ['{BITBUCKET_BUILD_NUMBER}'],
    attempt: ['BITBUCKET_STEP_RUN_NUMBER', 1],
    url: [
      'https://bitbucket.org/{BITBUCKET_REPO_FULL_NAME}/pipelines/results/{BITBUCKET_BUILD_NUMBER}',
    ],
    job: ['BITBUCKET_DEPLOYMENT_ENVIRONMENT', 'BITBUCKET_PARALLEL_STEP'],
    project: ['{BITBUCKET_REPO_FULL_NAME}'],
    pullRequest: ['BITBUCKET_PR_ID'],
  },
  {
    // https://buildkite.com/docs/pipelines/environment-variables
    id: 'buildkite',
    name: 'Buildkite',
    sign: ['BUILDKITE', /^true$/],
    runId: ['{BUILDKITE_BUILD_ID}'],
    attempt: ['BUILDKITE_RETRY_COUNT', 0],
    url: ['{BUILDKITE_BUILD_URL}'],
    // The step is the same for all jobs of a matrix, which their labels tell apart, and of `parallelism`.
    job: ['BUILDKITE_STEP_ID', 'BUILDKITE_LABEL', 'BUILDKITE_PARALLEL_JOB'],
    project: ['{BUILDKITE_ORGANIZATION_SLUG}/{BUILDKITE_PIPELINE_SLUG}'],
    pullRequest: ['BUILDKITE_PULL_REQUEST'],
  },
  {
    // https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html
    id: 'teamcity',
    name: 'TeamCity',
    sign: ['TEAMCITY_VERSION'],
    // Every build configuration counts for itself; the id of the build is no variable of the environment, and neither is a pull request.
    runId: ['{TEAMCITY_PROJECT_NAME}/{TEAMCITY_BUILDCONF_NAME}/{BUILD_NUMBER}'],
    url: ['{BUILD_URL}'],
    job: [],
    project: ['{TEAMCITY_PROJECT_NAME}/{TEAMCITY_BUILDCONF_NAME}'],
  },
  {
    // https://woodpecker-ci.org/docs/usage/environment
    id: 'woodpecker',
    name: 'Woodpecker',
    sign: ['CI', /^woodpecker$/],
    runId: ['{CI_PIPELINE_NUMBER}'],
    url: ['{CI_PIPELINE_URL}'],
    // The workflows of a matrix have one name, and each its number.
    job: ['CI_WORKFLOW_NAME', 'CI_WORKFLOW_NUMBER', 'CI_STEP_NAME'],
    project: ['{CI_REPO}'],
    pullRequest: ['CI_COMMIT_PULL_REQUEST'],
  },
  {
    // https://docs.drone.io/pipeline/environment/reference/
    id: 'drone',
    name: 'Drone',
    sign: ['DRONE', /^true$/],
    runId: ['{DRONE_BUILD_NUMBER}'],
    url: ['{DRONE_BUILD_LINK}'],
    job: ['DRONE_STAGE_NAME', 'DRONE_STEP_NAME'],
    project: ['{DRONE_REPO}'],
    pullRequest: ['DRONE_PULL_REQUEST'],
  },
  {
    // https://docs.travis-ci.com/user/environment-variables/#default-environment-variables
    id: 'travis',
    name: 'Travis CI',
    sign: ['TRAVIS', /^true$/],
    runId: ['{TRAVIS_BUILD_ID}'],
    url: ['{TRAVIS_BUILD_WEB_URL}'],
    // `4.1`: the number of the build, and of the job in it.
    job: ['TRAVIS_JOB_NUMBER'],
    project: ['{TRAVIS_REPO_SLUG}'],
    pullRequest: ['TRAVIS_PULL_REQUEST'],
  },
  {
    // https://docs.semaphore.io/reference/env-vars
    id: 'semaphore',
    name: 'Semaphore',
    sign: ['SEMAPHORE', /^true$/],
    // Promotions are pipelines of the same workflow.
    runId: ['{SEMAPHORE_WORKFLOW_ID}'],
    url: ['{SEMAPHORE_ORGANIZATION_URL}/workflows/{SEMAPHORE_WORKFLOW_ID}'],
    job: [
      'SEMAPHORE_PIPELINE_NAME',
      'SEMAPHORE_BLOCK_NAME',
      'SEMAPHORE_JOB_NAME',
      'SEMAPHORE_JOB_INDEX',
    ],
    project: ['{SEMAPHORE_PROJECT_NAME}'],
    pullRequest: ['SEMAPHORE_GIT_PR_NUMBER'],
  },
  {
    // https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
    id: 'codebuild',
    name: 'AWS CodeBuild',
    sign: ['CODEBUILD_BUILD_ARN'],
    // `project:uuid`; each build of a batch has its own.
    runId: ['{CODEBUILD_BUILD_ID}'],
    // No variable has the page of a build that is not public; this is the one that env-ci links to (services/codebuild.js).
    url: [
      '{CODEBUILD_PUBLIC_BUILD_URL}',
      'https://console.aws.amazon.com/codebuild/home?region={AWS_REGION}#/builds/{CODEBUILD_BUILD_ID}/view/new',
    ],
    job: ['CODEBUILD_BATCH_BUILD_IDENTIFIER'],
    project: ['{CODEBUILD_PROJECT_ARN}'],
    pullRequest: ['CODEBUILD_WEBHOOK_EVENT', /^PULL_REQUEST/],
  },
  {
    // https://cloud.google.com/build/docs/configuring-builds/substitute-variable-values: a step gets of these what its `env` names.
    id: 'cloudbuild',
    name: 'Cloud Build',
    // https://github.com/watson/ci-info (vendors.json)
    sign: ['BUILDER_OUTPUT'],
    runId: ['{BUILD_ID}'],
    url: [
      'https://console.cloud.google.com/cloud-build/builds;region={LOCATION}/{BUILD_ID}?project={PROJECT_ID}',
      'https://console.cloud.google.com/cloud-build/builds/{BUILD_ID}?project={PROJECT_ID}',
    ],
    job: [],
    project: ['{PROJECT_ID}/{TRIGGER_NAME}', '{PROJECT_ID}'],
    pullRequest: ['_PR_NUMBER'],
  },
  {
    // https://confluence.atlassian.com/bamboo/bamboo-variables-289277087.html; a script gets them with `_` for the dots.
    id: 'bamboo',
    name: 'Bamboo',
    sign: ['bamboo_agentId'],
    // In a deployment only the page of its result tells one of a release from another of the same release.
    runId: ['{bamboo_planKey}-{bamboo_buildNumber}', '{bamboo_resultsUrl}'],
    url: ['{bamboo_buildResultsUrl}', '{bamboo_resultsUrl}'],
    job: ['bamboo_shortJobKey', 'bamboo_deploy_environment'],
    project: ['{bamboo_planName}', '{bamboo_deploy_project}'],
    pullRequest: ['bamboo_repository_pr_key'],
  },
  {
    // https://www.appveyor.com/docs/environment-variables/
    id: 'appveyor',
    name: 'AppVeyor',
    sign: ['APPVEYOR', /^true$/i],
    runId: ['{APPVEYOR_BUILD_ID}'],
    url: [
      '{APPVEYOR_URL}/project/{APPVEYOR_ACCOUNT_NAME}/{APPVEYOR_PROJECT_SLUG}/builds/{APPVEYOR_BUILD_ID}',
    ],
    job: ['APPVEYOR_JOB_NUMBER', 'APPVEYOR_JOB_NAME'],
    project: ['{APPVEYOR_ACCOUNT_NAME}/{APPVEYOR_PROJECT_SLUG}'],
    pullRequest: ['APPVEYOR_PULL_REQUEST_NUMBER'],
  },
];

/** The systems of the table, as the five that are known better are. */
export const otherSystems: readonly CiSystem[] = table.map((system) => ({
  id: system.id,
  name: system.name,
  sign(env) {
    const [name, value = /./] = system.sign;
    return value.test(env[name] ?? '') ? name : undefined;
  },
  run: (env) => ({
    runUrl: addressIn(env, system.url),
    runId: filledIn(env, system.runId),
    attempt: system.attempt === undefined ? null : attemptIn(env, system.attempt),
    job: jobOf(env, ...system.job),
    project: filledIn(env, system.project),
    pullRequest: isPullRequest(env, system.pullRequest),
  }),
  output: (deps) => plainOutput(system.id, deps),
}));

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
}

/** The first text of which every variable is set; `null` when there is none. */
function filledIn(
  env: Environment,
  texts: readonly string[],
  shown: (value: string) => string = (value) => value,
): string | null {
  const known = texts.find((text) => namesIn(text).every((name) => valueOf(env, name) !== null));
  return known?.replace(/\{(\w+)\}/g, (_, name: string) => shown(env[name] ?? '')) ?? null;
}

/** What begins with a variable is an address by that already; the values in it are a part of a path, or of a query. */
function addressIn(env: Environment, texts: readonly string[]): string | null {
  const encoded = (value: string): string =>
    /^https?:\/\//.test(value) ? value.replace(/\/$/, '') : encodeURI(value);
  const text = filledIn(env, texts, encoded);
  return text !== null && URL.canParse(text) ? text : null;
}

function attemptIn(
  env: Environment,
  [name, first]: Required<OtherSystem>['attempt'],
): number | null {
  const count = valueOf(env, name) === '0' ? 0 : numberOf(env, name);
  return count === null ? null : count + 1 - first;
}

function isPullRequest(env: Environment, sign: OtherSystem['pullRequest']): boolean {
  const [name, value = /^(?!false$)./i] = sign ?? [''];
  return value.test(env[name] ?? '');
}
