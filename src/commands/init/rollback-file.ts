import { isMap, parseDocument, stringify, type Document } from 'yaml';
import { splitList } from '../../support/values/text.js';
import type { InitOptions } from './options.js';
import { rollbackTemplates } from './published.js';

/** The rollback pipeline of the templates that calls the deploy script, by the folder of the system and the end of its files there. */
export function scriptPipeline(folder: string, end: string): string {
  const lines = rollbackTemplates[`${folder}/script.${end}`];
  if (lines === undefined) throw new Error(`there is no rollback pipeline for ${folder}`);
  return lines.join('\n');
}

/** The program stops waiting this early, so that it can verify and report before the job of 8 minutes is killed. */
const TIMEOUT = '5m';

/**
 * What the program is told in a rollback pipeline, by the names of its inputs. What is rolled back stands in `rollgate.yml` alone.
 *
 * @param revision what the CI system puts in place of the revision that was sent
 */
export function rollbackInputs(
  { platform, texts }: Pick<InitOptions, 'platform' | 'texts'>,
  revision?: string,
): readonly (readonly [input: string, text: string])[] {
  const others = splitList(texts.get('rollback') ?? '').filter((id) => id !== 'ci');
  return [
    ['command', 'rollback'],
    // A chain that has nothing but `ci` would do nothing in a rollback run.
    ...(others.length === 0 ? [['rollback', platform] as const] : []),
    ['rollback-timeout', TIMEOUT],
    ...(platform === 'kubernetes' && revision !== undefined
      ? [['kubernetes-revision', revision] as const]
      : []),
  ];
}

/** What people and CI systems are told of the parameters of a rollback. */
export const parameters = {
  rollback: 'Marks this run as a rollback. Rollgate sends true.',
  rollback_id:
    'Names this rollback. Rollgate finds its run again by it; by hand it may stay empty.',
  rollback_target: 'What is rolled back. Rollgate sends "default", or the name of the target.',
  rollback_revision:
    'The revision to return to: 12, or deployment/api=12 for each of several. Empty: the one before.',
} as const;

/** The texts among the parameters; only Kubernetes counts revisions. */
export function textParameters({
  platform,
}: Pick<InitOptions, 'platform'>): readonly (readonly [name: string, about: string])[] {
  return (['rollback_id', 'rollback_target', 'rollback_revision'] as const)
    .filter((name) => name !== 'rollback_revision' || platform === 'kubernetes')
    .map((name) => [name, parameters[name]] as const);
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
