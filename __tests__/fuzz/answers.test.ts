import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { MetricCheck, Observation, WatchEvent } from '../../src/contract/check.js';
import { watch } from '../../src/gate/watch.js';
import { encodeLine } from '../../src/report/recording.js';
import type { Http, HttpRequest } from '../../src/support/http.js';
import { httpRig, rigs, type Rig } from '../support/metric-rigs.js';
import { MetricScene, RATE } from '../support/metric-scene.js';
import {
  anyMutation,
  mutated,
  type Answer,
  type Mutation,
  withoutNumbers,
} from '../support/mutations.js';

/** A failing run says which seed and path repeat it. */
const seed = Number(process.env.ROLLGATE_FUZZ_SEED ?? 20_261_129);
/** Each is a whole watch, or a whole rollback: there are fewer than of configurations. */
const numRuns = Math.ceil(Number(process.env.ROLLGATE_FUZZ_RUNS ?? 400) / 20);
/** What is said of one answer is no longer, whatever it holds. */
const MOST_CHARACTERS = 10_000;

/** What goes wrong with the answers: which of them, in turn, and how. */
interface Trouble {
  readonly turns: readonly boolean[];
  readonly mutations: readonly Mutation[];
}

function troubleOf(mutation: fc.Arbitrary<Mutation>): fc.Arbitrary<Trouble> {
  return fc.record({
    turns: fc.oneof(
      fc.constant([true]),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
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
