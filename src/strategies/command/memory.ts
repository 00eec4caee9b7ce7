import type { Finding, Problem, Result } from '../../contract/result.js';
import type {
  CannotAct,
  Captured,
  RecordedVersion,
  Skip,
  Strategy,
  StrategyResult,
  Withheld,
} from '../../contract/strategy.js';
import type { Shell } from '../../support/shell.js';
import { asSentence } from '../../support/text.js';
import { skipUnrecorded, unrecorded } from '../snapshot-words.js';
import {
  createRevisionCommand,
  readRecorded,
  type RecordedRevision,
  type RevisionCommand,
  SNAPSHOT_COMMAND,
} from './revision.js';

/** What is gone back from, and to, as the user's command names them. */
export interface Change {
  readonly from: string;
  readonly to: string;
}

/** What a strategy without a platform of its own knows of the versions: what the user's command printed, and when. */
export interface Memory {
  readonly recorded: RecordedVersion | undefined;
  preflight(isBeforeDeploy: boolean, signal: AbortSignal): Promise<readonly Finding[]>;
  /** @throws why there is nothing to record */
  snapshot(signal: AbortSignal): Promise<RecordedRevision>;
  capture(signal: AbortSignal): Promise<Captured>;
  assertUnchanged(signal: AbortSignal): Promise<Withheld | undefined>;
  readonly goneBack: Required<Strategy>['goneBack'];
  plan(
    signal: AbortSignal,
  ): Promise<
    | { readonly ok: true; readonly value: Change }
    | { readonly ok: false; readonly instead: Skip | CannotAct | Withheld }
  >;
  /** Asks once more, last of all. `undefined`: the rollback may begin. */
  beforeChange(signal: AbortSignal): Promise<StrategyResult | Withheld | undefined>;
  /**
   * What the command printed after the rollback decides what is proven. Somebody else's version after a rollback that did not succeed is
   * one that it has left alone.
   */
  proven(result: StrategyResult, signal: AbortSignal): Promise<StrategyResult | Withheld>;
}

/** What the functions below share. */
interface State {
  readonly command: RevisionCommand;
  readonly recorded: RecordedRevision | undefined;
  /** What ran when the watch began; `undefined`: nobody asked, as for a rollback by hand. */
  judged: Result<string> | undefined;
}

/** @param recorded what `snapshot` gave before the deploy, as it came from the file */
export function createMemory(shell: Shell, line: string, recorded: unknown): Memory {
  const state: State = {
    command: createRevisionCommand(shell, line),
    recorded: readRecorded(recorded),
    judged: undefined,
  };
  return {
    recorded: state.recorded,
    preflight: (isBeforeDeploy, signal) => preflight(state, isBeforeDeploy, signal),
    snapshot: async (signal) => ({ revision: valueOf(await state.command.read(signal)) }),
    capture: (signal) => capture(state, signal),
    assertUnchanged: async (signal) => {
      const now = await state.command.read(signal);
      return now.ok ? objection(state, now.value) : undefined;
    },
    goneBack: (signal) => goneBack(state, signal),
    plan: (signal) => plan(state, signal),
    beforeChange: (signal) => beforeChange(state, signal),
    proven: (result, signal) => proven(state, result, signal),
  };
}

/** A finding of the strategy that a person has to mend. */
export function errorOf(problem: Problem): Finding {
  return { level: 'error', subject: 'command', ...problem };
}

function valueOf(read: Result<string>): string {
  if (read.ok) return read.value;
  throw new Error(read.problem.message);
}

async function preflight(
  { command, recorded }: State,
  isBeforeDeploy: boolean,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const unusable = await command.problemOf(signal);
  if (unusable !== undefined) return [unusable];
  const now = await command.read(signal);
  if (!now.ok) return [errorOf(now.problem)];
  // The snapshot itself asks for this too, when it cannot record.
  return recorded !== undefined || isBeforeDeploy ? [] : [errorOf(unrecorded(PRINTED))];
}

const PRINTED = `what ${SNAPSHOT_COMMAND} printed`;

async function capture(state: State, signal: AbortSignal): Promise<Captured> {
  state.judged = await state.command.read(signal);
  const judged = valueOf(state.judged);
  if (judged !== state.recorded?.revision) return {};
  const message = `nothing was deployed since the snapshot: ${judged} ran then too; what runs is judged, and there is nothing of this run to roll back`;
  return { findings: [{ level: 'notice', subject: 'command', message }] };
}

/** What runs must be what was judged, or what is to be gone back to. */
function objection({ judged, recorded }: State, now: string): Withheld | undefined {
  if (judged?.ok !== true || now === judged.value || now === recorded?.revision) return undefined;
  return {
    kind: 'withheld',
    reason: `${now} runs, which is not what this run judged (${judged.value})`,
  };
}

/** What runs is the recorded one again, although another one was judged. */
async function goneBack(
  { command, judged, recorded }: State,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (judged?.ok !== true || judged.value === recorded?.revision) return undefined;
  const now = await command.read(signal);
  return now.ok && now.value === recorded?.revision
    ? `${now.value} runs again, and ${judged.value} is not what answers`
    : undefined;
}

async function plan(state: State, signal: AbortSignal): ReturnType<Memory['plan']> {
  const { command, recorded } = state;
  if (recorded === undefined) return { ok: false, instead: skipUnrecorded(PRINTED) };
  // Without an answer at the start nobody knows whose deploy this is.
  if (state.judged?.ok === false)
    return instead(
      'failed',
      `what ran when the watch began is not known: ${state.judged.problem.message}`,
    );
  const now = await command.read(signal);
  if (!now.ok) return instead('failed', now.problem.message);
  const withheld = objection(state, now.value);
  if (withheld !== undefined) return { ok: false, instead: withheld };
  state.judged ??= now;
  const from = state.judged.value;
  return from === recorded.revision
    ? instead(
        'withheld',
        `${from} ran before the deploy too, so there is nothing of ours to roll back`,
      )
    : { ok: true, value: { from, to: recorded.revision } };
}

function instead(
  kind: (Skip | CannotAct | Withheld)['kind'],
  reason: string,
): { readonly ok: false; readonly instead: Skip | CannotAct | Withheld } {
  return { ok: false, instead: { kind, reason } };
}

async function beforeChange(
  state: State,
  signal: AbortSignal,
): Promise<StrategyResult | Withheld | undefined> {
  const now = await state.command.read(signal);
  if (!now.ok)
    return {
      outcome: 'failed',
      detail: asSentence(`rollback-command was not run: ${now.problem.message}`),
      versionConfirmed: null,
    };
  if (now.value !== state.recorded?.revision) return objection(state, now.value);
  return {
    outcome: 'verified',
    detail: `${now.value} ran again already, so rollback-command was not run.`,
    versionConfirmed: true,
  };
}

async function proven(
  state: State,
  result: StrategyResult,
  signal: AbortSignal,
): Promise<StrategyResult | Withheld> {
  const { command, recorded } = state;
  const said = `${asSentence(result.detail)} `;
  if (signal.aborted) return result;
  const now = await command.read(signal);
  if (!now.ok)
    return {
      ...result,
      outcome: 'triggered',
      detail: `${said}What runs now is not known: ${asSentence(now.problem.message)}`,
      versionConfirmed: null,
    };
  const foreign = result.outcome === 'triggered' ? objection(state, now.value) : undefined;
  if (foreign !== undefined) return { ...foreign, reason: `${foreign.reason}; ${result.detail}` };
  const isBack = now.value === recorded?.revision;
  if (isBack) return { ...result, detail: `${said}${now.value} runs now.`, versionConfirmed: true };
  const notBack = `${now.value} runs now, not ${recorded?.revision ?? ''}`;
  return {
    ...result,
    outcome: 'triggered',
    detail: `${said}${notBack}.`,
    notBack,
    versionConfirmed: false,
  };
}
