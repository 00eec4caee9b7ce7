import type { Clock } from '../clock.js';
import type { Exec } from '../exec.js';
import { isObject } from '../json.js';
import { backoffMs, retryRead } from '../retry.js';
import { callTool, endingInWords, ToolError } from '../tool.js';

interface AwsOptions {
  /** The environment of the program: PATH, HOME and the `AWS_*` variables. Credentials, region and endpoints are its own affair. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exec: Exec;
  /** Takes secrets out of what is shown, before it is cut short. */
  readonly redact: (text: string) => string;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** AWS, as the `aws` program reaches it. Everything rejects with an {@link AwsError}, or with the signal's reason. */
export interface Aws {
  /** What `aws --version` prints: `aws-cli/2.31.0`; that it prints nothing, in words. */
  version(signal: AbortSignal): Promise<string>;
  /** A call that reads; asked again while the service is not reached or too busy. `input` has the shape of the API. */
  read(operation: AwsOperation, input: object, signal: AbortSignal): Promise<unknown>;
  /**
   * A call that changes something, sent once; again only after the service has refused it because there were too many. Of an error
   * {@link leavesOpen} tells whether it may have happened all the same.
   */
  change(operation: AwsOperation, input: object, signal: AbortSignal): Promise<unknown>;
}

/** As the program names them: service and operation. */
export type AwsOperation = readonly [service: 'ecs' | 'elbv2' | 'lambda', operation: string];

const CALL_TIMEOUT_MS = 40_000;
const READ_BUDGET_MS = 60_000;
const READ_ATTEMPTS = 4;
const CHANGE_ATTEMPTS = 5;
/** A description of a service holds its last 100 events. */
const MAX_OUTPUT = 16 * 1024 * 1024;

/** Uses only what both major versions of the program have. */
export function createAws(options: AwsOptions): Aws {
  const { clock, random } = options;
  return {
    async version(signal) {
      const text = await call(options, ['--version'], 'aws', {}, signal);
      const [version = ''] = text.trim().split(/\s/);
      // On Python 2 it prints that on standard error.
      return version === '' ? 'an aws program that does not tell its version' : version;
    },
    read: (operation, input, signal) =>
      retryRead(() => json(options, operation, input, {}, signal), {
        ...{ clock, random, signal },
        budgetMs: READ_BUDGET_MS,
        attempts: READ_ATTEMPTS,
      }),
    async change(operation, input, signal) {
      for (let attempt = 1; ; attempt++)
        try {
          return await json(options, operation, input, sentOnce, signal);
        } catch (error) {
          const isTooMuch = error instanceof AwsError && error.reason === 'throttled';
          if (!isTooMuch || attempt >= CHANGE_ATTEMPTS) throw error;
          await clock.sleep(backoffMs(attempt, random), signal);
        }
    },
  };
}

/** The program itself would send a call again whose answer it did not get (https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-retries.html). */
const sentOnce = { AWS_MAX_ATTEMPTS: '1' };

/** What the configuration of a person must not change; the environment goes before it. */
const forPrograms = {
  // Without a terminal a pager prints nothing else, but it may be missing.
  AWS_PAGER: '',
  // There is nobody to ask (https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-prompting.html).
  AWS_CLI_AUTO_PROMPT: 'off',
  // Version 2 can write errors as JSON, YAML or a table (https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-error-format.html).
  AWS_CLI_ERROR_FORMAT: 'legacy',
};

async function json(
  options: AwsOptions,
  operation: AwsOperation,
  input: object,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<unknown> {
  const what = `aws ${operation.join(' ')}`;
  const args = [...operation, '--output', 'json', '--cli-input-json', JSON.stringify(input)];
  const limits = ['--cli-connect-timeout', '10', '--cli-read-timeout', '20'];
  const text = await call(options, [...args, ...limits], what, env, signal);
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new AwsError('garbage', `${what} printed something that is not JSON`);
}

async function call(
  { exec, env, redact }: AwsOptions,
  args: readonly string[],
  what: string,
  more: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  const result = await callTool('aws', args, {
    ...{ exec, what, signal },
    fail: (reason, message) => new AwsError(reason, message),
    env: {
      ...env,
      // Version 1 reads only the second one (botocore/configprovider.py).
      ...((env.AWS_DEFAULT_REGION ?? '') === '' && env.AWS_REGION !== undefined
        ? { AWS_DEFAULT_REGION: env.AWS_REGION }
        : {}),
      ...forPrograms,
      ...more,
    },
    timeoutMs: CALL_TIMEOUT_MS,
    maxOutput: MAX_OUTPUT,
  });
  if (result.code === 0) return result.stdout;
  const complaint = result.code === null ? '' : result.stderr;
  throw new AwsError(
    result.code === null ? 'killed' : reasonOf(complaint),
    endingInWords(what, result, inWords(complaint), redact),
  );
}

/** `An error occurred (Code) when calling the X operation (reached max retries: 4): message` → `Code: message` */
function inWords(complaint: string): string {
  const [, code, message] =
    /An error occurred \((\S+)\) when calling the \S+ operation(?: \([^)]*\))?: (.*)/s.exec(
      complaint,
    ) ?? [];
  return code === undefined ? complaint : `${code}: ${message ?? ''}`;
}

/** Why a call failed. */
type AwsReason =
  | 'not-found'
  | 'forbidden'
  | 'unauthorized'
  /** Somebody else has changed it in the meantime. */
  | 'conflict'
  /** The service does not take the request. */
  | 'invalid'
  /** The service refused it because there were too many. */
  | 'throttled'
  /** The service was not reached, or could not answer. */
  | 'unreachable'
  /** Region, profile or credentials are not set. */
  | 'not-configured'
  /** Somebody ended it by a signal. */
  | 'killed';

/** The `aws` program failed. */
export class AwsError extends ToolError<AwsReason> {
  override readonly name = 'AwsError';

  override get transient(): boolean {
    return ['unreachable', 'throttled', 'killed'].includes(this.reason);
  }
}

/** The code of an API error, by what it means; botocore's `errors` of the operations that are called. */
const codes: readonly (readonly [RegExp, AwsReason])[] = [
  [/Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/, 'throttled'],
  [/PreconditionFailed|Conflict|ResourceInUse|UpdateInProgress/, 'conflict'],
  [/AccessDenied|UnauthorizedOperation|Forbidden/, 'forbidden'],
  [
    /ExpiredToken|InvalidClientTokenId|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|AuthFailure|MissingAuthenticationToken|OptInRequired/,
    'unauthorized',
  ],
  [/NotFound|ServiceNotActive/, 'not-found'],
  [
    /ServerException|ServiceException|InternalError|InternalFailure|ServiceUnavailable|^5\d\d$|RequestTimeout/,
    'unreachable',
  ],
  [/./, 'invalid'],
];

/** What the program says when there is no answer of the service; awscli/errorhandler.py, botocore/exceptions.py. */
const words: readonly (readonly [RegExp, AwsReason])[] = [
  [
    /Unable to locate credentials|must specify a region|doesn't match a supported format|Invalid endpoint:|config profile .* could not be found|Unable to parse config file|Partial credentials|Error when retrieving (?:token|credentials)|Token has expired|Error loading SSO Token|SSO session associated with this profile|session has expired/i,
    'not-configured',
  ],
  // Of a program that is too old for it, too: nothing was sent.
  [/Invalid choice|Unknown options:|Parameter validation failed/i, 'invalid'],
  [
    /Could not connect to the endpoint|Connect timeout|Read timeout|Connection was closed|Failed to connect to proxy|SSL validation failed|EndpointConnectionError|Name or service not known|An HTTP Client |reading from response stream/i,
    'unreachable',
  ],
];

/** @param stderr what the program complained of */
export function reasonOf(stderr: string): AwsError['reason'] {
  const [, code] = /An error occurred \((\S+)\) when calling/.exec(stderr) ?? [];
  const table = code === undefined ? words : codes;
  return table.find(([pattern]) => pattern.test(code ?? stderr))?.[1] ?? 'other';
}

/** Whether a change may have happened although this came back: the service did not say no, or we did not hear it. */
export function leavesOpen({ reason }: AwsError): boolean {
  return ['unreachable', 'timeout', 'killed', 'garbage', 'other'].includes(reason);
}

/** Whether it says nothing of what was asked: the same question may get an answer a while later. */
export function mayPass({ transient, reason }: AwsError): boolean {
  return transient || reason === 'timeout' || reason === 'garbage';
}

/** What to change, for each way in which the program cannot be used at all; `undefined`: it is about the one call. */
export function setUpOf({ reason }: AwsError): string | undefined {
  return fixes[reason];
}

const reach = 'see whether this runner reaches AWS, and AWS_REGION and AWS_ENDPOINT_URL are right';

const fixes: Readonly<Partial<Record<AwsError['reason'], string>>> = {
  missing: 'install the AWS CLI on the runner',
  'not-configured': 'set AWS_REGION, and give the job credentials of AWS',
  unauthorized: 'see whether the credentials of this job are valid and have not expired',
  unreachable: reach,
  timeout: reach,
  throttled: reach,
};
