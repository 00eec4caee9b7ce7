import { describe, expect, it } from '@jest/globals';
import { isPage } from '../../../src/support/http/response.js';

describe('whether an answer is a page', () => {
  const html = 'text/html; charset=utf-8';
  it.each([
    [203, { id: 1 }, undefined, true],
    [200, 'Sign in', html, true],
    [200, '\n<!DOCTYPE html><p>Sign in', undefined, true],
    [200, ' <html>', 'application/json', true],
    [502, '<html>Bad gateway</html>', html, true],
    [200, { items: [] }, html, false],
    [200, '{"items":', 'application/json', false],
    [200, '<?xml version="1.0"?><run/>', 'application/xml', false],
    [204, '', undefined, false],
  ])('%i %j of type %s: %s', (status, data, type, is) => {
    const headers: Readonly<Record<string, string>> =
      type === undefined ? {} : { 'content-type': type };
    expect(isPage({ status, data, headers })).toBe(is);
  });
});
