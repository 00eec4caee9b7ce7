import type { Clock } from '../clock.js';
import type { Exec } from '../exec.js';
import { fields, isObject, listOf } from '../json.js';
import { retryRead } from '../retry.js';
import { callTool, endingInWords, reasonIn, ToolError } from '../tool.js';

interface KubectlOptions {
  /** Path of the kubeconfig, context and namespace; `undefined`: what kubectl uses. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly namespace: string | undefined;
  /** The environment of kubectl: PATH, HOME, KUBECONFIG, proxies, and what its login plugins need. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exec: Exec;
  /** Takes secrets out of what is shown, before it is cut short. */
  readonly redact: (text: string) => string;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** One operation of a JSON patch (RFC 6902). */
export type PatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

/** How a patch differs from others. */
interface PatchOptions {
  /** Another one than that of all calls. */
  readonly namespace?: string | undefined;
  /** Under which name the API server remembers who owns what was changed; kubectl's own where nothing is said. */
  readonly manager?: string;
}

/** A cluster, as kubectl reaches it. Everything rejects with a {@link KubectlError}, or with the signal's reason. */
export interface Kubectl {
  /**
   * One object or one list, as JSON; asked again while the server is not reached. `args`: what follows `get`. With
   * `--ignore-not-found` nothing at all is an empty list.
   */
  get(args: readonly string[], signal: AbortSignal): Promise<unknown>;
  /** One change, sent once. Gives the changed object. Of an error {@link leavesOpen} tells whether it may have happened all the same. */
  patch(
    object: string,
    operations: readonly PatchOperation[],
    signal: AbortSignal,
    options?: PatchOptions,
  ): Promise<unknown>;
  /** The same for the status of an object, which is a resource of its own. `kubectl` knows it since 1.24. */
  patchStatus(
    object: string,
    operations: readonly PatchOperation[],
    signal: AbortSignal,
  ): Promise<unknown>;
  /** Posts objects and gives what the server made of them, in the same order. For reviews, which store nothing. */
  review(objects: readonly unknown[], signal: AbortSignal): Promise<readonly unknown[]>;
  /** Any other call, sent once. Gives what it printed. */
  run(args: readonly string[], signal: AbortSignal): Promise<string>;
}

/** For one request; kubectl itself may need longer, to log in and to find out what the server has. */
const REQUEST_TIMEOUT_S = 10;
const CALL_TIMEOUT_MS = 20_000;
const READ_BUDGET_MS = 30_000;
const READ_ATTEMPTS = 4;
/** More than any list that we ask for; a longer answer would be cut at its front, and is no JSON then. */
const MAX_OUTPUT = 64 * 1024 * 1024;
/** Linux takes 128 KiB as one argument (MAX_ARG_STRLEN in include/uapi/linux/binfmts.h), its end included. */
const LONGEST_ARGUMENT = 120_000;

/** What the functions below share. */
interface State {
  readonly options: KubectlOptions;
  readonly clock: Clock;
  readonly random: () => number;
  readonly redact: (text: string) => string;
  readonly common: readonly string[];
  /** The namespace, for calls that name none. */
  readonly namespace: readonly string[];
}

export function createKubectl(options: KubectlOptions): Kubectl {
  const { clock, random, redact } = options;
  const common = [
    ...(options.kubeconfig === undefined ? [] : ['--kubeconfig', options.kubeconfig]),
    ...(options.context === undefined ? [] : ['--context', options.context]),
    `--request-timeout=${String(REQUEST_TIMEOUT_S)}s`,
  ];
  const namespace = options.namespace === undefined ? [] : ['--namespace', options.namespace];
  const state: State = { options, clock, random, redact, common, namespace };
  return {
    get: (args, signal) => get(state, args, signal),
    patch: (object, operations, signal, { namespace, manager } = {}) =>
      patch(
        state,
        [
          object,
          ...(namespace === undefined ? [] : ['-n', namespace]),
          ...(manager === undefined ? [] : [`--field-manager=${manager}`]),
        ],
        operations,
        signal,
      ),
    patchStatus: (object, operations, signal) =>
      patch(state, [object, '--subresource=status'], operations, signal),
    review: (objects, signal) => review(state, objects, signal),
    run: (args, signal) => call(state, args, signal),
  };
}

/** In place of one that would reach another cluster than it should. @param why in words */
export function unusableKubectl(why: string): Kubectl {
  const refuse = (): Promise<never> => Promise.reject(new KubectlError('missing', why));
  return { get: refuse, patch: refuse, patchStatus: refuse, review: refuse, run: refuse };
}

function get(state: State, args: readonly string[], signal: AbortSignal): Promise<unknown> {
  return retryRead(() => json(state, ['get', ...args], signal), {
    clock: state.clock,
    random: state.random,
    signal,
    budgetMs: READ_BUDGET_MS,
    attempts: READ_ATTEMPTS,
  });
}

function patch(
  state: State,
  object: readonly string[],
  operations: readonly PatchOperation[],
  signal: AbortSignal,
): Promise<unknown> {
  const text = JSON.stringify(operations);
  // `--patch-file` is there since 1.21; only what is too long for an argument needs it.
  return Buffer.byteLength(text) <= LONGEST_ARGUMENT
    ? json(state, ['patch', ...object, '--type=json', '-p', text], signal)
    : json(state, ['patch', ...object, '--type=json', '--patch-file=/dev/stdin'], signal, text);
}

async function review(
  state: State,
  objects: readonly unknown[],
  signal: AbortSignal,
): Promise<unknown[]> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  // The schema would be fetched for the validation: a megabyte for objects that we know.
  const args = ['create', '--validate=false', '-f', '-', '-o', 'json'];
  const answer = await call(state, args, signal, JSON.stringify(list));
  // One document for each object, and nothing between them (cli-runtime, printers/json.go). A line that is only a brace
  // ends one: inside of it everything is indented.
  const answers = answer.split(/^(?<=\}\r?\n)(?=\{)/m).map((document) => parsed(document, args));
  if (answers.length !== objects.length)
    throw new KubectlError('garbage', 'kubectl create did not answer every question');
  return answers;
}

async function call(
  state: State,
  args: readonly string[],
  signal: AbortSignal,
  input?: string,
): Promise<string> {
  const what = `kubectl ${args[0] ?? ''}`;
  // Of two namespaces the last one would count.
  const isElsewhere = args.includes('-n') || args.includes('--all-namespaces');
  const common = [...(isElsewhere ? [] : state.namespace), ...state.common];
  const result = await callTool('kubectl', [...args, ...common], {
    exec: state.options.exec,
    what,
    // Without a kubectl that runs there is none.
    fail: (reason, message) => new KubectlError(reason === 'other' ? 'missing' : reason, message),
    env: state.options.env,
    signal,
    timeoutMs: CALL_TIMEOUT_MS,
    maxOutput: MAX_OUTPUT,
    ...(input === undefined ? {} : { input }),
  });
  if (result.code === 0) return result.stdout;
  const complaint = result.code === null ? '' : complaintOf(result.stderr);
  throw new KubectlError(
    result.code === null ? 'killed' : reasonOf(complaint),
    endingInWords(what, result, complaint, state.redact),
  );
}

async function json(
  state: State,
  args: readonly string[],
  signal: AbortSignal,
  input?: string,
): Promise<unknown> {
  const text = await call(state, [...args, '-o', 'json'], signal, input);
  if (text.trim() === '' && args.includes('--ignore-not-found')) return { items: [] };
  return parsed(text, args);
}

function parsed(text: string, args: readonly string[]): unknown {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  throw new KubectlError('garbage', `kubectl ${args[0] ?? ''} printed something that is not JSON`);
}

/** The objects of a list. */
export function itemsOf(list: unknown): readonly unknown[] {
  return listOf(fields(list).items);
}

/** kubectl's own complaint, without the warnings that stand before it. */
function complaintOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /^(error|Error|The |Unable )/.test(line));
  return (errors.length > 0 ? errors : lines.slice(-2)).join(' ');
}

/** Why kubectl failed. */
type KubectlReason =
  | 'not-found'
  | 'forbidden'
  | 'unauthorized'
  /** Somebody else changed the object in the meantime. */
  | 'conflict'
  /** The API server does not take the request; for a patch also: its `test` does not hold. */
  | 'invalid'
  /** The server was not reached, or is not able to answer now. */
  | 'unreachable'
  /** Somebody ended it by a signal. */
  | 'killed';

/** kubectl failed. */
export class KubectlError extends ToolError<KubectlReason> {
  override readonly name = 'KubectlError';

  override get transient(): boolean {
    return this.reason === 'unreachable' || this.reason === 'killed';
  }
}

/** What kubectl writes to standard error, by what it means. The first that matches counts. */
const words: readonly (readonly [RegExp, KubectlReason])[] = [
  // staging/src/k8s.io/kubectl/pkg/cmd/util/helpers.go: "Error from server (Reason): ..."
  [/\(NotFound\)/, 'not-found'],
  [/\(Forbidden\)/, 'forbidden'],
  [/\(Unauthorized\)|must be logged in to the server/, 'unauthorized'],
  [/\(Conflict\)|the object has been modified/, 'conflict'],
  // A failed `test` of a JSON patch is answered with 422 and no details (apiserver, endpoints/handlers/patch.go).
  [
    /\(Invalid\)|The request is invalid|is invalid:|\(BadRequest\)|\(UnprocessableEntity\)/,
    'invalid',
  ],
  [/\((ServiceUnavailable|InternalError|TooManyRequests|Timeout|ServerTimeout)\)/, 'unreachable'],
  [
    /Unable to connect to the server|The connection to the server .* was refused|connection refused|no route to host|i\/o timeout|TLS handshake timeout|\bEOF\b|connection reset|State\.Timeout|[Tt]imeout exceeded|deadline exceeded|etcdserver:|unable to handle the request|apiserver not ready|couldn't get (current )?server API group list|http2: |unexpected response/,
    'unreachable',
  ],
  [/doesn't have a resource type/, 'not-found'],
];

export function reasonOf(stderr: string): KubectlError['reason'] {
  return reasonIn(words, stderr);
}

/** Whether a change may have happened although this came back: the server did not say no, or we did not hear it. */
export function leavesOpen(error: KubectlError): boolean {
  return ['unreachable', 'timeout', 'killed', 'garbage', 'other'].includes(error.reason);
}
