import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Buffer } from 'node:buffer';
import { createRedactor, minSecretLength, own } from '../../src/support/redact.js';
import { oneLine } from '../../src/support/text.js';
import { anyText } from './any-text.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('redact', () => {
  const secret = 'p@ss w/rd+"9?';
  const { redact } = createRedactor([secret]);

  it.each([
    ['plain', secret],
    ['base64', base64(secret)],
    ['base64 without padding', base64(secret).replace(/=+$/, '')],
    ['base64url', Buffer.from(secret).toString('base64url')],
    ['URL component', encodeURIComponent(secret)],
    [
      'URL component, lower case',
      encodeURIComponent(secret).replace(/%../g, (e) => e.toLowerCase()),
    ],
    ['form field', new URLSearchParams({ k: secret }).toString().slice(2)],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['Basic without user', base64(`:${secret}`)],
  ])('masks the %s form', (_form, text) => {
    expect(redact(`before ${text} after`)).toBe('before *** after');
  });

  it('masks a password in a URL', () => {
    const url = new URL('https://deploy@ci.example/');
    url.password = secret;
    expect(redact(url.href)).toBe('https://deploy:***@ci.example/');
  });

  it('masks a secret in the JSON of Go', () => {
    expect(createRedactor(['a<b>c&d']).redact('"a\\u003cb\\u003ec\\u0026d"')).toBe('"***"');
  });

  it.each(['', 'x', 'xy', 'xyz'])('masks a secret in base64 behind %j', (before) => {
    const long = 'glpat-0123456789abcdef';
    const shown = createRedactor([long]).redact(base64(`${before}${long}!and more`));
    expect(shown).toContain('***');
    expect(Buffer.from(shown.replace(/\*+/g, ''), 'base64').toString('latin1')).not.toContain(
      long.slice(2, -2),
    );
  });

  it('masks Basic authentication as a whole when the user is known', () => {
    const redactor = createRedactor([]);
    redactor.add('jenkins-token', { user: 'deploy' });
    expect(redactor.redact(`Authorization: Basic ${base64('deploy:jenkins-token')}`)).toBe(
      'Authorization: Basic ***',
    );
  });

  it('masks a secret of several lines, as a whole and line by line', () => {
    const key = '-----BEGIN KEY-----\r\nMIIEvQIBADANBg\n  kqhkiG9w0BAQEF\n}\n';
    const redactor = createRedactor([key]);
    expect(redactor.redact(`<${key}>`)).toBe('<***>');
    expect(redactor.redact('one MIIEvQIBADANBg two kqhkiG9w0BAQEF three }')).toBe(
      'one *** two *** three }',
    );
  });

  it('masks a longer secret whole when a shorter one is part of it', () => {
    expect(createRedactor(['token', 'token-of-prod']).redact('a token-of-prod b')).toBe('a *** b');
  });

  it('masks two overlapping secrets whole', () => {
    expect(createRedactor(['abcdefgh', 'fghijklm']).redact('-abcdefghijklm-')).toBe('-***-');
  });

  it('does not mask a secret that is too short, but its Basic form', () => {
    const redactor = createRedactor(['1']);
    redactor.add('ab', { user: 'deploy' });
    expect(redactor.redact('1 of 100, ab')).toBe('1 of 100, ab');
    expect(redactor.redact(base64('deploy:ab'))).toBe('***');
  });

  it('masks a secret from when it is added', () => {
    const redactor = createRedactor([]);
    expect(redactor.redact('a later-secret')).toBe('a later-secret');
    redactor.add('later-secret');
    expect(redactor.redact('a later-secret')).toBe('a ***');
  });

  it('lists its forms longest first, without those that are too short', () => {
    const lengths = createRedactor(['alpha-secret', 'beta'])
      .forms()
      .map((form) => form.length);
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(minSecretLength);
  });

  it('accepts any text as a secret', () => {
    fc.assert(
      fc.property(anyText(), fc.string(), (odd, text) => {
        expect(typeof createRedactor([odd, '\ud800abc', '']).redact(text)).toBe('string');
      }),
    );
  });
});

describe('redactAll', () => {
  const { redactAll } = createRedactor(['secret-1', 'samples', 'healthy']);

  it('redacts everything, keys too, but what the shape says is ours', () => {
    const value = {
      samples: 3,
      verdict: 'healthy',
      detail: 'healthy secret-1',
      list: [{ id: 'samples', text: 'a secret-1' }, null, true],
      other: { 'status secret-1': { samples: 'healthy' } },
    };
    const shape = {
      samples: 'own',
      verdict: 'own',
      detail: 'text',
      list: { id: 'own', text: 'text' },
      other: 'text',
    } as const;
    expect(redactAll<unknown>(value, shape)).toEqual({
      samples: 3,
      verdict: 'healthy',
      detail: '*** ***',
      list: [{ id: 'samples', text: 'a ***' }, null, true],
      other: { 'status ***': { '***': '***' } },
    });
  });

  it('redacts a field that the shape does not name, and one that only every object has', () => {
    expect(redactAll<unknown>({ 'secret-1': 'healthy', constructor: 'x' }, { a: 'own' })).toEqual({
      '***': '***',
      constructor: 'x',
    });
  });
});

describe('text of ours', () => {
  it('keeps its words, and redacts what was put into it', () => {
    const { redact } = createRedactor(['healthy', 'after', '12.5']);
    const text = own`${own('healthy')} after ${12.5} s: ${'not healthy'} (${own`after ${'after'}`})`;
    expect(redact(text)).toBe('healthy after 12.5 s: not *** (after ***)');
    expect(redact('healthy after 12.5 s')).toBe('*** *** *** s');
  });
});

describe('a secret that was cut', () => {
  const token = fc.stringMatching(/^[a-f0-9]{5,40}$/);

  it.each([
    ['the end', (secret: string, shown: number) => `said ${secret.slice(0, shown)}… and more`],
    ['the start', (secret: string, shown: number) => `…${secret.slice(-shown)} and more`],
  ])('is recognised by what is left of it at %s', (_name, cut) => {
    fc.assert(
      fc.property(token, fc.nat(), (secret, number) => {
        const shown = minSecretLength + (number % (secret.length - minSecretLength));
        expect(createRedactor([secret]).redact(cut(secret, shown))).toMatch(
          /^(said \*\*\*…|…\*\*\*) and more$/,
        );
      }),
    );
  });

  it('is recognised in whatever was made one line of before', () => {
    fc.assert(
      fc.property(token, fc.nat(60), fc.integer({ min: 10, max: 60 }), (secret, pad, max) => {
        const line = oneLine(`${'~'.repeat(pad)}${secret}${'~'.repeat(60)}`, max);
        expect(createRedactor([secret]).redact(line)).not.toMatch(/[a-f0-9]{4}/);
      }),
    );
    expect(createRedactor(['two  words::x']).redact(oneLine('a two  words::x'))).toBe('a ***');
  });
});

const secretText = fc
  .string({ unit: 'grapheme', minLength: minSecretLength, maxLength: 40 })
  .filter((text) => text.trim().length >= minSecretLength && !/[\r\n]/.test(text));

describe('a secret of which a cut shows too little to be told', () => {
  const token = fc.stringMatching(/^[a-z]{5,40}$/);
  const filler = '~'.repeat(50);

  it.each([
    [
      'in front of the cut',
      (secret: string, shown: number) => oneLine(`${filler}${secret}`, filler.length + shown + 1),
    ],
    ['behind the cut', (secret: string, shown: number) => `…${secret.slice(-shown)}${filler}`],
    [
      'in front of the cut, in a sentence',
      (secret: string, shown: number) => `it said: ${filler}${secret.slice(0, shown)}…; nothing`,
    ],
  ])('is not shown %s: not one character of it', (_, cut) => {
    fc.assert(
      fc.property(token, fc.integer({ min: 1, max: 3 }), (secret, shown) => {
        const text = cut(secret, shown);
        const redacted = createRedactor([secret]).redact(text);
        expect(redacted.length).toBe(text.length - shown);
        expect(redacted).toContain(filler);
      }),
    );
  });

  it('and a word with dots of its own keeps its end', () => {
    expect(createRedactor(['ghs_0123456789']).redact('Deploying…')).toBe('Deploying…');
  });
});

describe('no secret is left', () => {
  it.each<[string, (secret: string) => string]>([
    ['a template string', (secret) => `token=${secret}`],
    ['JSON.stringify', (secret) => JSON.stringify({ a: [secret] })],
    ['JSON in JSON', (secret) => JSON.stringify({ a: JSON.stringify({ b: secret }) })],
    ['encodeURIComponent', (secret) => `?t=${encodeURIComponent(secret)}`],
    ['a form body', (secret) => new URLSearchParams({ token: secret }).toString()],
    ['base64', (secret) => base64(secret)],
    ['Basic authentication', (secret) => base64(`:${secret}`)],
  ])('%s', (_name, show) => {
    fc.assert(
      fc.property(secretText, secretText, (secret, other) => {
        const shown = show(secret);
        const hidden = createRedactor([other, secret]).redact(shown);
        expect(hidden).not.toBe(shown);
        for (const form of createRedactor([secret]).forms()) expect(hidden).not.toContain(form);
      }),
      { numRuns: 200 },
    );
  });
});
