import { format, type Options } from 'prettier';
import { commands } from '../../src/inputs/commands.js';
import { exitCodeTable } from '../../src/inputs/exit-codes.js';
import { inputs } from '../../src/inputs/table.js';
import { outputTable } from '../../src/report/outputs.js';
import { generateActionYml } from './action-yml.js';
import { generateCommonOptions, generateSourceOptions } from './checks-page.js';
import { generateConfigSchema } from './config-schema.js';
import { generateEvidenceChart } from './evidence-chart.js';
import { fill } from './markers.js';
import {
  generateCommandTable,
  generateExitCodeTable,
  generateInputTables,
  generateOutputTable,
} from './readme.js';

/** A generated file: its path from the root of the repository, and what belongs into it. */
export interface Surface {
  readonly path: string;
  readonly content: string;
}

/** The pages of which a part is generated. */
export const pagePaths = ['README.md', 'docs/checks.md'] as const;

export type Pages = Readonly<Record<(typeof pagePaths)[number], string>>;

/**
 * Every file that follows from the tables.
 * @param pages pages as they are; only what stands between their markers is replaced
 * @param style the options of Prettier, which looks at the files too
 */
export async function generateSurfaces(pages: Pages, style: Options): Promise<Surface[]> {
  const ofReadme = {
    commands: generateCommandTable(commands),
    inputs: generateInputTables(inputs),
    outputs: generateOutputTable(outputTable),
    'exit-codes': generateExitCodeTable(exitCodeTable),
    'evidence-chart': generateEvidenceChart(),
  };
  const ofChecks = {
    'common-options': generateCommonOptions(),
    'source-options': generateSourceOptions(),
  };
  return [
    {
      path: 'action.yml',
      content: await format(generateActionYml(inputs, outputTable), { ...style, parser: 'yaml' }),
    },
    {
      path: 'docs/rollgate.schema.json',
      content: await format(generateConfigSchema(inputs), { ...style, parser: 'json' }),
    },
    { path: 'README.md', content: fillAll(pages['README.md'], ofReadme) },
    { path: 'docs/checks.md', content: fillAll(pages['docs/checks.md'], ofChecks) },
  ];
}

function fillAll(page: string, sections: Readonly<Record<string, string>>): string {
  return Object.entries(sections).reduce(
    (document, [name, content]) => fill(document, name, content),
    page,
  );
}
