import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import type { AttemptRuntime, Workload } from '#core/runtimes/driver.ts'
import type { AttemptResult, AttemptTask } from './executor.ts'
import { LocalExecutor } from './local-executor.ts'
import type { Stage } from './stage.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(`${tmpdir()}/minisub-executor-`)))
afterEach(() => rmSync(folder, { recursive: true }))

/** Only what the executor itself looks at. */
const task = {
  run: 'r',
  state: { openSteps: 1 },
  step: { bound: { planned: { name: 'a', inputs: new Map(), reads: [] } }, final: 0, occupied: 1, count: 1 },
  item: null,
  attempt: 1,
  createdSeq: 2,
} as unknown as AttemptTask

const gone = new Problem('step_lost', 'the container was removed by others: run the step again')

/** An executor with a runtime whose one command ends well, as far as it is not told otherwise. */
function open(own: { runtime?: Partial<AttemptRuntime>; stage?: Partial<Stage> }) {
  const errors: unknown[] = []
  const workload = { id: 'w', controlFolder: folder } as Workload
  const exit = { startedAt: 1, finishedAt: 2, exitCode: 0, signal: null }
  const usage = { cpuSeconds: null, peakMemoryBytes: null }
  const runtime = {
    start: async () => ({ startedAt: 1, notEnforced: [] }),
    wait: async () => ({ phase: 'exited', exit: { ...exit, usage } }),
    ...own.runtime,
  } as unknown as AttemptRuntime
  const stage = {
    prepare: async () => workload,
    workload: () => workload,
    collect: async () => ({}),
    ...own.stage,
  } as unknown as Stage
  const onError = (error: unknown): void => void errors.push(error)
  return { errors, executor: new LocalExecutor({ runtime, stage, files: {}, now: () => 3, onError }) }
}

function resultOf(executor: LocalExecutor): Promise<AttemptResult> {
  return new Promise((finished) => {
    executor.execute(task, { waiting() {}, started() {}, absent() {}, environment() {}, finished })
  })
}

test.each([
  ['before its command began', { runtime: { start: () => Promise.reject(gone) } }],
  ['before its outputs were taken', { stage: { collect: () => Promise.reject(gone) } }],
])('a container that vanished %s is lost', async (_when, own) => {
  const result = await resultOf(open(own).executor)
  expect(result).toMatchObject({ outcome: 'lost', code: 'step_lost', reason: `lost: ${gone.message}` })
})

test('an attempt that cannot be looked at cannot be stopped, which is told and ends nothing else', async () => {
  const damaged = new Problem('secret_store', 'hidden-values.json is damaged')
  const { executor, errors } = open({
    stage: {
      workload: () => {
        throw damaged
      },
    },
  })
  executor.stop(task, 10)
  await expect.poll(() => errors).toEqual([damaged])
})
