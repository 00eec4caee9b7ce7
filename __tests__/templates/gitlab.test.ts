import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { wrapperInputs } from '../../scripts/generators/wrapper-inputs.js';
import { inputs } from '../../src/inputs/table.js';
import { resolveWith } from '../support/resolve-inputs.js';

interface Header {
  readonly spec: {
    readonly inputs: Readonly<
      Record<string, { default: string; description: string; regex?: string }>
    >;
  };
}

interface Job {
  readonly script: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly rules: readonly { readonly if: string; readonly when?: string }[];
}

const text = readFileSync('templates/rollgate/template.yml', 'utf8');
const [header, body] = parseAllDocuments(text).map((document) => document.toJS() as unknown);
const { spec } = header as Header;
const job = (body as Readonly<Record<string, Job>>)['$[[ inputs.job-name ]]']!;
const offered = wrapperInputs(inputs);
/** What is the wrapper's own. */
const own = ['job-name', 'stage', 'if', 'image', 'version', 'cli'];

describe('the GitLab component', () => {
  it('has every input of the table, as an empty text', () => {
    expect(Object.keys(spec.inputs)).toEqual([...own, ...offered.map(({ id }) => id)]);
    for (const { id, description } of offered) {
      expect(spec.inputs[id]).toMatchObject({ default: '' });
      expect(spec.inputs[id]?.description).toContain(description);
    }
  });

  it('accepts a secret only as a reference to a variable', () => {
    const secrets = offered.filter(({ secret }) => secret);
    expect(secrets.length).toBeGreaterThan(3);
    for (const { id } of offered) {
      const regex = spec.inputs[id]?.regex;
      const isSecret = secrets.some((secret) => secret.id === id);
      expect({ id, regex: regex !== undefined }).toEqual({ id, regex: isSecret });
      if (regex === undefined) continue;
      const accepted = ['', '$TOKEN', '${TOKEN}', 'Authorization: Bearer $TOKEN'];
      expect(accepted.filter((value) => !new RegExp(regex).test(value))).toEqual([]);
      expect(new RegExp(regex).test('glpat-0123456789')).toBe(false);
    }
  });

  it('uses every input, and no unknown one', () => {
    const used = [...text.matchAll(/\$\[\[ inputs\.([\w-]+) \]\]/g)].map(([, id]) => id);
    expect([...new Set(used)].sort()).toEqual(Object.keys(spec.inputs).sort());
  });

  it('has no input inside the script', () => {
    expect(job.script.join('\n')).not.toContain('$[[');
  });

  it('runs the script of the shell wrappers', () => {
    const source = readFileSync('templates/shell/gate.sh', 'utf8');
    expect(job.script).toEqual([source.replace('#!/bin/sh\n', '')]);
  });

  it('passes each input in a variable that the program reads', () => {
    const values = Object.fromEntries(
      offered.map(({ id, variable }) => [id, { variable, value: `value of ${id}` }]),
    );
    const env = Object.fromEntries(
      Object.entries(job.variables).flatMap(([name, template]) => {
        const id = /^\$\[\[ inputs\.([\w-]+) \]\]$/.exec(template)?.[1] ?? '';
        const value = values[id];
        return value === undefined ? [] : [[name, value.value] as const];
      }),
    );
    expect(Object.keys(env)).toHaveLength(offered.length);
    // None of these values is valid, so each of them is named as a problem: by the id that it was meant for.
    const { problems } = resolveWith({ env, system: 'gitlab' });
    for (const { subject, message } of problems)
      if (message.includes('value of ')) expect(message).toContain(`value of ${subject}`);
    expect(problems.length).toBeGreaterThan(30);
  });

  it('does not run in a rollback pipeline', () => {
    expect(job.rules[0]).toEqual({ if: '$ROLLBACK =~ /^(true|yes|1)$/i', when: 'never' });
    expect(job.rules).toHaveLength(2);
  });
});
