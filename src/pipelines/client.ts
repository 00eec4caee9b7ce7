import type { Problem, Result } from '../contract/result.js';
import type { PipelineClient, RunState, StartRequest, StartResult } from '../contract/pipeline.js';
import type { Clock } from '../support/clock.js';
import { messageOf } from '../support/errors.js';
import { fixIn } from '../support/http/api.js';
import type { ApiResponse } from '../support/http/response.js';
import { PermanentError } from '../support/retry.js';
import { oneLine } from '../support/text.js';
import {
  findRun,
  listRunsBefore,
  notSeen,
  type Before,
  type Candidate,
  type Listing,
  type Owner,
} from './find-run.js';
import { shownJobs } from './jobs.js';
import { refused, startOnce, type Refused, type StartCall, type Unsure } from './start-once.js';

/** Of the words in which a system tells how far a run is, so many characters are shown. */
const LONGEST_WORD = 200;

/** What every pipeline client is made from, besides its settings. */
export interface ClientDependencies {
  /** The run that we are part of, when it is a run of the same system; else `null`. */
  readonly ownRunId: string | null;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** How a system is named in messages. */
interface PipelineSystem {
  /** `github`, `gitlab`, ... */
  readonly id: string;
  /** For people: `GitHub`, `GitLab`, ... */
  readonly name: string;
  /** The input that holds its address. */
  readonly addressInput: string;
}

/** The call that starts a run: what differs between systems. */
export type SystemCall<T> = Omit<
  StartCall<T>,
  'system' | 'addressInput' | 'hint' | 'clock' | 'random'
>;

/** How a started run is found among others when the answer did not name it. */
export interface RunSearch<C extends Candidate> {
  /** What a run is called: `run`, `pipeline`. */
  readonly noun: string;
  /** @param before what was known before the call; `undefined`: this is the listing before the call. */
  list(signal: AbortSignal, before?: Before): Promise<Listing<C>>;
  /** @throws as `ApiClient.request` does: then the whole listing counts for nothing. */
  owner(candidate: C, before: Before, signal: AbortSignal): Owner | Promise<Owner>;
  /** `false`: our run is recognised by what was sent alone, so that runs need not be listed before the call. */
  readonly listsRunsBefore?: boolean;
}

/**
 * What differs from one CI system to the next.
 *
 * `P`: everything that has to be known before the call that starts a run. `C`: a run that may be ours.
 */
export interface PipelineAdapter<P, C extends Candidate> extends Pick<
  PipelineClient,
  'preflight' | 'describe' | 'state' | 'jobs' | 'cancel' | 'objection' | 'endOwnPipeline'
> {
  /** What a person can do about a refusal. */
  readonly hintFor: (answer: ApiResponse) => string | undefined;
  /** Replaces the name of the system in messages about the call that starts a run. */
  readonly serverName?: string;
  /** Reads only. @throws the signal's reason. */
  prepare(request: StartRequest, signal: AbortSignal): Promise<Result<P>>;
  /**
   * Sends the call that starts a run, by `start` and by nothing else.
   * @param start sends a call once, and never again unless it is certain that nothing was started.
   */
  send(
    prepared: P,
    start: <T>(call: SystemCall<T>) => Promise<T | Refused | Unsure>,
    before: Before,
    signal: AbortSignal,
  ): Promise<StartResult | Unsure>;
  /** A text: why no run can be found. */
  search(prepared: P): RunSearch<C> | string;
}

/**
 * The client of one CI system. How a run is started once, and found again when the answer got lost, is the same for all of
 * them. A client whose context cannot be made says why, and sends nothing.
 */
export function createPipelineClient<X, P, C extends Candidate>(
  system: PipelineSystem,
  context: Result<X>,
  adapterFor: (context: X) => PipelineAdapter<P, C>,
  { clock, random }: Pick<ClientDependencies, 'clock' | 'random'>,
): PipelineClient {
  const { id, name, addressInput } = system;
  if (!context.ok) return unusable(system, context.problem);
  const adapter = adapterFor(context.value);
  const { hintFor, serverName = name } = adapter;

  async function start(
    request: StartRequest,
    signal: AbortSignal,
    beforeSend: () => void,
  ): Promise<StartResult> {
    const ready = await adapter.prepare(request, signal);
    if (!ready.ok) return refused(ready.problem);
    const search = adapter.search(ready.value);
    const before =
      typeof search === 'string' || search.listsRunsBefore === false
        ? notSeen
        : await listRunsBefore((stop) => search.list(stop), signal);
    if (before.kind === 'refused') return before;

    signal.throwIfAborted();
    beforeSend();
    const sent = await adapter.send(
      ready.value,
      (call) =>
        startOnce(
          { ...call, system: serverName, addressInput, hint: hintFor, clock, random },
          signal,
        ),
      before,
      signal,
    );
    if (sent.kind !== 'unsure') return sent;
    if (typeof search === 'string')
      return { kind: 'unknown', reason: `${sent.reason}, and ${search}` };
    return findRun<C>(
      {
        noun: search.noun,
        list: (stop) => search.list(stop, before),
        owner: (candidate, stop) => search.owner(candidate, before, stop),
        why: sent.reason,
        clock,
      },
      signal,
    );
  }

  return {
    ...adapter,
    id,
    name,
    start,
    state: async (run, signal) => shown(await adapter.state(run, signal)),
    ...(adapter.jobs !== undefined && { jobs: shownJobs(adapter.jobs) }),
  };
}

/** The system's own words come from outside: here they enter, whatever the system. */
function shown(state: RunState): RunState {
  const word = oneLine(state.word, LONGEST_WORD);
  return 'hint' in state ? { ...state, word, hint: oneLine(state.hint) } : { ...state, word };
}

/** A client that is missing something it needs: it says so, and sends nothing. */
function unusable({ id, name }: PipelineSystem, problem: Problem): PipelineClient {
  const fail = (): Promise<never> => Promise.reject(new PermanentError(problem.message));
  return {
    id,
    name,
    lacks: problem,
    preflight: () => Promise.resolve([{ level: 'error', subject: 'ci', ...problem }]),
    describe: () => Promise.resolve([`nothing: ${problem.message}`]),
    start: () => Promise.resolve(refused(problem)),
    state: fail,
    cancel: fail,
  };
}

/**
 * Why something that must be known before a start could not be read.
 * @param otherwise what to change, where the error does not tell that.
 * @throws the signal's reason when it is aborted.
 */
export function unreadable(
  error: unknown,
  otherwise: string,
  signal: AbortSignal,
): { readonly ok: false; readonly problem: Problem } {
  if (signal.aborted) throw signal.reason;
  const fix = fixIn(error) ?? otherwise;
  return { ok: false, problem: { message: messageOf(error), fix } };
}

/** The lines of a description for what would be refused. */
export function refusals(problems: readonly Problem[]): readonly string[] {
  return problems.map(
    ({ message, fix }) => `it would be refused: ${message}${fix === undefined ? '' : ` (${fix})`}`,
  );
}
