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
    });
  });
});
