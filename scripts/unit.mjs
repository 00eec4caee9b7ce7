/**
 * Runs the unit tests: as jest, with `--all` for those that take long as well, and with `--changed` for all of the files that differ from
 * the last commit, or that it changed.
 */
import { execFileSync } from 'node:child_process';
import { run } from 'jest';

const argv = process.argv.slice(2);
// For jest.config.js.
if (argv.includes('--all') || argv.includes('--changed')) process.env.ROLLGATE_TESTS = 'all';
if (process.env.ROLLGATE_TESTS !== 'all')
  console.log('Left out: *.long.test.ts, which CI runs. With them: npm test -- --all');
const isClean = () => execFileSync('git', ['status', '--porcelain'], { encoding: 'utf8' }) === '';
await run(
  argv
    .filter((word) => word !== '--all')
    .map((word) => (word !== '--changed' ? word : isClean() ? '--lastCommit' : '--onlyChanged')),
);
