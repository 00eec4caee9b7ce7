import { describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOutput } from '../../src/systems/registry.js';
import { outputDeps } from '../support/output-deps.js';

describe('the output of Jenkins', () => {
  it('writes the outputs as JSON for Groovy, with real booleans', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rollgate-jenkins-'));
    try {
      const host = await createOutput(
        { system: 'jenkins' },
        outputDeps({ reportDir: directory, writeFile: (path, text) => writeFile(path, text) }),
      );
      await host.setOutputs({
        verdict: 'unhealthy',
        reason: 'C:\\x: "70 %" ≥ 5',
        'rolled-back': 'false',
        'rollback-run-id': '12',
        'rollback-url': '',
      });
      const file = join(directory, 'outputs.json');
      expect(host.outputFiles).toEqual([file]);
      expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
        verdict: 'unhealthy',
        reason: 'C:\\x: "70 %" ≥ 5',
        rolledBack: false,
        rollbackRunId: '12',
        rollbackUrl: '',
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('rejects when the outputs cannot be written', async () => {
    const host = await createOutput({ system: 'jenkins' }, outputDeps());
    await expect(host.setOutputs({})).rejects.toThrow('is not to be written');
  });
});
