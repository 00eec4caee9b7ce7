import { describe, expect, it } from '@jest/globals';
import { parseRepository } from '../../../src/pipelines/github/context.js';

describe('the setting github-repository', () => {
  it.each([
    ['acme/shop', { ok: true, value: { owner: 'acme', repo: 'shop' } }],
    ['Acme-2/my.shop_x', { ok: true, value: { owner: 'Acme-2', repo: 'my.shop_x' } }],
    ['', { problem: { message: 'there is no repository to call' } }],
    ['shop', { problem: { message: 'github-repository is "shop"' } }],
    ['https://github.com/acme/shop', { problem: { fix: 'give it as owner/name' } }],
    ['acme/shop/', { problem: { fix: 'give it as owner/name' } }],
  ])('%j is read as %j', (text, parsed) => {
    expect(parseRepository(text)).toMatchObject(parsed);
  });
});
