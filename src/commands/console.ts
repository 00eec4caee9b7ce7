import type { Host } from '../hosts/types.js';
import type { Redactor } from '../support/redact.js';
import { neutralise } from '../support/text.js';

/** Where everything that a person reads goes through: without secrets, and without commands for the CI system. */
export interface Console {
  line(text: string): void;
  group(title: string, body: readonly string[]): void;
  annotate(level: 'notice' | 'warning' | 'error', title: string, message: string): void;
  /** On a terminal a line that the next one replaces; elsewhere nothing. */
  live(text: string): void;
  readonly hasLive: boolean;
  /** The text as it may leave this process. */
  readonly clean: (text: string) => string;
}

const ERASE_LINE = '\r\u001b[2K';

export function createConsole(options: {
  readonly host: Host;
  readonly redactor: Redactor;
  readonly terminal: boolean;
  readonly write: (text: string) => void;
}): Console {
  const { host, redactor, terminal, write } = options;
  let live = false;
  const clean = (text: string): string => neutralise(redactor.redact(text));
  const clear = (): void => {
    if (live) write(ERASE_LINE);
    live = false;
  };
  return {
    line(text) {
      clear();
      host.line(clean(text));
    },
    group(title, body) {
      clear();
      host.group(clean(title), body.map(clean));
    },
    annotate(level, title, message) {
      clear();
      host.annotate(level, clean(title), clean(message));
    },
    live(text) {
      if (!terminal) return;
      write(`${ERASE_LINE}${clean(text)}`);
      live = true;
    },
    hasLive: terminal,
    clean,
  };
}
