import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { awsFolder, lacking, requirements } from '../__tests__/e2e/aws/components.js';
import { makeFolder, ready } from './go.js';
import { run } from './program.js';

// Makes sure that the AWS CLI and ministack are there: node --import tsx scripts/prepare-aws.ts

function install(temporary: string): void {
  console.log('Installing the AWS CLI and ministack');
  const [python = ''] = run('python3', ['-c', 'import sys; print(sys.executable)']).split('\n');
  const flags = ['--quiet', '--no-deps', '--disable-pip-version-check', '--no-compile'];
  run(python, [
    ...['-m', 'pip', 'install', ...flags],
    ...['--target', join(temporary, 'lib'), '--requirement', resolve(requirements)],
  ]);
  mkdirSync(join(temporary, 'bin'));
  for (const [name, module] of [
    ['aws', 'awscli'],
    ['ministack', 'ministack'],
  ] as const) {
    const path = join(temporary, 'bin', name);
    // The folder is moved when it is whole, so that the packages are found from here.
    const lib = '"$(dirname "$(readlink -f "$0")")/../lib"';
    writeFileSync(path, `#!/bin/sh\nPYTHONPATH=${lib} exec ${python} -m ${module} "$@"\n`);
    chmodSync(path, 0o755);
  }
}

ready('The AWS CLI with ministack', awsFolder(), () => {
  if (lacking() !== undefined) makeFolder(awsFolder(), install);
});
