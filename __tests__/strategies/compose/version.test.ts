import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonical, hashOf } from '../../../src/strategies/compose/definition.js';
import { decodeDefinition, encodeDefinition } from '../../../src/strategies/compose/records.js';
import { imageInWords, keptTag, noteName } from '../../../src/strategies/compose/version.js';
import { readRecorded, toPlain } from '../../../src/strategies/compose/pin.js';
import { progressOf } from '../../../src/strategies/compose/settle.js';
import { containerWith } from '../../support/containers.js';
import { anyText } from '../../support/any-text.js';

describe('the canonical text of a definition', () => {
  it('is the same whatever the order of the keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(hashOf(turned)).toBe(hashOf(value));
        expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('a definition as variables', () => {
  it('decodes to what was encoded, in pieces that every system takes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), anyText({ maxLength: 40_000 })), (service) => {
        const definition = { service, networks: ['n'], volumes: [], unsaid: [] };
        const variables = encodeDefinition(definition);
        for (const value of Object.values(variables)) {
          expect(value.length).toBeLessThan(32_767);
          expect(value).toMatch(/^[\u0020-\u007e]*$/);
        }
        const env = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
        expect(decodeDefinition(['PATH=/bin', ...env.reverse()])).toEqual(definition);
      }),
      { numRuns: 50 },
    );
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['no record', ['PATH=/bin']],
    ['half of a record', ['ROLLGATE_RECORD_0={"service":']],
    ['a record of another form', ['ROLLGATE_RECORD_0={"service":1}']],
  ])('%s decodes to undefined', (_, env) => {
    expect(decodeDefinition(env)).toBeUndefined();
  });
});

describe('names of images and containers on the engine', () => {
  it('are valid, and differ for different services', () => {
    const project = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,100}$/);
    const service = fc.stringMatching(/^[a-zA-Z0-9._-]{1,100}$/);
    fc.assert(
      fc.property(project, service, service, (of, one, other) => {
        expect(keptTag(of, 'good', one)).toMatch(/^rollgate-kept:\w[\w.-]{0,127}$/);
        expect(noteName(of, 'good', one, 'x')).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/);
        if (one !== other) expect(keptTag(of, 'good', one)).not.toBe(keptTag(of, 'good', other));
        expect(keptTag(of, 'good', one)).not.toBe(keptTag(of, 'before', one));
      }),
    );
  });
});

describe('the record in a snapshot file', () => {
  it('reads back as it was written', () => {
    const service = { image: 'i', config: 'c', imageName: 'n', digest: '', completed: true };
    const recorded = { project: 'shop', services: new Map([['api', service]]) };
    expect(readRecorded(JSON.parse(JSON.stringify(toPlain(recorded))))).toEqual(recorded);
  });

  it.each([[undefined], [null], [[]], ['x'], [{ project: 'shop' }], [{ services: {} }]])(
    '%j reads as undefined',
    (value) => {
      expect(readRecorded(value)).toBeUndefined();
    },
  );
});

describe('the progress of a container', () => {
  it.each<[Parameters<typeof containerWith>[0], number, string]>([
    [{ status: 'running', health: 'healthy' }, 0, 'ready'],
    [{ status: 'running', health: 'starting' }, 9, 'waiting'],
    [{ status: 'running', health: 'unhealthy' }, 9, 'broken'],
    [{ status: 'running' }, 0, 'waiting'],
    [{ status: 'running' }, 3, 'ready'],
    [{ status: 'exited', exitCode: 0, restartPolicy: 'no' }, 0, 'ready'],
    [{ status: 'exited', exitCode: 0, restartPolicy: 'on-failure' }, 0, 'ready'],
    [{ status: 'exited', exitCode: 0, restartPolicy: 'always' }, 0, 'waiting'],
    [{ status: 'exited', exitCode: 1, restartPolicy: 'no' }, 0, 'broken'],
    [{ status: 'exited', exitCode: 1, restartPolicy: 'always' }, 0, 'waiting'],
    [{ status: 'restarting' }, 0, 'waiting'],
    [{ status: 'created' }, 0, 'waiting'],
    [{ status: 'paused' }, 0, 'broken'],
    [{ status: 'dead' }, 0, 'broken'],
  ])('%j, seen running %i times, is %s', (container, steady, kind) => {
    expect(progressOf(containerWith(container), steady).kind).toBe(kind);
  });
});

describe('an image in a message', () => {
  const id = `sha256:${'1234567890ab'.padEnd(64, '0')}`;
  it.each([
    ['app:v1', 'app:v1 (sha256:1234567890ab)'],
    [undefined, 'sha256:1234567890ab'],
    ['', 'sha256:1234567890ab'],
    [id, 'sha256:1234567890ab'],
  ])('%s', (name, words) => {
    expect(imageInWords(id, name)).toBe(words);
  });
});
