import { fields, listOf, textOf } from '../support/json.js';
import { byKind, type ErrorMapping, type ProblemKind } from '../support/http/problem.js';
import { hintsOf } from './source.js';

/** An account, and where it is asked. */
export interface AwsAccount {
  readonly region: string;
  readonly address: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    /** Of credentials that last for a while only. */
    readonly sessionToken?: string;
  };
}

/**
 * The account that these options name, or what is missing. Signatures go to the address of the region, unless another is given
 * outside the file.
 */
export function accountOf(
  options: {
    readonly region: string;
    readonly 'access-key-id': string | undefined;
    readonly 'secret-access-key': string | undefined;
    readonly 'session-token': string | undefined;
  },
  endpoint: string | undefined,
): AwsAccount | { readonly address: string; readonly missingCredentials: string } {
  const { region, 'session-token': sessionToken } = options;
  const { 'access-key-id': accessKeyId, 'secret-access-key': secretAccessKey } = options;
  const address = endpoint ?? addressOf(region);
  if (accessKeyId === undefined || secretAccessKey === undefined)
    return {
      address,
      missingCredentials:
        'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and for temporary ones AWS_SESSION_TOKEN',
    };
  const keys = { accessKeyId, secretAccessKey };
  const credentials = sessionToken === undefined ? keys : { ...keys, sessionToken };
  return { region, address, credentials };
}

/** https://docs.aws.amazon.com/general/latest/gr/cw_region.html */
function addressOf(region: string): string {
  return `https://monitoring.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
}

const credentialNames = 'AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN';

/**
 * What the errors of CloudWatch mean.
 * @param right what the credentials must be allowed
 * @param fix what to change when the request is wrong
 */
export function awsErrors(right: string, fix: string): ErrorMapping {
  return {
    hintFor: byKind({
      ...hintsOf({ address: 'region', credentials: credentialNames, path: 'the CloudWatch API' }),
      unauthorized: (serverMessage) =>
        /expired/i.test(serverMessage)
          ? 'the credentials have expired: they must last longer than the watch'
          : `check ${credentialNames}: temporary credentials need all three`,
      forbidden: `allow these credentials ${right}`,
      'bad-request': fix,
    }),
    serverMessage: (document) => {
      const { message, Message } = fields(document);
      return [errorType(document), textOf(message) ?? textOf(Message)]
        .filter((each) => each !== undefined && each !== '')
        .join(': ');
    },
    kindOf: ({ data }) => errorKinds.find(([types]) => types.test(errorType(data) ?? ''))?.[1],
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html: most come with status 400. */
const errorKinds: readonly (readonly [RegExp, ProblemKind])[] = [
  [/^(Throttling|ThrottlingException|LimitExceeded.*|RequestLimitExceeded)$/, 'rate-limited'],
  [
    /^(UnrecognizedClient.*|InvalidClientTokenId|InvalidSignature.*|SignatureDoesNotMatch|ExpiredToken.*|IncompleteSignature.*|MissingAuthenticationToken.*|RequestExpired|OptInRequired)$/,
    'unauthorized',
  ],
  [/^(AccessDenied.*|NotAuthorized.*)$/, 'forbidden'],
  [/^(InternalFailure|InternalService.*|ServiceUnavailable.*)$/, 'server-error'],
];

/** `com.amazonaws.cloudwatch#InvalidParameterValueException` */
function errorType(document: unknown): string | undefined {
  const { __type: type } = fields(document);
  const { Code: code } = fields(listOf(fields(document).Errors)[0]);
  return (textOf(type) ?? textOf(fields(fields(document).Error).Code) ?? textOf(code))
    ?.split('#')
    .at(-1);
}

/**
 * A call in JSON, signed by version 4
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/making-api-requests.html).
 * @param now what time it is there, seconds
 */
export async function signedCall(
  { region, address, credentials }: AwsAccount,
  action: string,
  now: number,
  content: object,
) {
  const { sign } = await import('aws4');
  const { host, pathname, href } = new URL(address);
  const body = JSON.stringify(content);
  const { headers = {} } = sign(
    {
      service: 'monitoring',
      region,
      method: 'POST',
      host,
      path: pathname,
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/json',
        'Content-Encoding': 'amz-1.0',
        'X-Amz-Target': `GraniteServiceVersion20100801.${action}`,
        // `20180112T092034Z`
        'X-Amz-Date': new Date(now * 1000).toISOString().replace(/[:-]|\.\d{3}/g, ''),
      },
      body,
    },
    credentials,
  );
  return {
    method: 'POST' as const,
    url: href,
    headers: Object.fromEntries(Object.keys(headers).map((name) => [name, String(headers[name])])),
    body,
  };
}
