import { describe, expect, it } from '@jest/globals';
import {
  AwsError,
  createAws,
  leavesOpen,
  reasonOf,
  setUpOf,
} from '../../../src/support/aws/cli.js';
import { StandInAws } from '../stand-in-aws.js';
import { VirtualClock } from '../virtual-clock.js';

const never = new AbortController().signal;
const refusedWith = (code: string): string =>
  `\nAn error occurred (${code}) when calling the UpdateService operation (reached max retries: 0): No.\n`;

describe('what the aws program complains of', () => {
  it.each([
    [refusedWith('ThrottlingException'), 'throttled', false],
    [refusedWith('TooManyRequestsException'), 'throttled', false],
    [refusedWith('PreconditionFailedException'), 'conflict', false],
    [refusedWith('ConflictException'), 'conflict', false],
    [refusedWith('AccessDeniedException'), 'forbidden', false],
    [refusedWith('ExpiredTokenException'), 'unauthorized', false],
    [refusedWith('UnrecognizedClientException'), 'unauthorized', false],
    [refusedWith('ClusterNotFoundException'), 'not-found', false],
    [refusedWith('InvalidParameterException'), 'invalid', false],
    [refusedWith('ClientException'), 'invalid', false],
    [refusedWith('ServerException'), 'unreachable', true],
    [refusedWith('ServiceUnavailableException'), 'unreachable', true],
    [refusedWith('500'), 'unreachable', true],
    ['Unable to locate credentials. You can configure credentials', 'not-configured', false],
    ['You must specify a region. You can also configure', 'not-configured', false],
    ['The config profile (prod) could not be found', 'not-configured', false],
    ['Invalid endpoint: https://ecs..amazonaws.com', 'not-configured', false],
    ['Unable to parse config file: /h/.aws/config', 'not-configured', false],
    ['Error loading SSO Token: Token for main does not exist', 'not-configured', false],
    [
      'The SSO session associated with this profile has expired or is otherwise invalid.',
      'not-configured',
      false,
    ],
    [
      'Error when retrieving credentials from custom-process: no such file',
      'not-configured',
      false,
    ],
    // Usage comes before it, and all that there is after it.
    [
      'aws: error: argument operation: Invalid choice, valid choices are:\n\nwait',
      'invalid',
      false,
    ],
    ['Unknown options: --cli-input-json', 'invalid', false],
    ['Parameter validation failed:\nUnknown parameter in input: "x"', 'invalid', false],
    ['An HTTP Client raised an unhandled exception: reset', 'unreachable', true],
    [
      'An error occurred while reading from response stream: Connection broken',
      'unreachable',
      true,
    ],
    ['Could not connect to the endpoint URL: "https://x/"', 'unreachable', true],
    ['Read timeout on endpoint URL: "https://x/"', 'unreachable', true],
    ['Traceback', 'other', true],
  ] as const)('%s: %s', (stderr, reason, open) => {
    expect(reasonOf(stderr)).toBe(reason);
    expect(leavesOpen(new AwsError(reason, ''))).toBe(open);
  });

  it('what a person has to set up is said, and nothing of a single call', () => {
    expect(setUpOf(new AwsError('missing', ''))).toContain('install');
    expect(setUpOf(new AwsError('invalid', ''))).toBeUndefined();
  });
});

describe('a call', () => {
  it('prints the code and the words of the service, redacted, and none of the request', async () => {
    const aws = new StandInAws();
    aws.instead = () => ({
      code: 254,
      stderr: refusedWith('ClientException').replace('No', 'key s3cret'),
    });
    const client = createAws({
      ...{
        env: { HOME: '/h', AWS_REGION: 'eu-west-1' },
        exec: aws.exec,
        clock: new VirtualClock(),
        random: () => 0.5,
      },
      redact: (text) => text.replace('s3cret', '***'),
    });
    const input = { service: 'api', taskDefinition: 'api:7' };
    await expect(client.change(['ecs', 'update-service'], input, never)).rejects.toThrow(
      'aws ecs update-service: ClientException: key ***.',
    );
    expect(aws.calls[0]?.env).toEqual({
      ...{ HOME: '/h', AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1' },
      ...{ AWS_PAGER: '', AWS_MAX_ATTEMPTS: '1' },
      ...{ AWS_CLI_AUTO_PROMPT: 'off', AWS_CLI_ERROR_FORMAT: 'legacy' },
    });
  });

  it.each([
    ['aws-cli/2.31.0 Python/3.13.7\n', 'aws-cli/2.31.0'],
    // On Python 2 it prints that on standard error.
    ['', 'an aws program that does not tell its version'],
  ])('of %j the version is "%s"', async (stdout, version) => {
    const client = createAws({
      ...{ env: {}, clock: new VirtualClock(), random: () => 0.5, redact: (text) => text },
      exec: () => Promise.resolve({ code: 0, signal: null, stdout, stderr: '' }),
    });
    expect(await client.version(never)).toBe(version);
  });

  it.each([
    [{ AWS_REGION: 'eu-west-1' }, 'eu-west-1'],
    [{ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: '' }, 'eu-west-1'],
    [{ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'us-east-1' }, 'us-east-1'],
    [{}, undefined],
  ])('of %j the region of version 1 is %s', async (env, region) => {
    const aws = new StandInAws();
    aws.addService('default/api', 'api:7');
    const client = createAws({
      ...{ env, exec: aws.exec, clock: new VirtualClock(), random: () => 0.5 },
      redact: (text) => text,
    });
    await client.read(['ecs', 'describe-services'], { services: ['api'] }, never);
    expect((aws.calls[0]?.env as NodeJS.ProcessEnv).AWS_DEFAULT_REGION).toBe(region);
  });

  it.each([
    ['AWS_CLI_AUTO_PROMPT', 'on'],
    ['AWS_CLI_ERROR_FORMAT', 'yaml'],
    ['AWS_PAGER', 'less'],
  ])('the taste of a person in %s does not count', async (name, taste) => {
    const aws = new StandInAws();
    aws.addService('default/api', 'api:7');
    const client = createAws({
      ...{ env: { [name]: taste }, exec: aws.exec, clock: new VirtualClock() },
      ...{ random: () => 0.5, redact: (text) => text },
    });
    await client.read(['ecs', 'describe-services'], { services: ['api'] }, never);
    expect((aws.calls[0]?.env as NodeJS.ProcessEnv)[name]).not.toBe(taste);
  });
});
