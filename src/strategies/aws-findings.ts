import type { Finding } from '../contract/result.js';
import type { StrategyId } from '../contract/strategy.js';
import { type Aws, AwsError, setUpOf } from '../support/aws/cli.js';

/** Takes one finding of a preflight. */
export type AddFinding = (level: Finding['level'], message: string, fix?: string) => void;

/**
 * What a preflight of a strategy of AWS finds: which program it uses, what `look` adds, and why AWS could not be asked. AWS has no way
 * to try a change: whether the role may make it shows only then.
 */
export async function findingsOfAws(
  subject: StrategyId & ('ecs' | 'lambda'),
  aws: Aws,
  look: (add: AddFinding) => Promise<void>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  const add: AddFinding = (level, message, fix) => {
    found.push({ level, subject, message, ...(fix === undefined ? {} : { fix }) });
  };
  try {
    add('notice', `it uses ${await aws.version(signal)}`);
    await look(add);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const rights = `let the role of this job call what docs/strategies/${subject}.md lists, and see whether the name is right`;
    add('error', error.message, setUpOf(error) ?? rights);
  }
  return found;
}
