import { describe, expect, it } from '@jest/globals';
import type { ExecOptions, ExecResult } from '../../../src/support/exec.js';
import {
  createKubectl,
  itemsOf,
  KubectlError,
  leavesOpen,
  reasonOf,
} from '../../../src/support/kubernetes/kubectl.js';
import { VirtualClock } from '../virtual-clock.js';

const never = new AbortController().signal;
const fine: ExecResult = { code: 0, signal: null, stdout: '{}', stderr: '' };

/** A kubectl that answers as told, the last answer again and again. */
function kubectlWith(...answers: Partial<ExecResult>[]) {
  const clock = new VirtualClock();
  const calls: { args: readonly string[]; options: ExecOptions }[] = [];
  const kubectl = createKubectl({
    kubeconfig: '/k/config',
    context: 'prod',
    namespace: 'shop',
    env: { PATH: '/bin' },
    exec: (_, args, options) => {
      const answer = answers[Math.min(calls.length, answers.length - 1)];
      calls.push({ args, options });
      return Promise.resolve({ ...fine, ...answer });
    },
    redact: (text) => text.replaceAll('hunter2', '***'),
    clock,
    random: () => 0.5,
  });
  return { kubectl, calls, clock };
}

async function errorOf(work: Promise<unknown>): Promise<KubectlError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof KubectlError) return error;
    throw error;
  }
  throw new Error('it went well');
}

describe('a call of kubectl', () => {
  it('has its context and its timeout', async () => {
    const { kubectl, calls } = kubectlWith({});
    await kubectl.get(['pods'], never);
    expect(calls[0]!.args).toEqual([
      ...['get', 'pods', '-o', 'json'],
      ...['--namespace', 'shop', '--kubeconfig', '/k/config', '--context', 'prod'],
      '--request-timeout=10s',
    ]);
    expect(calls[0]!.options).toMatchObject({ env: { PATH: '/bin' }, timeoutMs: 20_000 });
  });

  it('ended by the signal rejects with its reason', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    const { kubectl } = kubectlWith({ code: null, stopped: 'aborted' });
    await expect(kubectl.run(['version'], stop.signal)).rejects.toThrow('enough');
  });

  it('that fails shows its error without secrets, commands and warnings', async () => {
    const { kubectl } = kubectlWith({
      code: 1,
      stderr: 'W0101 a warning\nerror: the password hunter2 is\u001b[31m wrong\n',
    });
    expect((await errorOf(kubectl.run(['get'], never))).message).toBe(
      'kubectl get: error: the password *** is[31m wrong',
    );
  });

  it('that fails without an error message shows what else is known', async () => {
    const message = async (answer: Partial<ExecResult>): Promise<string> =>
      (await errorOf(kubectlWith(answer).kubectl.run(['get'], never))).message;
    expect(await message({ code: 3 })).toBe('kubectl get ended with code 3');
    expect(await message({ code: 3, stderr: 'a\nb\nc\n' })).toBe('kubectl get: b c');
    expect(await message({ code: null, signal: 'SIGKILL' })).toBe(
      'kubectl get was ended by SIGKILL',
    );
  });
});

describe('a read by kubectl', () => {
  const away = { code: 1, stderr: 'Unable to connect to the server: EOF' };

  it('is retried while the server cannot be reached', async () => {
    const { kubectl, calls, clock } = kubectlWith(away, away, { stdout: '{"a":1}' });
    expect(await clock.runUntil(kubectl.get(['pods'], never))).toEqual({ a: 1 });
    expect(calls).toHaveLength(3);
  });

  it('is given up after four attempts', async () => {
    const { kubectl, calls, clock } = kubectlWith(away);
    expect((await errorOf(clock.runUntil(kubectl.get(['pods'], never)))).reason).toBe(
      'unreachable',
    );
    expect(calls).toHaveLength(4);
  });

  it.each([
    ['not-found', { code: 1, stderr: 'Error from server (NotFound): pods "x" not found' }],
    ['missing', { code: null, spawnError: { code: 'ENOENT', message: '' } }],
    ['missing', { code: null, spawnError: { code: 'EACCES', message: 'kubectl: EACCES' } }],
    ['timeout', { code: null, stopped: 'timeout' as const }],
    ['garbage', { stdout: 'x' }],
    ['garbage', { stdout: '' }],
    ['garbage', { stdout: '"x"' }],
    ['garbage', { stdout: '{"items":[' }],
  ] as const)('that fails with %s is not retried (%j)', async (reason, answer) => {
    const { kubectl, calls } = kubectlWith(answer);
    expect((await errorOf(kubectl.get(['pods'], never))).reason).toBe(reason);
    expect(calls).toHaveLength(1);
  });

  it('without output is an empty list with --ignore-not-found', async () => {
    const { kubectl } = kubectlWith({ stdout: '' });
    expect(itemsOf(await kubectl.get(['pod/x', '--ignore-not-found'], never))).toEqual([]);
  });

  it.each([null, 1, 'x', [], {}, { items: 1 }])('of %j is an empty list', (value) => {
    expect(itemsOf(value)).toEqual([]);
  });
});

describe('a patch by kubectl', () => {
  const operations = (length: number) =>
    [{ op: 'add', path: '/x', value: 'é'.repeat(length) }] as const;

  it('is passed as an argument', async () => {
    const { kubectl, calls } = kubectlWith({});
    await kubectl.patch('deployments.apps/api', operations(3), never);
    expect(calls[0]!.args.slice(0, 7)).toEqual([
      ...['patch', 'deployments.apps/api', '--type=json', '-p'],
      '[{"op":"add","path":"/x","value":"ééé"}]',
      ...['-o', 'json'],
    ]);
  });

  it('too long for an argument goes through standard input', async () => {
    const { kubectl, calls } = kubectlWith({});
    await kubectl.patch('deployments.apps/api', operations(60_000), never);
    expect(calls[0]!.args).toContain('--patch-file=/dev/stdin');
    expect(calls[0]!.options.input).toBe(JSON.stringify(operations(60_000)));
  });

  it('is sent once, and may have been applied after an error', async () => {
    const { kubectl, calls } = kubectlWith({ code: 1, stderr: 'Unable to connect to the server' });
    const error = await errorOf(kubectl.patch('x', [], never));
    expect(leavesOpen(error)).toBe(true);
    expect(calls).toHaveLength(1);
  });
});

describe('a review of permissions by kubectl', () => {
  const document = (n: number): string =>
    `${JSON.stringify({ n, text: '}\n{', inner: {} }, null, 4)}\n`;

  it('has one answer for each object', async () => {
    const { kubectl, calls } = kubectlWith({ stdout: [1, 2, 3].map(document).join('') });
    const answers = await kubectl.review([{ a: 1 }, { a: 2 }, { a: 3 }], never);
    expect(answers.map((one) => (one as { n: number }).n)).toEqual([1, 2, 3]);
    expect(JSON.parse(calls[0]!.options.input!)).toEqual({
      apiVersion: 'v1',
      kind: 'List',
      items: [{ a: 1 }, { a: 2 }, { a: 3 }],
    });
  });

  it('of one object has one answer', async () => {
    const { kubectl } = kubectlWith({ stdout: document(1).replaceAll('\n', '\r\n') });
    expect(await kubectl.review([{}], never)).toHaveLength(1);
  });

  it('with a missing answer is garbage', async () => {
    const { kubectl } = kubectlWith({ stdout: document(1) });
    expect((await errorOf(kubectl.review([{}, {}], never))).reason).toBe('garbage');
  });
});

/** Texts of kubectl 1.20 and 1.37. */
describe('the kind of an error of kubectl', () => {
  it.each([
    ['Error from server (NotFound): deployments.apps "api" not found', 'not-found'],
    ['Error from server (Forbidden): deployments.apps "api" is forbidden: User "x"', 'forbidden'],
    ['error: You must be logged in to the server (Unauthorized)', 'unauthorized'],
    [
      'error: You must be logged in to the server (the server has asked for the client to provide credentials)',
      'unauthorized',
    ],
    [
      'Error from server (Conflict): Operation cannot be fulfilled on deployments.apps "api"',
      'conflict',
    ],
    ['The request is invalid', 'invalid'],
    [
      'The request is invalid: the server rejected our request due to an error in our request',
      'invalid',
    ],
    ['The Deployment "api" is invalid: spec.replicas: Invalid value: -1', 'invalid'],
    [
      'The connection to the server localhost:8080 was refused - did you specify the right host or port?',
      'unreachable',
    ],
    ['Unable to connect to the server: dial tcp 10.0.0.1:443: i/o timeout', 'unreachable'],
    [
      'Error from server (ServiceUnavailable): the server is currently unable to handle the request',
      'unreachable',
    ],
    ['Error from server (Timeout): the server was unable to return a response', 'unreachable'],
    ['Error from server: etcdserver: request timed out', 'unreachable'],
    ['error: unexpected EOF', 'unreachable'],
    ['error: the server doesn\'t have a resource type "deployments"', 'not-found'],
    ['error: context "prod" does not exist', 'other'],
    ['error: unknown geofence', 'other'],
    ['', 'other'],
  ])('%s: %s', (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });
});
