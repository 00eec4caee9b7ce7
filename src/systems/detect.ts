import { azure } from './detection/azure.js';
import { circleci } from './detection/circleci.js';
import { github } from './detection/github.js';
import { gitlab } from './detection/gitlab.js';
import { jenkins } from './detection/jenkins.js';
import type { Detection, ReadFile } from './detection/types.js';
import type { Environment, HostInfo } from '../contract/system.js';

/**
 * The first that matches is taken. Jenkins is last: its agents run inside jobs of other systems, and its address is
 * a variable that users set.
 */
const detections: readonly Detection[] = [github, gitlab, circleci, azure, jenkins];

/** Gitea and Forgejo set all of GitHub's variables beside their own one, and have neither its address nor all of its commands. */
const lookalikes = ['GITEA_ACTIONS', 'FORGEJO_ACTIONS'];

/**
 * Where we run, by the environment alone. `readFile` reads the event file that GitHub names.
 *
 * @param named the CI system that the user names: of several whose signs are there, it is the one
 */
export function detectHost(env: Environment, readFile: ReadFile, named?: string): HostInfo {
  const lookalike = lookalikes.find((name) => env[name] === 'true');
  if (lookalike !== undefined) {
    const info = github.info(env, readFile);
    const notice = `${lookalike} is set: this is not GitHub, though its variables are there. The log is plain; set \`ci-system\` when the rollback is a pipeline.`;
    return {
      system: 'local',
      ...info,
      runUrl: null,
      change: null,
      notices: [notice, ...info.notices],
    };
  }
  const found = detections.flatMap((detection) => {
    const sign = detection.sign(env);
    return sign === undefined ? [] : [{ detection, sign }];
  });
  const explicit = found.find(({ detection }) => detection.system === named?.trim().toLowerCase());
  const taken = explicit ?? found[0];
  if (taken === undefined) return nowhere;
  const info = taken.detection.info(env, readFile);
  const { system } = taken.detection;
  if (found.length === 1 || explicit !== undefined) return { system, ...info };
  const signs = found.map(({ detection, sign }) => `${detection.system} (${sign})`).join(', ');
  const notice = `The environment has the signs of several CI systems: ${signs}. ${system} is taken; set \`ci-system\` when the rollback is a pipeline of another.`;
  return { system, ...info, notices: [notice, ...info.notices] };
}

const nowhere: HostInfo = {
  system: 'local',
  runUrl: null,
  runId: null,
  attempt: null,
  project: null,
  change: null,
  pullRequest: false,
  forkPullRequest: false,
  rollbackMarker: null,
  notices: [],
};
