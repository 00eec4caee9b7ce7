import { afterEach, describe, expect, it } from '@jest/globals';
import { createCiStrategy } from '../../src/strategies/ci/strategy.js';
import { pipelineClients } from '../../src/pipelines/registry.js';
import type { PipelineClient, StartedRun } from '../../src/contract/pipeline.js';
import type { RollbackRequest, StrategyResult } from '../../src/contract/strategy.js';
import { deadline } from '../../src/support/abort.js';
import { createHttp, fetchOf } from '../../src/support/http.js';
import { createRedactor } from '../../src/support/redact.js';
import { misfits } from '../support/api-description.js';
import { countedFetch, drive } from '../support/drive.js';
import type { Fault, StandIn } from '../support/stand-in.js';
import { commandsIn } from '../support/runner-grammar.js';
import { type End, standIns } from '../support/stand-ins.js';
import { VirtualClock } from '../support/virtual-clock.js';

const TRIGGERED = '✅ CI/CD rollback triggered';
const STRATEGY_MS = 600_000;
/** Giving up may take this much longer: the run is cancelled, and that is read back. */
const GRACE_MS = 15_000;

const request: RollbackRequest = {
  target: 'api',
  verdict: 'unhealthy',
  reason: '41 of 300 requests failed',
  correlationId: 'rg-77-1-abcdef',
};

/** `closed`: the server is gone, every connection is refused. */
type Trouble = Fault | 'closed';

interface Kind {
  readonly name: string;
  readonly trouble: (standIn: StandIn) => Trouble;
  /**
   * What it means for the call that starts the run. `refused`: nothing was started, and that is certain. `turned away`: the
   * same, and it may be sent again. `unclear`: nothing was started, which no client can know. `accepted`: the run exists, and
   * has to be found.
   */
  readonly start: 'refused' | 'turned away' | 'unclear' | 'accepted';
  /**
   * What it means for reading the state of a run. `final`: asking again is of no use. `passes`: it is asked again.
   * `either`: depends on the system. Absent: it does not happen to reads.
   */
  readonly follow?: 'final' | 'passes' | 'either';
}

const json = { 'content-type': 'application/json' };
const page = '<!doctype html><html><body><h1>Sign in</h1></body></html>';

/** An error of the API whose text is careless enough to repeat the secret. */
function says(status: number, headers: Readonly<Record<string, string>> = {}): Kind['trouble'] {
  return ({ secret }) => ({
    status,
    headers: { ...json, ...headers },
    body: JSON.stringify({ message: `No, not with ${secret}` }),
  });
}

const accepted = (then: Fault): Kind['trouble'] => {
  return () => ({ accepted: true, then });
};
const html = (status: number, body = page): Fault => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body,
});

const malformed: Fault = { status: 200, headers: json, body: '{"id": 9001, "sta' };
const wrongType: Fault = {
  status: 200,
  headers: { 'content-type': 'application/octet-stream' },
  body: '\u0000\u0001',
};

const kinds: readonly Kind[] = [
  { name: '400', trouble: says(400), start: 'refused', follow: 'final' },
  { name: '401', trouble: says(401), start: 'refused', follow: 'final' },
  { name: '403', trouble: says(403), start: 'refused', follow: 'final' },
  { name: '404', trouble: says(404), start: 'refused', follow: 'either' },
  { name: '409', trouble: says(409), start: 'refused', follow: 'final' },
  { name: '422', trouble: says(422), start: 'refused', follow: 'final' },
  {
    name: '429 with Retry-After',
    trouble: says(429, { 'retry-after': '20' }),
    start: 'turned away',
    follow: 'passes',
  },
  { name: '429 without Retry-After', trouble: says(429), start: 'turned away', follow: 'passes' },
  { name: '500', trouble: says(500), start: 'unclear', follow: 'passes' },
  { name: '502 with a page', trouble: () => html(502), start: 'unclear', follow: 'passes' },
  { name: '502 after it was accepted', trouble: accepted(html(502)), start: 'accepted' },
  { name: 'connection refused', trouble: () => 'closed', start: 'refused', follow: 'passes' },
  { name: 'a reset', trouble: () => 'reset', start: 'unclear', follow: 'passes' },
  {
    name: 'a reset mid-answer',
    trouble: () => 'reset-mid-answer',
    start: 'unclear',
    follow: 'passes',
  },
  {
    name: 'a reset mid-answer after it was accepted',
    trouble: accepted('reset-mid-answer'),
    start: 'accepted',
  },
  { name: 'a hang', trouble: () => 'hang', start: 'unclear', follow: 'passes' },
  { name: 'a hang after it was accepted', trouble: accepted('hang'), start: 'accepted' },
  { name: 'malformed JSON', trouble: () => malformed, start: 'unclear', follow: 'either' },
  {
    name: 'malformed JSON after it was accepted',
    trouble: accepted(malformed),
    start: 'accepted',
  },
  { name: 'HTML', trouble: () => html(200), start: 'unclear', follow: 'either' },
  { name: 'HTML after it was accepted', trouble: accepted(html(200)), start: 'accepted' },
  {
    name: 'HTML whose title is cut within the secret',
    trouble: ({ secret }) => html(200, `<html><title>${'~'.repeat(285)}${secret}</title></html>`),
    start: 'unclear',
    follow: 'either',
  },
  {
    name: 'text that is cut within the secret',
    trouble: ({ secret }) => ({ status: 200, body: `${'~'.repeat(285)}${secret}` }),
    start: 'unclear',
    follow: 'either',
  },
  {
    name: 'a type that is cut within the secret',
    trouble: ({ secret }) => ({
      status: 200,
      headers: { 'content-type': `text/${'~'.repeat(40)}${secret}` },
      body: 'x',
    }),
    start: 'unclear',
    follow: 'either',
  },
  {
    name: 'a redirect to a login page',
    trouble: ({ url }) => ({ status: 302, headers: { location: `${url}/users/sign_in` } }),
    start: 'refused',
    follow: 'final',
  },
  { name: 'a wrong content type', trouble: () => wrongType, start: 'unclear', follow: 'either' },
  {
    name: 'a wrong content type after it was accepted',
    trouble: accepted(wrongType),
    start: 'accepted',
  },
];

type Create = (end: End) => Promise<StandIn>;

interface Rolled {
  readonly result: StrategyResult;
  /** How many runs exist because of us. */
  readonly started: number;
}

function ended(started: number, ...outcomes: StrategyResult['outcome'][]): object {
  const outcome: unknown = expect.stringMatching(new RegExp(`^(${outcomes.join('|')})$`));
  return { started, result: expect.objectContaining({ outcome }) };
}

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

/** A stand-in and its client over the HTTP engine of the program, as the program puts them together. */
async function open(create: Create, end: End = 'well') {
  const standIn = await create(end);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= standIn.close());
  const clock = new VirtualClock();
  const http = createHttp({ clock });
  cleanUps.push(close, () => {
    http.close();
  });
  const redactor = createRedactor([standIn.secret]);
  const seen: {
    answered: (status: number) => void;
    /** A run whose number is another one in everything that is read. */
    mistaken: StartedRun | undefined;
  } = { answered: () => undefined, mistaken: undefined };
  const engine = fetchOf(http, { timeoutMs: 30_000, clean: (text) => redactor.redact(text) });
  const counted = countedFetch(async (input, init) => {
    const response = await engine(input, init);
    seen.answered(response.status);
    return seen.mistaken !== undefined && (init?.method ?? 'GET') === 'GET'
      ? aboutAnother(seen.mistaken, response)
      : response;
  });
  const client = standIn.client({ fetch: counted.fetch, clock, random: () => 0.5 });
  const run = <T>(work: Promise<T>): Promise<T> =>
    drive(clock, work, counted.open, () => standIn.hanging);
  const shown = (text: string): string => redactor.redact(text);
  return { standIn, client, clock, seen, run, close, shown };
}

async function aboutAnother({ id }: StartedRun, response: Response): Promise<Response> {
  const number = id.split('/').at(-1) ?? id;
  const text = await response.text();
  const { status, headers } = response;
  return new Response(
    text.replaceAll(
      number,
      number.replace(/\d$/, (last) => (last === '9' ? '8' : '9')),
    ),
    {
      status,
      headers,
    },
  );
}

interface Scenario {
  /** How the run ends, `well` unless given. */
  readonly end?: End;
  /** What the call that starts the run meets. */
  readonly start?: { readonly kind: Kind; readonly onlyOnce: boolean };
  /** What reads of the run meet; `reads`: how often. */
  readonly follow?: { readonly kind: Kind; readonly reads: number };
  /** So many reads of the run are answered with another run. */
  readonly mistaken?: number;
}

async function roll(create: Create, scenario: Scenario): Promise<Rolled> {
  const { standIn, client, clock, seen, run, close, shown } = await open(create, scenario.end);
  const { start, follow } = scenario;
  const meet = async (on: 'start' | 'follow', { trouble }: Kind): Promise<void> => {
    const what = trouble(standIn);
    if (what === 'closed') await close();
    else standIn.fault(on, what);
  };
  if (start !== undefined) await meet('start', start.kind);
  if (start?.onlyOnce === true) {
    seen.answered = (status) => {
      if (status === 429) standIn.fault('start', null);
    };
  }
  let reads = 0;
  const watched = Object.assign(Object.create(client) as PipelineClient, {
    state: async (...args: Parameters<PipelineClient['state']>) => {
      reads++;
      if (follow !== undefined) {
        if (reads === 1) await meet('follow', follow.kind);
        if (reads === follow.reads + 1) standIn.fault('follow', null);
      }
      seen.mistaken = reads <= (scenario.mistaken ?? 0) ? args[0] : undefined;
      return client.state(...args);
    },
  });

  const strategy = createCiStrategy({
    client: watched,
    ref: undefined,
    parameters: {},
    wait: true,
    startTimeout: 120_000,
    clock,
    random: () => 0.5,
  });
  const lines: string[] = [];
  const links: unknown[] = [];
  const steps: string[] = [];
  const time = deadline(clock, STRATEGY_MS, 'the strategy');
  const result = await run(
    (async () => {
      const plan = await strategy.plan(request, time.signal);
      if (plan.kind !== 'plan') throw new Error(`there is no plan: ${plan.reason}`);
      steps.push(...plan.steps);
      return strategy.execute(plan, {
        request,
        signal: time.signal,
        beforeChange: () => undefined,
        progress: (line) => {
          lines.push(line);
        },
        started: (link) => links.push(link),
        timeLeft: () => 300_000,
        lastOfAll: () => undefined,
      });
    })(),
  );
  time.clear();

  const { started } = standIn;
  expect(misfits(standIn.system, standIn.requests)).toEqual([]);
  expect(started).toBeLessThanOrEqual(1);
  expect(clock.monotonic()).toBeLessThanOrEqual(STRATEGY_MS + GRACE_MS);
  expect(JSON.stringify([result, lines, links, steps])).not.toContain(standIn.secret);
  for (const line of [...lines, result.detail]) {
    // As the log has it, in which a piece of a secret is one too.
    expect(shown(line)).not.toContain(standIn.secret.slice(0, 12));
    expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    expect(commandsIn(line)).toEqual([]);
    expect(line.length).toBeLessThan(1000);
  }
  // Never a promise that is not true.
  if (lines.includes(TRIGGERED)) expect(started).toBe(1);
  if (result.outcome === 'verified') expect(lines).toContain(TRIGGERED);
  return { result, started };
}

/** Jenkins shows stages only with plugins, and a system that the user describes shows what the user says. */
function showsJobs(system: string): boolean {
  return system !== 'jenkins' && system !== 'http';
}

it('every CI system with a client is in the matrix', () => {
  expect(Object.keys(standIns).sort()).toEqual(Object.keys(pipelineClients).sort());
});

describe.each(Object.entries(standIns))('%s', (system, create) => {
  it('the stand-in and the client have the name of their system', async () => {
    const { standIn, client } = await open(create);
    expect(standIn.system).toBe(system);
    expect(client.id).toBe(system);
  });

  it('preflight of a working set-up: no error, and nothing is started', async () => {
    const { standIn, client, run } = await open(create);
    const requested = {
      ref: undefined,
      optional: { rollback: 'true', rollback_id: 'preflight', rollback_target: 'api' },
      parameters: {},
      correlationId: 'preflight',
    };
    const findings = await run(client.preflight(requested, new AbortController().signal));
    expect(findings.filter(({ level }) => level === 'error')).toEqual([]);
    expect(misfits(standIn.system, standIn.requests)).toEqual([]);
    expect(standIn.started).toBe(0);
    expect(JSON.stringify(findings)).not.toContain(standIn.secret);
  });

  it('preflight of a closed port: an error', async () => {
    const { client, run, close, standIn } = await open(create);
    await close();
    const requested = { ref: undefined, optional: {}, parameters: {}, correlationId: 'preflight' };
    const findings = await run(client.preflight(requested, new AbortController().signal));
    expect(findings.filter(({ level }) => level !== 'notice')).not.toEqual([]);
    expect(JSON.stringify(findings)).not.toContain(standIn.secret);
  });

  it('no fault: verified', async () => {
    expect(await roll(create, {})).toEqual(ended(1, 'verified'));
  });

  it('a run that fails: triggered, not verified', async () => {
    expect(await roll(create, { end: 'badly' })).toEqual(ended(1, 'triggered'));
  });

  it(`a run that ends well, whose only job was skipped: ${showsJobs(system) ? 'triggered' : 'nobody can see that'}`, async () => {
    const outcome = showsJobs(system) ? 'triggered' : 'verified';
    expect(await roll(create, { end: 'skipped' })).toEqual(ended(1, outcome));
  });

  // Of a system that the user describes it is not known where the number of a run stands in the answer.
  if (system !== 'http') {
    it('answers about another run twice: not believed, asked again, and verified', async () => {
      expect(await roll(create, { mistaken: 2 })).toEqual(ended(1, 'verified'));
    });

    it('answers about another run every time: triggered, not verified', async () => {
      const rolled = await roll(create, { mistaken: Infinity });
      expect(rolled).toEqual(ended(1, 'triggered'));
      expect(rolled.result.detail).toMatch(/the answer is about another one/);
    });
  }

  it.each([
    [
      'looks like a command and a verdict',
      '\u0085::error::x\u2028✅ healthy\n##vso[task.complete]',
    ],
    ['is cut within the secret', 'SECRET'.padStart(191, '~')],
  ])('a word of 600 KB that %s: short lines, and never success', async (_name, start) => {
    const { standIn } = await open(create);
    const word = start.replace('SECRET', standIn.secret).padEnd(600_000, '~');
    expect(await roll(create, { end: { word } })).toEqual(ended(1, 'triggered'));
  });

  describe('the call that starts the run meets', () => {
    const expected = {
      refused: ended(0, 'failed'),
      'turned away': ended(0, 'failed'),
      unclear: ended(0, 'triggered'),
      accepted: ended(1, 'verified', 'triggered'),
    };
    it.each(kinds)('$name', async (kind) => {
      const rolled = await roll(create, { start: { kind, onlyOnce: false } });
      expect(rolled).toEqual(expected[kind.start]);
    });

    it.each(kinds.filter(({ start }) => start === 'accepted'))(
      '$name, and the run fails: triggered',
      async (kind) => {
        const rolled = await roll(create, { start: { kind, onlyOnce: false }, end: 'badly' });
        expect(rolled).toEqual(ended(1, 'triggered'));
      },
    );

    it.each(kinds.filter(({ start }) => start === 'turned away'))(
      '$name once: sent again, and verified',
      async (kind) => {
        const rolled = await roll(create, { start: { kind, onlyOnce: true } });
        expect(rolled).toEqual(ended(1, 'verified'));
      },
    );
  });

  describe('reading the run meets', () => {
    const reading = kinds.filter(({ follow }) => follow !== undefined);
    it.each(reading)('$name every time: triggered, not verified', async (kind) => {
      const rolled = await roll(create, { follow: { kind, reads: Infinity } });
      expect(rolled).toEqual(ended(1, 'triggered'));
    });

    const expected = {
      final: ended(1, 'triggered'),
      passes: ended(1, 'verified'),
      either: ended(1, 'triggered', 'verified'),
    };
    it.each(reading.filter(({ name }) => name !== 'connection refused'))(
      '$name twice',
      async (kind) => {
        const rolled = await roll(create, { follow: { kind, reads: 2 } });
        expect(rolled).toEqual(expected[kind.follow ?? 'either']);
      },
    );

    it.each(reading.filter(({ name }) => name !== 'connection refused'))(
      '$name twice, and the run fails: triggered',
      async (kind) => {
        const rolled = await roll(create, { follow: { kind, reads: 2 }, end: 'badly' });
        expect(rolled).toEqual(ended(1, 'triggered'));
      },
    );
  });
});
