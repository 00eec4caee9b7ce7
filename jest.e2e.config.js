import unit from './jest.config.js';

/** Suites with real components or in real time; each is started by its own `npm run e2e:...`. */
export default {
  ...unit,
  testPathIgnorePatterns: ['/node_modules/'],
  testMatch: ['<rootDir>/__tests__/e2e/**/*.test.ts'],
  testTimeout: 15 * 60_000,
  // Each suite has a control plane or an engine of its own to start.
  maxWorkers: 2,
};
