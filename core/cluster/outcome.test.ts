import { describe, expect, test } from 'vitest'
import type { PodEnd } from '#core/attempts/index.ts'
import { valueRecord } from './compile-fixture.ts'
import { outcomeOf, type PodEvidence } from './outcome.ts'
import type { PodNode } from './workflow-view.ts'

const NODE: PodNode = {
  step: 'a',
  item: null,
  attempt: 1,
  pod: 'p',
  phase: 'Failed',
  message: '',
  startedAt: 1_000,
  finishedAt: 9_000,
  logKey: null,
}
const RUNNER_END: PodEnd['end'] = {
  exitCode: 0,
  finishedAt: 5_000,
  cpuSeconds: 1,
  peakMemoryBytes: 2,
  outOfMemory: false,
  stoppedBy: null,
  problem: null,
}

type Left = Partial<Omit<PodEnd, 'end'>> & { readonly end?: Partial<PodEnd['end']> }

function left({ end, ...more }: Left): PodEnd {
  const outputs = { x: valueRecord(1) }
  return { version: 1, pod: 'p', node: 'n', startedAt: 2_000, outputs, ...more, end: { ...RUNNER_END, ...end } }
}

function outcome(end: PodEnd | undefined, node: Partial<PodNode> = {}, more: Partial<PodEvidence> = {}) {
  return outcomeOf({ end, node: { ...NODE, ...node }, asked: false, inputBytes: 7, now: 10_000, ...more })
}

describe('an attempt that left how it ended', () => {
  test('has succeeded with its outputs', () => {
    const { startedAt, result } = outcome(left({}), { phase: 'Succeeded' })
    expect(startedAt).toBe(2_000)
    expect(result).toMatchObject({ outcome: 'succeeded', finishedAt: 5_000, exitCode: 0, inputBytes: 7, cpuSeconds: 1 })
    expect(Object.keys(result.outputs)).toEqual(['x'])
  })

  test('has failed by its exit code, whatever the cluster says', () => {
    const { result } = outcome(left({ end: { exitCode: 3 }, outputs: null }), { phase: 'Error', message: 'x' })
    expect(result).toMatchObject({ outcome: 'failed', code: 'command_failed', exitCode: 3 })
  })

  test('never succeeds where its outputs are not in the bucket, or the cluster says that it failed', () => {
    expect(outcome(left({ outputs: null }), { phase: 'Succeeded' }).result.outcome).toBe('lost')
    const failed = outcome(left({}), { phase: 'Error', message: 'failed to save outputs' }).result
    expect(failed).toMatchObject({ outcome: 'lost', reason: 'lost: its pod ended as Error: failed to save outputs' })
    expect(failed.outputs).toEqual({})
  })

  test('is lost where somebody else stopped its pod, and not where this core did', () => {
    const stopped = left({ end: { exitCode: 143, stoppedBy: 'signal' }, outputs: null })
    expect(outcome(stopped).result.outcome).toBe('lost')
    expect(outcome(stopped, {}, { asked: true }).result.outcome).toBe('failed')
  })

  test('has failed before its command began where the runner says so', () => {
    const problem = { code: 'argo_unresolved', message: 'a value did not come' } as const
    const { result } = outcome(left({ startedAt: null, outputs: null, end: { exitCode: null, problem } }))
    expect(result).toMatchObject({ outcome: 'failed', code: 'argo_unresolved', exitCode: null, finishedAt: 9_000 })
  })

  test('has run too long where the runner stopped it for that', () => {
    const problem = { code: 'step_timeout', message: 'too long' } as const
    const end = { exitCode: 143, stoppedBy: 'timeout', problem } as const
    expect(outcome(left({ end, outputs: null })).result).toMatchObject({ outcome: 'failed', code: 'step_timeout' })
  })
})

describe('an attempt that left nothing', () => {
  test('is lost, in the words of the cluster', () => {
    expect(outcome(undefined, { phase: 'Error', message: 'pod deleted' })).toEqual({
      startedAt: 1_000,
      result: expect.objectContaining({
        outcome: 'lost',
        code: 'step_lost',
        reason: 'lost: its pod ended as Error: pod deleted',
      }) as unknown,
    })
    expect(outcome(undefined).result.reason).toBe('lost: its pod ended as Failed without a word')
    const message = `task 'run.s-a' errored: pods "run-s-a-1" is forbidden: failed quota: small: must specify requests.cpu for: wait`
    expect(outcome(undefined, { phase: 'Error', message }).result.reason).toBe(
      'lost: the cluster did not take its pod: failed quota: small: must specify requests.cpu for: wait',
    )
  })

  test('was out of memory where the cluster says so', () => {
    const { result } = outcome(undefined, { message: 'OOMKilled (exit code 137)' })
    expect(result).toMatchObject({ outcome: 'failed', exitCode: 137, signal: 'SIGKILL' })
    expect(result.reason).toMatch(/memory/)
  })

  test.each(['Pod was active on the node longer than the specified deadline', 'DeadlineExceeded'])(
    'ran too long: %s',
    (message) => expect(outcome(undefined, { message }).result.code).toBe('step_timeout'),
  )

  test('ended now where the cluster does not say when', () => {
    expect(outcome(undefined, { startedAt: null, finishedAt: null })).toMatchObject({
      startedAt: 10_000,
      result: { finishedAt: 10_000 },
    })
  })
})
