import { inputOf, type InputId } from '../../inputs/table.js';
import { bad, good, type Result } from '../../contract/result.js';
import { didYouMean } from '../../support/values/value-type.js';

/** The person at the terminal has gone, or wants no more of this. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
  constructor() {
    super('a question was not answered');
  }
}

/** Somebody who can be asked. */
export interface Person {
  /** @throws Unanswered */
  ask(question: string): Promise<string>;
  say(line: string): void;
}

export interface Question<T> {
  readonly text: string;
  /** What an empty answer stands for; without it there must be one. */
  readonly usual?: string;
  readonly parse: (answer: string) => Result<T>;
}

/** Asks until the answer can be used; says what is wrong with one that cannot. */
export async function answered<T>(person: Person, question: Question<T>): Promise<T> {
  const { text, usual, parse } = question;
  for (;;) {
    const given = (await person.ask(`${text}${usual === undefined ? '' : ` [${usual}]`}: `)).trim();
    const answer = given === '' ? usual : given;
    if (answer === undefined) {
      person.say('  this needs an answer');
      continue;
    }
    const parsed = parse(answer);
    if (parsed.ok) return parsed.value;
    const { message, fix } = parsed.problem;
    person.say(`  ${message}${fix === undefined ? '' : ` → ${fix}`}`);
  }
}

/** One of these words; the beginning of one will do. */
export function oneOf<const T extends string>(words: readonly T[]): Question<T>['parse'] {
  return (answer) => {
    const given = answer.toLowerCase();
    const begun = words.filter((word) => word.startsWith(given));
    const word =
      words.find((each) => each === given) ?? (begun.length === 1 ? begun[0] : undefined);
    if (word !== undefined) return good(word);
    const all = `answer ${words.join(', ')}`;
    const meant = didYouMean(given, words);
    return bad('this is none of them', meant === undefined ? all : `${meant} ${all}`);
  };
}

/** The text of an input, which its own row of the table reads. */
export function textOf(id: InputId): Question<string>['parse'] {
  return (answer) => {
    const parsed = inputOf(id).parse(answer);
    return parsed.ok ? good(answer) : parsed;
  };
}

export function yesOrNo(answer: string): Result<boolean> {
  const given = answer.toLowerCase();
  if (['y', 'yes'].includes(given)) return good(true);
  if (['n', 'no'].includes(given)) return good(false);
  return bad('this is neither yes nor no', 'answer y or n');
}
