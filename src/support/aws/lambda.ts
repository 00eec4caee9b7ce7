import { fields, numberOf, textOf } from '../json.js';
import { type Aws, AwsError } from './cli.js';
import type { AliasName } from './names.js';

/** An alias as it is now. */
export interface Alias {
  /** A number, or `$LATEST`. */
  readonly version: string;
  /** Shares 0..1 of the traffic that other versions get, by version. */
  readonly weights: Readonly<Record<string, number>>;
  /** Changes with every change of the alias. */
  readonly revisionId: string;
}

/** `version 8`, `version 7 with 10 % to version 8` */
export function versionsInWords({ version, weights }: Alias): string {
  const others = Object.entries(weights).map(
    ([other, share]) => `${String(Math.round(share * 1000) / 10)} % to version ${other}`,
  );
  return `version ${version}${others.length === 0 ? '' : ` with ${others.join(', ')}`}`;
}

/**
 * Whether two states of an alias have the same versions, whatever their weights: a canary whose weight is shifted is the same deploy,
 * and so is one that has got all the traffic.
 */
export function isSameVersions(now: Alias, judged: Alias): boolean {
  const known = versionsOf(judged);
  const isKnown = versionsOf(now).every((version) => known.includes(version));
  // Without the new version it has gone back: whether that is where we go is for others to say.
  const isShift = newOnes(judged).every((version) => versionsOf(now).includes(version));
  return isKnown && isShift;
}

function versionsOf({ version, weights }: Alias): readonly string[] {
  return [version, ...Object.keys(weights)];
}

/** Those that get a share beside the main one; without shares the main one. */
function newOnes({ version, weights }: Alias): readonly string[] {
  const others = Object.keys(weights);
  return others.length === 0 ? [version] : others;
}

/** @returns `undefined`: there is no such alias, or no such function @throws AwsError */
export async function readAlias(
  aws: Aws,
  { functionName, alias }: AliasName,
  signal: AbortSignal,
): Promise<Alias | undefined> {
  try {
    const input = { FunctionName: functionName, Name: alias };
    const found = fields(await aws.read(['lambda', 'get-alias'], input, signal));
    const weights = fields(fields(found.RoutingConfig).AdditionalVersionWeights);
    return {
      version: textOf(found.FunctionVersion) ?? '',
      weights: Object.fromEntries(
        Object.entries(weights).flatMap(([version, share]) => {
          const number = numberOf(share);
          return number === undefined || number === 0 ? [] : [[version, number]];
        }),
      ),
      revisionId: textOf(found.RevisionId) ?? '',
    };
  } catch (error) {
    if (error instanceof AwsError && error.reason === 'not-found') return undefined;
    throw error;
  }
}
