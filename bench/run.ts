import { before } from './before.js';
import { evidence } from './evidence.js';
import type { Print } from './print.js';
import { prober } from './prober.js';
import { relative } from './relative.js';
import { scale } from './scale.js';
import { shards } from './shards.js';
import { simulation } from './simulation.js';
import { start } from './start.js';
import { undo } from './undo.js';

/** Each prints its figures and says whether they are right; a figure that only depends on the machine is never wrong. */
const sections: Readonly<Record<string, (print: Print) => boolean | Promise<boolean>>> = {
  start,
  prober,
  scale,
  shards,
  evidence,
  simulation,
  relative,
  before,
  undo,
};

const print: Print = (line) => {
  console.log(line);
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(sections, name));
if (unknown.length > 0) {
  console.error(
    `no section is called ${unknown.join(', ')}; there are ${Object.keys(sections).join(', ')}`,
  );
  process.exitCode = 2;
} else {
  for (const [name, section] of Object.entries(sections)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    print(`== ${name} (Node ${process.versions.node}, ${process.platform} ${process.arch})`);
    if (!(await section(print))) process.exitCode = 1;
    print('');
  }
}
