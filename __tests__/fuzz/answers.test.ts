import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { MetricCheck, Observation, WatchEvent } from '../../src/contract/check.js';
import { watch } from '../../src/gate/watch.js';
import { encodeLine } from '../../src/report/recording.js';
import { createHttp, fetchOf, type Http, type HttpRequest } from '../../src/support/http.js';
import { fields } from '../../src/support/json.js';
import { countedFetch, drive } from '../support/drive.js';
import { httpRig, rigs, type Rig } from '../support/metric-rigs.js';
import { MetricScene, RATE } from '../support/metric-scene.js';
import {
  anyMutation,
  mutated,
  type Answer,
  type Mutation,
  withoutNumbers,
} from '../support/mutations.js';
import type { StandIn } from '../support/stand-in.js';
import { dripping, serve } from '../support/servers.js';
import { huge } from '../support/stand-in-source.js';
import type { RunState } from '../../src/contract/pipeline.js';
import { standIns } from '../support/stand-ins.js';
import { VirtualClock } from '../support/virtual-clock.js';

/** A failing run says which seed and path repeat it. */
const seed = Number(process.env.ROLLGATE_FUZZ_SEED ?? 20_261_129);
/** Each is a whole watch, or a whole rollback: there are far fewer than of configurations. */
const numRuns = Math.ceil(Number(process.env.ROLLGATE_FUZZ_RUNS ?? 1000) / 250);
jest.setTimeout(600_000);
/** What is said of one answer is no longer, whatever it holds. */
const MOST_CHARACTERS = 10_000;

/** What goes wrong with the answers: which of them, in turn, and how. */
interface Trouble {
  /** Only those to calls that change something. */
  readonly onlyToChanges: boolean;
  readonly turns: readonly boolean[];
  readonly mutations: readonly Mutation[];
}

function troubleOf(mutation: fc.Arbitrary<Mutation>): fc.Arbitrary<Trouble> {
  return fc.record({
    onlyToChanges: fc.boolean(),
    turns: fc.oneof(
      fc.constant([true]),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
      // One answer, and no other.
      fc
        .nat(20)
        .map((n) => [
          ...Array.from({ length: n }, () => false),
          true,
          ...Array.from({ length: 90 }, () => false),
        ]),
      // From some answer on.
      fc
        .nat(8)
        .map((n) => [
          ...Array.from({ length: n }, () => false),
          ...Array.from({ length: 90 }, () => true),
        ]),
    ),
    mutations: fc.array(mutation, { minLength: 1, maxLength: 3 }),
  });
}

/** A service that is well, and whose answers go wrong on their way. There is no socket. */
class MutatedScene extends MetricScene {
  readonly answers: Answer[] = [];

  constructor(
    private readonly served: Rig,
    private readonly trouble: Trouble,
  ) {
    super(served);
  }

  override get url(): string {
    return 'http://metrics.test';
  }

  override http(): Http {
    return {
      close: () => undefined,
      request: (request) => {
        const { turns, mutations } = this.trouble;
        const good = this.good(request);
        const is = turns[this.answers.length % turns.length] === true;
        const answer = is ? mutated(good, mutations) : good;
        this.answers.push(answer);
        const body = Buffer.from(request.keepBody === false ? '' : answer.body);
        return Promise.resolve({ ...answer, body, url: request.url, connectMs: 0 });
      },
    };
  }

  private good(request: HttpRequest): Answer {
    const now = Date.UTC(2026, 0, 1) / 1000 + this.clock.monotonic() / 1000;
    const { pathname, search, host } = new URL(request.url);
    const { status = 200, body } = this.served.answer(
      {
        method: request.method,
        url: pathname + search,
        headers: {
          host,
          ...Object.fromEntries(
            Object.entries(request.headers ?? {}).map(([name, value]) => [
              name.toLowerCase(),
              value,
            ]),
          ),
        },
        body: Buffer.from(request.body ?? '').toString('utf8'),
      },
      this.stateAt(now),
    );
    const date = new Date(Math.floor(now) * 1000).toUTCString();
    return { status, body, headers: { date, 'content-type': 'application/json' } };
  }
}

interface Watched {
  readonly scene: MutatedScene;
  readonly observations: readonly Observation[];
  readonly verdict: string;
  /** Everything that is said and written. */
  readonly said: readonly string[];
}

async function watched(
  rig: Rig,
  kind: 'counts' | 'value',
  limits: readonly string[],
  trouble: Trouble,
): Promise<Watched> {
  const scene = new MutatedScene(rig, trouble);
  const checks = await scene.create(kind, limits);
  const events: WatchEvent[] = [];
  const findings = await scene.clock.runUntil(preflights(checks));
  const outcome = await scene.clock.runUntil(
    watch({
      plan: {
        warmUp: 10_000,
        duration: 90_000,
        interval: 10_000,
        sensitivity: 'normal',
        decision: 'balanced',
        minRequests: 20,
        earlyPass: false,
      },
      checks,
      clock: scene.clock,
      signal: new AbortController().signal,
      tickEvery: 60_000,
      observer: { event: (event) => events.push(event), tick: () => undefined },
    }),
  );
  return {
    scene,
    observations: events.flatMap((event) =>
      event.type === 'observation' ? [event.observation] : [],
    ),
    verdict: outcome.verdict,
    said: [
      ...findings.map((finding) => JSON.stringify(finding)),
      JSON.stringify(outcome.reason),
      // What it answered is data, and as long as it is.
      ...events.map((event) => {
        encodeLine({ type: 'event', target: 'a', event });
        if (event.type !== 'observation') return '';
        return JSON.stringify({ ...event.observation, raw: undefined });
      }),
    ],
  };
}

async function preflights(checks: readonly MetricCheck[]) {
  const signal = new AbortController().signal;
  return (await Promise.all(checks.map((check) => check.preflight(signal)))).flat();
}

function expectSound(observation: Observation): void {
  if (observation.kind === 'value') {
    expect(observation.value).toBeGreaterThanOrEqual(0);
    expect(Number.isFinite(observation.value)).toBe(true);
  } else if (observation.kind === 'counts') {
    const { samples, failures, seconds } = observation;
    expect([samples, failures, seconds].filter((n) => !Number.isFinite(n) || n < 0)).toEqual([]);
    expect(failures).toBeLessThanOrEqual(samples);
  }
}

/** Whether any number could be read from it. */
function holdsNumbers({ status, body }: Answer): boolean {
  if (status < 200 || status > 299) return false;
  try {
    JSON.parse(body);
  } catch {
    return false;
  }
  return /\d/.test(body);
}

const kinds = [
  ['counts', ['min-success-rate: 95', 'max-errors-per-minute: 5']],
  ['value', ['max: 10']],
] as const;

describe.each(rigs.map((rig) => [rig.source, rig] as const))(
  `answers of %s that went wrong (${String(numRuns)} watches each, seed ${String(seed)})`,
  (_, rig) => {
    it.each(kinds)('%s: whatever numbers they hold, sound observations', async (kind, limits) => {
      await fc.assert(
        fc.asyncProperty(troubleOf(anyMutation), async (trouble) => {
          const { observations, said } = await watched(rig, kind, limits, trouble);
          observations.forEach(expectSound);
          for (const text of said) expect(text.length).toBeLessThan(MOST_CHARACTERS);
        }),
        { seed, numRuns },
      );
    });

    it.each(kinds)(
      '%s: without numbers of their own, none, and never unhealthy',
      async (kind, limits) => {
        const verdicts = new Map<string, number>();
        await fc.assert(
          fc.asyncProperty(troubleOf(withoutNumbers), async (trouble) => {
            const { scene, observations, verdict, said } = await watched(
              rig,
              kind,
              limits,
              trouble,
            );
            verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
            observations.forEach(expectSound);
            expect(verdict).not.toBe('unhealthy');
            for (const text of said) expect(text.length).toBeLessThan(MOST_CHARACTERS);
            const numbers = observations.filter((each) => each.kind !== 'none');
            if (!scene.answers.some(holdsNumbers)) expect(numbers).toEqual([]);
            const counted = numbers.reduce(
              (sum, each) => sum + (each.kind === 'counts' ? each.samples : 0),
              0,
            );
            // Two checks of the same counts.
            expect(counted).toBeLessThanOrEqual((2 * RATE * scene.clock.monotonic()) / 1000);
            for (const each of numbers) if (each.kind === 'counts') expect(each.failures).toBe(0);
          }),
          { seed, numRuns },
        );
        // Both are met, so that not all is noise.
        expect([...verdicts.keys()].sort()).toEqual(['healthy', 'inconclusive']);
      },
    );
  },
);

it('answers of the application itself that went wrong: sound counts of what was sent', async () => {
  await fc.assert(
    fc.asyncProperty(troubleOf(anyMutation), async (trouble) => {
      const { observations, said } = await watched(httpRig, 'counts', kinds[0][1], trouble);
      observations.forEach(expectSound);
      for (const text of said) expect(text.length).toBeLessThan(MOST_CHARACTERS);
    }),
    { seed, numRuns },
  );
});

/** The words by which each system says that a run was successful. */
const success: Readonly<Record<string, string>> = {
  github: 'success',
  gitlab: 'success',
  circleci: 'success',
  azure: 'succeeded',
  jenkins: 'SUCCESS',
  gitea: 'success',
  forgejo: 'success',
  http: 'ok',
};
/** What a refusal is: nothing was started, says HTTP. Then the stand-in does not get the call either. */
function isRefusal({ system }: StandIn, status: number): boolean {
  // Azure DevOps wants somebody to sign in, and says so by 203.
  if (system === 'azure' && status === 203) return true;
  return status >= 300 && status < 500 && status !== 408;
}

const requested = {
  ref: undefined,
  optional: { rollback: 'true', rollback_id: 'rg-1-abc', rollback_target: 'api' },
  parameters: {},
  correlationId: 'rg-1-abc',
};
const STATES = 6;
/** Errors that the language makes are defects of ours. */
const defects = [TypeError, RangeError, SyntaxError, ReferenceError, URIError, EvalError];

interface Called {
  readonly what: string;
  /** What it resolved with. */
  readonly value?: unknown;
  /** What it was rejected with. */
  readonly error?: unknown;
  /** What was answered meanwhile. */
  readonly answers: readonly Answer[];
}

/** All that a rollback does with a client, whatever the calls before have come to. */
async function called(standIn: StandIn, trouble: Trouble): Promise<readonly Called[]> {
  const { turns, mutations, onlyToChanges } = trouble;
  const clock = new VirtualClock();
  const http = createHttp({ clock });
  const engine = fetchOf(http, { timeoutMs: 30_000 });
  let count = 0;
  let answers: Answer[] = [];
  const { fetch, open } = countedFetch(async (input, init) => {
    const base = {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"message":"no"}',
    };
    const method = input instanceof Request ? input.method : (init?.method ?? 'GET');
    const concerns = method !== 'GET' || !onlyToChanges;
    const is = concerns && turns[count++ % turns.length] === true;
    const isKept = is && method !== 'GET' && isRefusal(standIn, mutated(base, mutations).status);
    const good = isKept ? base : await answerOf(await engine(input, init));
    const answer = is ? mutated(good, mutations) : good;
    answers.push(answer);
    const hasBody = answer.body !== '' && ![204, 205, 304].includes(answer.status);
    const { status, headers } = answer;
    return new Response(hasBody ? answer.body : null, { status, headers });
  });
  const client = standIn.client({ fetch, clock, random: () => 0.5 });
  const all: Called[] = [];
  const call = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    answers = [];
    try {
      const value = await drive(clock, work(), open, () => 0);
      all.push({ what, value, answers });
      return value;
    } catch (error) {
      all.push({ what, error, answers });
      return undefined;
    }
  };
  const { signal } = new AbortController();
  await call('preflight', () => client.preflight(requested, signal));
  await call('describe', () => client.describe(requested, signal));
  const started = await call('start', () => client.start(requested, signal, () => undefined));
  const run =
    started?.kind === 'started'
      ? started.run
      : started?.kind === 'unknown'
        ? started.probable
        : undefined;
  if (run !== undefined) {
    await call('objection', async () => client.objection?.(run, signal));
    for (let n = 0; n < STATES; n++) await call('state', () => client.state(run, signal));
    await call('cancel', () => client.cancel(run, signal));
    await call('state', () => client.state(run, signal));
  }
  http.close();
  return all;
}

async function answerOf(response: Response): Promise<Answer> {
  const headers = Object.fromEntries(response.headers);
  delete headers['content-length'];
  return { status: response.status, headers, body: await response.text() };
}

/** Whether one of the answers says by a value of its own that something was successful. */
function says(answers: readonly Answer[], word: string): boolean {
  return answers.some(
    ({ status, body }) => status >= 200 && status < 300 && body.includes(JSON.stringify(word)),
  );
}

describe.each(Object.entries(standIns))(
  `answers of %s that went wrong (${String(numRuns)} rollbacks each, seed ${String(seed)})`,
  (system, create) => {
    it.each(['well', 'badly'] as const)('a run that ends %s', async (end) => {
      const met = new Set<string>();
      await fc.assert(
        fc.asyncProperty(troubleOf(anyMutation), async (trouble) => {
          const standIn = await create(end);
          try {
            for (const { what, value, error, answers } of await called(standIn, trouble)) {
              if (error !== undefined) {
                expect(error).toBeInstanceOf(Error);
                for (const defect of defects) expect(error).not.toBeInstanceOf(defect);
                expect((error as Error).message.length).toBeLessThan(MOST_CHARACTERS);
              }
              expect(JSON.stringify(value ?? '').length).toBeLessThan(MOST_CHARACTERS);
              const { kind, phase } = fields(value);
              met.add(String(kind ?? phase));
              // What is certain must be.
              if (kind === 'started') expect(standIn.started).toBe(1);
              if (kind === 'refused') expect(standIn.started).toBe(0);
              if (phase !== 'succeeded') continue;
              expect([what, end]).toEqual(['state', 'well']);
              expect(says(answers, success[system]!)).toBe(true);
            }
            expect(standIn.started).toBeLessThanOrEqual(1);
          } finally {
            await standIn.close();
          }
        }),
        { seed, numRuns },
      );
      // The end is met, so that not all is noise.
      expect([...met]).toContain(end === 'well' ? 'succeeded' : 'failed');
    });
  },
);

describe('300 MB', () => {
  const BYTES = 300 * 1024 * 1024;
  /** What the kernel holds of a connection besides what was read. */
  const ON_THE_WAY = 32 * 1024 * 1024;

  it('of a source: no more is read than its limit', async () => {
    const scene = await MetricScene.start(rigs[1]!);
    try {
      const [check] = await scene.create('counts', ['min-success-rate: 95']);
      const counter = { sent: 0 };
      scene.fault = { kind: 'answer', answer: huge(BYTES, counter) };
      expect(await scene.preflight(check!)).toMatchObject([
        { level: 'error', message: expect.stringMatching(/larger than 16 MiB/) },
      ]);
      expect(counter.sent).toBeLessThan(16 * 1024 * 1024 + ON_THE_WAY);
    } finally {
      await scene.close();
    }
  });

  it('of a CI system: no more is read than its limit', async () => {
    const counter = { sent: 0 };
    const server = await serve((_, response) => {
      huge(BYTES, counter)(response);
    });
    try {
      await expect(stateFrom(server.url, () => 0)).rejects.toThrow(
        /answer too large: more than 1048576 bytes/,
      );
      expect(counter.sent).toBeLessThan(ON_THE_WAY);
    } finally {
      await server.close();
    }
  });
});

describe('a body that trickles for ever', () => {
  const DROPS = 3;

  it('of a source: no answer in time', async () => {
    const server = await dripping();
    const scene = new TricklingScene(server.url);
    try {
      const [check] = await scene.create('counts', ['min-success-rate: 95']);
      const findings = await drive(
        scene.clock,
        check!.preflight(new AbortController().signal),
        () => scene.open,
        () => (server.progress() < DROPS ? -1 : scene.open),
      );
      expect(findings).toMatchObject([
        { level: 'error', message: expect.stringMatching(/did not answer in time/) },
      ]);
    } finally {
      await scene.close();
      await server.close();
    }
  });

  it('of a CI system: no answer in time', async () => {
    const server = await dripping();
    try {
      await expect(
        stateFrom(server.url, (open) => (server.progress() < DROPS ? -1 : open)),
      ).rejects.toThrow(/took longer than 10 s$/);
    } finally {
      await server.close();
    }
  });
});

class TricklingScene extends MetricScene {
  constructor(private readonly address: string) {
    super(rigs[1]!);
  }

  override get url(): string {
    return this.address;
  }
}

/** The state of a run, as this server tells it. @param hanging how many of the open requests hang on purpose */
async function stateFrom(url: string, hanging: (open: number) => number): Promise<RunState> {
  const clock = new VirtualClock();
  const http = createHttp({ clock });
  const engine = fetchOf(http, { timeoutMs: 30_000 });
  const { fetch, open } = countedFetch((input, init) =>
    engine(url, { signal: init?.signal ?? (input as Request).signal }),
  );
  const standIn = await standIns.http!('well');
  try {
    const client = standIn.client({ fetch, clock, random: () => 0.5 });
    const run = { id: '9000', url: 'https://ci.example/runs/9000' };
    const { signal } = new AbortController();
    return await drive(clock, client.state(run, signal), open, () => hanging(open()));
  } finally {
    http.close();
    await standIn.close();
  }
}
