import { describe, expect, it } from '@jest/globals';
import type { StartRequest } from '../../src/contract/pipeline.js';
import { noRecords } from '../support/stand-in.js';
import { standIns } from '../support/stand-ins.js';
import {
  gateFor,
  inFirstAttempt,
  inNextDeploy,
  listsIds,
  open,
  showsIds,
} from '../support/starting-gates.js';

/** Every step at which a gate can be killed while it starts a run. */
async function stepsOfStart(system: string): Promise<readonly number[]> {
  const scene = await open(system);
  const gate = gateFor(scene, scene.machine);
  await scene.run(gate.start(inFirstAttempt));
  return Array.from({ length: gate.steps() }, (_, index) => index + 1);
}

describe.each(Object.keys(standIns))('%s', (system) => {
  const remembers = showsIds.includes(system) ? [true, false] : [true];

  describe.each(remembers)(
    'killed while it starts a run, the machine remembers: %s',
    (remember) => {
      /** What a gate that is killed at a step leaves behind. */
      async function killedAt(step: number) {
        const scene = await open(system);
        const records = remember ? scene.machine : noRecords;
        await scene.run(gateFor(scene, records, step).start(inFirstAttempt));
        const tryAgain = (request: StartRequest) =>
          scene.run(gateFor(scene, records).start(request));
        return { records, standIn: scene.standIn, before: scene.standIn.started, tryAgain };
      }

      it('at every step, and tried again: there is one run, and it is known or named as unknown', async () => {
        for (const step of await stepsOfStart(system)) {
          const { standIn, before, tryAgain } = await killedAt(step);
          const result = await tryAgain(inFirstAttempt);
          const known = typeof result === 'object' && result.kind === 'started';
          // Where nothing shows what was asked for, a call that may have been made is not made again.
          const isSafe = known || showsIds.includes(system);
          expect({ step, started: standIn.started, known }).toEqual({
            step,
            started: isSafe ? 1 : before,
            known: isSafe,
          });
          expect(known && 'joined' in result).toBe(known && before === 1);
        }
      });

      it('at every step, and tried again after a new deploy, while the run is still going: it is joined', async () => {
        for (const step of await stepsOfStart(system)) {
          const { standIn, before, records, tryAgain } = await killedAt(step);
          const isNoted = (await records.ofScope(inFirstAttempt.scope ?? '')).some(
            ({ run }) => run !== undefined,
          );
          await tryAgain(inNextDeploy);
          expect({ step, started: standIn.started }).toEqual({
            step,
            started: listsIds.includes(system) || isNoted ? 1 : before + 1,
          });
        }
      });
    },
  );
});
