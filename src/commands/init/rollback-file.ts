import { isMap, parse, parseDocument, stringify, type Document } from 'yaml';
import { splitList } from '../../support/values/text.js';
import { rollbackScripts, rollbackTemplates } from './published.js';
import type { InitOptions } from './options.js';
import type { Template } from './ways.js';

/** The folder of a system below templates/rollback/, and the end of its files there. */
export interface Templates {
  readonly folder: string;
  readonly end: string;
}

/** Needs no quotes, neither in YAML nor in Groovy. */
const PLAIN = /^[A-Za-z][\w./ -]*$/;

/** The rollback pipeline of the templates, for what the user has. */
export function rollbackFile(
  template: Template,
  options: Pick<InitOptions, 'texts' | 'service'>,
  { folder, end }: Templates,
): string {
  const lines = rollbackTemplates[`${folder}/${template}.${end}`];
  if (lines === undefined) throw new Error(`there is no rollback pipeline for ${folder}`);
  return filled(withScripts(lines).join('\n'), options);
}

/** Every line that stands for a script becomes that script, indented as the line is. */
export function withScripts(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => {
    const [, indent = '', name = ''] = /^( *)\{\{(\w+)\}\}$/.exec(line) ?? [];
    const script = rollbackScripts[name];
    return script === undefined
      ? [line]
      : script.map((each) => (each === '' ? '' : `${indent}${each}`));
  });
}

/** What stands at the top of the pipelines, by the names that it has there; what is not known stays an example. */
export function filled(
  text: string,
  { texts, service }: Pick<InitOptions, 'texts' | 'service'>,
): string {
  const workloads = splitList(texts.get('kubernetes-workload') ?? '');
  const values: Readonly<Record<string, string | undefined>> = {
    WORKLOADS: workloads.length === 0 ? undefined : workloads.join(' '),
    // As kubectl has it where a kubeconfig says nothing else.
    NAMESPACE: texts.get('kubernetes-namespace') ?? 'default',
    SERVICE: splitList(texts.get('compose-service') ?? '')[0] ?? service?.name,
    IMAGE_VARIABLE: service?.imageVariable,
    IMAGE_NAME: service?.imageName,
  };
  return Object.entries(values).reduce(
    (whole, [name, value]) =>
      value === undefined || !PLAIN.test(value)
        ? whole
        : whole.replace(
            new RegExp(`^( +${name}(?:: | = '))[^'#\\n]*?('?) (#|//) `, 'm'),
            (_, before: string, end: string, comment: string) =>
              `${before}${value}${end} ${comment} `,
          ),
    text,
  );
}

/** The jobs of a rollback pipeline of GitLab. */
export function rollbackJobs(file: string): readonly string[] {
  const doc = parse(file) as Readonly<Record<string, unknown>>;
  return Object.keys(doc).filter((name) => {
    const job = doc[name];
    return typeof job === 'object' && job !== null && 'script' in job;
  });
}

/** The parts of a configuration of CircleCI that concern the rollback, as they stand in one. */
export function rollbackParts(file: string): {
  readonly parameters: string;
  readonly jobs: string;
} {
  const doc = parseDocument(file);
  return { parameters: part(doc, 'parameters'), jobs: part(doc, 'jobs') };
}

function part(doc: Document.Parsed, name: string): string {
  const map = doc.get(name);
  if (!isMap(map)) throw new Error(`the rollback pipeline has no ${name}`);
  const text = stringify({ [name]: map }, { lineWidth: 0, singleQuote: true });
  return text.slice(text.indexOf('\n') + 1);
}
