import type { Problem, Result } from '../contract/result.js';
import type { PipelineClient, RunState, StartRequest, StartResult } from '../contract/pipeline.js';
import type { Clock } from '../support/clock.js';
import { messageOf } from '../support/errors.js';
import { fixIn } from '../support/http/api.js';
import type { ApiResponse } from '../support/http/response.js';
import { PermanentError } from '../support/retry.js';
import { oneLine } from '../support/text.js';
import { type AttemptSearch, joinEarlier, joinRival } from './attempts.js';
import {
  findRun,
  listRunsBefore,
  notSeen,
  type Before,
  type Candidate,
  type ListedBefore,
  type Listing,
  type Owner,
} from './find-run.js';
import { shownJobs } from './jobs.js';
import { refused, startOnce, type Refused, type StartCall, type Unsure } from './start-once.js';
import type { StartRecords } from './start-records.js';

/** Of the words in which a system tells how far a run is, so many characters are shown. */
const LONGEST_WORD = 200;

/** What every pipeline client is made from, besides its settings. */
export interface ClientDependencies {
  /** The run that we are part of, when it is a run of the same system; else `null`. */
  readonly ownRunId: string | null;
  /** The calls that attempts of our run have made from this machine. */
  readonly records: StartRecords;
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
  /**
   * The text in which a run shows the id that it was started with; empty: it shows that it was started with none.
   * `undefined`: it cannot be told. Absent: no run shows it.
   * @throws the signal's reason only.
   */
  readonly idShown?: (candidate: C, signal: AbortSignal) => Promise<string | undefined>;
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
  /** The pipeline that it starts, by its address in the API. */
  readonly address: string;
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
  dependencies: StartDependencies,
): PipelineClient {
  if (!context.ok) return unusable(system, context.problem);
  const adapter = adapterFor(context.value);
  return {
    ...adapter,
    id: system.id,
    name: system.name,
    start: (request, signal, beforeSend) =>
      start({ ...dependencies, system, adapter }, request, signal, beforeSend),
    state: async (run, signal) => shown(await adapter.state(run, signal)),
    ...(adapter.jobs !== undefined && { jobs: shownJobs(adapter.jobs) }),
  };
}

type StartDependencies = Pick<ClientDependencies, 'clock' | 'random' | 'records'>;

interface Starter<P, C extends Candidate> extends StartDependencies {
  readonly system: PipelineSystem;
  readonly adapter: PipelineAdapter<P, C>;
}

/** Starts a run, or joins the one of another attempt of our run. */
async function start<P, C extends Candidate>(
  starter: Starter<P, C>,
  request: StartRequest,
  signal: AbortSignal,
  beforeSend: () => void,
): Promise<StartResult> {
  const { adapter, records } = starter;
  const ready = await adapter.prepare(request, signal);
  if (!ready.ok) return refused(ready.problem);
  const search = adapter.search(ready.value);
  const listed = await listBefore(search, request, signal);
  if (listed.kind === 'refused') return listed;
  const { before, runs } = listed;
  const send = (): Promise<StartResult> => {
    signal.throwIfAborted();
    beforeSend();
    return sendOnce(starter, ready.value, search, before, signal);
  };

  const { correlationId, scope } = request;
  if (scope === undefined) return send();
  const attempts = attemptsOf(starter, search, { correlationId, scope });
  const earlier = await joinEarlier(attempts, runs, signal);
  if (earlier !== undefined) return earlier;
  return writtenDown(records, correlationId, async () => {
    const sent = await send();
    if (sent.kind !== 'started') return sent;
    // Looking takes time, in which we may be killed.
    await records.note(correlationId, sent.run);
    // Ours exists: a signal that comes meanwhile must not make it unknown.
    return (await joinRival(attempts, sent.run, signal).catch(() => undefined)) ?? sent;
  });
}

function attemptsOf<P, C extends Candidate>(
  { system, adapter, records, clock }: Starter<P, C>,
  search: RunSearch<C> | string,
  ids: Pick<AttemptSearch<C>, 'correlationId' | 'scope'>,
): AttemptSearch<C> {
  return {
    ...ids,
    system: adapter.serverName ?? system.name,
    ...(typeof search !== 'string' && {
      // Whatever was there before our call: that of another attempt may be older, and not have been listed then.
      list: (signal) => search.list(signal, notSeen),
      ...(search.idShown && { idShown: search.idShown }),
    }),
    state: (run, signal) => adapter.state(run, signal),
    cancel: (run, signal) => adapter.cancel(run, signal),
    records,
    clock,
  };
}

/** Lets attempts that come after us know what came of the call. */
async function writtenDown(
  records: StartRecords,
  correlationId: string,
  call: () => Promise<StartResult>,
): Promise<StartResult> {
  let result: StartResult;
  try {
    result = await call();
  } catch (error) {
    records.drop(correlationId);
    throw error;
  }
  if (result.kind === 'refused') records.drop(correlationId);
  if (result.kind === 'started') await records.note(correlationId, result.run);
  return result;
}

/** Sends the call, and looks for its run where the answer does not name it. */
async function sendOnce<P, C extends Candidate>(
  { system, adapter, clock, random }: Starter<P, C>,
  prepared: P,
  search: RunSearch<C> | string,
  before: Before,
  signal: AbortSignal,
): Promise<StartResult> {
  const { name, addressInput } = system;
  const { hintFor, serverName = name } = adapter;
  const sent = await adapter.send(
    prepared,
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

/** What is read before the call: to find our run afterwards, and those of other attempts. */
async function listBefore<C extends Candidate>(
  search: RunSearch<C> | string,
  { scope }: StartRequest,
  signal: AbortSignal,
): Promise<ListedBefore<C> | Refused> {
  const nothing = { kind: 'listed', before: notSeen, runs: undefined } as const;
  if (typeof search === 'string') return nothing;
  if (search.listsRunsBefore !== false) return listRunsBefore((stop) => search.list(stop), signal);
  if (scope === undefined || search.idShown === undefined) return nothing;
  const listed = await listRunsBefore((stop) => search.list(stop, notSeen), signal);
  return listed.kind === 'refused' ? listed : { ...listed, before: notSeen };
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
    address: '',
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
