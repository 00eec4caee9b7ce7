import { describe, expect, it } from '@jest/globals';
import {
  doubtInWords,
  idsOf,
  imageId,
  isLatest,
  movedOf,
  namedImages,
  pinned,
  proofOf,
  sameNames,
} from '../../../src/strategies/kubernetes/images.js';
import { type Revision, versionOf } from '../../../src/strategies/kubernetes/versions.js';
import { asPod, type Pod } from '../../../src/support/kubernetes/pods.js';

const a = `sha256:${'a'.repeat(64)}`;
const b = `sha256:${'b'.repeat(64)}`;

describe('the id of an image', () => {
  it.each([
    [`docker-pullable://shop/api@${a}`, `shop/api@${a}`],
    [`docker://${a}`, a],
    [`registry.test:5000/shop/api@${a}`, `registry.test:5000/shop/api@${a}`],
    [a, a],
    ['c'.repeat(64), `sha256:${'c'.repeat(64)}`],
    ['', undefined],
    ['docker.io/library/shop:latest', undefined],
    ['shop:v1', undefined],
  ])('%s: %s', (text, id) => {
    expect(imageId(text)).toBe(id);
  });
});

function pod(ids: Readonly<Record<string, string>>, more: object = {}): Pod {
  const containerStatuses = Object.entries(ids).map(([name, imageID]) => ({ name, imageID }));
  return asPod({ metadata: { name: 'p', ...more }, status: { containerStatuses } })!;
}

describe('what pods run', () => {
  it('is every id of a container, once', () => {
    expect(idsOf([pod({ app: a, log: b }), pod({ app: a, log: a })])).toEqual({
      app: [a],
      log: [a, b],
    });
  });

  it('is not known of a container of which one pod does not tell; pods that go do not count', () => {
    const going = pod({ app: b }, { deletionTimestamp: 'now' });
    expect(idsOf([pod({ app: a, log: '' }), pod({ app: a, log: b }), going])).toEqual({ app: [a] });
    expect(idsOf([])).toEqual({});
  });
});

const template = (images: Readonly<Record<string, string>>, init = ''): object => ({
  spec: {
    ...(init === '' ? {} : { initContainers: [{ name: 'init', image: init }] }),
    containers: Object.entries(images).map(([name, image]) => ({ name, image })),
  },
});

describe('images whose names tell no versions apart', () => {
  it.each<[string, object, object, string[]]>([
    ['another tag', template({ app: 's:1' }), template({ app: 's:2' }), []],
    ['the same tag', template({ app: 's:1' }), template({ app: 's:1' }), ['app']],
    [
      'the same tag of one',
      template({ app: 's:1', x: 'y' }),
      template({ app: 's:2', x: 'y' }),
      ['x'],
    ],
    ['the same tag in a renamed container', template({ a: 's:1' }), template({ b: 's:1' }), ['b']],
    ['the same digest', template({ app: `s@${a}` }), template({ app: `s@${a}` }), []],
    ['an init container', template({ app: 's:1' }, 'i'), template({ app: 's:2' }, 'i'), ['init']],
    ['garbage', { spec: 7 }, { spec: { containers: [{ name: 'x' }] } }, []],
  ])('%s', (_, from, target, expected) => {
    expect(sameNames(from, target).map(({ container }) => container)).toEqual(expected);
  });

  it.each([
    ['shop', true],
    ['shop:latest', true],
    ['registry.test:5000/shop', true],
    ['registry.test:5000/shop:latest', true],
    ['shop:v1', false],
    ['shop:latest-2', false],
    [`shop@${a}`, false],
    [`shop:latest@${a}`, false],
  ])('%s is named latest: %s', (image, expected) => {
    expect(isLatest({ container: 'app', image })).toBe(expected);
  });
});

describe('the proof by ids', () => {
  const image = { container: 'app', image: 'shop:latest' };
  const words = (
    seen: Parameters<typeof proofOf>[1],
    recorded: Parameters<typeof proofOf>[2],
  ): string | undefined => doubtInWords(image, proofOf('app', seen, recorded));

  it.each<[string, Parameters<typeof words>, string | undefined]>([
    ['the same', [{ app: [a] }, { imageIds: { app: [a] } }], undefined],
    [
      'the same of another repository',
      [{ app: [`m/s@${a}`] }, { imageIds: { app: [`s@${a}`] } }],
      undefined,
    ],
    ['one of several', [{ app: [a] }, { imageIds: { app: [b, a] } }], undefined],
    [
      'another one',
      [{ app: [a, `s@${b}`] }, { imageIds: { app: [a] } }],
      `container app runs shop:latest as ${a} and ${b}, and the recorded version ran ${a}: the tag was moved`,
    ],
    [
      'no record',
      [{ app: [a] }, undefined],
      `container app has the image name shop:latest in both versions, runs ${a}, and no snapshot tells what the earlier version ran`,
    ],
    [
      'no id',
      [{}, { imageIds: { app: [a] } }],
      'container app has the image name shop:latest in both versions, and which image that is cannot be seen (no id in the status of its pods)',
    ],
  ])('%s', (_, [seen, recorded], expected) => {
    expect(words(seen, recorded)).toBe(expected);
  });

  it('moved is only what is seen to be another one', () => {
    const live = template({ app: 'shop:latest', log: 'log:1', x: 'x', pinned: `p@${a}` });
    const recorded = { imageIds: { app: [a], log: [a], gone: [a], pinned: [a] } };
    expect(movedOf(live, { app: [b], log: [a], x: [b], pinned: [b] }, recorded)).toHaveLength(1);
    expect(movedOf(live, {}, recorded)).toEqual([]);
    expect(movedOf(live, { app: [b] }, undefined)).toEqual([]);
  });
});

describe('a version that is pinned', () => {
  const revision = (its: object): Revision => ({
    ...{ number: 1, name: 'r', uid: 'u', createdAt: undefined, returned: false, annotations: {} },
    ...{ ...versionOf(its), images: [], template: its as Record<string, unknown> },
  });

  it('names the recorded digests of repositories, and has a checksum of its own', () => {
    const its = revision(
      template(
        {
          ...{ app: 'reg.test:5000/shop/api:latest', bare: 'bare', local: 'local:1' },
          ...{ mixed: 'mixed:1', digest: `d@${a}`, unknown: 'unknown:1' },
        },
        'init:1',
      ),
    );
    const after = pinned(its, {
      imageIds: {
        app: [`mirror/api@${b}`],
        ...{ bare: [`bare@${a}`], local: [a], mixed: [`m@${a}`, `m@${b}`] },
        ...{ digest: [`d@${b}`], init: [`init@${b}`] },
      },
    });
    expect(namedImages(after.template).map(({ image }) => image)).toEqual([
      `init@${b}`,
      `reg.test:5000/shop/api@${b}`,
      `bare@${a}`,
      ...['local:1', 'mixed:1', `d@${a}`, 'unknown:1'],
    ]);
    expect(after.images).toContain(`bare@${a}`);
    expect(after.hash).not.toBe(its.hash);
    expect(after.hash).toBe(versionOf(after.template).hash);
  });

  it('is the same where nothing was recorded', () => {
    const its = revision(template({ app: 'shop:latest' }));
    expect(pinned(its, {})).toMatchObject({ hash: its.hash, template: its.template });
  });
});
