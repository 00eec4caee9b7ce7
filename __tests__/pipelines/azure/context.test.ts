import { describe, expect, it } from '@jest/globals';
import {
  parseCollection,
  parsePipeline,
  parseProject,
  parseRef,
  parseToken,
} from '../../../src/pipelines/azure/context.js';

describe('the address of an Azure collection', () => {
  it.each([
    [undefined, 'acme', 'https://dev.azure.com/acme'],
    ['https://dev.azure.com/acme/', undefined, 'https://dev.azure.com/acme'],
    ['https://dev.azure.com/', 'acme', 'https://dev.azure.com/acme'],
    ['https://acme@dev.azure.com/acme', undefined, 'https://dev.azure.com/acme'],
    // In an Azure job the address is that of the job's own organization.
    ['https://dev.azure.com/own/', 'other', 'https://dev.azure.com/other'],
    ['https://dev.azure.com/acme/shop/', undefined, 'https://dev.azure.com/acme'],
    ['https://acme.visualstudio.com/', undefined, 'https://acme.visualstudio.com'],
    ['https://acme.visualstudio.com', 'Acme', 'https://acme.visualstudio.com'],
    ['https://own.visualstudio.com/', 'other', 'https://dev.azure.com/other'],
    [
      'https://acme.visualstudio.com/DefaultCollection/',
      undefined,
      'https://acme.visualstudio.com/DefaultCollection',
    ],
    ['http://tfs:8080/tfs/Main//', undefined, 'http://tfs:8080/tfs/Main'],
    ['http://tfs:8080/tfs/Main', 'acme', 'http://tfs:8080/tfs/Main'],
    ['https://tfs.corp/Main%20One/?x=1#y', undefined, 'https://tfs.corp/Main%20One'],
    ['https://tfs.corp/', 'Main', 'https://tfs.corp/Main'],
    ['https://tfs.corp/', undefined, 'https://tfs.corp'],
  ])('from %s and %s: %s', (url, organization, collection) => {
    expect(parseCollection(url, organization)).toEqual({ ok: true, value: collection });
  });

  it.each([
    [undefined, undefined, /neither azure-url nor azure-org/],
    ['https://dev.azure.com/', undefined, /names no organization/],
    ['dev.azure.com/acme', undefined, /not a URL/],
    [undefined, 'https://dev.azure.com/acme', /not the name of an organization/],
    [undefined, '../x', /not the name of an organization/],
  ])('from %s and %s: refused', (url, organization, message) => {
    expect(parseCollection(url, organization)).toEqual({
      ok: false,
      problem: { message: expect.stringMatching(message), fix: expect.any(String) },
    });
  });
});

it.each([
  ['main', 'refs/heads/main'],
  ['release/2', 'refs/heads/release/2'],
  ['v1.2', 'refs/heads/v1.2'],
  ['refs/heads/main', 'refs/heads/main'],
  ['refs/tags/v1.2', 'refs/tags/v1.2'],
])('the ref %s is %s', (text, ref) => {
  expect(parseRef(text)).toEqual({ ok: true, value: ref });
});

it.each([
  ['refs/pull/7/merge', /merge of a pull request/],
  ['refs/heads/', /neither a branch nor a tag/],
  ['refs/notes/x', /neither a branch nor a tag/],
  ['', /neither a branch nor a tag/],
  ['a'.repeat(40), /is a commit/],
])('the ref %j is refused', (text, message) => {
  expect(parseRef(text)).toMatchObject({ problem: { message: expect.stringMatching(message) } });
});

it.each([
  ['12', { id: '12' }],
  ['Rollback', { name: 'Rollback', folder: undefined }],
  ['\\Rollback', { name: 'Rollback', folder: '' }],
  ['ops/Roll back', { name: 'Roll back', folder: 'ops' }],
  ['\\ops\\prod\\Rollback', { name: 'Rollback', folder: 'ops\\prod' }],
  ['ops/12', { name: '12', folder: 'ops' }],
])('the pipeline %s is %j', (text, pipeline) => {
  expect(parsePipeline(text)).toEqual({ ok: true, value: pipeline });
});

it.each([[undefined], [''], ['/']])('the pipeline %j is refused', (text) => {
  expect(parsePipeline(text)).toMatchObject({
    problem: { message: 'azure-pipeline is not set', fix: expect.stringMatching(/definitionId/) },
  });
});

it.each([
  ['Shop Front', true],
  ['6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c', true],
  [undefined, false],
  ['', false],
  ['a/b', false],
  ['..', false],
])('the project %j: %s', (text, ok) => {
  expect(parseProject(text).ok).toBe(ok);
});

describe('parseToken', () => {
  it('a personal access token is the password of Basic authentication', () => {
    const header = `Basic ${Buffer.from(':abcd1234').toString('base64')}`;
    expect(parseToken('abcd1234')).toEqual({ ok: true, value: header });
  });

  it.each([['eyJ0.eyJh.c2ln'], ['eyJ0..']])('the JWT %s is sent as Bearer', (token) => {
    expect(parseToken(token)).toEqual({ ok: true, value: `Bearer ${token}` });
  });

  it.each([['eyJhbc'], ['a.b.c'], ['eyJ.a.b.c']])('%s is no JWT', (token) => {
    expect(parseToken(token)).toEqual({ ok: true, value: expect.stringMatching(/^Basic /) });
  });

  it.each([
    [undefined, /no token/],
    ['', /no token/],
    ['$(ROLLGATE_PAT)', /variable that has no value/],
    ['${PAT}', /variable that has no value/],
    ['one two', /character that no token has/],
    ['secret\n', /character that no token has/],
  ])('%j is refused, and not shown', (token, message) => {
    const parsed = parseToken(token);
    expect(parsed).toMatchObject({ problem: { message: expect.stringMatching(message) } });
    if (token !== undefined && token !== '')
      expect(JSON.stringify(parsed)).not.toContain(token.trim());
  });
});
