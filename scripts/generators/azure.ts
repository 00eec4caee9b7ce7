import { stringify } from 'yaml';
import { camelName } from '../../src/systems/system.js';
import { groups, type GroupId } from '../../src/inputs/input.js';
import type { Release } from './release-config.js';
import type { WrapperInput } from './wrapper-inputs.js';

/** From the root of the repository. */
export const extensionFolder = 'templates/azure-devops';
/** The task, below it. */
export const taskName = 'Rollgate';
/** Of the task, for all time: by it a server knows that a new version is one. */
const TASK_ID = '2f0c1f5e-6b0a-4a7e-9a51-5d1f0e7c3b42';

interface Output {
  readonly id: string;
  readonly description: string;
}

/**
 * The task of the extension. https://raw.githubusercontent.com/microsoft/azure-pipelines-task-lib/master/tasks.schema.json
 * says what may stand in it, and the names have no hyphens.
 */
export function generateTask(
  inputs: readonly WrapperInput[],
  outputs: readonly Output[],
  { repository, version }: Release,
): string {
  const home = `https://github.com/${repository}`;
  const [major, minor, patch] = numbersOf(version);
  const handler = { target: 'index.js' };
  return print({
    id: TASK_ID,
    name: taskName,
    friendlyName: 'Rollgate: watch and roll back',
    description: 'Watches a fresh deployment and rolls it back when it is bad.',
    helpUrl: `${home}/blob/v${version}/docs/azure-devops.md`,
    helpMarkDown: `[In five minutes](${home}/blob/v${version}/docs/azure-devops.md) · [all inputs](${home}/blob/v${version}/docs/inputs.md)`,
    category: 'Deploy',
    author: 'The Rollgate authors',
    version: { Major: major, Minor: minor, Patch: patch },
    // The first with Node 20; Node 24 is taken where the agent has it.
    minimumAgentVersion: '3.232.1',
    instanceNameFormat: 'Rollgate $(command)',
    groups: groupsOf(inputs).map((name) => ({
      ...{ name: camelName(name), displayName: groups[name] },
      isExpanded: name === 'general',
    })),
    inputs: inputs.map(({ id, description, group, lines }) => ({
      name: camelName(id),
      type: lines ? 'multiLine' : 'string',
      label: id,
      defaultValue: '',
      required: false,
      groupName: camelName(group),
      helpMarkDown: description,
    })),
    outputVariables: outputs.map(({ id, description }) => ({ name: camelName(id), description })),
    restrictions: {
      commands: { mode: 'restricted' },
      settableVariables: { allowed: outputs.map(({ id }) => camelName(id)) },
    },
    execution: { Node24: handler, Node20_1: handler },
  });
}

/** The manifest of the extension. It carries the bundle, which tfx copies into the task. */
export function generateExtension({ repository, publisher, version }: Release): string {
  const home = `https://github.com/${repository}`;
  return print({
    manifestVersion: 1,
    id: 'rollgate',
    name: 'Rollgate',
    version: numbersOf(version).join('.'),
    publisher,
    description: 'Watches a fresh deployment and rolls it back when it is bad.',
    targets: [{ id: 'Microsoft.VisualStudio.Services' }],
    categories: ['Azure Pipelines'],
    tags: ['deployment', 'rollback', 'canary', 'monitoring', 'kubernetes'],
    icons: { default: 'icon.png' },
    content: { details: { path: 'overview.md' } },
    links: {
      home: { uri: home },
      learn: { uri: `${home}/blob/v${version}/docs/azure-devops.md` },
      support: { uri: `${home}/issues` },
      license: { uri: `${home}/blob/v${version}/LICENSE` },
    },
    repository: { type: 'git', uri: home },
    files: [{ path: taskName }, { path: '../../dist', packagePath: `${taskName}/dist` }],
    contributions: [
      {
        id: 'rollgate-task',
        type: 'ms.vss-distributed-task.task',
        targets: ['ms.vss-distributed-task.tasks'],
        properties: { name: taskName },
      },
    ],
  });
}

/**
 * The step template, for those who may not install extensions: a step in bash, with the script of all wrappers. The parameters
 * reach it as variables and never by interpolation.
 * https://learn.microsoft.com/azure/devops/pipelines/process/templates
 *
 * @param script templates/shell/gate.sh
 */
export function generateStepTemplate(
  inputs: readonly WrapperInput[],
  { npmPackage, version }: Release,
  script: string,
): string {
  const text = (name: string, value = ''): object => ({ name, type: 'string', default: value });
  const parameter = (name: string): string => `\${{ parameters.${name} }}`;
  const template = {
    parameters: [
      text('stepName', 'rollgate'),
      text('displayName', 'Rollgate'),
      text('condition', 'succeeded()'),
      text('isRollback'),
      text('cli'),
      text('version', version),
      ...inputs.map(({ id }) => text(camelName(id))),
    ],
    steps: [
      {
        bash: script.replace(/^#!.*\n/, ''),
        name: parameter('stepName'),
        displayName: parameter('displayName'),
        condition: parameter('condition'),
        env: {
          ROLLGATE_CLI: parameter('cli'),
          ROLLGATE_PACKAGE: npmPackage,
          ROLLGATE_VERSION: parameter('version'),
          // Azure hands the token of the job to no step by itself.
          SYSTEM_ACCESSTOKEN: '$(System.AccessToken)',
          // A variable that the user has set is never hidden. The comparison does not care about case.
          "${{ if in(parameters.isRollback, 'true', 'yes', '1') }}": { ROLLBACK: 'true' },
          ...Object.fromEntries(
            inputs.map(({ id, variable }) => [variable, parameter(camelName(id))]),
          ),
        },
      },
    ],
  };
  return [
    '# Generated by `npm run generate` from src/inputs/table.ts, templates/shell/gate.sh and release.config.json.',
    '# What the parameters mean: docs/inputs.md; the names are in camel case here.',
    stringify(template, { lineWidth: 0, singleQuote: true }),
  ].join('\n');
}

function groupsOf(inputs: readonly WrapperInput[]): readonly GroupId[] {
  return [...new Set(inputs.map(({ group }) => group))];
}

/** Azure takes three numbers, and no words after them. */
function numbersOf(version: string): readonly number[] {
  return version.replace(/-.*$/, '').split('.').map(Number);
}

function print(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
