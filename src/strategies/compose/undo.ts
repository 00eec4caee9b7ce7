import { lastingSignal } from '../../support/abort.js';
import { DockerError } from '../../support/docker/client.js';
import { messageOf } from '../../support/errors.js';
import type { StrategyContext, StrategyResult, Withheld } from '../../contract/strategy.js';
import type { Choice, Return } from './choose.js';
import { composeLabels } from '../../support/docker/container.js';
import { composeFile, type ServicePart } from './compose-file.js';
import { acquireLock, type Lock } from './lock.js';
import { readRecords, writeRejected } from './records.js';
import { settled } from './settle.js';
import {
  imageInWords,
  isSame,
  readImages,
  readLive,
  runs,
  versionsOf,
  type Live,
  type LiveService,
} from './version.js';
import type { ComposeDeps } from './deps.js';
import { asSentence } from '../../support/text.js';

/** What will be done, and the state that it was decided on. */
interface Order {
  readonly project: string;
  readonly choice: Choice;
}

/** When the time is over Compose may end its step, milliseconds: between two steps a service may have no container at all. */
const STEP_GRACE_MS = 10_000;
/** A lock may be taken over after the time of the whole chain, and this, milliseconds. */
const LEASE_MARGIN_MS = 120_000;
/** For the last reads, when our own time is over, milliseconds. */
const LAST_READ_MS = 3000;

/** Rolls the services back. @param made is called with what runs afterwards, as far as it can be seen */
export async function undo(
  deps: ComposeDeps,
  { project, choice }: Order,
  context: StrategyContext,
  made: (live: Live) => void,
): Promise<StrategyResult | Withheld> {
  const { docker, clock, settings } = deps;
  const { signal } = context;
  const unavailable = await fetchImages(deps, choice, context);
  if (unavailable !== undefined) return failed(unavailable);
  let lock: Lock;
  try {
    lock = await acquireLock({
      docker,
      project,
      holder: context.request.correlationId,
      run: deps.run === '' ? context.request.correlationId : deps.run,
      leaseMs: settings['rollback-timeout'] + LEASE_MARGIN_MS,
      clock,
      signal,
      progress: (line) => {
        context.progress(line);
      },
    });
  } catch (error) {
    return failed(
      signal.aborted
        ? `could not get exclusive access to the project in time (${messageOf(signal.reason)}): another rollback is under way`
        : `the project could not be locked: ${messageOf(error)}`,
    );
  }
  try {
    return await undoAlone(deps, { project, choice }, context, made);
  } finally {
    await lock.release();
  }
}

async function undoAlone(
  deps: ComposeDeps,
  { project, choice }: Order,
  context: StrategyContext,
  made: (live: Live) => void,
): Promise<StrategyResult | Withheld> {
  const { docker } = deps;
  const { signal } = context;
  const { returns } = choice;
  const live = await readLive(docker, project, signal);
  const moved = returns.find(
    ({ service, live: planned }) => versionsOf(live.services.get(service)) !== versionsOf(planned),
  );
  if (moved !== undefined) return withheldBy(moved, live);

  const parts = partsOf(choice);
  const services = parts.map(({ service }) => service);
  // Before it begins: a version that was to be rolled back is not chosen again, whatever becomes of this.
  await reject(deps, project, returns, signal);
  const file = composeFile(parts, (name) => live.services.get(name)?.containers[0]?.container.id);
  const problem = await composeUp(deps, { project, returns, services, file }, context);

  const after = await readAfterwards(deps, project, signal);
  if (after !== undefined) made(after);
  if (problem !== undefined) {
    const why = signal.aborted ? messageOf(signal.reason) : messageOf(problem.thrown);
    const untouched =
      after !== undefined &&
      services.every((name) => idsOf(after, name) === idsOf(live, name)) &&
      !signal.aborted;
    return untouched
      ? failed(`Compose refused, and nothing was changed: ${why}`)
      : {
          outcome: 'triggered',
          detail: `Compose did not end well: ${why}. ${asSentence(standing(after, returns))}`,
          ...comparison(after, returns),
        };
  }
  const trouble = await settled({
    listContainers: async (until) => {
      const now = await readLive(docker, project, until);
      return services.flatMap(
        (name) => now.services.get(name)?.containers.map(({ container }) => container) ?? [],
      );
    },
    clock: deps.clock,
    signal,
  });
  const end = (await readAfterwards(deps, project, signal)) ?? after;
  if (end !== undefined) made(end);
  const compared = comparison(end, returns);
  const notes = choice.notes.map((note) => ` Left as it is: ${note}.`).join('');
  const detail = `${asSentence(standing(end, returns))}${trouble === undefined ? '' : ` But ${trouble}.`}${notes}`;
  return {
    outcome: compared.versionConfirmed === true && trouble === undefined ? 'verified' : 'triggered',
    detail,
    ...compared,
  };
}

/** What the Compose file must hold: the services that go back, and those that share a namespace with one of them. */
function partsOf({ returns, followers }: Choice): readonly ServicePart[] {
  return [
    ...returns.map(({ service, target, live: running }) => ({
      service,
      image: target.image,
      definition: target.definition,
      replicas: running?.containers.length ?? 1,
    })),
    ...followers.flatMap(({ service, containers }) =>
      containers.slice(0, 1).map(({ version, definition }) => ({
        service,
        image: version.image,
        definition,
        replicas: containers.length,
      })),
    ),
  ];
}

/** Has Compose make the services anew from this file. @returns what it threw, if it did */
async function composeUp(
  deps: ComposeDeps,
  given: {
    readonly project: string;
    readonly returns: Choice['returns'];
    readonly services: readonly string[];
    readonly file: string;
  },
  context: StrategyContext,
): Promise<{ readonly thrown: unknown } | undefined> {
  const { project, returns, services, file } = given;
  const directory = returns
    .map(
      ({ live: running }) =>
        running?.containers[0]?.container.labels[composeLabels.workingDirectory],
    )
    .find((path) => path !== undefined);
  context.beforeChange();
  const grace = lastingSignal(context.signal, deps.clock, STEP_GRACE_MS);
  try {
    await deps.docker.compose(
      [
        ...['--project-name', project],
        ...(directory === undefined ? [] : ['--project-directory', directory]),
        ...['--file', '-', 'up', '--detach', '--no-deps', '--no-build', '--pull', 'never'],
        ...services,
      ],
      grace.signal,
      { input: file, timeoutMs: null },
    );
    return undefined;
  } catch (thrown) {
    return { thrown };
  } finally {
    grace.clear();
  }
}

/** Images that are not on the engine any more come from their registry, by digest. @returns why one cannot be had */
async function fetchImages(
  { docker }: ComposeDeps,
  { returns }: Choice,
  context: StrategyContext,
): Promise<string | undefined> {
  const { signal } = context;
  const images = [...new Set(returns.map(({ target }) => target.image))];
  const there = await readImages(docker, images, signal);
  for (const { service, target } of returns) {
    if (there.has(target.image)) continue;
    const name = imageInWords(target.image, target.imageName);
    if (target.digest === '')
      return `the image of ${service}, ${name}, is gone from the engine, and came from no registry`;
    context.progress(`pulling ${target.digest}, which is gone from the engine`);
    try {
      await docker.run(['pull', '--quiet', target.digest], signal, { timeoutMs: null });
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      return `the image of ${service}, ${name}, is gone from the engine and cannot be pulled: ${error.message}`;
    }
    if (!(await readImages(docker, [target.image], signal)).has(target.image))
      return `${target.digest} was pulled, and is not the recorded image ${target.image}`;
  }
  return undefined;
}

function withheldBy({ service, target }: Return, live: Live): Withheld {
  const running = live.services.get(service);
  const newest = running?.containers[0]?.container;
  return {
    kind: 'withheld',
    reason: runs(running, target)
      ? `another rollback has rolled service ${service} back to ${imageInWords(target.image, target.imageName)} in the meantime`
      : `service ${service} was deployed in the meantime${newest === undefined ? '' : ` (${imageInWords(newest.image, newest.imageName)} since ${newest.created})`}`,
  };
}

async function reject(
  deps: ComposeDeps,
  project: string,
  returns: readonly Return[],
  signal: AbortSignal,
): Promise<void> {
  const records = await readRecords(deps.docker, project, signal);
  const writer = deps.writer(project, signal);
  for (const { service, target, live } of returns)
    for (const { container, version } of live?.containers ?? []) {
      if (isSame(version, target)) continue;
      const mine = records.rejected.filter(
        (each) => each.service === service && isSame(each, version),
      );
      await writeRejected(
        writer,
        {
          ...version,
          ...deps.author(),
          service,
          imageName: container.imageName,
          returned: { image: target.image, config: target.config },
        },
        records.rejected.filter((each) => each.service === service),
      );
      await Promise.all(
        mine.map(({ id }) => deps.docker.run(['rm', '--force', id], signal).catch(() => undefined)),
      );
      break;
    }
}

/** What runs now; `undefined` when it cannot be seen. It is read once more even when our time is over. */
async function readAfterwards(
  { docker, clock }: ComposeDeps,
  project: string,
  signal: AbortSignal,
): Promise<Live | undefined> {
  const last = new AbortController();
  const timer = new AbortController();
  if (signal.aborted)
    clock.sleep(LAST_READ_MS, timer.signal).then(
      () => {
        last.abort(signal.reason);
      },
      () => undefined,
    );
  try {
    return await readLive(docker, project, signal.aborted ? last.signal : signal);
  } catch {
    return undefined;
  } finally {
    timer.abort(new Error('done'));
  }
}

function idsOf(live: Live, service: string): string {
  const all = live.services.get(service)?.containers.map(({ container }) => container.id) ?? [];
  return [...all].sort().join(' ');
}

function comparison(
  live: Live | undefined,
  returns: readonly Return[],
): Pick<StrategyResult, 'versionConfirmed' | 'notBack'> {
  if (live === undefined) return { versionConfirmed: null };
  // The recorded image with another configuration may well be what the checks say it is.
  const other = returns.filter(
    ({ service, target }) => !hasImage(live.services.get(service), target),
  );
  return {
    versionConfirmed: returns.every(({ service, target }) =>
      runs(live.services.get(service), target),
    ),
    ...(other.length === 0 ? {} : { notBack: standing(live, other) }),
  };
}

function hasImage(running: LiveService | undefined, target: Return['target']): boolean {
  return running?.containers.every(({ version }) => version.image === target.image) ?? false;
}

/** What runs, service by service, compared with the record. */
function standing(live: Live | undefined, returns: readonly Return[]): string {
  if (live === undefined) return 'what runs now cannot be seen';
  const parts = returns.map(({ service, target }) => {
    const running = live.services.get(service);
    const name = imageInWords(target.image, target.imageName);
    if (running === undefined) return `service ${service} has no container`;
    if (runs(running, target)) return `service ${service} runs ${name} as recorded`;
    return hasImage(running, target)
      ? `service ${service} runs ${name}, and its configuration differs from the record`
      : `service ${service} does not run ${name}`;
  });
  return parts.join('; ');
}

function failed(detail: string): StrategyResult {
  return { outcome: 'failed', detail, versionConfirmed: null };
}
