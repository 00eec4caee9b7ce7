import { describe, expect, it } from '@jest/globals';
import { inputs } from '../../src/inputs/table.js';
import { commandEnvironment, toolEnvironment } from '../../src/inputs/variables.js';

const plain = {
  PATH: '/bin',
  KUBECONFIG: '/home/deploy/.kube/config',
  'INPUT_GITHUB-WORKFLOW': 'rollback.yml',
  GITHUB_REPOSITORY: 'acme/shop',
};
/** What plugins of a kubeconfig and credential helpers ask their clouds with. */
const ofClouds = {
  AWS_SECRET_ACCESS_KEY: 'aws',
  AWS_SESSION_TOKEN: 'aws',
  GOOGLE_APPLICATION_CREDENTIALS: '/tmp/gcp.json',
  AZURE_CLIENT_SECRET: 'azure',
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'oidc',
};
const asInputs = { 'INPUT_HOST-TOKEN': 'ours', INPUT_GITHUBTOKEN: 'ours', INPUT_HEADERS: 'ours' };
const ofTheJob = {
  GITHUB_TOKEN: 't',
  CI_JOB_TOKEN: 't',
  SYSTEM_ACCESSTOKEN: 't',
  JENKINS_TOKEN: 't',
  CIRCLE_TOKEN: 't',
  ROLLGATE_HEADERS: 'Authorization: t',
  ROLLGATE_NOTIFY_URL: 'https://hooks.example/t',
};
const all = { ...plain, ...ofClouds, ...asInputs, ...ofTheJob };

describe('the environment of what we start', () => {
  it('a command line of the user: without the inputs that the CI system passed, with what the user set', () => {
    expect(commandEnvironment(all, inputs)).toEqual({ ...plain, ...ofClouds, ...ofTheJob });
  });

  it('a tool: without any token of ours or of the CI system, with the credentials of clouds', () => {
    expect(toolEnvironment(all, inputs)).toEqual({ ...plain, ...ofClouds });
  });
});
