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

describe('the layer rule of the house', () => {
  it.each([
    [
      'a room may not know the inside of its neighbour',
      'src/strategies/chain.ts',
      "import { confirm } from '../gate/confirm.js'; confirm;",
      imports,
    ],
    [
      'nor its types',
      'src/strategies/chain.ts',
      "import type { Settings } from '../inputs/table.js'; export type S = Settings;",
      imports,
    ],
    [
      'but the types that all share',
      'src/strategies/chain.ts',
      "import type { Verdict } from '../contract/check.js'; export type V = Verdict;",
      undefined,
    ],
    [
      'a folder in a room may not either',
      'src/pipelines/follow.ts',
      "import { detectHost } from '../systems/detect.js'; detectHost;",
      imports,
    ],
    [
      'support knows no room',
      'src/support/url.ts',
      "import { inputs } from '../inputs/table.js'; inputs;",
      imports,
    ],
    [
      'the gate does no input or output',
      'src/gate/judge.ts',
      "import { readFileSync } from 'node:fs'; readFileSync;",
      imports,
    ],
    [
      'nor through support',
      'src/gate/judge.ts',
      "import { createHttp } from '../support/http.js'; createHttp;",
      imports,
    ],
    [
      'nobody knows the commands',
      'src/report/json.ts',
      "import { run } from '../commands/run.js'; run;",
      imports,
    ],
    [
      'commands may know every room',
      'src/commands/run.ts',
      "import { watch } from '../gate/watch.js'; watch;",
      undefined,
    ],
    [
      'the environment comes from the entry',
      'src/commands/run.ts',
      'export const home = process.env.HOME;',
      'no-restricted-syntax',
    ],
    ['so does time', 'src/gate/judge.ts', 'export const now = Date.now();', 'no-restricted-syntax'],
    [
      'and timers',
      'src/strategies/chain.ts',
      'setTimeout(() => undefined, 1);',
      'no-restricted-globals',
    ],
    ['and output', 'src/report/json.ts', "console.log('x');", 'no-restricted-globals'],
    ['the entry itself may', 'src/index.ts', 'export const home = process.env.HOME;', undefined],
  ])('%s', async (_, file, text, rule) => {
    expect(await broken(file, text)).toEqual(rule === undefined ? [] : [rule]);
  });
});
