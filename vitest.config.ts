import { defineConfig } from 'vitest/config';

const INTEGRATION = ['{apps,packages}/*/src/**/*.integration.test.ts'];
const E2E = ['packages/e2e/src/**/*.e2e.test.ts', 'chaos/*.e2e.test.ts'];

// Three sets of tests, by what they need: nothing, real stores and programs, a whole farm of processes.
export default defineConfig({
  test: {
    // Children that are bound to the life of their parent's thread need that thread to be a process of its own.
    pool: 'forks',
    // What `npm test` says of a failed test is the first lines of its message: they are to hold what was found.
    chaiConfig: { truncateThreshold: 500 },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{apps,packages}/*/src/**/*.test.ts'],
          exclude: [...INTEGRATION, ...E2E],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: { name: 'integration', include: INTEGRATION, testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: E2E,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
