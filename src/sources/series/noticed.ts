import type { Finding } from '../../contract/result.js';

/** What is noticed of a source while it is read. */
export interface Noticed {
  /** A new sample of something was that old when it could be read, seconds. */
  sample(of: string, age: number): void;
  /** How late samples come, milliseconds; `undefined`: there was none, or nothing tells. */
  lag(): number | undefined;
  /** Why something could not be counted; each cause is told once. */
  trouble(why: string): void;
  findings(subject: string): readonly Finding[];
}

/** Of many instances with the same trouble so many are named. */
const NAMED = 3;

export function createNoticed(): Noticed {
  /** The least age of each: a sample is also as old as the time since it was made until somebody asked. */
  const ages = new Map<string, number>();
  const troubles = new Map<string, number>();
  return {
    sample(of, age) {
      ages.set(of, Math.max(0, Math.min(age, ages.get(of) ?? Infinity)));
    },
    lag() {
      // Of several the one in the middle: an instance that is gone has old samples for ever.
      const sorted = [...ages.values()].sort((a, b) => a - b);
      const middle = sorted[Math.floor((sorted.length - 1) / 2)];
      return middle === undefined ? undefined : Math.round(1000 * middle);
    },
    trouble(why) {
      troubles.set(why, (troubles.get(why) ?? 0) + 1);
    },
    findings: (subject) =>
      [...troubles].slice(0, NAMED).map(([why, times], n) => {
        const others = n === NAMED - 1 ? troubles.size - NAMED : 0;
        return {
          level: 'warning',
          subject,
          message: `${why}: left out ${times === 1 ? 'once' : `${String(times)} times`}${others > 0 ? `; and ${String(others)} more such troubles` : ''}`,
        };
      }),
  };
}
