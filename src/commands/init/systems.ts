import type { InputId } from '../../inputs/table.js';
import type { Answers } from './answers.js';
import type { InitSystem } from './repository.js';
import { azure } from './systems/azure.js';
import { circleci } from './systems/circleci.js';
import { github } from './systems/github.js';
import { gitlab, gitlabJobs } from './systems/gitlab.js';
import { jenkins } from './systems/jenkins.js';
import type { SystemPlan, Wanted, Way } from './wanted.js';

export const titles: Readonly<Record<InitSystem, string>> = {
  github: 'GitHub Actions',
  gitlab: 'GitLab CI',
  circleci: 'CircleCI',
  jenkins: 'Jenkins',
  azure: 'Azure Pipelines',
};

const plans: Readonly<Record<InitSystem, (wanted: Wanted) => SystemPlan>> = {
  github,
  gitlab,
  circleci,
  jenkins,
  azure,
};

/** The files of a system, and what is left to do there. */
export function planFor(wanted: Wanted): SystemPlan {
  return plans[wanted.system](wanted);
}

/** The pipeline is always the last way: it needs nothing of the machine that the gate runs on. */
const chains: Readonly<Record<Way, string>> = {
  kubernetes: 'kubernetes,ci',
  compose: 'compose,ci',
  pipeline: 'ci',
};

/** What the configuration says besides the answers, where these do not say it. */
export function configFor({ system, way, texts }: Answers): ReadonlyMap<InputId, string> {
  const chain =
    texts.has('helm-release') && way !== 'compose' ? `helm,${chains[way]}` : chains[way];
  const usual: readonly (readonly [InputId, string])[] = [
    ['rollback', chain],
    ['ci-system', system],
    ...named[system]({ system, way, texts, branch: 'main' }),
  ];
  return new Map([...usual, ...texts, ['ci-system', system]]);
}

/** By what name the rollback pipeline is found. */
const named: Readonly<
  Record<InitSystem, (wanted: Wanted) => readonly (readonly [InputId, string])[]>
> = {
  github: () => [],
  gitlab: (wanted) => [['gitlab-rollback-jobs', gitlabJobs(wanted)]],
  circleci: () => [],
  jenkins: () => [['jenkins-job', 'rollback']],
  azure: () => [['azure-pipeline', 'Rollback']],
};
