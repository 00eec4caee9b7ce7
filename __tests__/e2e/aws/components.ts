import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../kubernetes/binaries.js';

/** The AWS CLI and ministack, with all that they import; every version is in it. */
export const requirements = '__tests__/e2e/aws/build/requirements.txt';

/** The folder of the two programs: another list is another folder. */
export function awsFolder(env: NodeJS.ProcessEnv = process.env): string {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  return join(cacheFolder(env), 'aws', digest.slice(0, 16));
}

export const awsProgram = (): string => join(awsFolder(), 'bin', 'aws');
export const ministackProgram = (): string => join(awsFolder(), 'bin', 'ministack');

/** A sentence for people when they are not there. */
export function lacking(): string | undefined {
  return existsSync(ministackProgram())
    ? undefined
    : 'The AWS CLI and ministack were not found: run "npm run e2e:aws", which installs them (Python 3.11 or newer is needed).';
}
