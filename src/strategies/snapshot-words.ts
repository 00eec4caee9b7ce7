import type { Finding, Problem } from '../contract/result.js';
import type { Skip, StrategyId } from '../contract/strategy.js';

/** The snapshot does not know what is to be gone back to. @param what in words: `what ran in shop/api` */
export function unrecorded(what: string): Required<Problem> {
  return {
    message: `no snapshot tells ${what} before the deploy`,
    fix: 'take one before the deploy (the command `snapshot`)',
  };
}

/** The same, as the reason to leave it alone. */
export function skipUnrecorded(what: string): Skip {
  const { message, fix } = unrecorded(what);
  return { kind: 'skip', reason: `${message}; ${fix}` };
}

/** What was recorded is of another region or account. @param where in words: `shop/api`; places: `eu-west-1:123456789012` */
export function otherPlace(
  where: string,
  recorded: string | undefined,
  now: string | undefined,
): Required<Problem> | undefined {
  if (recorded === undefined || now === undefined || recorded === now) return undefined;
  return {
    message: `the snapshot knows ${where} of ${recorded}, and this job asks ${now}`,
    fix: 'set AWS_REGION and the credentials to those of the step that took the snapshot',
  };
}

/** What was there before the watch began is what the snapshot saw. @param where in words: `shop/api` */
export function notDeployedFinding(subject: StrategyId, where: string): Finding {
  return {
    ...{ level: 'notice', subject },
    message: `nothing was deployed to ${where} since the snapshot: what runs is judged, and there is nothing of this run to roll back`,
  };
}

/** The same, as the reason to leave it alone. @param version in words: `version 7` */
export function notDeployed(where: string, version: string): string {
  return `nothing was deployed to ${where} since the snapshot (${version}), so there is nothing of ours to roll back`;
}
