import { describe, expect, it } from '@jest/globals';
import type { SystemId } from '../../src/contract/system.js';
import { configuredStrategies } from '../../src/inputs/configured.js';
import { resolveWith } from '../support/resolve-inputs.js';

const strategiesOf = (
  flags: Record<string, string>,
  env: Record<string, string> = {},
  system: SystemId = 'local',
) => configuredStrategies(resolveWith({ flags, env, system }));

const configured = (...given: Parameters<typeof strategiesOf>): string[] =>
  strategiesOf(...given)
    .filter((strategy) => strategy.configured)
    .map((strategy) => strategy.id);

describe('the configured strategies', () => {
  it('none by default, with what to set', () => {
    expect(strategiesOf({})).toEqual([
      { id: 'kubernetes', configured: false, because: 'not configured: set `kubernetes-workload`' },
      {
        id: 'compose',
        configured: false,
        because: 'not configured: set `compose-file` or `compose-project`',
      },
      {
        id: 'ci',
        configured: false,
        because: 'not configured: name `ci` in `rollback`, or set `ci-system`',
      },
      {
        id: 'scale-down',
        configured: false,
        because: 'not configured: set `canary-workload` or `canary-service`',
      },
    ]);
  });

  it.each([
    [{ 'kubernetes-workload': 'deployment/api' }, 'kubernetes'],
    [{ 'compose-file': 'compose.yml' }, 'compose'],
    [{ 'compose-project': 'shop' }, 'compose'],
    [{ 'canary-workload': 'deployment/canary' }, 'scale-down'],
    [{ 'canary-service': 'canary' }, 'scale-down'],
    [{ 'ci-system': 'github' }, 'ci'],
    [{ 'github-workflow': 'undo.yml' }, 'ci'],
    [{ 'rollback-ref': 'main' }, 'ci'],
    [{ 'rollback-wait': 'true' }, 'ci'],
    [{ rollback: 'ci' }, 'ci'],
    [{ rollback: 'command', 'rollback-command': './undo' }, 'command'],
    [{ rollback: 'helm', 'helm-release': 'shop' }, 'helm'],
  ])('%j configures %s', (flags, id) => {
    expect(configured(flags)).toEqual([id]);
  });

  it.each([
    [{ 'kubernetes-namespace': 'prod' }],
    [{ 'compose-service': 'api' }],
    [{ 'rollback-command': './undo' }],
    [{ rollback: 'kubernetes,compose' }],
    [{ 'host-token': 'ghs_x' }],
    [{ 'rollback-timeout': '5m' }],
  ])('%j: none', (flags) => {
    expect(configured(flags)).toEqual([]);
  });

  it.each<[SystemId, Record<string, string>]>([
    [
      'github',
      {
        GITHUB_REPOSITORY: 'a/b',
        GITHUB_API_URL: 'https://api.github.com',
        'INPUT_HOST-TOKEN': 'ghs_x',
      },
    ],
    [
      'gitlab',
      {
        CI_PROJECT_ID: '1',
        CI_PIPELINE_ID: '2',
        CI_JOB_TOKEN: 'x',
        CI_SERVER_URL: 'https://gitlab.com',
      },
    ],
    ['jenkins', { JENKINS_URL: 'https://ci.example', JOB_NAME: 'shop' }],
    [
      'azure',
      {
        SYSTEM_COLLECTIONURI: 'https://dev.azure.com/acme/',
        SYSTEM_TEAMPROJECT: 'shop',
        SYSTEM_DEFINITIONID: '3',
        SYSTEM_ACCESSTOKEN: 'x',
      },
    ],
  ])('the variables of a job of %s do not configure ci', (system, env) => {
    expect(configured({}, env, system)).toEqual([]);
    expect(configured({}, { ...env, CI_SYSTEM: 'github' }, system)).toEqual(['ci']);
  });

  it.each([
    ['GITHUB_REPOSITORY', 'a/b'],
    ['GITLAB_TOKEN', 'x'],
    ['CI_JOB_TOKEN', 'x'],
    ['JENKINS_URL', 'https://ci.example'],
  ])('%s configures ci only where the user must have set it', (name, value) => {
    expect(strategiesOf({}, { [name]: value }, 'circleci')).toContainEqual(
      expect.objectContaining({
        id: 'ci',
        configured: true,
        because: expect.stringContaining(`(from ${name})`),
      }),
    );
  });

  it('each says what configured it', () => {
    expect(
      strategiesOf(
        { rollback: 'kubernetes,ci' },
        { ROLLGATE_KUBERNETES_WORKLOAD: 'deployment/api' },
      ),
    ).toEqual([
      {
        id: 'kubernetes',
        configured: true,
        because: '`kubernetes-workload` is set (from ROLLGATE_KUBERNETES_WORKLOAD)',
      },
      { id: 'ci', configured: true, because: '`rollback` names it (from --rollback)' },
    ]);
  });

  it('ci-system none: ci is not configured', () => {
    expect(strategiesOf({ rollback: 'ci', 'ci-system': 'none', 'github-token': 'x' })).toEqual([
      { id: 'ci', configured: false, because: '`ci-system` is `none`' },
    ]);
  });

  it.each([
    [undefined, ['helm', 'kubernetes', 'compose', 'ci', 'scale-down']],
    ['ci,kubernetes', ['ci', 'helm', 'kubernetes']],
    ['kubernetes,helm', ['kubernetes', 'helm']],
    ['ci', ['ci']],
  ])('with helm-release, the chain %s becomes %j', (rollback, chain) => {
    const flags = { 'helm-release': 'shop', ...(rollback === undefined ? {} : { rollback }) };
    expect(strategiesOf(flags).map(({ id }) => id)).toEqual(chain);
  });
});
