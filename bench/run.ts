import { parseArgs } from 'node:util';
import { before } from './before.js';
import { evidence } from './evidence.js';
import { peers, type Settings } from './peers.js';
import type { Print } from './print.js';
import { prober } from './prober.js';
import { relative } from './relative.js';
import { scale } from './scale.js';
import { shards } from './shards.js';
import { simulation } from './simulation.js';
import { start } from './start.js';
import { undo } from './undo.js';
import { watch } from './watch.js';

/** Each prints its figures and says whether they are right; a figure that only depends on the machine is never wrong. */
const sections: Readonly<
  Record<string, (print: Print, settings: Settings) => boolean | Promise<boolean>>
> = {
  start,
  prober,
  watch,
  scale,
  shards,
  evidence,
  simulation,
  relative,
  before,
  undo,
  peers,
};

/** Takes a quarter of an hour, and components that take longer to build: only when it is asked for. */
const onRequest: ReadonlySet<string> = new Set(['peers']);

const print: Print = (line) => {
  console.log(line);
};

function read(): { readonly asked: readonly string[]; readonly settings: Settings } {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      seeds: { type: 'string', default: '1' },
      copies: { type: 'string', default: '16' },
    },
  });
  const unknown = positionals.filter((name) => !Object.hasOwn(sections, name));
  if (unknown.length > 0)
    throw new Error(
      `no section is called ${unknown.join(', ')}; there are ${Object.keys(sections).join(', ')}`,
    );
  const copies = Number(values.copies);
  if (!Number.isInteger(copies) || copies < 1)
    throw new Error(`--copies must be a whole number from 1 on, not "${values.copies}"`);
  return { asked: positionals, settings: { seeds: values.seeds.split(','), copies } };
}

async function main(): Promise<void> {
  let given: ReturnType<typeof read>;
  try {
    given = read();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
    return;
  }
  const { asked, settings } = given;
  for (const [name, section] of Object.entries(sections)) {
    if (asked.length > 0 ? !asked.includes(name) : onRequest.has(name)) continue;
    print(`== ${name} (Node ${process.versions.node}, ${process.platform} ${process.arch})`);
    if (!(await section(print, settings))) process.exitCode = 1;
    print('');
  }
}

await main();
