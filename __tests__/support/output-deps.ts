import type { OutputDeps } from '../../src/systems/system.js';

const unexpected = (path: string): Promise<void> =>
  Promise.reject(new Error(`${path} is not to be written`));

/** A machine on which nothing is to be touched but what the test gives. */
export function outputDeps(given: Partial<OutputDeps> = {}): OutputDeps {
  return {
    env: {},
    write: () => {
      throw new Error('nothing is to be printed');
    },
    appendFile: unexpected,
    writeFile: unexpected,
    reportDir: 'rollgate-report',
    now: () => Date.UTC(2026, 0, 1),
    colour: false,
    ...given,
  };
}

/** A log that remembers. */
export function log(): { readonly write: (text: string) => void; readonly text: () => string } {
  let text = '';
  return {
    write: (more) => {
      text += more;
    },
    text: () => text,
  };
}
