import { inflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { palettePng } from '../../scripts/palette-png.js';

/** The data of each chunk, by its name. */
function chunksOf(png: Buffer): Readonly<Record<string, Buffer>> {
  const found: Record<string, Buffer> = {};
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    found[png.toString('latin1', at + 4, at + 8)] = png.subarray(at + 8, at + 8 + length);
    at += 12 + length;
  }
  return found;
}

/** Red, green and blue of each pixel, as a reader of PNG computes them. */
function pixelsOf(png: Buffer, width: number): readonly (readonly number[])[] {
  const { PLTE, IDAT } = chunksOf(png);
  return [...inflateSync(IDAT!)]
    .filter((_, index) => index % (width + 1) !== 0)
    .map((place) => [...PLTE!.subarray(place * 3, place * 3 + 3)]);
}

describe('a PNG with a palette', () => {
  it('has the colours of few as they are', () => {
    const png = palettePng(Uint8Array.from([1, 2, 3, 255, 250, 0, 7, 255, 1, 2, 3, 255, 9, 9, 9, 255]), 2, 2); // prettier-ignore
    expect(png.subarray(0, 8)).toEqual(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
    expect([...chunksOf(png).IHDR!]).toEqual([0, 0, 0, 2, 0, 0, 0, 2, 8, 3, 0, 0, 0]);
    expect(pixelsOf(png, 2)).toEqual([[1, 2, 3], [250, 0, 7], [1, 2, 3], [9, 9, 9]]); // prettier-ignore
  });

  it('has the nearest of the most frequent ones where there are more than 256', () => {
    const greys = Array.from({ length: 256 }, (_, value) => [value, value, value, 255]);
    const pixels = [...greys, ...greys, [10, 11, 10, 255]];
    const png = palettePng(Uint8Array.from(pixels.flat()), pixels.length, 1);
    expect(chunksOf(png).PLTE).toHaveLength(3 * 256);
    expect(pixelsOf(png, pixels.length).at(-1)).toEqual([10, 10, 10]);
  });
});
