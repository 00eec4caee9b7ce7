import type { ServerResponse } from 'node:http';
import { type HttpTestServer, serve, type Received } from '../../support/servers.js';
import type { StandInAws } from '../../support/stand-in-aws.js';

/** A request by what the `aws` program would be called with. */
interface Call {
  readonly service: string;
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly answer: (output: unknown) => string;
}

/** The stand-in behind the protocols of its services, for the real program (botocore: `json` 1.1, `query`, `rest-json`). */
export function serveAws(aws: StandInAws): Promise<HttpTestServer> {
  return serve((request, response) => {
    void answer(aws, request, response);
  });
}

async function answer(aws: StandInAws, request: Received, response: ServerResponse): Promise<void> {
  const call = callOf(request);
  if (call === undefined) {
    response.writeHead(404).end();
    return;
  }
  const { service, operation, input } = call;
  const { code, stdout, stderr } = await aws.exec(
    'aws',
    [service, operation, '--cli-input-json', JSON.stringify(input)],
    { env: {}, signal: new AbortController().signal, maxOutput: 1 },
  );
  if (code === 0) {
    response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.1' });
    response.end(call.answer(JSON.parse(stdout)));
    return;
  }
  const [, name, message] = /occurred \((\S+)\) when calling .* operation: (.*)/.exec(stderr) ?? [];
  // What is no error of the service is a connection that ends.
  if (name === undefined) {
    response.destroy();
    return;
  }
  response.writeHead(400, {
    'Content-Type': 'application/x-amz-json-1.1',
    'x-amzn-ErrorType': name,
  });
  response.end(JSON.stringify({ __type: name, message }));
}

function dashed(name: string): string {
  return name.replace(/(?<!^)(?=[A-Z])/g, '-').toLowerCase();
}

function callOf({ method, url, headers, body }: Received): Call | undefined {
  const target = headers['x-amz-target'];
  if (typeof target === 'string')
    return {
      service: 'ecs',
      operation: dashed(target.split('.').at(-1) ?? ''),
      input: JSON.parse(body) as Call['input'],
      answer: JSON.stringify,
    };
  const [, name, alias] = /^\/2015-03-31\/functions\/([^/]+)\/aliases\/([^/?]+)$/.exec(url) ?? [];
  if (name !== undefined && alias !== undefined)
    return {
      service: 'lambda',
      operation: method === 'GET' ? 'get-alias' : 'update-alias',
      input: {
        ...{ FunctionName: decodeURIComponent(name), Name: decodeURIComponent(alias) },
        ...(body === '' ? {} : (JSON.parse(body) as object)),
      },
      answer: JSON.stringify,
    };
  const form = new URLSearchParams(body);
  return form.get('Action') === 'DescribeTargetHealth'
    ? {
        service: 'elbv2',
        operation: 'describe-target-health',
        input: { TargetGroupArn: form.get('TargetGroupArn') },
        answer: targetHealthInXml,
      }
    : undefined;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html */
function targetHealthInXml(output: unknown): string {
  const { TargetHealthDescriptions } = output as {
    TargetHealthDescriptions: { TargetHealth: { State: string; Reason?: string } }[];
  };
  const members = TargetHealthDescriptions.map(
    ({ TargetHealth: { State, Reason = '' } }) =>
      `<member><Target><Id>10.0.0.1</Id></Target><TargetHealth><State>${State}</State><Reason>${Reason}</Reason></TargetHealth></member>`,
  );
  return `<DescribeTargetHealthResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><DescribeTargetHealthResult><TargetHealthDescriptions>${members.join('')}</TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>`;
}
