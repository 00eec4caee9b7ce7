import { describe, expect, it } from '@jest/globals';
import { classify, HttpError, timedOut } from '../../../src/support/http/error.js';

const plain = { atProxy: false, inHandshake: false };
const withCode = (code: string): object => ({ code });

describe('the kind of a network error', () => {
  it.each([
    ['ENOTFOUND', 'dns', 'dns failure'],
    ['EAI_AGAIN', 'dns', 'dns failure'],
    ['ECONNREFUSED', 'refused', 'connection refused'],
    ['ECONNRESET', 'reset', 'connection reset'],
    ['EPIPE', 'reset', 'connection reset'],
    ['ETIMEDOUT', 'timeout', 'timeout'],
    ['EPROTO', 'tls', 'TLS failure'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', 'TLS failure'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls', 'TLS failure'],
    ['EMFILE', 'local', 'shortage on this machine'],
    ['ENFILE', 'local', 'shortage on this machine'],
    ['EADDRNOTAVAIL', 'local', 'shortage on this machine'],
    ['ENOBUFS', 'local', 'shortage on this machine'],
    ['EHOSTUNREACH', 'other', 'host unreachable'],
    ['ENETUNREACH', 'other', 'host unreachable'],
    ['HPE_INVALID_CONSTANT', 'unreadable', 'answer is not HTTP'],
    ['Z_DATA_ERROR', 'other', 'unreadable body'],
    ['ESOMETHING', 'other', 'network failure'],
  ])('%s is %s: %s', (code, kind, summary) => {
    expect(classify(withCode(code), plain)).toMatchObject({ kind, summary, code });
  });

  it('an unknown code during a handshake is a TLS failure', () => {
    expect(classify(withCode('CERT_REVOKED'), { ...plain, inHandshake: true }).kind).toBe('tls');
    expect(classify(withCode('ECONNRESET'), { ...plain, inHandshake: true }).kind).toBe('reset');
  });

  it('an error on the way to the proxy is a proxy failure, except a shortage on this machine', () => {
    const atProxy = { ...plain, atProxy: true };
    expect(classify(withCode('ECONNREFUSED'), atProxy)).toMatchObject({
      kind: 'proxy',
      code: 'ECONNREFUSED',
    });
    expect(classify(withCode('EMFILE'), atProxy).kind).toBe('local');
  });

  it.each([
    [['EADDRNOTAVAIL', 'ECONNREFUSED'], 'refused'],
    [['ENETUNREACH', 'ECONNREFUSED'], 'refused'],
    [['ETIMEDOUT', 'ENETUNREACH'], 'timeout'],
    [['EADDRNOTAVAIL', 'EADDRNOTAVAIL'], 'local'],
    [['ENETUNREACH', 'EHOSTUNREACH'], 'other'],
  ])('of several addresses %j the most telling error counts: %s', (codes, kind) => {
    const error = { code: codes[0], errors: codes.map(withCode) };
    expect(classify(error, plain).kind).toBe(kind);
  });

  it.each([undefined, null, 'text', {}, { code: 5 }])('%p is of kind other', (error) => {
    expect(classify(error, plain)).toEqual({ kind: 'other', summary: 'network failure' });
  });
});

describe('a time that is over', () => {
  it.each([
    ['name', 'dns', 'not resolved within 5s'],
    ['proxy', 'proxy', 'no connection to it within 5s; check HTTP_PROXY, HTTPS_PROXY and NO_PROXY'],
    ['server', 'timeout', 'no complete answer within 5s'],
  ] as const)('while the %s is waited for is of kind %s', (awaits, kind, detail) => {
    expect(timedOut(5000, { awaits })).toMatchObject({ kind, detail });
  });
});

describe('HttpError', () => {
  it('names request and failure, without secrets', () => {
    const error = new HttpError(
      { method: 'GET', url: 'https://me:pw@api.example/x?key=1' },
      { kind: 'dns', summary: 'dns failure', code: 'ENOTFOUND', detail: 'look again' },
      false,
    );
    expect(error.message).toBe(
      'GET https://***@api.example/x?key=***: dns failure (ENOTFOUND): look again',
    );
  });
});
