import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { taskName } from '../../../scripts/generators/azure.js';
import { Workplace } from '../../support/bundle.js';
import { describeWith } from '../components.js';
import { azure, extension, runWith } from './azure.js';
import { cases } from './scenario.js';
import { TestBed } from './test-bed.js';

/** What the scenario with the task on Node 24 does not show. */
describeWith('the extension for Azure DevOps', azure.lacking, () => {
  const place = new Workplace();

  afterAll(() => {
    place.remove();
  });

  it('is packaged without a warning', () => {
    const { output, bytes } = extension(place);
    process.stdout.write(`the extension: ${(bytes / 1024).toFixed(0)} KiB\n`);
    expect(output).not.toMatch(/warning/i);
    expect(output).toContain('Completed operation: create extension');
  });

  it('contains the task and the whole bundle', () => {
    const task = join(extension(place).folder, taskName);
    const names = readdirSync('dist').filter((name) => name !== 'orb.yml');
    for (const name of names)
      expect(readFileSync(join(task, 'dist', name)).equals(readFileSync(join('dist', name)))).toBe(
        true,
      );
    expect(existsSync(join(task, 'index.js'))).toBe(true);
    expect(statSync(join(task, 'icon.png')).size).toBeGreaterThan(0);
  });
});

const names = [
  'a healthy deployment',
  'a bad one, with a rollback pipeline',
  'a rollback pipeline',
];
const some = cases.filter(({ name }) => names.includes(name) || name.endsWith('cannot be used'));

describe.each([
  ['on the older handler', 'older'],
  ['by the step template', 'steps'],
] as const)('Azure DevOps, %s', (_, way) => {
  describeWith('runs the scenario', azure.lacking, () => {
    it.each(some)('$name', async ({ pipeline, expected, started }) => {
      const bed = await TestBed.open('azure');
      try {
        const { gates, log } = await runWith(way, pipeline(bed), bed);
        const { exitCode, report, outputs } = gates.gate!;
        expect({ exitCode, verdict: report?.verdict, started: bed.started, log }).toEqual({
          exitCode: expected.gate?.exitCode,
          verdict: expected.gate?.verdict,
          started,
          log,
        });
        expect(outputs.verdict).toBe(report?.verdict ?? '');
      } finally {
        await bed.close();
      }
    });
  });
});
