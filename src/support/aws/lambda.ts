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
  readonly arn: string;
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
 *
 * @param old the version from before the deploy, where it is known
 */
export function isSameVersions(now: Alias, judged: Alias, old: string | undefined): boolean {
  const known = versionsOf(judged);
  const isKnown = versionsOf(now).every((version) => known.includes(version));
  // Without the new version it has gone back: whether that is where we go is for others to say.
  const isShift = newOnes(judged, old).every((version) => versionsOf(now).includes(version));
  return isKnown && isShift;
}

function versionsOf({ version, weights }: Alias): readonly string[] {
  return [version, ...Object.keys(weights)];
}

/** Those that get a share beside the main one; the main one, when no others do, or only the old one. */
function newOnes({ version, weights }: Alias, old: string | undefined): readonly string[] {
  const others = Object.keys(weights).filter((one) => one !== old);
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
    const version = textOf(found.FunctionVersion) ?? '';
    const revisionId = textOf(found.RevisionId) ?? '';
    // Without the id a change would be made under no lock.
    if (version === '' || revisionId === '')
      throw new AwsError('garbage', 'aws lambda get-alias printed something that is not an alias');
    return {
      ...{ version, revisionId, arn: textOf(found.AliasArn) ?? '' },
      weights: Object.fromEntries(
        Object.entries(weights).flatMap(([version, share]) => {
          const number = numberOf(share);
          return number === undefined || number === 0 ? [] : [[version, number]];
        }),
      ),
    };
  } catch (error) {
    if (error instanceof AwsError && error.reason === 'not-found') return undefined;
    throw error;
  }
}
