import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { effective } from '../../src/inputs/configured.js';
import { inputIds, inputOf } from '../../src/inputs/table.js';
import { resolveWith } from '../support/resolve-inputs.js';

describe('the effective configuration', () => {
  it('shows the values in effect as a user would write them, without unset ones', () => {
    const shown = effective(
      resolveWith({
        flags: {
          url: 'https://me:hunter2@a/x?key=hunter2',
          headers: 'Authorization: Bearer hunter2',
          'github-token': 'hunter2',
          'warm-up': '90s',
          'min-success-rate': '99.90',
          'max-errors-per-minute': 'OFF',
          'max-latency': 'p95<800ms',
          'fail-on': 'none',
          'dry-run': '1',
        },
      }),
    );
    expect(shown).toMatchObject({
      url: 'https://***@a/x?key=***',
      'health-url': 'https://***@a/x?key=***',
      headers: '***',
      'github-token': '***',
      'warm-up': '1m30s',
      duration: '5m',
      'min-success-rate': '99.9',
      'max-errors-per-minute': 'off',
      'max-latency': 'p95 < 800ms',
      'fail-on': 'none',
      'dry-run': 'true',
      'expect-status': '200-399',
      rollback: 'kubernetes, compose, ci, scale-down',
    });
    expect(shown).not.toHaveProperty('gitlab-token');
    expect(JSON.stringify(shown)).not.toContain('hunter2');
  });

  it.each(
    inputIds
      .filter((id) => inputOf(id).default !== undefined)
      .map((id) => [id, inputOf(id).default ?? ''] as const),
  )('the default of %s reads back as it was printed', (id, text) => {
    const row = inputOf(id);
    const value = row.parse(text);
    expect(value.ok && row.parse(row.print(value.value))).toEqual(value);
  });

  it('never contains a secret', () => {
    const secret = inputIds.filter(
      (id) => inputOf(id).secret === true && inputOf(id).type.shape !== 'pairs',
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...secret),
        fc.stringMatching(/^[A-Z0-9]{12,40}$/),
        (id, token) => {
          const given = id === 'notify-url' ? `https://chat.example/${token}` : token;
          const shown = effective(resolveWith({ flags: { [id]: given } }));
          expect(shown[id]).toBe('***');
          expect(JSON.stringify(shown)).not.toContain(token);
        },
      ),
    );
  });
});
