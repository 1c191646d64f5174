import { describe, expect, test } from 'vitest'
import { bindPlan } from './bind.ts'
import { NOTHING, type Executor } from './executor.ts'
import { RunLoop } from './run-loop.ts'
import { initialState, type RunState } from './run-state.ts'
import { validateDocument } from './validate.ts'

/** Fails the first attempt of every step and lets the second one succeed. */
function secondTime(clock: () => number): Executor {
  return {
    execute(task, report) {
      report.started(clock(), [])
      report.finished({ ...NOTHING, outcome: task.attempt === 1 ? 'failed' : 'succeeded', finishedAt: clock() })
    },
    adopt: (_task, report) => report.absent(),
    stop: () => undefined,
    release: () => undefined,
    detach: () => undefined,
    sweep: () => Promise.resolve(),
  }
}

type Playing = { readonly backoffMs: number; readonly now: () => number; readonly write?: () => void }

/** Plays a run of one step that is tried twice. */
async function play({ backoffMs, now, write = () => undefined }: Playing): Promise<RunState> {
  const retry = { limit: 1, backoff: { duration: `${backoffMs}ms` } }
  const spec = { steps: { a: { command: ['true'], cache: false, retry } } }
  const document = { apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'p' }, spec }
  const validation = validateDocument(JSON.stringify(document))
  if (!validation.ok) throw new Error(JSON.stringify(validation.issues))
  const state = initialState(bindPlan(validation.plan, {}))
  await new Promise<void>((onEnd) => {
    new RunLoop({
      run: 'r',
      state,
      facts: { environments: {}, code: {}, files: {} },
      parallelism: 1,
      writeCache: false,
      executor: secondTime(now),
      now,
      write,
      publish: () => undefined,
      lookUp: () => 'off',
      outputs: () => ({}),
      onError: () => undefined,
      onEnd: () => onEnd(),
    }).begin()
  })
  return state
}

describe('a retry', () => {
  test('is never forgotten, at whatever moment of a tick it becomes due', async () => {
    const runs = Array.from({ length: 24 }, (_, backoffMs) => {
      let time = 0
      // each look at the clock finds it a millisecond later
      return play({ backoffMs, now: () => (time += 1) })
    })
    expect((await Promise.all(runs)).map((state) => state.status)).toEqual(runs.map(() => 'succeeded'))
  })

  test('that becomes due while nothing can be written comes as soon as it can', async () => {
    let writes = 0
    const write = (): void => {
      writes += 1
      // the events up to the end of the first attempt wait for a second
      if (writes === 2) throw new Error('the disk is full')
    }
    expect((await play({ backoffMs: 50, now: Date.now, write })).status).toBe('succeeded')
    expect(writes).toBeGreaterThan(3)
  })
})
