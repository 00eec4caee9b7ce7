import { describe, expect, it } from '@jest/globals';
import {
  classify,
  HttpError,
  isCertificateProblem,
  timedOut,
} from '../../../src/support/http/error.js';

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

describe('a certificate', () => {
  it.each([
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_CRL',
    'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
    'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
    'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'CERT_SIGNATURE_FAILURE',
    'CERT_NOT_YET_VALID',
    'CERT_HAS_EXPIRED',
    'CERT_CHAIN_TOO_LONG',
    'CERT_REVOKED',
    'CERT_UNTRUSTED',
    'CERT_REJECTED',
    'CRL_SIGNATURE_FAILURE',
    'CRL_NOT_YET_VALID',
    'CRL_HAS_EXPIRED',
    'ERROR_IN_CERT_NOT_BEFORE_FIELD',
    'ERROR_IN_CERT_NOT_AFTER_FIELD',
    'ERROR_IN_CRL_LAST_UPDATE_FIELD',
    'ERROR_IN_CRL_NEXT_UPDATE_FIELD',
    'INVALID_CA',
    'INVALID_PURPOSE',
    'PATH_LENGTH_EXCEEDED',
    'HOSTNAME_MISMATCH',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('is what TLS failed by: %s', (code) => {
    expect(isCertificateProblem(code)).toBe(true);
  });

  it.each([
    undefined,
    'EPROTO',
    'ECONNRESET',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    // The server wants one of ours.
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  ])('is not what TLS failed by: %s', (code) => {
    expect(isCertificateProblem(code)).toBe(false);
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
