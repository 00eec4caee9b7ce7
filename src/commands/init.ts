import { parseArgv } from '../inputs/argv.js';
import { readConfigFile } from '../inputs/config-file.js';
import { bad } from '../contract/result.js';
import { exitCodes } from '../contract/outcome.js';
import { inputIds, inputOf, inputs, type InputId } from '../inputs/table.js';
import { ownVariable } from '../inputs/variables.js';
import { isCancelled } from '../support/abort.js';
import { fileTrouble, messageOf, UsageError, type UsageProblem } from '../support/errors.js';
import type { Files } from '../support/files.js';
import { formatDuration, printableUrl } from '../support/text.js';
import { splitList } from '../support/values/text.js';
import {
  answered,
  askAnswers,
  askWatched,
  assumeAnswers,
  type Known,
  namedSystem,
  type Person,
  Unanswered,
  yesOrNo,
} from './init/answers.js';
import { readServices } from './init/compose-services.js';
import {
  configFor,
  initSystem,
  initSystems,
  namesSchema,
  type Plan,
  planFor,
  schemaFile,
  writeConfig,
} from './init/systems.js';
import { other } from './init/systems/other.js';
import { placeAll, write, type Placed } from './init/placing.js';
import { isUnpublished, placeholderStep } from './init/placeholders.js';
import { published } from './init/published.js';
import { readRepository } from './init/repository.js';
import type { Answers, PlannedFile } from './init/options.js';
import { SSH_HOST } from './init/runner.js';
import { wayInputs } from './init/ways.js';
import type { Console } from './console.js';
import { printFindings } from './prepare.js';
import { configSchema } from './schema.js';
import { checksOf, openSession, type Session, targetSessions } from './session.js';
import { nameOf } from '../systems/registry.js';
import { validate } from './validate.js';
import { askAll, askedInWords } from './was-well.js';

const CONFIG = 'rollgate.yml';
/** https://docs.docker.com/compose/intro/compose-application-model/#the-compose-file */
const composeFiles = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/** The inputs that init asks for; they may come from a variable too. */
const questions: readonly InputId[] = [
  ...(['url', 'health-url', 'prometheus-url', 'prometheus-preset'] as const),
  ...(['prometheus-selector', 'prometheus-total', 'prometheus-errors'] as const),
  ...wayInputs,
];

/**
 * Writes the pipeline with the gate, the rollback pipeline and the configuration into the folder that we are in. All is
 * checked and asked before the first file is written, and no existing file is replaced without consent.
 */
export async function init(session: Session): Promise<number> {
  const { entry, console } = session;
  const { flags, switches } = parseArgv(entry.argv);
  const named = session.resolution.origins['ci-system'].level <= 4;
  const text = flags.get('ci-system') ?? session.settings['ci-system'] ?? '';
  const wish = named ? namedSystem(text.trim().toLowerCase()) : undefined;
  // What the inputs of a system need follows from which one it is.
  const problems = [
    ...(wish?.ok === false ? [{ subject: 'ci-system', ...wish.problem }] : session.problems),
    ...unfit(flags),
  ];
  if (problems.length > 0) throw new UsageError(problems);

  const existing = entry.files.read(CONFIG);

  const person = switches.has('yes') ? undefined : personOf(session);
  try {
    const known = whatIsKnown(session, flags, existing, wish?.ok === true ? wish.value : undefined);
    if (!known.repository.isGit)
      console.line(
        'note: this folder is not the root of a git repository; CI systems look for their files there',
      );
    const given = person === undefined ? assumeAnswers(known) : await askAnswers(known, person);
    if (person === undefined && given.way === 'compose' && known.compose?.ok === false)
      console.line(`warning: ${known.compose.problem.message}`);
    for (const warning of strangeServices(known)) console.line(warning);
    const answers = await withUrlsAsked(session, given, {
      person,
      configOf: (each) => configIn(plan(each, known, existing)),
    });
    const { files, deploy, next, ...toRun } = plan(answers, known, existing);
    const { placed, problems: misplaced } = placeAll(files, entry.files);
    if (misplaced.length > 0) throw new UsageError(misplaced);
    const chosen = await consented(placed, { isForced: switches.has('force'), person });
    const ending = chosen.find(({ path }) => path === CONFIG)?.text ?? existing;
    // Nothing is written of what would not work.
    await check(session, {
      ...entry.files,
      read: (path) => (path === CONFIG ? ending : entry.files.read(path)),
    });
    if (entry.signal.aborted) throw new Unanswered();
    const failure = await writeAll(session, chosen);
    if (failure !== undefined) return failure;
    report(session, answers, placed, chosen);
    await check(session, entry.files);
    console.line(`\`rollgate validate\`: ${CONFIG} is valid`);
    const { runner } = initSystem(answers.system);
    const steps = [
      placeholderStep(usedTexts(placed, chosen), runner),
      deployStep(placed, deploy),
      next,
    ];
    tellNext(session, steps.flat(), toRun);
    return exitCodes.healthy;
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    console.line('Nothing was written.');
    return entry.signal.aborted ? exitCodes.cancelled : exitCodes.usage;
  }
}

/** What is given and cannot stand in the file. */
function unfit(flags: ReadonlyMap<string, string>): readonly UsageProblem[] {
  return [...flags.keys()].flatMap((name): UsageProblem[] => {
    const id = name as InputId;
    if (id === 'command') return [];
    if (inputOf(id).secret === true)
      return [
        {
          subject: `--${id}`,
          message: 'this is a secret, which must not be in a file of the repository',
          fix: `leave it out; keep it in the CI system, as \`${ownVariable(id)}\``,
        },
      ];
    return inputOf(id).inFile === false
      ? [{ subject: `--${id}`, message: `this cannot be set in ${CONFIG}`, fix: 'leave it out' }]
      : [];
  });
}

function whatIsKnown(
  { entry, info, resolution }: Session,
  flags: ReadonlyMap<string, string>,
  existing: string | undefined,
  wish: string | undefined,
): Known {
  const file = existing === undefined ? undefined : readConfigFile(CONFIG, existing);
  const texts = new Map<InputId, string>(file?.texts);
  for (const id of questions) {
    const text = entry.env[ownVariable(id)]?.trim() ?? '';
    if (text !== '') texts.set(id, text);
  }
  for (const id of inputIds) {
    const text = flags.get(id)?.trim() ?? '';
    if (id !== 'command' && text !== '') texts.set(id, text);
  }
  const inFile = initSystems.find(({ id }) => id === file?.texts.get('ci-system'))?.id;
  const here = initSystems.find(({ id }) => id === info.system)?.id;
  return {
    texts,
    system: wish ?? inFile ?? here,
    repository: readRepository(entry.files),
    isWatched: resolution.targets.some(
      ({ checks, settings }) =>
        checks.length > 0 ||
        (['kubernetes-health', 'compose-health', 'ecs-health'] as const).some((id) => settings[id]),
    ),
    compose: composeIn(entry.files),
    folder: folderOf(entry.files),
    dockerHost: engineOf(entry.env.DOCKER_HOST ?? ''),
  };
}

/** The services of the file that Compose would take: the first of these names. */
function composeIn(files: Files): Known['compose'] {
  const path = composeFiles.find((each) => files.real(each) !== 'absent');
  if (path === undefined) return undefined;
  try {
    return readServices(path, files.read(path) ?? '');
  } catch (error) {
    return bad(`${path} cannot be read, so its services are not known: ${messageOf(error)}`);
  }
}

/** Services that are named, and that the Compose file does not have; a file that it includes may. */
function strangeServices({ compose, texts }: Known): readonly string[] {
  if (compose?.ok !== true || texts.has('compose-file')) return [];
  const { path, services } = compose.value;
  return splitList(texts.get('compose-service') ?? '')
    .filter((name) => !services.includes(name))
    .map(
      (name) =>
        `warning: compose-service: ${path} has no service ${name}; it has ${services.join(', ')}`,
    );
}

/** A socket of this machine says nothing of the one that the jobs run on. */
function engineOf(dockerHost: string): string | undefined {
  return SSH_HOST.test(dockerHost) ? dockerHost : undefined;
}

function folderOf(files: Files): string {
  const here = files.real('.');
  return typeof here === 'string' ? '' : here.path;
}

/** A configuration that holds all answers already is left as its owner wrote it. */
function plan(answers: Answers, known: Known, existing: string | undefined): Plan {
  const answeredTexts = new Map(answers.texts);
  if (!configFor(answers).has('ci-system')) answeredTexts.delete('ci-system');
  const inFile = existing === undefined ? undefined : readConfigFile(CONFIG, existing).texts;
  const isComplete =
    inFile !== undefined && [...answeredTexts].every(([id, text]) => inFile.get(id) === text);
  const texts = isComplete ? answeredTexts : configFor(answers);
  const config: PlannedFile = {
    path: CONFIG,
    text: isComplete ? (existing ?? '').replaceAll('\r\n', '\n') : writeConfig(texts),
    what: 'what is watched, and how it is rolled back',
  };
  const forSystem = planFor({ ...answers, texts }, known.repository.branch);
  const schema = namesSchema(config.text) ? [schemaOfConfig()] : [];
  return { ...forSystem, files: [config, ...schema, ...forSystem.files] };
}

function schemaOfConfig(): PlannedFile {
  return {
    path: schemaFile,
    text: configSchema(inputs),
    what: `what editors complete and check ${CONFIG} with`,
  };
}

function personOf({ entry, console }: Session): Person | undefined {
  const { ask } = entry;
  if (ask === undefined) return undefined;
  return {
    async ask(question) {
      const answer = await ask(console.clean(question));
      if (answer === undefined) throw new Unanswered();
      return answer;
    },
    say: (line) => {
      console.line(line);
    },
  };
}

/** What may be written: everything new, and of what is there only what somebody agreed to replace. */
async function consented(
  placed: readonly Placed[],
  { isForced, person }: { readonly isForced: boolean; readonly person: Person | undefined },
): Promise<readonly Placed[]> {
  const others = placed.filter(({ state }) => state === 'other');
  if (!isForced && person === undefined && others.length > 0)
    throw new UsageError(
      others.map(({ path }) => ({
        subject: path,
        message: 'already exists with different content',
        fix: 'use `--force` to overwrite it, or move it away',
      })),
    );
  const chosen: Placed[] = [];
  for (const file of placed) {
    const question = {
      text: `${file.path} already exists with different content. Replace it (y/n)?`,
      usual: 'n',
      parse: yesOrNo,
    };
    if (
      file.state === 'new' ||
      (file.state === 'other' &&
        (isForced || (person !== undefined && (await answered(person, question)))))
    )
      chosen.push(file);
  }
  return chosen;
}

/** @throws UsageError with everything that is wrong with the configuration */
async function check(session: Session, files: Files): Promise<void> {
  const { entry, console } = session;
  const silent = (): undefined => undefined;
  const later = await openSession({ ...entry, files, argv: ['validate', '--config', CONFIG] });
  try {
    const muted: Console = {
      ...console,
      line: silent,
      group: silent,
      annotate: silent,
      live: silent,
      of: () => muted,
    };
    await validate({ ...later, console: muted });
  } finally {
    later.close();
  }
}

/** Somebody waits at the terminal: the URLs have this long to answer, milliseconds. */
const PATIENCE = 3000;
/** As failures are counted: the summary of `HttpFailure`. */
const REFUSED = 'connection refused';

interface Asking {
  readonly person: Person | undefined;
  /** The configuration that the answers give. */
  readonly configOf: (answers: Answers) => string;
}

/**
 * Says what every URL of the configuration answers. A person may take back one that nothing listens at; what another
 * answers is worth knowing, and changes nothing.
 */
async function withUrlsAsked(
  session: Session,
  given: Answers,
  { person, configOf }: Asking,
): Promise<Answers> {
  for (let answers = given; ;) {
    const refused = await askUrls(session, configOf(answers));
    const { texts } = answers;
    const theirs = (['url', 'health-url'] as const)
      .flatMap((id) => splitList(texts.get(id) ?? ''))
      .map(printableUrl);
    const subject = refused.find((each) => theirs.includes(each));
    if (person === undefined || subject === undefined) return answers;
    const question = {
      text: `${subject} refuses connections. Use it all the same (y/n)?`,
      usual: 'n',
      parse: yesOrNo,
    };
    if (await answered(person, question)) return answers;
    const again = new Map(texts);
    for (const id of ['url', 'health-url'] as const) again.delete(id);
    await askWatched(again, person);
    answers = { ...answers, texts: again };
  }
}

function configIn({ files }: Plan): string {
  return files.find(({ path }) => path === CONFIG)?.text ?? '';
}

/** Asks every URL of a configuration once. Gives those that refuse connections, as they may be printed. */
async function askUrls(session: Session, config: string): Promise<readonly string[]> {
  const { entry } = session;
  const read = (path: string): string | undefined =>
    path === CONFIG ? config : entry.files.read(path);
  const later = await openSession({
    ...entry,
    files: { ...entry.files, read },
    argv: ['validate', '--config', CONFIG],
  });
  const refused: string[] = [];
  try {
    // What is wrong with it is said when it is checked.
    if (later.problems.length > 0) return refused;
    for (const target of targetSessions(later)) {
      const checks = (await checksOf(target)).filter(({ source }) => source === 'http');
      const asked = await askAll(target, checks, {
        looks: 1,
        timeoutMs: PATIENCE,
        unanswered: {
          passed: false,
          detail: `no answer in ${formatDuration(PATIENCE)}`,
          ms: PATIENCE,
        },
      });
      printFindings(session, askedInWords(asked, checks), 'Rollgate init');
      refused.push(
        ...asked.filter(({ detail }) => detail === REFUSED).map(({ subject }) => subject),
      );
    }
  } catch (error) {
    if (!isCancelled(entry.signal)) throw error;
  } finally {
    later.close();
  }
  return refused;
}

/** The code to exit with when a file cannot be written. */
async function writeAll(
  { entry, console }: Session,
  chosen: readonly Placed[],
): Promise<number | undefined> {
  const done: string[] = [];
  for (const file of chosen) {
    try {
      await write(file, entry.files);
    } catch (error) {
      const before =
        done.length === 0
          ? 'nothing was written'
          : `only ${done.join(', ')} ${done.length === 1 ? 'was' : 'were'} written`;
      console.line(`${before}: ${file.path} could not be written: ${fileTrouble(error)}`);
      return exitCodes.usage;
    }
    done.push(file.path);
  }
  return undefined;
}

function report(
  { console }: Session,
  { system }: Answers,
  placed: readonly Placed[],
  chosen: readonly Placed[],
): void {
  const width = Math.max(...placed.map(({ path }) => path.length));
  const list = (title: string, files: readonly Placed[]): void => {
    if (files.length === 0) return;
    console.line(title);
    for (const { path, what } of files) console.line(`  ${path.padEnd(width)}  ${what}`);
  };
  const left = placed.filter((file) => !chosen.includes(file));
  list(system === other.id ? 'Written:' : `Written for ${nameOf(system)}:`, chosen);
  list(
    'Already there:',
    left.filter(({ state }) => state === 'same'),
  );
  list(
    'Left as they are:',
    left.filter(({ state }) => state === 'other'),
  );
  for (const { path, otherwise = [] } of left.filter(({ state }) => state === 'theirs')) {
    console.line(`${path} is your pipeline, and was not touched. Add to it:`);
    for (const line of otherwise) console.line(line === '' ? '' : `    ${line}`);
  }
}

/** What people use of it: what is there now, and what is printed for the pipelines that they have. */
function usedTexts(
  placed: readonly Placed[],
  chosen: readonly Placed[],
): readonly Pick<PlannedFile, 'path' | 'text'>[] {
  return placed.flatMap((file) => {
    const { path, text, state, otherwise = [] } = file;
    if (state === 'theirs') return [{ path, text: otherwise.join('\n') }];
    return state === 'same' || chosen.includes(file) ? [{ path, text }] : [];
  });
}

/** Where the pipeline is the user's, the deploy is in it already. */
function deployStep(placed: readonly Placed[], deploy: string | undefined): readonly string[] {
  const theirs = placed.find(
    ({ state, otherwise }) => state === 'theirs' && otherwise !== undefined,
  );
  if (theirs !== undefined) return [`Put the lines above into ${theirs.path}, around your deploy.`];
  return deploy === undefined ? [] : [deploy];
}

function tellNext(
  { console, entry }: Session,
  next: readonly string[],
  { variables, lines }: Pick<Plan, 'variables' | 'lines'>,
): void {
  const program = isUnpublished
    ? `node ${/\s/.test(entry.self.script) ? `"${entry.self.script}"` : entry.self.script}`
    : `npx --yes ${published.npmPackage}@${published.version}`;
  const preflight = `\`${program} preflight\` says what is still missing${variables.length === 0 ? '' : `, here with the variables ${variables.join(', ')}`}. In the pipeline it runs before every deploy.`;
  const order =
    'Run these lines in your pipeline, in the folder of rollgate.yml and in this order; stop at the first one that fails:';
  const steps = [
    ...(lines === undefined ? [] : [[order, ...lines(program)]]),
    ...[...next, preflight].map((step) => step.split('\n')),
  ];
  console.line('Next steps:');
  for (const [at, [step = '', ...below]] of steps.entries()) {
    console.line(`  ${String(at + 1)}. ${step}`);
    for (const line of below) console.line(`       ${line}`);
  }
}
