import { format, type Options } from 'prettier';
import { commands } from '../../src/inputs/commands.js';
import { exitCodeTable } from '../../src/inputs/exit-codes.js';
import { inputs } from '../../src/inputs/table.js';
import { outputTable } from '../../src/report/outputs.js';
import { generateActionYml } from './action-yml.js';
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

/**
 * Every file that follows from the tables.
 * @param readme the README as it is; only what stands between its markers is replaced
 * @param style the options of Prettier, which looks at the files too
 */
export async function generateSurfaces(readme: string, style: Options): Promise<Surface[]> {
  const sections = {
    commands: generateCommandTable(commands),
    inputs: generateInputTables(inputs),
    outputs: generateOutputTable(outputTable),
    'exit-codes': generateExitCodeTable(exitCodeTable),
    'evidence-chart': generateEvidenceChart(),
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
    {
      path: 'README.md',
      content: Object.entries(sections).reduce(
        (document, [name, content]) => fill(document, name, content),
        readme,
      ),
    },
  ];
}
