import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  readRejections,
  REJECTED,
  withoutRejection,
  withRejection,
  type Rejection,
} from '../../../src/strategies/kubernetes/rejections.js';

const rejection = (hash: string): Rejection => ({
  hash,
  revision: 2,
  images: ['shop:bad'],
  run: { system: 'github', runId: '77' },
  at: '2026-01-01T00:00:00.000Z',
  to: 'good',
});
const read = (text: string): readonly Rejection[] => readRejections({ [REJECTED]: text });

describe('the mark of versions that were rolled back', () => {
  it('keeps the newest ten, newest first, each once', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...'abcdefghijklmnop'.split(''))), (hashes) => {
        let text = '[]';
        for (const hash of hashes) text = withRejection(read(text), rejection(hash));
        const expected = [...new Set([...hashes].reverse())].slice(0, 10);
        expect(read(text).map(({ hash }) => hash)).toEqual(expected);
      }),
    );
  });

  it('reads back what was written', () => {
    expect(read(withRejection([], rejection('a')))).toEqual([rejection('a')]);
  });

  it('keeps only ten images of a version', () => {
    const many = { ...rejection('a'), images: Array<string>(500).fill('registry.example.com/x:1') };
    expect(read(withRejection([], many))[0]!.images).toHaveLength(10);
  });

  it('takes a new version whatever text was there before', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(read(withRejection(read(text), rejection('a')))[0]).toEqual(rejection('a'));
      }),
    );
    expect(readRejections({})).toEqual([]);
  });

  it('keeps the valid entries of a list with invalid ones', () => {
    const [good, bad] = [rejection('a'), { hash: 'b' }];
    expect(read(JSON.stringify([bad, good, null, 1]))).toEqual([good]);
  });

  it('drops a version that was found healthy', () => {
    const both = [rejection('a'), rejection('b')];
    expect(withoutRejection(both, 'a')).toBe(JSON.stringify([rejection('b')]));
    expect(withoutRejection(both, 'c')).toBeUndefined();
  });
});
