import { format, type Options } from 'prettier';
import { commands } from '../../src/inputs/commands.js';
import { exitCodeTable, outputTable } from '../../src/contract/outcome.js';
import { inputs } from '../../src/inputs/table.js';
import { generateActionYml } from './action-yml.js';
import {
  extensionFolder,
  generateExtension,
  generateStepTemplate,
  generateTask,
  taskName,
} from './azure.js';
import { generateOrb, orbFolder } from './circleci.js';
import { generateCommonOptions, generateSourceOptions } from './checks-page.js';
import { configSchema } from '../../src/commands/schema.js';
import { generateEvidenceChart } from './evidence-chart.js';
import { generateGitlabComponent } from './gitlab.js';
import { generateInitTexts, initTexts } from './init-texts.js';
import { generateHelp, generateStep, helpFile, stepFile } from './jenkins.js';
import { fill } from './markers.js';
import { nameLockfile, namePackage } from './package-names.js';
import {
  generateCommandTable,
  generateExitCodeTable,
  generateInputTables,
  generateMostUsedInputs,
  generateOutputTable,
} from './readme.js';
import { generateReusableWorkflow } from './reusable-workflow.js';
import type { Release } from './release-config.js';
import { generateRollbackPipelines, rollbackFolder, scriptOf } from './rollback-pipelines.js';
import { wrapperInputs } from './wrapper-inputs.js';

/** A generated file: its path from the root of the repository, and what belongs into it. */
export interface Surface {
  readonly path: string;
  readonly content: string;
}

/** What the files are made from, besides the tables. */
export interface Sources {
  readonly release: Release;
  /** The text of a file of the repository, by its path from the root. */
  readonly read: (path: string) => Promise<string>;
  /** The paths of all files below a folder of it, in order. */
  readonly list: (folder: string) => Promise<readonly string[]>;
  /** The options of Prettier, which looks at the files too. */
  readonly style: Options;
}

/** Every file that follows from the tables and from the names of the release. */
export async function generateSurfaces({
  release,
  read,
  list,
  style,
}: Sources): Promise<Surface[]> {
  const ofReadme = { 'exit-codes': generateExitCodeTable(exitCodeTable) };
  const ofCommands = {
    commands: generateCommandTable(commands),
    'most-used-inputs': generateMostUsedInputs(inputs),
    outputs: generateOutputTable(outputTable),
  };
  const ofVerdict = { 'evidence-chart': generateEvidenceChart() };
  const ofInputs = { inputs: generateInputTables(inputs) };
  const ofChecks = {
    'common-options': generateCommonOptions(),
    'source-options': generateSourceOptions(),
  };
  const offered = wrapperInputs(inputs);
  const yaml = (content: string): Promise<string> => format(content, { ...style, parser: 'yaml' });
  const json = (content: string): Promise<string> => format(content, { ...style, parser: 'json' });
  const typescript = (content: string): Promise<string> =>
    format(content, { ...style, parser: 'typescript' });
  const gate = await read('templates/shell/gate.sh');
  const orb = generateOrb(offered, release, {
    script: await read(`${orbFolder}/scripts/parameters.sh`),
    gate,
  });
  const scripts = {
    kubernetes: await read(scriptOf('kubernetes')),
    compose: await read(scriptOf('compose')),
  };
  const rollbacks = generateRollbackPipelines(scripts, release);
  const surfaces: readonly Surface[] = [
    {
      path: 'package.json',
      content: namePackage(await read('package.json'), release),
    },
    {
      path: 'package-lock.json',
      content: nameLockfile(await read('package-lock.json'), release),
    },
    {
      path: 'action.yml',
      content: await yaml(generateActionYml(inputs, outputTable)),
    },
    {
      path: '.github/workflows/rollgate.yml',
      content: await yaml(generateReusableWorkflow(offered, outputTable, release)),
    },
    {
      path: 'templates/rollgate/template.yml',
      content: await yaml(generateGitlabComponent(offered, release, gate)),
    },
    ...(await Promise.all(
      orb.map(async ({ path, content }) => ({
        path,
        content: path.endsWith('.yml') ? await yaml(content) : content,
      })),
    )),
    ...(await Promise.all(
      rollbacks.map(async ({ path, content }) => ({
        path,
        content: path.endsWith('.yml') ? await yaml(content) : content,
      })),
    )),
    { path: stepFile, content: generateStep(await read(stepFile), offered, release) },
    { path: helpFile, content: generateHelp(offered, outputTable, release) },
    {
      path: `${extensionFolder}/vss-extension.json`,
      content: await json(generateExtension(release)),
    },
    {
      path: `${extensionFolder}/${taskName}/task.json`,
      content: await json(generateTask(offered, outputTable, release)),
    },
    {
      path: `${extensionFolder}/steps.yml`,
      content: await yaml(generateStepTemplate(offered, release, gate)),
    },
    {
      path: 'docs/rollgate.schema.json',
      content: await json(configSchema(inputs)),
    },
    { path: 'README.md', content: fillAll(await read('README.md'), ofReadme) },
    { path: 'docs/commands.md', content: fillAll(await read('docs/commands.md'), ofCommands) },
    { path: 'docs/verdict.md', content: fillAll(await read('docs/verdict.md'), ofVerdict) },
    { path: 'docs/inputs.md', content: fillAll(await read('docs/inputs.md'), ofInputs) },
    { path: 'docs/checks.md', content: fillAll(await read('docs/checks.md'), ofChecks) },
  ];
  // One that is generated itself may not be written yet.
  const copied = new Map<string, string>();
  for (const path of await list(rollbackFolder)) copied.set(path, await read(path));
  for (const { path, content } of surfaces)
    if (path.startsWith(`${rollbackFolder}/`)) copied.set(path, content);
  return [
    ...surfaces,
    { path: initTexts, content: await typescript(generateInitTexts(release, copied)) },
  ];
}

function fillAll(page: string, sections: Readonly<Record<string, string>>): string {
  return Object.entries(sections).reduce(
    (document, [name, content]) => fill(document, name, content),
    page,
  );
}
