import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const INCLUDE = ['core/**/*.test.ts', 'renderer/**/*.test.ts', 'test/**/*.test.ts']
const EXCLUDE = ['**/node_modules/**', 'test/fixtures/**']
/** Tests that take away from others what all of them use: they run after the others, alone. */
const ALONE = ['core/runtimes/docker/engine-restart.test.ts']
/** Minutes each, where there is a container engine: begun last, all would wait for them. */
const LONG = /conformance\/(pipelines|generated|attempt-runtimes)\.test\.ts$/

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is the sequencer's own, which leaves its argument as it is
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

const shared = {
  testTimeout: 240_000,
  hookTimeout: 240_000,
  expect: { poll: { timeout: 30_000 } },
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    sequence: { sequencer: LongFirst },
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
