import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { rollbackScripts, rollbackTemplates } from '../../../src/commands/init/published.js';
import { filled, withScripts } from '../../../src/commands/init/rollback-file.js';
import type { InputId } from '../../../src/inputs/table.js';

const yaml = [
  'env:',
  '  NAMESPACE: example # where the workloads are',
  '  WORKLOADS: deployment/api # several with blanks between',
  '  SERVICE: api # the service in it',
  'script: |',
  '  # NAMESPACE: of the cluster',
  '  workloads=${WORKLOADS:-}',
  '',
].join('\n');
const groovy = [
  '  environment {',
  "    NAMESPACE = 'example' // where the workloads are",
  "    WORKLOADS = 'deployment/api' // several with blanks between",
  '  }',
  '',
].join('\n');

const fill = (text: string, given: Partial<Record<InputId, string>>): string =>
  filled(text, { texts: new Map(Object.entries(given) as [InputId, string][]) });

describe('the settings in a rollback pipeline', () => {
  const kubernetes = {
    'kubernetes-workload': 'deployment/a,\nstatefulset/b',
    'kubernetes-namespace': 'shop',
  };

  it('become the answers, in YAML', () => {
    expect(fill(yaml, { ...kubernetes, 'compose-service': 'web, worker' })).toBe(
      yaml
        .replace('NAMESPACE: example', 'NAMESPACE: shop')
        .replace('WORKLOADS: deployment/api', 'WORKLOADS: deployment/a statefulset/b')
        .replace('SERVICE: api', 'SERVICE: web'),
    );
  });

  it('become the answers, in Groovy', () => {
    expect(fill(groovy, kubernetes)).toBe(
      groovy
        .replace("'example'", "'shop'")
        .replace("'deployment/api'", "'deployment/a statefulset/b'"),
    );
  });

  it('without answers stay the example, and the namespace is default', () => {
    expect(fill(yaml, {})).toBe(yaml.replace('NAMESPACE: example', 'NAMESPACE: default'));
  });

  it.each(["it's", 'a: b', '$(id)', 'a"b', 'true # x', '${{ secrets.A }}', '1'])(
    'stay the example for an answer that would need quotes: %j',
    (namespace) => {
      expect(fill(yaml, { 'kubernetes-namespace': namespace })).toBe(yaml);
      expect(fill(groovy, { 'kubernetes-namespace': namespace })).toBe(groovy);
    },
  );
});

describe('the rollback pipelines in the bundle', () => {
  it.each(Object.entries(rollbackTemplates))(
    '%s with its scripts equals its file',
    (path, lines) => {
      expect(withScripts(lines).join('\n')).toBe(
        readFileSync(`templates/rollback/${path}`, 'utf8'),
      );
    },
  );

  it('hold each script once in each system', () => {
    const texts = Object.values(rollbackTemplates).flat();
    for (const name of Object.keys(rollbackScripts))
      expect(texts.filter((line) => line.trim() === `{{${name}}}`)).toHaveLength(5);
  });
});
