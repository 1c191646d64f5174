import { defineConfig } from 'vitest/config'

const INCLUDE = ['core/**/*.test.ts', 'renderer/**/*.test.ts', 'test/**/*.test.ts']
const EXCLUDE = ['**/node_modules/**', 'test/fixtures/**']
/** Tests that take away from others what all of them use: they run after the others, alone. */
const ALONE = ['core/runtimes/docker/engine-restart.test.ts']

const shared = {
  testTimeout: 240_000,
  hookTimeout: 240_000,
  expect: { poll: { timeout: 30_000 } },
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          name: 'together',
          include: INCLUDE,
          exclude: [...EXCLUDE, ...ALONE],
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...shared, name: 'alone', include: ALONE, sequence: { groupOrder: 1 } } },
    ],
  },
})
