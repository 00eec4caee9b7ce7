import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type {
  EvaluatedCheck,
  Judgement,
  Observation,
  WatchEvent,
  WatchPlan,
} from '../../src/contract/check.js';
import {
  encodeLine,
  headerLine,
  lineShape,
  type RecordingLine,
} from '../../src/report/recording.js';
import { createRedactor } from '../../src/support/redact.js';
import { decodeRecording, RecordingError } from '../../src/report/recording-reader.js';
import { anyText } from '../support/any-text.js';

const plan: WatchPlan = {
  warmUp: 30_000,
  duration: 300_000,
  interval: 10_000,
  sensitivity: 'normal',
  decision: 'balanced',
  minRequests: 20,
  earlyPass: false,
};
const checks: readonly EvaluatedCheck[] = [
  {
    id: 'health',
    limit: { metric: 'health', failures: 3, successes: 2 },
    source: 'http',
    subject: 'a',
  },
  {
    id: 'success',
    limit: { metric: 'success-rate', minPercent: 95 },
    source: 'http',
    subject: 'a',
  },
  {
    id: 'errors',
    limit: { metric: 'errors-per-minute', max: 10, scaledTo: null },
    source: 'http',
    subject: 'a',
  },
  {
    id: 'slow',
    limit: { metric: 'latency', percentile: 95, maxMs: 800 },
    source: 'http',
    subject: 'a',
  },
  { id: 'queue', limit: { metric: 'value', max: -0.5 }, source: 'prometheus', subject: 'q' },
];
const startedAt = '2026-11-02T10:00:00.000Z';
const header = headerLine('0.1.0', startedAt, [{ name: 'default', plan, checks }]);
const event = (what: WatchEvent): RecordingLine => ({
  type: 'event',
  target: 'default',
  event: what,
});
const healthEvent = event({ type: 'look', check: 'health', at: 0, look: { ok: true, detail: '' } });
const judgement: RecordingLine = {
  type: 'judgement',
  target: 'default',
  judgement: { verdict: 'unhealthy', reason: 'why', decidedBy: ['success'] },
};
const file = (...lines: readonly RecordingLine[]): string => lines.map(encodeLine).join('');

describe('the recording', () => {
  it('is read again when a secret is a word of ours', () => {
    const words = [
      'header',
      'health',
      'rollgate',
      'http',
      'success',
      'unhealthy',
      'default',
      'event',
    ];
    const { redactAll } = createRedactor([...words, '0.1.0', 'look', 'normal', '2026', 'targets']);
    const lines = [header, healthEvent, judgement];
    const redacted = lines.map((line) => redactAll(line, lineShape));
    expect(redacted).toEqual(lines);
    expect(decodeRecording(file(...redacted)).targets[0]?.judgement?.verdict).toBe('unhealthy');
  });

  it('has no secret in what a source said, in an address and in a reason', () => {
    const { redactAll } = createRedactor(['hush']);
    const said = event({
      type: 'observation',
      check: 'queue',
      window: { from: 0, to: 1 },
      observation: { kind: 'none', why: 'no-data', detail: 'hush', raw: { hush: ['hush'] } },
    });
    const url = headerLine('1', startedAt, [
      { name: 'default', plan, checks: [{ ...checks[0]!, subject: 'https://a/hush' }] },
    ]);
    const why: RecordingLine = {
      ...judgement,
      judgement: { verdict: 'unhealthy', reason: 'hush', decidedBy: [] },
    };
    expect(
      JSON.stringify([said, url, why].map((line) => redactAll(line, lineShape))),
    ).not.toContain('hush');
  });

  it('has of a check only what the judgement needs', () => {
    const busy = { ...checks[0]!, kind: 'health', every: 5000, look: () => undefined };
    const line = headerLine('0.1.0', startedAt, [{ name: 'default', plan, checks: [busy] }]);
    expect(JSON.parse(encodeLine(line))).toMatchObject({ targets: [{ checks: [checks[0]] }] });
    expect(decodeRecording(encodeLine(line)).targets[0]?.checks).toEqual([checks[0]]);
  });

  it('reads back what was known from before the deploy, and what tells whether it was ever well', () => {
    const known = checks.map((check, at) => ({
      ...check,
      seenBefore: {
        seen: (['passed', 'failed', 'not-asked'] as const)[at % 3]!,
        detail: at % 3 === 1 ? 'status 401' : '',
        isNew: at % 2 === 0,
      },
    }));
    const told = { obstacles: { unauthorized: 3, name: 1 }, passed: 2 };
    const window = { from: 0, to: 10_000 };
    const observed = (observation: Observation): WatchEvent => ({
      ...{ type: 'observation', check: 'success', window, observation },
    });
    const happened: WatchEvent[] = [
      observed({ kind: 'counts', samples: 6, failures: 4, seconds: 10, ...told }),
      observed({ kind: 'none', why: 'provider-error', detail: 'a proxy', obstacles: { proxy: 2 } }),
      {
        ...{ type: 'look', check: 'health', at: 0 },
        look: { ok: false, detail: 'status 401', obstacle: 'unauthorized', changed: true },
      },
    ];
    const never: Judgement = {
      ...{ verdict: 'inconclusive', reason: 'why', decidedBy: ['health'], neverWell: true },
    };
    const lines = [
      headerLine('0.1.0', startedAt, [{ name: 'default', plan, checks: known }]),
      ...happened.map(event),
      { ...judgement, judgement: never },
    ];
    const { redactAll } = createRedactor(['failed', 'unauthorized', 'not-asked']);
    const [target] = decodeRecording(
      file(...lines.map((line) => redactAll(line, lineShape))),
    ).targets;
    expect(target?.checks).toEqual(known);
    expect(target?.events.map((one) => one.event)).toEqual(happened);
    expect(target?.judgement).toEqual(never);
  });

  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0);
  const name = fc.constantFrom('success', 'errors', 'slow', 'queue');
  const text = anyText();
  const events: fc.Arbitrary<WatchEvent> = fc.oneof(
    fc.record({
      type: fc.constant('observation' as const),
      check: name,
      window: fc.record({ from: number, to: number }),
      observation: fc.oneof(
        fc.record(
          {
            kind: fc.constant('counts' as const),
            samples: number,
            failures: number,
            seconds: number,
            kinds: fc.dictionary(
              text.filter((key) => key !== '__proto__'),
              number,
              { noNullPrototype: true },
            ),
          },
          { requiredKeys: ['kind', 'samples', 'failures', 'seconds'], noNullPrototype: true },
        ),
        fc.record({ kind: fc.constant('value' as const), value: number }),
        fc.record(
          {
            kind: fc.constant('none' as const),
            why: fc.constantFrom('no-data' as const, 'provider-error' as const),
            detail: text,
          },
          { requiredKeys: ['kind', 'why'], noNullPrototype: true },
        ),
      ),
    }),
    fc.record({
      type: fc.constant('look' as const),
      check: fc.constant('health'),
      at: number,
      look: fc.record({ ok: fc.constantFrom(true, false, null), detail: text }),
    }),
    fc.constant({ type: 'deadline' as const }),
    fc.record({ type: fc.constant('deadline' as const), goneBack: fc.string() }),
  );

  it('reads back every event bit by bit', () => {
    fc.assert(
      fc.property(fc.array(events, { maxLength: 20 }), fc.boolean(), (happened, isComplete) => {
        const decoded = decodeRecording(
          file(header, ...happened.map(event), ...(isComplete ? [judgement] : [])),
        );
        const plain = (value: unknown): string => JSON.stringify(value);
        expect(decoded.truncated).toBe(false);
        expect(decoded.startedAt).toBe(startedAt);
        expect(decoded.version).toBe('0.1.0');
        expect(decoded.targets).toHaveLength(1);
        expect(decoded.targets[0]).toMatchObject({ name: 'default', plan, checks });
        expect(decoded.targets[0]?.events.map(plain)).toEqual(
          happened.map((what) => plain({ event: what })),
        );
        expect(decoded.targets[0]?.judgement).toEqual(
          isComplete ? { verdict: 'unhealthy', reason: 'why', decidedBy: ['success'] } : null,
        );
      }),
    );
  });

  it('reads back the events of each target apart', () => {
    const both = headerLine('0.1.0', startedAt, [
      { name: 'a', plan, checks },
      { name: 'b', plan, checks },
    ]);
    const at = (target: string, ms: number): RecordingLine => ({
      type: 'event',
      target,
      event: { type: 'look', check: 'health', at: ms, look: { ok: true, detail: '' } },
    });
    const { targets } = decodeRecording(file(both, at('a', 1), at('b', 2), at('a', 3)));
    expect(
      targets.map((t) => t.events.map(({ event }) => (event.type === 'look' ? event.at : null))),
    ).toEqual([[1, 3], [2]]);
  });

  it('reads back when each event arrived, and when the judgement was made', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), (at) => {
        const [target] = decodeRecording(
          file(header, { ...healthEvent, at } as RecordingLine, { ...judgement, at }),
        ).targets;
        expect(target?.events).toEqual([
          { at, event: { type: 'look', check: 'health', at: 0, look: { ok: true, detail: '' } } },
        ]);
        expect(target?.decidedAt).toBe(at);
      }),
    );
    // As version 0.1.0 wrote it.
    const [old] = decodeRecording(file(header, healthEvent, judgement)).targets;
    expect(old?.events[0]).not.toHaveProperty('at');
    expect(old?.decidedAt).toBeNull();
  });

  it('reads back the baseline of a check and its counts', () => {
    const against: EvaluatedCheck = {
      ...checks[1]!,
      baseline: { margin: 1.5 },
      minRequests: 7,
      onNoData: 'unhealthy',
      onProviderError: 'ignore',
    };
    const latency: EvaluatedCheck = {
      ...checks[1]!,
      id: 'l',
      limit: { metric: 'relative', margin: 1, of: 'latency' },
    };
    const least: EvaluatedCheck = { ...checks[1]!, id: 'm', limit: { metric: 'value', min: 0.5 } };
    const relative: EvaluatedCheck = {
      ...checks[1]!,
      id: 'r',
      limit: { metric: 'relative', margin: 2 },
    };
    const both = headerLine('0.1.0', startedAt, [
      { name: 'default', plan, checks: [against, relative, latency, least] },
    ]);
    const counted: WatchEvent = {
      type: 'observation',
      check: 'r',
      window: { from: 0, to: 10 },
      observation: {
        kind: 'counts',
        samples: 4,
        failures: 1,
        seconds: 10,
        baseline: { samples: 9, failures: 2 },
      },
    };
    const slower: WatchEvent = {
      ...counted,
      check: 'l',
      observation: {
        kind: 'counts',
        samples: 4,
        failures: 0,
        seconds: 10,
        slower: { 100: 3, 2.5: 4 },
        baseline: { samples: 9, failures: 0, slower: { 100: 1, 2.5: 9 } },
      },
    };
    const gone: WatchEvent = {
      ...counted,
      observation: { kind: 'none', why: 'no-data', baseline: { samples: 9, failures: 0 } },
    };
    const [target] = decodeRecording(
      file(both, event(counted), event(slower), event(gone)),
    ).targets;
    expect(target?.checks).toEqual([against, relative, latency, least]);
    expect(target?.events).toEqual([{ event: counted }, { event: slower }, { event: gone }]);
  });

  it('has no line end within a line', () => {
    const odd = event({
      type: 'look',
      check: 'health',
      at: 0,
      look: { ok: false, detail: 'a\nb\u2028c' },
    });
    expect(encodeLine(odd)).toMatch(/^[^\n]+\n$/);
  });

  it('with an incomplete last line is read without it, and called truncated', () => {
    const text = file(header, healthEvent, healthEvent);
    const decoded = decodeRecording(text.slice(0, -10));
    expect(decoded.truncated).toBe(true);
    expect(decoded.targets[0]?.events).toHaveLength(1);
  });

  const broken = (line: RecordingLine, over: object): string =>
    `${JSON.stringify({ ...line, ...over })}\n`;
  it.each([
    ['no content', '', 1, /no complete line/],
    ['no header', file(healthEvent), 1, /must be the header/],
    ['a header twice', file(header, healthEvent, header), 3, /second header/],
    ['a line that is not JSON', `${file(header)}{"type":\n`, 2, /not JSON/],
    ['an empty line', `${file(header)}\n${file(healthEvent)}`, 2, /not JSON/],
    ['an interval of 0', file(header).replace('"interval":10000', '"interval":0'), 1, /interval/],
    ['a time before the start', file(header) + broken(healthEvent, { at: -1 }), 2, /at/],
    ['another schema', broken(header, { schema: 2 }), 1, /schema/],
    ['an unknown type', `${file(header)}{"type":"x"}\n`, 2, /type/],
    ['an additional member', file(header) + broken(healthEvent, { more: 1 }), 2, /more/],
    ['a missing member', `${file(header)}{"type":"event","target":"default"}\n`, 2, /event/],
    ['null for a number', file(header, healthEvent).replace('"at":0', '"at":null'), 2, /at/],
    ['an unknown target', file(header) + broken(healthEvent, { target: 'x' }), 2, /no target "x"/],
    [
      'an unknown check',
      file(header, healthEvent).replace('"check":"health"', '"check":"x"'),
      2,
      /no check "x"/,
    ],
    ['an event after the judgement', file(header, judgement, healthEvent), 3, /judged before/],
  ])('with %s is refused, with its line number', (_name, text, line, detail) => {
    let thrown: unknown;
    try {
      decodeRecording(text);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(RecordingError);
    expect((thrown as RecordingError).line).toBe(line);
    expect((thrown as RecordingError).message).toMatch(detail);
  });
});
