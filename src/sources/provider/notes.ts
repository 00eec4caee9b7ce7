import type { Journal } from './feed.js';

/** Writes down what was answered, as plain data: all that is needed to compute an observation by hand. */
export interface Notes extends Journal {
  note(entry: Readonly<Record<string, unknown>>): void;
}

export function createNotes(): Notes {
  let entries: Readonly<Record<string, unknown>>[] = [];
  return {
    note(entry) {
      entries.push(entry);
    },
    take() {
      if (entries.length === 0) return undefined;
      const taken = entries;
      entries = [];
      return taken;
    },
  };
}
