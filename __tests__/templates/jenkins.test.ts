import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { helpFile, stepFile } from '../../scripts/generators/jenkins.js';
import { wrapperInputs } from '../../scripts/generators/wrapper-inputs.js';
import { camelName } from '../../src/systems/system.js';
import { inputs } from '../../src/inputs/table.js';
import { actionVariables } from '../../src/inputs/variables.js';
import { outputTable } from '../../src/contract/outcome.js';

const step = readFileSync(stepFile, 'utf8');
const help = readFileSync(helpFile, 'utf8');
const offered = wrapperInputs(inputs);
const { name, version } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  name: string;
  version: string;
};

const tableOf = (method: string): string[] => {
  const body = new RegExp(`^private List<String> ${method}\\(\\) \\{\\n([^]*?)^\\}`, 'm').exec(
    step,
  );
  return [...(body?.[1] ?? '').matchAll(/^ {4}'(\w+)',$/gm)].map(([, one = '']) => one);
};

describe('the step for Jenkins', () => {
  it('has every input of the table', () => {
    expect(tableOf('inputs')).toEqual(offered.map(({ id }) => camelName(id)));
  });

  it('knows which inputs are secrets', () => {
    expect(tableOf('secrets')).toEqual(
      offered.filter(({ secret }) => secret).map(({ id }) => camelName(id)),
    );
    expect(tableOf('secrets')).toContain('githubToken');
  });

  it('knows which inputs are files', () => {
    expect(tableOf('files')).toEqual(['kubeconfig', 'caFile']);
  });

  it('gives each input a variable that the program reads', () => {
    for (const { id } of offered)
      expect(actionVariables(id)).toContain(`INPUT_${camelName(id).toUpperCase()}`);
  });

  it('has no argument of its own with the name of an input', () => {
    const own = ['cli', 'version', 'credentials', 'failBuild'];
    expect(tableOf('inputs').filter((one) => own.includes(one))).toEqual([]);
    // In `credentials` this one stands for user and token.
    expect(tableOf('inputs')).not.toContain('jenkins');
  });

  it('has the version of the package', () => {
    expect(step).toContain(`npmPackage: '${name}',\n    version: '${version}',`);
    expect(help).toContain(`Default: ${version}.`);
  });

  it('calls only methods that the sandbox of Jenkins allows', () => {
    // script-security-plugin, generic-whitelist, and the steps of Pipeline.
    const allowed = [
      ...['add', 'contains', 'entrySet', 'isEmpty', 'putAll', 'put', 'join'],
      ...['endsWith', 'length', 'replace', 'replaceAll', 'split', 'startsWith', 'substring'],
      ...['toLowerCase', 'toString', 'toUpperCase', 'trim', 'randomUUID'],
    ];
    const called = [...step.matchAll(/\.(\w+)\(/g)].map(([, method = '']) => method);
    expect(called.length).toBeGreaterThan(20);
    expect(called.filter((method) => !allowed.includes(method))).toEqual([]);
    expect(step).not.toMatch(/\bnew \w|\bimport\b|@Grab|\beval|\bexecute\b|<<|\bin \[/);
  });

  it('has no value inside a script', () => {
    const scripts = [...step.matchAll(/script: ('.*?'|".*?")/g)].map(([, script = '']) => script);
    expect(scripts).toEqual([
      "'#!/bin/sh\\nset -f\\nexec $ROLLGATE_CLI\\n'",
      "'@call %ROLLGATE_CLI%'",
    ]);
  });
});

describe('the help of the step for Jenkins', () => {
  it('describes every argument', () => {
    for (const { id, description } of offered)
      expect(help).toMatch(
        new RegExp(`^ {2}${camelName(id)}( \\[.*?\\])?: ${escaped(description)}$`, 'm'),
      );
  });

  it('names every output', () => {
    for (const { id } of outputTable) expect(help).toContain(camelName(id));
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
