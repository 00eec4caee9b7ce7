import { isMap, parseDocument, stringify, type Document } from 'yaml';
import { splitList } from '../../support/values/text.js';
import type { InitOptions } from './options.js';
import { about, aboutRevision, type TextParameter } from './rollback-frames.js';
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

/** The texts that it is told; only Kubernetes counts revisions. */
export function textParameters({
  platform,
}: Pick<InitOptions, 'platform'>): readonly TextParameter[] {
  return [
    ['rollback_id', about.rollback_id],
    ['rollback_target', about.rollback_target],
    ...(platform === 'kubernetes' ? [['rollback_revision', aboutRevision] as const] : []),
  ];
}

/** How every rollback pipeline that is written begins; each system has its mark of a comment. */
export const rollbackHead =
  'Made by `rollgate init`; it is yours now. What it rolls back stands in rollgate.yml.';

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
