import { describe, expect, it } from '@jest/globals';
import { exitCodeOf, processExitCode } from '../../src/commands/exit-code.js';

describe('exitCodeOf', () => {
  it.each([
    ['healthy', 'not-needed', 0],
    ['not-judged', 'not-needed', 0],
    ['unhealthy', 'verified', 1],
    ['unhealthy', 'unverified', 3],
    ['unhealthy', 'still-unhealthy', 3],
    ['unhealthy', 'failed', 3],
    ['unhealthy', 'withheld', 5],
    ['inconclusive', 'not-needed', 4],
    ['inconclusive', 'verified', 1],
    ['inconclusive', 'failed', 3],
    ['cancelled', 'not-needed', 6],
  ] as const)('%s, rollback %s: %d', (verdict, rollback, code) => {
    expect(exitCodeOf(verdict, rollback)).toBe(code);
  });
});

describe('processExitCode', () => {
  const usual = ['unhealthy', 'inconclusive'];
  it.each([
    [1, 'unhealthy', usual, 1],
    [3, 'unhealthy', [], 0],
    [4, 'inconclusive', ['unhealthy'], 0],
    [4, 'inconclusive', usual, 4],
    [0, 'healthy', usual, 0],
    // No verdict: `fail-on` has nothing to say.
    [6, 'cancelled', [], 6],
    [2, null, [], 2],
    [7, null, [], 7],
  ] as const)('code %d, verdict %s, fail-on %j: %d', (code, verdict, failOn, exit) => {
    expect(processExitCode(code, verdict, failOn)).toBe(exit);
  });
});
