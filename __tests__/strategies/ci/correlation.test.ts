import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { correlationOf } from '../../../src/strategies/ci/correlation.js';

const attempt = { run: ['github', 'github.com', 'acme/shop', '42', 'deploy'], occasion: 'one' };
const rollback = {
  target: 'api',
  pipeline: 'https://api.github.com/repos/acme/shop/actions/workflows/rollback.yml',
  ref: undefined,
  parameters: { region: 'eu', level: '2' },
};
const base = correlationOf(attempt, rollback);

describe('the correlation id of a rollback', () => {
  it('is the same in every process, of letters, digits and hyphens, and begins with its scope', () => {
    expect(base).toEqual(correlationOf({ ...attempt }, { ...rollback }));
    expect(base.correlationId).toMatch(/^rollgate-[0-9a-f]{16}-[0-9a-f]{16}$/);
    expect(base.correlationId.startsWith(base.scope)).toBe(true);
  });

  it('does not depend on the order of the parameters', () => {
    const parameters = { level: '2', region: 'eu' };
    expect(correlationOf(attempt, { ...rollback, parameters })).toEqual(base);
  });

  it('another occasion: another id of the same scope', () => {
    const next = correlationOf({ ...attempt, occasion: 'two' }, rollback);
    expect(next.scope).toBe(base.scope);
    expect(next.correlationId).not.toBe(base.correlationId);
  });

  it.each([
    ['run', { run: ['github', 'github.com', 'acme/shop', '43', 'deploy'] }, {}],
    ['job', { run: ['github', 'github.com', 'acme/shop', '42', 'deploy (eu)'] }, {}],
    ['target', {}, { target: 'web' }],
    ['pipeline', {}, { pipeline: 'https://gitlab.com/projects/7' }],
    ['ref', {}, { ref: 'main' }],
    ['value of a parameter', {}, { parameters: { region: 'us', level: '2' } }],
    ['parameter', {}, { parameters: {} }],
  ])('another %s: another scope', (_, otherAttempt, otherRollback) => {
    const other = correlationOf({ ...attempt, ...otherAttempt }, { ...rollback, ...otherRollback });
    expect(other.scope).not.toBe(base.scope);
  });

  it('texts that are divided differently never share a scope', () => {
    const text = fc.string({ maxLength: 5 });
    fc.assert(
      fc.property(text, text, text, text, (a, b, c, d) => {
        const one = correlationOf({ run: [a, b], occasion: '' }, { ...rollback, target: '' });
        const other = correlationOf({ run: [c, d], occasion: '' }, { ...rollback, target: '' });
        expect(one.scope === other.scope).toBe(a === c && b === d);
      }),
    );
  });
});
