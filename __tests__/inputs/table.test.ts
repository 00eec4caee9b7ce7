import { describe, expect, it } from '@jest/globals';
import { strategyIds } from '../../src/contract/strategy.js';
import { commands } from '../../src/inputs/commands.js';
import {
  inputIds,
  inputOf,
  inputs,
  isInputId,
  type InputId,
  type Settings,
} from '../../src/inputs/table.js';
import { ciSystems } from '../../src/systems/registry.js';
import { actionVariables, ownVariable } from '../../src/inputs/variables.js';

/** The ids that wrappers, documents and users rely on. */
const contract = [
  'command config dry-run duration interval warm-up sensitivity decision on-unhealthy on-inconclusive fail-on',
  'deployed-within url requests-per-second request-timeout follow-redirects expect-status expect-body headers',
  'health-url health-interval health-failures health-successes min-success-rate max-errors-per-minute',
  'max-latency min-requests prometheus-url prometheus-token prometheus-total prometheus-errors rollback',
  'rollback-command rollback-timeout verify-timeout rollback-scope snapshot-file kubernetes-workload',
  'kubernetes-namespace kubernetes-context kubeconfig kubernetes-revision helm-release helm-namespace',
  'compose-file compose-project compose-service canary-workload canary-service ci-system rollback-ref',
  'rollback-parameters rollback-wait rollback-start-timeout github-repository github-token github-workflow',
  'github-api-url host-token gitlab-url gitlab-project gitlab-pipeline gitlab-token gitlab-trigger-token',
  'gitlab-cancel jenkins-url jenkins-user jenkins-token jenkins-job circleci-url circleci-token',
  'circleci-project circleci-definition-id azure-url azure-org azure-project azure-pat azure-pipeline',
  'report-dir report-logs ca-file reason',
]
  .join(' ')
  .split(' ');

describe('the table', () => {
  it('has every id of the contract', () => {
    expect(inputIds).toEqual(expect.arrayContaining(contract));
  });

  it.each(inputIds.map((id) => [id] as const))('the row of %s is complete', (id) => {
    const row = inputOf(id);
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(row.description).toMatch(/^[A-Z`].*\.$/s);
    if (row.default !== undefined) expect(row.parse(row.default)).toMatchObject({ ok: true });
    for (const other of [...(row.sentTo ?? []), row.fallback ?? id]) {
      expect(isInputId(other)).toBe(true);
    }
    // A token or a header is sent somewhere, by itself or by the input that it stands in for.
    const stood = inputIds.find((each) => inputOf(each).fallback === id);
    const sent = row.sentTo ?? (stood === undefined ? [] : inputOf(stood).sentTo) ?? [];
    expect(sent.length > 0).toBe(row.secret === true);
    if (row.configures === true) expect(row.strategy).toBeDefined();
    if (row.strategy === 'ci') expect(row.configures).toBe(true);
    if (row.fallback !== undefined) {
      expect(row.type.name).toBe(inputOf(row.fallback as InputId).type.name);
    }
  });

  it('gives every input its own variables', () => {
    const names = inputIds.flatMap((id) => [ownVariable(id), ...actionVariables(id)]);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each([
    [
      'min-success-rate',
      'ROLLGATE_MIN_SUCCESS_RATE',
      ['INPUT_MIN-SUCCESS-RATE', 'INPUT_MINSUCCESSRATE'],
    ],
    ['url', 'ROLLGATE_URL', ['INPUT_URL']],
  ])('the variables of %s are %s and %j', (id, own, action) => {
    expect(ownVariable(id)).toBe(own);
    expect(actionVariables(id)).toEqual(action);
  });

  it('accepts exactly the known strategies', () => {
    expect(inputs.rollback.parse(strategyIds.join(','))).toEqual({
      ok: true,
      value: [...strategyIds],
    });
    expect(inputs.rollback.parse('undo')).toMatchObject({ ok: false });
  });

  it('accepts exactly the known commands', () => {
    for (const { id } of commands) {
      expect(inputs.command.parse(id)).toEqual({ ok: true, value: id });
    }
    expect(inputs.command.parse('undo')).toMatchObject({ ok: false });
  });

  it.each<[InputId, string, boolean]>([
    ['requests-per-second', '0.1', true],
    ['requests-per-second', '0.05', false],
    ['requests-per-second', '500', true],
    ['requests-per-second', '501', false],
    ['interval', '200ms', true],
    ['interval', '199ms', false],
    ['health-interval', '200ms', true],
    ['health-interval', '199ms', false],
    ['request-timeout', '50ms', true],
    ['request-timeout', '49ms', false],
    ['duration', '1s', true],
    ['duration', '999ms', false],
    ['duration', '24h', true],
    ['duration', '25h', false],
    ['warm-up', '0', true],
    ['deployed-within', '720h', true],
    ['kubernetes-workload', 'deployment/api, statefulset/db', true],
    ['kubernetes-workload', 'api', false],
    ['kubernetes-workload', 'pod/api', false],
    ['kubernetes-revision', '13', true],
    ['kubernetes-revision', 'deployment/api=13\nstatefulset/db=2', true],
    ['kubernetes-revision', 'latest', false],
    ['github-repository', 'owner/name', true],
    ['github-repository', 'https://github.com/owner/name', false],
    ['fail-on', 'none', true],
    ['fail-on', 'cancelled', false],
    ['report-logs', '20', true],
    ['report-logs', '-1', false],
  ])('%s: %j is accepted: %s', (id, text, accepted) => {
    expect(inputOf(id).parse(text).ok).toBe(accepted);
  });

  it('names only known inputs and CI systems in its rules', () => {
    const named = inputIds
      .map(inputOf)
      .flatMap((row) => [
        ...(row.belongsTo === undefined ? [] : [row.belongsTo]),
        ...(row.fallback === undefined ? [] : [row.fallback]),
        ...(row.sentTo ?? []),
        ...(row.excludes?.inputs ?? []),
        ...(row.requires ?? []).map((rule) => (typeof rule === 'string' ? rule : rule.input)),
        ...(row.requiresOneOf?.inputs ?? []),
        ...Object.keys(row.requiredWhen?.values ?? {}),
      ]);
    expect(named.filter((id) => !isInputId(id))).toEqual([]);
    const systems = inputIds.flatMap((id) => Object.keys(inputOf(id).setBy ?? {}));
    expect(ciSystems.map(({ id }) => id)).toEqual(expect.arrayContaining([...new Set(systems)]));
  });

  it('gives each setting the type of its values', () => {
    // Each line compiles only when the type is what it says; the values are there to have something to run.
    const typed = {
      duration: 1 satisfies Settings['duration'],
      rate: ['off', 95] satisfies Settings['min-success-rate'][],
      latency: [undefined, 'off', { percentile: 95, maxMs: 1 }] satisfies Settings['max-latency'][],
      url: [undefined, ['http://a']] satisfies Settings['url'][],
      rollback: ['ci'] satisfies Settings['rollback'],
      // @ts-expect-error an input with a default is never absent
      absent: undefined satisfies Settings['interval'],
      // @ts-expect-error this check cannot be off
      off: 'off' satisfies Settings['min-requests'],
    };
    expect(Object.keys(typed)).toHaveLength(7);
  });
});
