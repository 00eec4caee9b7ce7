import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { orbFolder } from '../../../scripts/generators/circleci.js';
import { packOrb } from '../../../scripts/generators/orb-pack.js';
import { Workplace } from '../../support/bundle.js';
import { orbSources } from '../../support/orb.js';
import { describeWith } from '../components.js';
import { fileOf, lacking, shellcheck } from './tools.js';

let place: Workplace;

beforeAll(() => {
  place = new Workplace();
});

afterAll(() => {
  place.remove();
});

describe('the packed orb', () => {
  it('equals the one in dist/', () => {
    expect(readFileSync('dist/orb.yml', 'utf8')).toBe(packOrb(orbSources()));
  });
});

describeWith('the scripts of the wrappers', lacking(shellcheck), () => {
  it.each([
    'templates/shell/gate.sh',
    ...['parameters', 'gate'].map((name) => `${orbFolder}/scripts/${name}.sh`),
  ])('shellcheck reports nothing in %s', async (path) => {
    const whole = `${process.cwd()}/${path}`;
    expect(await place.launch(fileOf(shellcheck), [whole]).ended).toEqual({ code: 0, output: '' });
  });
});
