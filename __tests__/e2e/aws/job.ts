import { chmodSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Ended, type Running, Workplace } from '../../support/bundle.js';
import { awsProgram } from './components.js';

/** How a job reaches an AWS of the tests. */
export function credentialsFor(endpoint: string): Readonly<Record<string, string>> {
  return {
    ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'eu-west-1' },
    ...{ AWS_DEFAULT_REGION: 'eu-west-1', AWS_ENDPOINT_URL: endpoint },
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** A job that deploys to AWS: an empty folder, and the real `aws` program on its PATH. */
export class AwsJob {
  readonly place = new Workplace();
  private readonly env: Readonly<Record<string, string>>;

  constructor(endpoint: string) {
    this.place.write('bin/.keep', '');
    symlinkSync(awsProgram(), this.place.path('bin/aws'));
    const path = [this.place.path('bin'), dirname(process.execPath), '/usr/bin', '/bin'];
    this.env = { ...credentialsFor(endpoint), HOME: this.place.folder, PATH: path.join(':') };
  }

  /** Puts a script of the shell in front of the real program, which it calls as `$AWS`. */
  wrap(script: string): void {
    this.place.write(
      'wrapped/aws',
      `#!/bin/sh\nAWS=${awsProgram()}\n${script}\nexec "$AWS" "$@"\n`,
    );
    chmodSync(this.place.path('wrapped/aws'), 0o755);
  }

  start(
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Running {
    return this.place.start([command, ...args], { ...this.env, ...env });
  }

  call(...given: Parameters<AwsJob['start']>): Promise<Ended> {
    return this.start(...given).ended;
  }

  /** With what {@link wrap} wrote. */
  get wrapped(): Readonly<Record<string, string>> {
    return { PATH: `${this.place.path('wrapped')}:${this.env.PATH ?? ''}` };
  }

  /** A watch of a few seconds of a service that answers there. */
  watching(url: string): readonly string[] {
    return [
      ...['--url', url, '--warm-up', '500ms', '--duration', '3s', '--interval', '500ms'],
      ...['--requests-per-second', '20', '--health-interval', '500ms', '--verify-timeout', '30s'],
      ...['--max-errors-per-minute', 'off', '--extend', 'false'],
    ];
  }

  remove(): void {
    this.place.remove();
  }
}
