import type { Problem } from '../contract/result.js';
import type { Environment, SystemOutput } from '../contract/system.js';
import { NoLongerNeeded } from '../support/abort.js';
import { withFix } from '../support/errors.js';
import type { Style } from '../report/terminal.js';
import { configurationError, inOneLine } from '../report/words.js';
import type { Clock } from '../support/clock.js';
import { own, type OwnText, type Redactor } from '../support/redact.js';
import { formatDuration, neutralise } from '../support/text.js';

/** A text is redacted as a whole; of one that is ours only what was put into it. */
export type Said = string | OwnText;

/** Everything that a person reads goes through this: without secrets, and without commands for the CI system. */
export interface Console {
  line(text: Said): void;
  group(title: Said, body: readonly Said[]): void;
  /** @param title our own */
  annotate(level: 'notice' | 'warning' | 'error', title: string, message: Said): void;
  /** On a terminal lines that the next ones replace; elsewhere nothing. */
  live(lines: readonly Said[]): void;
  readonly hasLive: boolean;
  /** Colours and width of lines that a person looks at. */
  readonly style: () => Style;
  /** The same console, whose lines begin with `[name]`. */
  of(name: string): Console;
  /** When something was last said, on the monotonic clock. */
  readonly saidAt: () => number;
  /** The text as it may leave this process. */
  readonly clean: (text: Said) => string;
}

// ECMA-48 8.3.41 (EL) and 8.3.22 (CUU).
const ERASE_LINE = '\r\u001b[2K';
const ERASE_LINE_ABOVE = '\u001b[1A\u001b[2K';
// DECAWM: a line that is too long for the terminal is cut, or there would be more lines to erase than were written.
const CUT = '\u001b[?7l';
const WRAP = '\u001b[?7h';

/** The colours of our own lines (report/terminal.ts): the only control sequences that may reach a terminal. */
// eslint-disable-next-line no-control-regex -- this is what the sequences begin with
const COLOUR = /(\u001b\[(?:0|2|3[1-6])m)/;

/** Whether to use colours: on a terminal, unless `NO_COLOR` is present and not empty (https://no-color.org). */
export function showsColour(isTerminal: boolean, env: Environment): boolean {
  return isTerminal && (env.NO_COLOR ?? '') === '';
}

/** A line is one line: what would stand below it, alone, could be taken for a word of ours. */
function harmless(text: string): string {
  return neutralise(text).replaceAll('\n', ' ');
}

export function createConsole(options: {
  readonly host: SystemOutput;
  readonly redactor: Redactor;
  readonly terminal: boolean;
  readonly colour: boolean;
  readonly columns: () => number | undefined;
  readonly write: (text: string) => void;
  readonly clock: Clock;
}): Console {
  const { host, redactor, terminal, colour, columns, write, clock } = options;
  /** How many lines stand there that are to be replaced. */
  let liveLines = 0;
  let saidAt = clock.monotonic();
  const clean = (text: Said): string => {
    const redacted = redactor.redact(text);
    if (!terminal) return harmless(redacted);
    return redacted
      .split(COLOUR)
      .map((part) => (COLOUR.test(part) ? part : harmless(part)))
      .join('');
  };
  const erase = (): string =>
    liveLines === 0 ? '' : ERASE_LINE + ERASE_LINE_ABOVE.repeat(liveLines - 1);
  const clear = (): void => {
    saidAt = clock.monotonic();
    if (liveLines > 0) write(erase());
    liveLines = 0;
  };
  const speaking = (prefix: OwnText): Console => ({
    line(text) {
      clear();
      host.line(clean(own`${prefix}${text}`));
    },
    group(title, body) {
      clear();
      host.group(clean(own`${prefix}${title}`), body.map(clean));
    },
    annotate(level, title, message) {
      clear();
      host.annotate(level, clean(own(title)), clean(own`${prefix}${message}`));
    },
    live(lines) {
      if (!terminal) return;
      const texts = lines.map((text) => clean(own`${prefix}${text}`));
      write(`${erase()}${CUT}${texts.join('\n')}${WRAP}`);
      liveLines = texts.length;
    },
    hasLive: terminal,
    style: () => ({ colour: terminal && colour, columns: terminal ? columns() : undefined }),
    of: (name) => speaking(own(`[${name}] `)),
    saidAt: () => saidAt,
    clean,
  });
  return speaking(own(''));
}

/**
 * Why nothing was begun, a line for each problem. In plain lines: a group is folded where it matters most.
 * @param summary what they come to, words of ours
 */
export function listProblems(
  console: Pick<Console, 'line'>,
  problems: readonly Listed[],
  summary?: string,
): void {
  console.line(own(inOneLine(configurationError)));
  if (summary !== undefined) console.line(own(`  ${summary}:`));
  for (const problem of problems) console.line(own`  ${problem.subject}: ${withFix(problem)}`);
}

interface Listed extends Problem {
  readonly subject: Said;
}

/** A CI system ends a job that is silent for long; milliseconds, a little less than the promised 60 s. */
export const LONGEST_SILENCE = 55_000;

/** Does the work, and says that it is still running when nothing was printed for almost a minute. */
export async function withHeartbeat<T>(
  deps: { readonly clock: Clock; readonly console: Console },
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  const { clock, console } = deps;
  const began = clock.monotonic();
  const done = new AbortController();
  const beat = async (): Promise<void> => {
    for (;;) {
      const silentFor = clock.monotonic() - Math.max(began, console.saidAt());
      await clock.sleep(LONGEST_SILENCE - silentFor, done.signal);
      if (clock.monotonic() - Math.max(began, console.saidAt()) < LONGEST_SILENCE) continue;
      const goneBy = Math.round((clock.monotonic() - began) / 1000) * 1000;
      console.line(own(`still ${what} (${formatDuration(goneBy)})`));
    }
  };
  const beating = beat().catch(() => undefined);
  try {
    return await work();
  } finally {
    done.abort(new NoLongerNeeded());
    await beating;
  }
}
