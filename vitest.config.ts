import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const INCLUDE = ['core/**/*.test.ts', 'electron/**/*.test.ts', 'renderer/**/*.test.ts', 'test/**/*.test.ts']
const EXCLUDE = ['**/node_modules/**', 'test/fixtures/**']
/** They keep the machine busy with containers for minutes: what waits for a browser does not run beside them. */
const CONTAINERS = [
  ...['pipelines', 'generated', 'attempt-runtimes', 'argo-dags', 'argo-expressions'].map(
    (name) => `test/conformance/${name}.test.ts`,
  ),
  'test/kubernetes/{install,judge,runs,killed,move,parity,plan,pull-step,push,push-killed,push-race,push-shared,survey,tracking}.test.ts',
  'test/integration/cluster-schedules.test.ts',
  'core/local-clusters/kind-cluster.test.ts',
  'test/kind/local-cluster.test.ts',
]
/** Tests that take away from others what all of them use: they run last, one after the other. */
const ALONE = [
  'core/runtimes/docker/engine-restart.test.ts',
  'test/kind/engine-stopped.test.ts',
  'test/kubernetes/api-restart.test.ts',
]

/** These take longer than all else of their group: they begin first. */
const LONGEST = ['test/conformance/pipelines.test.ts', 'test/kind/local-cluster.test.ts']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- it is no array's
    const sorted = await super.sort(files)
    const isLongest = ({ moduleId }: TestSpecification): boolean => LONGEST.some((name) => moduleId.endsWith(name))
    return [...sorted.filter(isLongest), ...sorted.filter((it) => !isLongest(it))]
  }
}

const shared = {
  testTimeout: 240_000,
  hookTimeout: 240_000,
  expect: { poll: { timeout: 30_000 } },
}

/** Of what goes through workers, one test of each kind is played a second time with threads, as in the desktop app. */
const BY_WORKERS = [
  'core/transfer/export.test.ts',
  'core/mlflow/wire.test.ts',
  'core/api/tracked-run-search.test.ts',
  'core/tracking/purge.test.ts',
]

type Files = { include: string[]; exclude?: string[]; maxWorkers?: number; env?: Record<string, string> }

/** Files that run after those of the group before, two at a time where nothing else is said. */
function group(name: string, groupOrder: number, files: Files): { test: object } {
  return { test: { ...shared, ...files, name, sequence: { groupOrder } } }
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      // Many of them wait for something most of the time.
      group('together', 0, { include: INCLUDE, exclude: [...EXCLUDE, ...CONTAINERS, ...ALONE], maxWorkers: 3 }),
      group('threads', 0, { include: BY_WORKERS, maxWorkers: 3, env: { MINISUB_WORKERS: 'threads' } }),
      group('containers', 1, { include: CONTAINERS }),
      group('alone', 2, { include: ALONE, maxWorkers: 1 }),
    ],
  },
})
