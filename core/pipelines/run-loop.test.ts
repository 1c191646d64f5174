import { describe, expect, test } from 'vitest'
import { bindPlan } from './bind.ts'
import type { RunEvent } from '#core/contract/events.ts'
import { NOTHING, type AttemptResult, type Executor } from './executor.ts'
import { RunLoop } from './run-loop.ts'
import { initialState, type RunState } from './run-state.ts'
import { validateDocument } from './validate.ts'

/** Fails the first attempt of every step, with this code, and lets the second one succeed. */
function secondTime(clock: () => number, code: AttemptResult['code'] = null): Executor {
  return {
    execute(task, report) {
      report.started(clock(), [])
      const isFirst = task.attempt === 1
      const result = isFirst ? ({ outcome: 'failed', code } as const) : ({ outcome: 'succeeded' } as const)
      report.finished({ ...NOTHING, ...result, finishedAt: clock() })
    },
    adopt: (_task, report) => report.absent(),
    stop: () => undefined,
    release: () => undefined,
    detach: () => undefined,
    sweep: () => Promise.resolve(),
  }
}

type Playing = {
  readonly backoffMs: number
  readonly now: () => number
  readonly write?: () => void
  readonly code?: AttemptResult['code']
  readonly onEvent?: (event: RunEvent) => void
}

/** Plays a run of one step that is tried twice. */
async function play({ backoffMs, now, write = () => undefined, code, onEvent }: Playing): Promise<RunState> {
  const retry = { limit: 1, backoff: { duration: `${backoffMs}ms` } }
  const spec = { steps: { a: { command: ['true'], cache: false, timeout: '1s', retry } } }
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
      executor: secondTime(now, code),
      now,
      write,
      publish: (events) => events.forEach((event) => onEvent?.(event)),
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

describe('an attempt whose step runner ended it for its time', () => {
  test('was stopped for that, also where the core did not see its time pass', async () => {
    const told: unknown[] = []
    const onEvent = (event: RunEvent): void => {
      if (event.kind === 'attempt.stopping') told.push(event.why)
      if (event.kind === 'attempt.finished') told.push(event.reason)
    }
    await play({ backoffMs: 0, now: () => 1, code: 'step_timeout', onEvent })
    expect(told).toEqual([
      'timeout',
      'ran longer than its timeout of 1.00 s: raise the timeout or make the step quicker',
      null,
    ])
  })
})
