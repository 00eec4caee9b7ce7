import { describe, expect, it } from '@jest/globals';
import { ESLint, type Linter } from 'eslint';
import tseslint from 'typescript-eslint';

// The texts are not what stands in the files: rules that ask for types would look at a program that does not exist.
const eslint = new ESLint({
  overrideConfig: tseslint.configs.disableTypeChecked as Linter.Config,
});

/** The rules that a text breaks when it stands in this file. */
async function broken(file: string, text: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(text, { filePath: file });
  return (result?.messages ?? [])
    .map((message) => message.ruleId)
    .filter((rule) => rule?.includes('restricted'));
}

const imports = '@typescript-eslint/no-restricted-imports';

describe('what ESLint refuses', () => {
  it.each([
    [
      'a room imports from a room at its own height: refused',
      'src/strategies/chain.ts',
      "import { confirm } from '../gate/confirm.js'; confirm;",
      imports,
    ],
    [
      'a type of a room at its own height: refused',
      'src/strategies/chain.ts',
      "import type { Settings } from '../inputs/table.js'; export type S = Settings;",
      imports,
    ],
    [
      'a type of the contract: allowed',
      'src/strategies/chain.ts',
      "import type { Verdict } from '../contract/check.js'; export type V = Verdict;",
      undefined,
    ],
    [
      'a file next to the folders of a room imports another room: refused',
      'src/pipelines/follow.ts',
      "import { detectHost } from '../systems/detect.js'; detectHost;",
      imports,
    ],
    [
      'support imports a room: refused',
      'src/support/url.ts',
      "import { inputs } from '../inputs/table.js'; inputs;",
      imports,
    ],
    [
      'the gate imports node:fs: refused',
      'src/gate/judge.ts',
      "import { readFileSync } from 'node:fs'; readFileSync;",
      imports,
    ],
    [
      'the gate imports HTTP of support: refused',
      'src/gate/judge.ts',
      "import { createHttp } from '../support/http.js'; createHttp;",
      imports,
    ],
    [
      'a room imports the commands: refused',
      'src/report/json.ts',
      "import { run } from '../commands/run.js'; run;",
      imports,
    ],
    [
      'the commands import a room: allowed',
      'src/commands/run.ts',
      "import { watch } from '../gate/watch.js'; watch;",
      undefined,
    ],
    [
      'process.env below the entry: refused',
      'src/commands/run.ts',
      'export const home = process.env.HOME;',
      'no-restricted-syntax',
    ],
    [
      'Date.now below the entry: refused',
      'src/gate/judge.ts',
      'export const now = Date.now();',
      'no-restricted-syntax',
    ],
    [
      'a timer below the entry: refused',
      'src/strategies/chain.ts',
      'setTimeout(() => undefined, 1);',
      'no-restricted-globals',
    ],
    [
      'console below the entry: refused',
      'src/report/json.ts',
      "console.log('x');",
      'no-restricted-globals',
    ],
    [
      'a getter in an object below the entry: refused',
      'src/gate/judge.ts',
      'export const judge = (n: number) => ({ get verdict() { return n; } });',
      'no-restricted-syntax',
    ],
    [
      'a getter of a class: allowed',
      'src/gate/judge.ts',
      'export class Judge { get verdict() { return 1; } }',
      undefined,
    ],
    [
      'a spread of settings: refused',
      'src/commands/run.ts',
      'export const copy = (settings: object) => ({ ...settings });',
      'no-restricted-syntax',
    ],
    [
      'a spread of the origins of something: refused',
      'src/commands/run.ts',
      'export const copy = (target: { origins: object }) => ({ ...target.origins });',
      'no-restricted-syntax',
    ],
    [
      'process.env in the entry: allowed',
      'src/index.ts',
      'export const home = process.env.HOME;',
      undefined,
    ],
  ])('%s', async (_, file, text, rule) => {
    expect(await broken(file, text)).toEqual(rule === undefined ? [] : [rule]);
  });
});
