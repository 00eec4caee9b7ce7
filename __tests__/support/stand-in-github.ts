import { createGithubClient } from '../../src/pipelines/github/client.js';
import { clientFrom, type Fault, type StandIn } from './stand-in.js';
import {
  type Behaviour,
  type DispatchBehaviour,
  FakeGithub,
  type FakeGithubOptions,
} from './fake-github.js';

const SECRET = 'ghs_standInForTheSecretOfATest';

/** api.github.com with one repository and its rollback workflow. */
export async function createGithubStandIn(options: FakeGithubOptions = {}): Promise<StandIn> {
  const fake = await FakeGithub.start({
    token: SECRET,
    // The run that preflight asks about.
    runs: [{ id: 50 }],
    ...options,
  });
  return {
    system: 'github',
    url: fake.url,
    secret: SECRET,
    get requests() {
      return fake.requests.map(({ method, url, headers, text }) => ({
        method,
        url,
        headers,
        body: text,
      }));
    },
    get started() {
      return fake.started.length;
    },
    get hanging() {
      return fake.hanging;
    },
    fault(on, fault) {
      if (fault === null) Reflect.deleteProperty(fake.faults, on);
      else if (on === 'start') fake.faults.start = dispatchOf(fault);
      else fake.faults.follow = answerOf(fault);
    },
    client: (world) =>
      clientFrom(createGithubClient, {
        ...world,
        'github-repository': 'acme/shop',
        'github-workflow': 'rollback.yml',
        'github-token': SECRET,
        'github-api-url': fake.url,
        ownRunId: null,
      }),
    guideVariables: () => ({
      CI_SYSTEM: 'github',
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_TOKEN: SECRET,
      GITHUB_WORKFLOW_ID: 'rollback.yml',
      GITHUB_API_URL: fake.url,
    }),
    close: () => fake.close(),
  };
}

function dispatchOf(fault: Fault): DispatchBehaviour {
  return typeof fault === 'object' && 'accepted' in fault
    ? { accept: true, then: answerOf(fault.then) }
    : answerOf(fault);
}

function answerOf(fault: Fault): Behaviour {
  if (typeof fault === 'object' && 'accepted' in fault) {
    throw new Error('only a call that starts a run can be accepted');
  }
  return fault;
}
