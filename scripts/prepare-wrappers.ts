import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileOf, folderOf, isThere, tools, type Tool } from '../__tests__/e2e/wrappers/tools.js';

// Makes sure that the tools of the e2e tests of the wrappers are in the cache: node --import tsx scripts/prepare-wrappers.ts
// What cannot be had is told; it is an error only with ROLLGATE_E2E=required.

/** Fills a folder aside and renames it: it is whole, or not there. @returns what went wrong */
function make(tool: Tool): string | undefined {
  const place = folderOf(tool);
  mkdirSync(dirname(place), { recursive: true });
  const unfinished = mkdtempSync(join(dirname(place), '.unfinished-'));
  try {
    for (const { program, args, cwd, env } of tool.steps(unfinished)) {
      const { status, error } = spawnSync(program, args, {
        cwd,
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { ...process.env, ...env },
      });
      if (error !== undefined) return `"${program}" could not be started: ${error.message}`;
      if (status !== 0) return `"${program} ${args[0] ?? ''}" ended with ${String(status)}`;
    }
    // What lies there is not whole, or somebody else was faster.
    if (!isThere(tool)) rmSync(place, { recursive: true, force: true });
    else return undefined;
    renameSync(unfinished, place);
    return isThere(tool) ? undefined : `there is no ${fileOf(tool)} in it`;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

for (const tool of tools) {
  if (isThere(tool)) continue;
  const began = Date.now();
  console.log(`Making ${tool.what}`);
  const problem = make(tool);
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  if (problem === undefined) console.log(`${tool.what}: in ${folderOf(tool)}, after ${seconds} s`);
  else {
    console.error(`${tool.what}: not available: ${problem}`);
    if (process.env.ROLLGATE_E2E === 'required') process.exitCode = 1;
  }
}
