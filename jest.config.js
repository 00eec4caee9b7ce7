import { availableParallelism } from 'node:os';

const isAll = process.env.ROLLGATE_TESTS === 'all';

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/scripts/test-environment.mjs',
  // What tests import is known, too: `--changed` finds the tests of a file.
  roots: ['__tests__', 'src', 'scripts', 'bench'].map((folder) => `<rootDir>/${folder}`),
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/__tests__/e2e/',
    // Whole tables of real runs, and matrices of faults: `npm test` leaves them to CI, and says so.
    ...(isAll ? [] : ['\\.long\\.test\\.ts$']),
  ],
  extensionsToTreatAsEsm: ['.ts'],
  // NodeNext sources import './x.js'; on disk it is './x.ts'.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript' },
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
  // The suites of the bundle mostly wait for the services that they watch: others compute meanwhile. CI runs two parts at once.
  maxWorkers: Math.max(isAll ? 6 : 9, availableParallelism() - 1),
  reporters: ['default', '<rootDir>/scripts/tally-reporter.mjs'],
  // For tests that hang. It says nothing of speed: a busy machine is ten times slower than an idle one.
  testTimeout: 120_000,
};
