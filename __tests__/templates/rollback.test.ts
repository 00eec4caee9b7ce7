import { chmodSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { pins } from '../../scripts/generators/pins.js';
import { scriptOf, type Kind } from '../../scripts/generators/rollback-pipelines.js';
import { createCiStrategy } from '../../src/strategies/ci/strategy.js';
import { agree } from '../../src/pipelines/azure/pipeline.js';
import type { AzureContext as AzureSite } from '../../src/pipelines/azure/context.js';
import * as circleci from '../../src/pipelines/circleci/configuration.js';
import { startCall } from '../../src/pipelines/circleci/configuration.js';
import * as github from '../../src/pipelines/github/workflow.js';
import { variablesOf } from '../../src/pipelines/gitlab/configuration.js';
import { composeParameters } from '../../src/pipelines/jenkins/job.js';
import type { PipelineClient, StartRequest } from '../../src/contract/pipeline.js';
import { Workplace, type Ended } from '../support/bundle.js';
import {
  dockerStandIn,
  kubectlStandIn,
  rollbackPipelines,
  type RollbackPipeline,
} from '../support/rollback-pipelines.js';
import { describeWithSchemas, problemsOf, type PublishedSchema } from '../support/schemas.js';
import { VirtualClock } from '../support/virtual-clock.js';

const named = rollbackPipelines.map((one) => [one.name, one] as const);
const of = (system: string): [string, RollbackPipeline][] =>
  rollbackPipelines.filter((one) => one.system === system).map((one) => [one.name, one]);

/** All that the strategy may ask a client to send. */
async function everythingSent(): Promise<StartRequest> {
  let sent: StartRequest | undefined;
  const client: PipelineClient = {
    id: 'any',
    name: 'any',
    address: 'any',
    preflight: () => Promise.resolve([]),
    describe(request) {
      sent = request;
      return Promise.resolve([]);
    },
    start: () => Promise.reject(new Error('nothing is started here')),
    state: () => Promise.reject(new Error('nothing is started here')),
    cancel: () => Promise.resolve(),
  };
  const strategy = createCiStrategy({
    ...{ client, ref: undefined, parameters: {}, wait: true, startTimeout: 1 },
    ...{ clock: new VirtualClock(), random: () => 0 },
  });
  const request = {
    ...{ target: 'default', verdict: 'unhealthy', reason: 'bad', correlationId: 'rollgate-1' },
    ...{ revision: '12', image: 'shop:1' },
  };
  await strategy.plan(request, new AbortController().signal);
  return sent!;
}

interface Declared {
  readonly type: string;
  readonly default: unknown;
}

describe.each(named)('templates/rollback/%s', (_, { kind, script, text, settings }) => {
  it('contains the script of its kind', () => {
    const source = readFileSync(scriptOf(kind), 'utf8').replace(/^#!.*\n/, '');
    expect(script.replace(/^#!.*\n/, '').trimEnd()).toBe(source.trimEnd());
  });

  it('has no characters in the script that another program would interpret', () => {
    // Expressions of GitHub and Azure, parameters of CircleCI, inputs of GitLab; escapes and quotes of Groovy; and what
    // gitlab-ci-local runs, even in a comment, when it shows the script.
    for (const mark of ['${{', '<<', '$[[', '\\', "'''", '`']) expect(script).not.toContain(mark);
    // Azure puts variables where it finds their names in brackets.
    const names = [...script.matchAll(/\$\(([\w.]+)\)/g)].map(([, name]) => name);
    expect(names).toEqual([]);
  });

  it('sets every variable that the script reads from users, and no other', () => {
    const ours = /^(ROLLBACK\w*|KUBECONFIG\w*|LC_ALL)$/;
    const used = new Set([...script.matchAll(/\$\{?([A-Z][A-Z_]+)/g)].map(([, name = '']) => name));
    const required = [...used].filter((name) => !ours.test(name) && name !== 'API_IMAGE');
    const own = Object.keys(settings).filter((name) => name !== 'GIT_STRATEGY');
    expect(required).toEqual(expect.arrayContaining(own));
    expect(required.filter((name) => !own.includes(name) && name !== 'CONTEXT')).toEqual([]);
  });

  it('does not run Rollgate', () => {
    const code = text.replace(/^\s*(#|\/\/).*$/gm, '').replace(/^.*descripti.*$/gm, '');
    expect(code.replace(/image: .*|name: .*:.*/g, '').replace(/#.*$/gm, '')).not.toMatch(
      /rollgate|npx/i,
    );
  });
});

describe('the rollback pipeline declares what Rollgate sends', () => {
  it.each(of('github'))('%s', async (_, { text }) => {
    const sent = await everythingSent();
    const declaration = github.readDeclaration(text);
    expect(declaration).toMatchObject({ dispatch: true, showsId: true });
    const { inputs, problems } = github.composeInputs(sent, declaration, 'rollback.yml');
    expect(problems).toEqual([]);
    expect(inputs).toEqual(sent.optional);
    expect([...declaration.inputs.keys()]).toEqual(Object.keys(sent.optional));
  });

  it.each(of('gitlab'))('%s', async (_, { value, script }) => {
    const sent = Object.keys(variablesOf(await everythingSent()));
    const { rollback, workflow } = value as { rollback: object; workflow: object };
    const used = sent.filter((name) => (script + JSON.stringify(workflow)).includes(`$${name}`));
    const inBraces = sent.filter((name) => script.includes(`\${${name}:-}`));
    expect([...new Set([...used, ...inBraces])].sort()).toEqual([...sent].sort());
    expect(rollback).toMatchObject({ rules: [{ if: '$ROLLBACK == "true"' }] });
  });

  it.each(of('circleci'))('%s', async (_, { text, value }) => {
    const sent = await everythingSent();
    const { rollback: marker, ...others } = sent.optional;
    const { json } = startCall('gh/acme/shop', undefined, { branch: 'main' }, others);
    expect(marker).toBe('true');
    const { parameters } = json as { parameters: Readonly<Record<string, unknown>> };
    const declared = value.parameters as Readonly<Record<string, Declared>>;
    expect(Object.keys(declared)).toEqual(Object.keys(parameters));
    for (const [name, one] of Object.entries(declared)) {
      expect({ name, type: one.type }).toEqual({ name, type: typeof parameters[name] });
      expect(one.default).toBe(name === 'rollback' ? false : '');
    }
    expect(circleci.mismatches(circleci.readDeclaration(text), others)).toEqual([]);
  });

  it.each(of('azure-devops'))('%s', async (_, { value }) => {
    const sent = await everythingSent();
    const site = { api: { read: () => Promise.resolve({}) } } as unknown as AzureSite;
    const signal = new AbortController().signal;
    const { parameters } = await agree(site, '12', undefined, sent, signal);
    const declared = value.parameters as readonly (Declared & { name: string })[];
    expect(declared.map(({ name }) => name)).toEqual(Object.keys(parameters));
    for (const one of declared)
      expect(one).toMatchObject(
        one.name === 'rollback'
          ? { type: 'boolean', default: false }
          : { type: 'string', default: 'none' },
      );
  });

  it.each(of('jenkins'))('%s', async (_, { text }) => {
    const sent = await everythingSent();
    const declared = [...text.matchAll(/^ {4}(booleanParam|string|text)\(name: '(\w+)'/gm)];
    const parameters = declared.map(([, , name = '']) => ({ name, choices: undefined }));
    const job = { buildable: true, parameters, concurrent: false, next: 1 };
    const composed = composeParameters(sent, job, 'ops/rollback');
    expect(composed.problems).toEqual([]);
    expect(Object.keys(composed.parameters)).toEqual(parameters.map(({ name }) => name));
    expect(declared[0]?.slice(1)).toEqual(['booleanParam', 'ROLLBACK']);
    expect(Object.keys(composed.parameters)).toHaveLength(Object.keys(sent.optional).length);
    // Lines of several workloads are no string of Jenkins, but a text.
    expect(text).toContain("text(name: 'ROLLBACK_REVISION'");
  });
});

describe('a rollback pipeline runs only on demand', () => {
  it.each(of('github'))(
    '%s: with the marker, few permissions and its own concurrency group',
    (_, { value, text, kind }) => {
      const { concurrency, permissions, jobs } = value as {
        concurrency: unknown;
        permissions: unknown;
        jobs: Readonly<
          Record<string, { if: string; permissions: unknown; steps: { uses?: string }[] }>
        >;
      };
      expect(Object.keys(value.on as object)).toEqual(['workflow_dispatch']);
      expect(concurrency).toEqual({ group: 'rollback-production', 'cancel-in-progress': false });
      expect(permissions).toEqual({});
      expect(Object.keys(jobs)).toEqual(['rollback']);
      expect(jobs.rollback?.if).toBe('inputs.rollback');
      expect(jobs.rollback?.permissions).toEqual(kind === 'compose' ? { contents: 'read' } : {});
      const used = [...text.matchAll(/uses: (.*)$/gm)].map(([, uses]) => uses);
      expect(used).toEqual(kind === 'compose' ? [pins.checkout] : []);
      const deploy = parse(readFileSync('examples/.github/workflows/deploy.yml', 'utf8')) as {
        concurrency: { group: string };
      };
      expect(deploy.concurrency.group).not.toBe('rollback-production');
    },
  );

  it.each(of('gitlab'))(
    '%s: with the marker, its own resource group and no retry',
    (_, { value }) => {
      expect(value.rollback).toMatchObject({
        ...{ resource_group: 'rollback', retry: 0, interruptible: false },
        rules: [{ if: '$ROLLBACK == "true"' }],
      });
      expect(value['.not-in-a-rollback']).toMatchObject({
        rules: [{ if: '$ROLLBACK == "true"', when: 'never' }, {}],
      });
    },
  );

  it.each(of('circleci'))('%s: with the marker and its own serial group', (_, { value }) => {
    const { rollback, ...others } = value.workflows as Readonly<Record<string, object>>;
    expect(others).toEqual({});
    expect(rollback).toMatchObject({
      when: '<< pipeline.parameters.rollback >>',
      jobs: [{ rollback: { 'serial-group': '<< pipeline.project.slug >>/rollback' } }],
    });
  });

  it.each(of('azure-devops'))('%s: with the marker and its own environment', (_, { value }) => {
    expect(value).toMatchObject({ trigger: 'none', pr: 'none', lockBehavior: 'sequential' });
    const [stage, ...others] = value.stages as object[];
    expect(others).toEqual([]);
    expect(stage).toMatchObject({
      '${{ if eq(parameters.rollback, true) }}': [
        { stage: 'rollback', jobs: [{ deployment: 'rollback', environment: 'rollback' }] },
      ],
    });
  });

  it.each(of('jenkins'))('%s: with the marker and no concurrent build', (_, { text }) => {
    expect(text.match(/^ +stage\(/gm)).toHaveLength(1);
    expect(text).toContain('when { expression { params.ROLLBACK } }');
    expect(text).toContain('disableConcurrentBuilds()');
  });
});

const schemas: Readonly<Record<string, PublishedSchema>> = {
  github: 'github-workflow',
  gitlab: 'gitlab-ci',
  circleci: 'circleci-config',
  'azure-devops': 'azure-pipelines',
};

/** What Azure makes of the file when the marker is set. It reads every scalar as a text. */
function expanded({ system, value }: RollbackPipeline): unknown {
  if (system !== 'azure-devops') return value;
  const [stage] = value.stages as Readonly<Record<string, unknown>>[];
  const whole = JSON.stringify({ ...value, stages: Object.values(stage!)[0] });
  return JSON.parse(whole, (_, each: unknown) =>
    typeof each === 'number' || typeof each === 'boolean' ? String(each) : each,
  );
}

describeWithSchemas('rollback pipelines, by the published schemas', Object.values(schemas), () => {
  const checked = named.filter(([, { system }]) => system in schemas);

  it.each(checked)('%s is valid', (_, pipeline) => {
    expect(problemsOf(schemas[pipeline.system]!, expanded(pipeline))).toEqual([]);
  });

  it.each(checked)('%s with an unknown key is invalid', (_, pipeline) => {
    const text = JSON.stringify(expanded(pipeline));
    const wrong = text.replace(/"(steps|script)":/, '"$1s":');
    expect(wrong).not.toBe(text);
    expect(problemsOf(schemas[pipeline.system]!, JSON.parse(wrong))).not.toEqual([]);
  });
});

/** In which shells the systems run it. */
const shells = ['sh', 'bash'];
const programs = { kubernetes: 'kubectl', compose: 'docker' } as const;

let place: Workplace;

beforeEach(() => {
  place = new Workplace();
  for (const [name, text] of [
    ['kubectl', kubectlStandIn],
    ['docker', dockerStandIn],
  ] as const) {
    place.write(`bin/${name}`, text);
    chmodSync(place.path(`bin/${name}`), 0o755);
  }
});

afterEach(() => {
  place.remove();
});

interface Came extends Ended {
  readonly calls: readonly string[];
}

async function run(
  pipeline: RollbackPipeline,
  env: Readonly<Record<string, string>>,
  shell = 'sh',
): Promise<Came> {
  place.write('script.sh', pipeline.script);
  const { code, output } = await place.launch(shell, ['-e', 'script.sh'], {
    PATH: `${place.path('bin')}:${process.env.PATH ?? ''}`,
    CALLS: place.path('calls'),
    TMPDIR: place.folder,
    ROLLBACK: 'true',
    ...pipeline.settings,
    ...env,
  }).ended;
  const calls = (place.read('calls') ?? '').split('\n').filter((line) => line !== '');
  return { code, output, calls };
}

const byKind = (kind: Kind): [string, RollbackPipeline][] =>
  named.filter(([, one]) => one.kind === kind).map(([name, one]) => [name, one]);
const first = (kind: Kind): RollbackPipeline => byKind(kind)[0]![1];
/** What changes something. */
const changes = (calls: readonly string[]): string[] =>
  calls.filter((call) => /rollout undo|compose up/.test(call));
const several = { WORKLOADS: 'deployment/api statefulset/db daemonset/agent' };

describe.each(byKind('kubernetes'))('the script of %s, run', (_, pipeline) => {
  it.each(shells)('rolls back to the revision, and waits for it, in %s', async (shell) => {
    const { code, calls, output } = await run(pipeline, { ROLLBACK_REVISION: '12' }, shell);
    expect({ code, output }).toEqual({ code: 0, output });
    expect(calls.map((call) => call.replace('--namespace=shop ', ''))).toEqual([
      'get deployment/api --output=name',
      'rollout history deployment/api --revision=12',
      'rollout undo deployment/api --to-revision=12',
      'rollout status deployment/api --timeout=5m',
      'get deployment/api --output=jsonpath={.spec.replicas}/{.status.readyReplicas}',
      'get deployment/api --output=jsonpath={.spec.template.spec.containers[*].image}',
    ]);
    expect(output).toContain('3 of 3 replicas are ready');
  });
});

describe('the rollback script for Kubernetes', () => {
  const kubernetes = (env: Readonly<Record<string, string>>): Promise<Came> =>
    run(first('kubernetes'), env);

  it.each([{}, { ROLLBACK_REVISION: '' }, { ROLLBACK_REVISION: 'none' }])(
    'no revision: rolls back to the previous one (%j)',
    async (env) => {
      const { code, calls } = await kubernetes(env);
      expect(code).toBe(0);
      expect(changes(calls)).toEqual(['--namespace=shop rollout undo deployment/api']);
    },
  );

  it.each([
    'deployment/api=12\nstatefulset/db=3\ndaemonset/agent=7',
    'deployment/api=12\r\nstatefulset/db=3\r\ndaemonset/agent=7\r\n',
    'daemonset/agent=7,deployment/api=12,statefulset/db=3',
    ' statefulset/db=3 deployment/api=12  daemonset/agent=7',
  ])('a revision for each of several workloads: %j', async (revisions) => {
    const { code, calls, output } = await kubernetes({ ...several, ROLLBACK_REVISION: revisions });
    expect({ code, output }).toEqual({ code: 0, output });
    expect(changes(calls)).toEqual([
      '--namespace=shop rollout undo deployment/api --to-revision=12',
      '--namespace=shop rollout undo statefulset/db --to-revision=3',
      '--namespace=shop rollout undo daemonset/agent --to-revision=7',
    ]);
    // All are looked at before the first is changed.
    expect(calls.findIndex((call) => call.includes('undo'))).toBe(6);
    expect(calls).toContainEqual(
      expect.stringContaining('{.status.desiredNumberScheduled}/{.status.numberReady}'),
    );
  });

  it('several workloads without a revision: each to its previous one', async () => {
    const { code, calls } = await kubernetes(several);
    expect(code).toBe(0);
    expect(changes(calls)).toHaveLength(3);
    expect(calls.join()).not.toContain('revision');
  });

  it('uses the named context', async () => {
    const { calls } = await kubernetes({ CONTEXT: 'group/project:agent' });
    for (const call of calls) expect(call).toMatch(/^--context=group\/project:agent --namespace=/);
  });

  it.each([
    ...[
      'x',
      '-1',
      '0',
      '012',
      '1.5',
      '12;id',
      '$(id)',
      '`id`',
      '12 13',
      '1234567890',
      '=',
      '--help',
    ],
    ...['deployment/api', 'deployment/api=', 'deployment/api=x', 'deployment/other=1', '=12'],
    ...['deployment/api=1=2', 'deployment/api=1,deployment/api=2', '12\n::error::x', "12'", '12"'],
    '*',
  ])('an invalid revision: exit 2, nothing is run: %j', async (revision) => {
    const { code, calls, output } = await kubernetes({ ROLLBACK_REVISION: revision });
    expect({ code, calls }).toEqual({ code: 2, calls: [] });
    expect(output).toMatch(/^rollback: .*ROLLBACK_REVISION.* Nothing was touched\.\n$/);
  });

  it.each(['12', 'deployment/api=12', 'deployment/api=12,statefulset/db=3'])(
    'revisions that do not match several workloads: exit 2: %s',
    async (revisions) => {
      const ended = await kubernetes({ ...several, ROLLBACK_REVISION: revisions });
      expect(ended).toMatchObject({ code: 2, calls: [] });
    },
  );

  it.each(['-x', 'a b', '$(id)', 'a;b', 'a\n::error::b', 'a|b'])(
    'an invalid image: exit 2, nothing is run: %j',
    async (image) => {
      expect(await kubernetes({ ROLLBACK_IMAGE: image })).toMatchObject({ code: 2, calls: [] });
    },
  );

  it.each([{ WORKLOADS: '' }, { WORKLOADS: 'api' }, { WORKLOADS: '--all' }, { NAMESPACE: '' }])(
    'invalid settings: exit 2, nothing is run: %j',
    async (env) => {
      expect(await kubernetes(env)).toMatchObject({ code: 2, calls: [] });
    },
  );

  it.each(['get', 'history'])(
    'one workload that cannot be read: exit 2, none is changed: %s',
    async (fails) => {
      const { code, calls } = await kubernetes({ ROLLBACK_REVISION: '12', FAILS: fails });
      expect(code).toBe(2);
      expect(changes(calls)).toEqual([]);
    },
  );

  it.each([
    [{ FAILS: 'undo' }, 'deployment/api was not rolled back'],
    [{ FAILS: 'status' }, 'deployment/api did not become ready'],
    [{ READY: '2' }, 'deployment/api has 2 of 3 replicas ready'],
    [{ READY: '' }, 'deployment/api has 0 of 3 replicas ready'],
    [{ ROLLBACK_IMAGE: 'shop:2' }, 'no workload runs shop:2'],
    [{ ROLLBACK_IMAGE: 'shop' }, 'no workload runs shop'],
    [{ ROLLBACK_IMAGE: 'shop:1,shop:2' }, 'no workload runs shop:2'],
    [{ ROLLBACK_IMAGE: 'deployment/api=shop:1+sidecar:8' }, 'no workload runs sidecar:8'],
  ])('an unproven rollback: exit 1: %j', async (env, says) => {
    const { code, output } = await kubernetes(env);
    expect({ code, output }).toEqual({ code: 1, output });
    expect(output).toContain(`rollback: ${says}`);
  });

  // Several containers, and several workloads, as the gate writes them out of a snapshot.
  it.each([
    'shop:1',
    'sidecar:7',
    'shop:1,sidecar:7',
    'deployment/api=shop:1+sidecar:7,deployment/web=sidecar:7',
  ])('the expected image runs: exit 0: %s', async (image) => {
    expect(await kubernetes({ ROLLBACK_IMAGE: image })).toMatchObject({ code: 0 });
  });

  it('a kubeconfig as text is readable by its user only, and removed', async () => {
    place.write(
      'bin/kubectl',
      '#!/bin/sh\ncat "$KUBECONFIG" >> "$CALLS"; ls -l "$KUBECONFIG" >> "$CALLS"; printf 1/1\n',
    );
    const { code, calls, output } = await kubernetes({ KUBECONFIG_CONTENT: 'apiVersion: v1' });
    expect(code).toBe(0);
    expect(calls[0]).toMatch(/^apiVersion: v1-rw------- /);
    expect(output).not.toContain('apiVersion');
    expect(Object.keys(place.files()).sort()).toEqual([
      ...['bin/docker', 'bin/kubectl', 'calls', 'script.sh'],
    ]);
  });

  it('an unset variable of Azure counts as empty', async () => {
    place.write('bin/kubectl', '#!/bin/sh\necho "${KUBECONFIG-unset}" >> "$CALLS"; printf 1/1\n');
    const { calls } = await kubernetes({ KUBECONFIG_CONTENT: '$(KUBECONFIG_CONTENT)' });
    expect(new Set(calls)).toEqual(new Set(['unset']));
  });
});

describe.each(byKind('compose'))('the script of %s, run', (_, pipeline) => {
  it.each(shells)('rolls back to the image, and waits for it, in %s', async (shell) => {
    const { code, calls, output } = await run(pipeline, { ROLLBACK_IMAGE: 'shop/api:v1' }, shell);
    expect({ code, output }).toEqual({ code: 0, output });
    expect(calls).toEqual([
      'compose config --images api',
      'image inspect shop/api:v1',
      'compose up --detach --no-deps --no-build --pull never --wait --wait-timeout 300 api',
      'up with shop/api:v1',
      'image inspect --format {{.Id}} shop/api:v1',
      'compose ps --quiet api',
      'inspect --format {{.Image}} c1',
      'inspect --format {{.Image}} c2',
    ]);
  });
});

describe('the rollback script for Compose', () => {
  const compose = (env: Readonly<Record<string, string>>): Promise<Came> =>
    run(first('compose'), { ROLLBACK_IMAGE: 'shop/api:v1', ...env });
  const digest = `registry.example.com:5000/shop/api@sha256:${'a'.repeat(64)}`;

  it('an image by its digest', async () => {
    const { code, calls } = await compose({ ROLLBACK_IMAGE: digest });
    expect(code).toBe(0);
    expect(calls).toContain(`up with ${digest}`);
  });

  it.each(['', 'none'])('no image (%j): uses the tag', async (image) => {
    const { code, calls } = await compose({ ROLLBACK_IMAGE: image, ROLLBACK_REVISION: 'v1.4.2' });
    expect(code).toBe(0);
    expect(calls).toContain('up with registry.example.com/shop/api:v1.4.2');
  });

  it('an image that is not on the engine is pulled', async () => {
    const { code, calls } = await compose({ FAILS: 'image inspect shop' });
    expect(code).toBe(0);
    expect(calls).toContain('pull --quiet shop/api:v1');
  });

  it('runs in the folder of the project', async () => {
    place.write('project/compose.yaml', '');
    place.write('bin/docker', '#!/bin/sh\npwd >> "$CALLS"; echo shop/api:v1\n');
    const { calls } = await compose({ PROJECT_DIRECTORY: 'project' });
    for (const call of calls) expect(call).toMatch(/\/project$/);
  });

  it.each([
    [{ ROLLBACK_IMAGE: '' }, 'neither ROLLBACK_IMAGE nor ROLLBACK_REVISION'],
    [{ ROLLBACK_IMAGE: 'none', ROLLBACK_REVISION: 'none' }, 'neither ROLLBACK_IMAGE'],
    ...['-x', '--help', 'a b', '$(id)', 'a;b', 'a\n::error::b', 'a`id`'].map(
      (image) => [{ ROLLBACK_IMAGE: image }, 'ROLLBACK_IMAGE is not a reference'] as const,
    ),
    ...['-x', '.x', 'a b', '$(id)', 'a/b', 'a:b', 'a\nb'].map(
      (tag) => [{ ROLLBACK_REVISION: tag }, 'ROLLBACK_REVISION is not a tag'] as const,
    ),
    [{ ROLLBACK_IMAGE: '', ROLLBACK_REVISION: 'v1', IMAGE_NAME: '' }, 'IMAGE_NAME is empty'],
    [{ SERVICE: '' }, 'SERVICE is not a service name'],
    [{ SERVICE: '--all' }, 'SERVICE is not a service name'],
    [{ IMAGE_VARIABLE: 'a-b' }, 'IMAGE_VARIABLE is not a variable name'],
    [{ PROJECT_DIRECTORY: 'not-there' }, 'PROJECT_DIRECTORY is not there'],
  ])('settings %j: exit 2, nothing is run', async (env, says) => {
    const { code, calls, output } = await compose(env);
    expect({ code, calls }).toEqual({ code: 2, calls: [] });
    expect(output).toContain(says);
    expect(output).not.toContain('::error::');
  });

  it.each([
    [{ TAKES: 'shop/api:v2' }, 'api does not take its image from API_IMAGE'],
    [{ FAILS: 'compose config' }, 'Compose does not read its file'],
  ])(
    'a service that Compose would not change so: exit 2, nothing is changed: %j',
    async (env, says) => {
      const { code, calls, output } = await compose(env);
      expect(code).toBe(2);
      expect(changes(calls)).toEqual([]);
      expect(output).toContain(says);
    },
  );

  it('an image that cannot be found: exit 2, nothing is changed', async () => {
    place.write(
      'bin/docker',
      dockerStandIn.replace(
        'case "$*" in',
        'case "$*" in\n  "image inspect shop"* | pull*) exit 1 ;;',
      ),
    );
    const { code, calls, output } = await compose({});
    expect(code).toBe(2);
    expect(changes(calls)).toEqual([]);
    expect(output).toContain('cannot find image shop/api:v1');
  });

  it.each([
    [{ FAILS: 'compose up' }, 'api did not become healthy'],
    [{ RUNS: 'sha256:2' }, 'container c1 does not run shop/api:v1'],
    [{ CONTAINERS: '' }, 'api has no container'],
  ])('an unproven rollback: exit 1: %j', async (env, says) => {
    const { code, output } = await compose(env);
    expect({ code, output }).toEqual({ code: 1, output });
    expect(output).toContain(`rollback: ${says}`);
  });
});

describe.each(named)('%s', (_, pipeline) => {
  it.each(['', 'false', 'False', 'yes', '${ROLLBACK}'])(
    'with the marker %j: exit 2, nothing is run',
    async (marker) => {
      const env = { ROLLBACK: marker, ROLLBACK_REVISION: '12', ROLLBACK_IMAGE: 'shop:1' };
      const { code, calls, output } = await run(pipeline, env);
      expect({ code, calls }).toEqual({ code: 2, calls: [] });
      expect(output).toContain('this is not a rollback');
    },
  );

  it('with the marker True, as Azure writes it: runs', async () => {
    const { code } = await run(pipeline, { ROLLBACK: 'True', ROLLBACK_IMAGE: 'shop:1' });
    expect(code).toBe(0);
  });

  it(`without a working ${programs[pipeline.kind]}: fails`, async () => {
    place.write(`bin/${programs[pipeline.kind]}`, '#!/bin/sh\nexit 127\n');
    const { code } = await run(pipeline, { ROLLBACK_IMAGE: 'shop:1' });
    expect(code).not.toBe(0);
  });
});
