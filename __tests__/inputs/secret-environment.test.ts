import { describe, expect, it } from '@jest/globals';
import { inputs } from '../../src/inputs/table.js';
import { withoutSecretInputs } from '../../src/inputs/variables.js';

describe('withoutSecretInputs', () => {
  it('removes the inputs that the CI system passed, and keeps what the user set', () => {
    expect(
      withoutSecretInputs(
        {
          PATH: '/bin',
          GITHUB_TOKEN: 'of the user',
          'INPUT_HOST-TOKEN': 'ours',
          INPUT_GITHUBTOKEN: 'ours',
          'INPUT_GITHUB-WORKFLOW': 'rollback.yml',
        },
        inputs,
      ),
    ).toEqual({
      PATH: '/bin',
      GITHUB_TOKEN: 'of the user',
      'INPUT_GITHUB-WORKFLOW': 'rollback.yml',
    });
  });
});
