import type { HostDeps } from './deps.js';
import { maskableLines } from './masking.js';
import { camelName } from './names.js';
import type { Host } from '../contract/system.js';

/**
 * Azure Pipelines: logging commands on the standard output.
 * https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
 */
export function createAzureHost(deps: Pick<HostDeps, 'write' | 'env'>): Host {
  const line = (text: string): void => {
    deps.write(`${text}\n`);
  };
  const command = (head: string, data: string): void => {
    line(`##vso[${head}]${escapeData(data)}`);
  };
  return {
    system: 'azure',
    annotates: true,
    line,
    group(title, body) {
      line(`##[group]${title}`);
      for (const text of body) line(text);
      line('##[endgroup]');
    },
    annotate(level, title, message) {
      const text = `${title}: ${message}`;
      // An issue is an error or a warning; any other type fails the task (azure-pipelines-agent, TaskCommandExtension.cs).
      if (level === 'notice') line(`notice: ${text}`);
      else command(`task.logissue type=${level}`, text);
    },
    mask(secret) {
      // A secret of several lines fails the task (azure-pipelines-agent, TaskCommandExtension.cs).
      for (const part of maskableLines(secret)) command('task.setsecret', part);
    },
    outputFiles: [],
    setOutputs(outputs) {
      for (const [name, value] of Object.entries(outputs))
        command(`task.setvariable variable=${camelName(name)};isOutput=true`, value);
      return Promise.resolve();
    },
    writeSummary({ path }) {
      // A task whose commands are restricted may not do it, and is warned about (azure-pipelines-agent, TaskRestrictionsChecker.cs).
      if (deps.env.ROLLGATE_RESTRICTED === 'true') return Promise.resolve();
      // A path with no file behind it fails the task.
      if (path !== null) command('task.uploadsummary', path);
      return Promise.resolve();
    },
  };
}

/** As azure-pipelines-task-lib does it (node/taskcommand.ts): the agent takes `%AZP25` for a percent sign. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%AZP25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
