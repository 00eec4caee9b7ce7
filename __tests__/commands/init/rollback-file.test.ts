import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { rollbackTemplates } from '../../../src/commands/init/published.js';
import { rollbackInputs, textParameters } from '../../../src/commands/init/rollback-file.js';
import type { Platform } from '../../../src/commands/init/ways.js';
import { inputOf, isInputId } from '../../../src/inputs/table.js';

const inputs = (platform: Platform, chain: string, revision?: string): Record<string, string> =>
  Object.fromEntries(rollbackInputs({ platform, texts: new Map([['rollback', chain]]) }, revision));

describe('what the program is told in a rollback pipeline', () => {
  it.each<[Platform, string]>([
    ['kubernetes', 'kubernetes,ci'],
    ['kubernetes', 'helm, kubernetes, ci'],
    ['compose', 'compose,ci'],
  ])('%s by %s: the chain of rollgate.yml', (platform, chain) => {
    expect(inputs(platform, chain)).toEqual({ command: 'rollback', 'rollback-timeout': '5m' });
  });

  it.each(['kubernetes', 'compose'] as const)(
    '%s by a chain of ci alone: a chain that does something there',
    (platform) => {
      expect(inputs(platform, 'ci')).toMatchObject({ rollback: platform });
    },
  );

  it('only Kubernetes has revisions', () => {
    expect(inputs('kubernetes', 'kubernetes,ci', '$SENT')).toMatchObject({
      'kubernetes-revision': '$SENT',
    });
    expect(inputs('compose', 'compose,ci', '$SENT')).not.toHaveProperty('kubernetes-revision');
    const names = (platform: Platform): readonly string[] =>
      textParameters({ platform }).map(([name]) => name);
    expect(names('kubernetes')).toEqual(['rollback_id', 'rollback_target', 'rollback_revision']);
    expect(names('compose')).toEqual(['rollback_id', 'rollback_target']);
  });

  it('every name is an input, and every text one that it accepts', () => {
    for (const [id, text] of Object.entries(inputs('kubernetes', 'ci', '12')))
      expect({ id, ok: isInputId(id) && inputOf(id).parse(text).ok }).toEqual({ id, ok: true });
  });
});

describe('the rollback pipelines in the bundle', () => {
  it.each(Object.entries(rollbackTemplates))('%s equals its file', (path, lines) => {
    expect(lines.join('\n')).toBe(readFileSync(`templates/rollback/${path}`, 'utf8'));
  });

  it('are those that call the deploy script, for each system', () => {
    expect(Object.keys(rollbackTemplates).sort()).toEqual([
      'azure-devops/script.yml',
      'circleci/script.yml',
      'github/script.yml',
      'gitlab/script.yml',
      'jenkins/script.Jenkinsfile',
    ]);
  });
});
