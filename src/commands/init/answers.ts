import { bad, good, type Result } from '../../contract/result.js';
import { type InputId, inputOf } from '../../inputs/table.js';
import { UsageError, type UsageProblem, withFix } from '../../support/errors.js';
import { didYouMean, quote } from '../../support/values/value-type.js';
import { splitList } from '../../support/values/text.js';
import type { ComposeServices } from './compose-services.js';
import type { Answers } from './options.js';
import type { Repository } from './repository.js';
import { SSH_HOST } from './runner.js';
import { initSystem, initSystems } from './systems.js';
import { unansweredWay, wayIds, wayOf, ways } from './ways.js';

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
    person.say(`  ${withFix(parsed.problem)}`);
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
    return bad(
      'please choose one of the listed words',
      meant === undefined ? all : `${meant} ${all}`,
    );
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

const initIds = initSystems.map(({ id }) => id);
const systemWords = initSystems.map(({ id, word = id }) => word);

/** What is known before anything is asked. */
export interface Known {
  /** What flags, variables and the file that is there say. */
  readonly texts: ReadonlyMap<InputId, string>;
  /** What the user names, or where we run. */
  readonly system: string | undefined;
  readonly repository: Repository;
  /** The file that is there has checks of its own. */
  readonly isWatched: boolean;
  /** The services of the Compose file of the folder; `undefined` where there is none. */
  readonly compose: Result<ComposeServices> | undefined;
  /** The name of the folder. */
  readonly folder: string;
  /** The engine on another machine that docker speaks with here. */
  readonly dockerHost: string | undefined;
}

/**
 * Without anybody to ask: what is known, and what is usual.
 * @throws UsageError with everything that would have to be asked
 */
export function assumeAnswers(known: Known): Answers {
  const system = systemOf(known);
  const problems: UsageProblem[] = [];
  if (system === undefined) problems.push(undecided(known.repository));
  if (!isWatched(known))
    problems.push({
      subject: 'url',
      message: 'there is nothing to watch',
      fix: 'give `--url https://...` (and `--health-url`), or `--prometheus-url` with its selectors',
    });
  if (system === undefined || problems.length > 0) throw new UsageError(problems);
  const { texts, dockerHost } = known;
  return { system, way: wayOf(texts) ?? 'pipeline', texts, dockerHost };
}

/** Asks a person what is not known. */
export async function askAnswers(known: Known, person: Person): Promise<Answers> {
  const texts = new Map(known.texts);
  const system = known.system ?? (await askSystem(known.repository, person));
  const ask = (id: InputId, text: string, usual?: string): Promise<void> =>
    askText(texts, person, id, text, usual);
  const askMore = (id: InputId, text: string, nothing: string): Promise<void> =>
    askOptional(texts, person, id, text, nothing);

  if (!isWatched(known)) await askWatched(texts, person);
  const named = unansweredWay(known.texts);
  let way = named === undefined ? wayOf(known.texts) : undefined;
  if (way === undefined) {
    way = named ?? (await askWay(system, known, person));
    for (const { id, text, usual, nothing } of ways[way].asks)
      await (nothing === undefined
        ? ask(id, text, usual?.(known.folder))
        : askMore(id, text, nothing));
    if (way === 'compose') {
      await askServices(texts, person, known);
      return { system, way, texts, ...(await askEngine(system, known, person)) };
    }
  }
  return { system, way, texts, dockerHost: known.dockerHost };
}

/** Asks what is watched. */
export async function askWatched(texts: Map<InputId, string>, person: Person): Promise<void> {
  const kind = await answered(person, {
    text: 'How should Rollgate watch the service? url = send it requests, prometheus = read its metrics',
    usual: 'url',
    parse: kindOrAddress,
  });
  if (kind !== 'prometheus') {
    if (kind !== 'url') texts.set('url', kind);
    await askText(
      texts,
      person,
      'url',
      'URL to probe (a GET request every 500 ms; pick one that exercises the database)',
    );
    await askOptional(texts, person, 'health-url', 'The address of its health check', 'the same');
  } else {
    await askText(texts, person, 'prometheus-url', 'The address of the Prometheus server');
    await askMetrics(texts, person);
  }
}

/** Offers the services of the Compose file. Without one that can be read the project is enough. */
async function askServices(
  texts: Map<InputId, string>,
  person: Person,
  { compose }: Known,
): Promise<void> {
  if (compose === undefined || texts.has('compose-service') || texts.has('compose-file')) return;
  if (!compose.ok) {
    person.say(`  ${compose.problem.message}`);
    return;
  }
  const { path, services } = compose.value;
  const [only, ...others] = services;
  if (only === undefined) return;
  const isOne = others.length === 0;
  const answer = await answered(person, {
    text: isOne
      ? `The service to roll back (${path} has ${only})`
      : `The services to roll back, separated by commas (${path} has ${services.join(', ')})`,
    usual: isOne ? only : 'all',
    parse: (given) => {
      const unknown = splitList(given).find((name) => !services.includes(name));
      if (unknown === undefined || (given === 'all' && !isOne)) return good(given);
      return bad(`${path} has no service ${unknown}`, `answer of ${services.join(', ')}`);
    },
  });
  if (isOne || answer !== 'all') texts.set('compose-service', answer);
}

const HERE = 'the machine of the runner';

/** Asks where the Docker engine is, and where it is that of the jobs, what chooses their machine. */
async function askEngine(
  system: string,
  { dockerHost }: Known,
  person: Person,
): Promise<Pick<Answers, 'dockerHost' | 'runner'>> {
  const { runner: word } = initSystem(system);
  // Where no pipeline is written, nothing would hold the answers.
  if (word === undefined) return {};
  const host = await answered(person, {
    text: 'Where the Docker engine is, as DOCKER_HOST, such as ssh://deploy@web-1.example.com',
    usual: dockerHost ?? HERE,
    parse: (given) =>
      given === HERE || SSH_HOST.test(given)
        ? good(given)
        : bad('this is not an address for ssh', 'write it like ssh://deploy@web-1.example.com'),
  });
  if (host !== HERE) return { dockerHost: host };
  const runner = await answered(person, {
    text: `The ${word.noun} of your runner on that machine`,
    ...(word.usual === undefined ? {} : { usual: word.usual }),
    parse: (given) =>
      /^[\w./-]+$/.test(given)
        ? good(given)
        : bad(`this is not a ${word.noun}`, 'use letters, digits, and _ . / - only'),
  });
  return { runner };
}

async function askWay(
  system: string,
  { compose }: Known,
  person: Person,
): Promise<(typeof wayIds)[number]> {
  const hasPipeline = initSystem(system).rollback !== undefined;
  // Without a CI system to run it, the way by a pipeline rolls nothing back.
  const words = [...wayIds.filter((id) => id !== 'pipeline'), hasPipeline ? 'pipeline' : 'report'];
  const word = await answered(person, {
    text: `How is a bad version rolled back: a workload of kubernetes, a project of compose, a service of ecs, an alias of lambda, a command of your own, or ${
      hasPipeline ? 'a pipeline with your own deploy script' : 'not at all, but only a report of it'
    }?`,
    usual: compose !== undefined ? 'compose' : hasPipeline ? 'pipeline' : 'report',
    parse: oneOf(words),
  });
  return wayIds.find((id) => id === word) ?? 'pipeline';
}

/** `url` or `prometheus`; whoever pastes an address wants that one to be probed. */
function kindOrAddress(answer: string): Result<string> {
  return /^https?:\/\//i.test(answer)
    ? textOf('url')(answer)
    : oneOf(['url', 'prometheus'])(answer);
}

async function askSystem({ signs }: Repository, person: Person): Promise<string> {
  const [only, ...others] = signs;
  for (const { system, sign } of signs) person.say(`  Detected ${system} (${sign})`);
  return answered(person, {
    text: `Which CI system: ${systemWords.join(', ')}?`,
    ...(only !== undefined && others.length === 0 ? { usual: only.system } : {}),
    parse: systemIn,
  });
}

/** By the word of a person, or by the id. */
function systemIn(answer: string): Result<string> {
  if (initIds.includes(answer.toLowerCase())) return good(answer.toLowerCase());
  const word = oneOf(systemWords)(answer);
  return word.ok ? good(initIds[systemWords.indexOf(word.value)] ?? word.value) : word;
}

async function askMetrics(texts: Map<InputId, string>, person: Person): Promise<void> {
  const preset = await answered(person, {
    text: 'Whose metrics: istio, nginx-ingress, spring, or others?',
    usual: 'others',
    parse: oneOf(['istio', 'nginx-ingress', 'spring', 'others']),
  });
  if (preset !== 'others') {
    texts.set('prometheus-preset', preset);
    await askText(
      texts,
      person,
      'prometheus-selector',
      'The labels of the service, such as app="shop"',
    );
    return;
  }
  await askText(
    texts,
    person,
    'prometheus-total',
    'The counter of all requests, such as http_requests_total{app="shop"}',
  );
  await askText(
    texts,
    person,
    'prometheus-errors',
    'The counter of failed ones, such as http_requests_total{app="shop",code=~"5.."}',
  );
}

async function askText(
  texts: Map<InputId, string>,
  person: Person,
  id: InputId,
  text: string,
  usual?: string,
): Promise<void> {
  if (texts.has(id)) return;
  const answer = await answered(person, {
    text,
    ...(usual === undefined ? {} : { usual }),
    parse: textOf(id),
  });
  texts.set(id, answer);
}

/** @param nothing what an empty answer means, for people */
async function askOptional(
  texts: Map<InputId, string>,
  person: Person,
  id: InputId,
  text: string,
  nothing: string,
): Promise<void> {
  if (texts.has(id)) return;
  const answer = await answered(person, {
    text,
    usual: nothing,
    parse: (given) => (given === nothing ? good('') : textOf(id)(given)),
  });
  if (answer !== '') texts.set(id, answer);
}

function systemOf({ system, repository: { signs } }: Known): string | undefined {
  const [only, ...others] = signs;
  return system ?? (others.length === 0 ? only?.system : undefined);
}

function undecided({ signs }: Repository): UsageProblem {
  return {
    subject: 'ci-system',
    message:
      signs.length === 0
        ? 'nothing in this folder shows which CI system it is for'
        : `this folder may be for several CI systems: ${signs.map(({ system, sign }) => `${system} (${sign})`).join(', ')}`,
    fix: `name it: \`--ci-system ${initIds.join('`, `')}\``,
  };
}

function isWatched({ texts, isWatched: byFile }: Known): boolean {
  return byFile || texts.has('url') || texts.has('prometheus-url');
}

/** The system that an input names; those that can only be called have no wrapper, and `none` needs none. */
export function namedSystem(name: string): Result<string> {
  return initIds.includes(name)
    ? good(name)
    : bad(
        `there is no wrapper for ${quote(name)}`,
        `${didYouMean(name, initIds) ?? 'name'} one of ${initIds.join(', ')}`,
      );
}
