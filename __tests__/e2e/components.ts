import { describe, it } from '@jest/globals';

/** With `ROLLGATE_E2E=required`, as in CI, a component that lacks is a failure, and not a reason to skip. */
const required = process.env.ROLLGATE_E2E === 'required';

/**
 * A suite that needs components which may not be on this machine.
 *
 * @param lacking a sentence: what is missing and how to get it; `undefined` when everything is there.
 */
export function describeWith(name: string, lacking: string | undefined, suite: () => void): void {
  if (lacking === undefined) {
    describe(name, suite);
  } else if (required) {
    describe(name, () => {
      it('has the components that it needs', () => {
        throw new Error(lacking);
      });
    });
  } else {
    process.stderr.write(`Skipped: ${name}. ${lacking}\n`);
    describe.skip(`${name} (${lacking})`, suite);
  }
}
