import { exitCodes } from '../contract/outcome.js';
import type { CommandId } from '../inputs/commands.js';
import { Cancelled } from '../support/abort.js';
import { messageOf, UsageError } from '../support/errors.js';
import { alone, isDemo } from './demo/alone.js';
import { listProblems } from './console.js';
import type { EntryPoint } from './entry-point.js';
import { finish, removeOldReport } from './finish.js';
import { openSession, type Session } from './session.js';
import type { Outcome } from './outcome.js';
import { own } from '../support/redact.js';

/** Commands whose outcome is a report. */
const judging: Partial<
  Readonly<Record<CommandId, () => Promise<(s: Session) => Promise<Outcome>>>>
> = {
  run: async () => (await import('./run.js')).run,
  rollback: async () => (await import('./rollback.js')).rollback,
  combine: async () => (await import('./combine.js')).combine,
};

/** Commands that only say what they found or did. */
const plain: Partial<Readonly<Record<CommandId, () => Promise<(s: Session) => Promise<number>>>>> =
  {
    snapshot: async () => (await import('./snapshot.js')).snapshot,
    preflight: async () => (await import('./preflight.js')).preflight,
    validate: async () => (await import('./validate.js')).validate,
    replay: async () => (await import('./replay.js')).replay,
    init: async () => (await import('./init.js')).init,
    demo: async () => {
      const { demo } = await import('./demo/demo.js');
      return (session) => demo(session, main);
    },
  };

/**
 * Runs the command that the command line or the inputs name, and returns the code to exit with. A user's mistake ends
 * with all problems and code 2, anything unforeseen with code 7; both leave a report where the command has one.
 */
export async function main(entry: EntryPoint): Promise<number> {
  const session = await openSession(isDemo(entry) ? alone(entry) : entry);
  try {
    for (const notice of session.notices) session.console.line(own`note: ${notice}`);
    // What was meant may write no report, so that none is replaced.
    if (session.problems.some(({ subject }) => subject === 'command'))
      throw new UsageError(session.problems);
    const judge = judging[session.command];
    if (judge !== undefined) {
      // What `combine` reads may lie there.
      if (session.command !== 'combine') removeOldReport(session);
      const outcome = await settled(session, async () => (await judge())(session));
      return await finish(session, outcome);
    }
    const act = plain[session.command];
    if (act === undefined) throw new Error(`there is no command ${session.command}`);
    return await (
      await act()
    )(session);
  } catch (error) {
    return failed(session, error).exitCode;
  } finally {
    session.close();
  }
}

async function settled(session: Session, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    return failed(session, error);
  }
}

/** Says what went wrong: every problem of the user's, a signal, or that something unforeseen happened. */
function failed({ console }: Session, error: unknown): Outcome {
  // What acts, and what watches, ends in order by itself: this comes from what is only being prepared.
  if (error instanceof Cancelled) {
    const reason = `${messageOf(error)} before anything was begun: nothing was changed.`;
    console.line(own(reason));
    return { verdict: 'cancelled', exitCode: exitCodes.cancelled, reason };
  }
  if (error instanceof UsageError) {
    listProblems(console, error.problems);
    return {
      verdict: null,
      exitCode: exitCodes.usage,
      isListed: true,
      reason: `The configuration cannot be used: ${error.problems.map(({ subject, message }) => `${subject}: ${message}`).join('; ')}`,
    };
  }
  const reason = `Internal error: ${messageOf(error)}. The state of the deployment is unknown: check it by hand, and please report this.`;
  console.annotate('error', 'Rollgate', reason);
  return { verdict: null, exitCode: exitCodes.internal, reason };
}
