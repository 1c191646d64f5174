import { expect, test } from 'vitest'
import { resultOfExit } from './attempt-result.ts'

const exit = {
  startedAt: 1,
  finishedAt: 9,
  exitCode: 143,
  signal: 'SIGTERM',
  usage: { cpuSeconds: 1, peakMemoryBytes: 2 },
}

test('a command that its runtime ended for its timeout failed for that, while no core was there to say so', () => {
  const problem = { code: 'step_timeout', message: 'ran longer than its timeout' } as const
  expect(resultOfExit({ ...exit, problem }, 0)).toMatchObject({
    outcome: 'failed',
    code: problem.code,
    reason: problem.message,
    exitCode: 143,
  })
})

test('a command that ended by itself failed by its exit code, or out of memory', () => {
  expect(resultOfExit(exit, 0)).toMatchObject({ code: 'command_failed', reason: 'ended by SIGTERM (exit code 143)' })
  expect(resultOfExit({ ...exit, outOfMemory: true }, 0).reason).toMatch(/^ran out of memory/)
  expect(resultOfExit({ ...exit, exitCode: 0, signal: null, outOfMemory: true }, 0)).toMatchObject({
    outcome: 'succeeded',
  })
})
