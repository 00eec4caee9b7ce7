/** Runs the unit tests: as jest, with `--changed` for those of the files that differ from the last commit, or that it changed. */
import { execFileSync } from 'node:child_process';
import { run } from 'jest';

const argv = process.argv.slice(2);
const isClean = () => execFileSync('git', ['status', '--porcelain'], { encoding: 'utf8' }) === '';
await run(
  argv.map((word) => (word !== '--changed' ? word : isClean() ? '--lastCommit' : '--onlyChanged')),
);
