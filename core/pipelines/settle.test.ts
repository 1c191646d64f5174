import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NOTHING, type AttemptResult } from './executor.ts'
import { retryAt, settle } from './settle.ts'

const ended = (outcome: AttemptResult['outcome']): AttemptResult => ({ ...NOTHING, outcome, finishedAt: 1_000 })
const backoff = { durationMs: 100, factor: 2, capMs: 350 }
const MONTH_MS = 30 * 24 * 3_600_000

describe('the next attempt', () => {
  test('comes after a failure or a loss, as often as the limit says, and never after success or cancel', () => {
    const retry = { limit: 2, backoff: null }
    expect([1, 2, 3, 4].map((attempt) => retryAt(retry, attempt, ended('failed')))).toEqual([1_000, 1_000, null, null])
    expect(retryAt(retry, 1, ended('lost'))).toBe(1_000)
    expect([retryAt(retry, 1, ended('succeeded')), retryAt(retry, 1, ended('cancelled'))]).toEqual([null, null])
    expect(retryAt({ limit: 0, backoff }, 1, ended('failed'))).toBeNull()
  })

  test('waits for the duration, times the factor after each attempt, up to the cap', () => {
    const wait = (attempt: number) => (retryAt({ limit: 9, backoff }, attempt, ended('failed')) ?? 0) - 1_000
    expect([1, 2, 3, 4, 9].map(wait)).toEqual([100, 200, 350, 350, 350])
  })

  test('is never earlier than the one before, always a whole number, and within a month', () => {
    const backoffs = fc.record({
      durationMs: fc.nat(10_000_000),
      factor: fc.double({ min: 1, max: 100, noNaN: true }),
      capMs: fc.option(fc.nat(1_000_000_000)),
    })
    fc.assert(
      fc.property(backoffs, fc.integer({ min: 1, max: 99 }), (given, attempt) => {
        const [one, next] = [attempt, attempt + 1].map(
          (n) => retryAt({ limit: 100, backoff: given }, n, ended('failed')) ?? -1,
        )
        expect(Number.isSafeInteger(one)).toBe(true)
        expect(one).toBeGreaterThanOrEqual(1_000)
        expect(next).toBeGreaterThanOrEqual(one ?? 0)
        expect(next).toBeLessThanOrEqual(1_000 + Math.min(MONTH_MS, given.capMs ?? MONTH_MS))
      }),
    )
  })
})

describe('an attempt of a run that goes on elsewhere', () => {
  const leaving = { to: { run: 'n', target: 'lab' }, at: 1_001 }
  const limit = { startedAt: 0, timeoutMs: null }
  const words = 'the run goes on on lab as run n'

  test('that succeeded before it was asked to stop has succeeded, and is cancelled else, with words', () => {
    const settled = (outcome: AttemptResult['outcome'], at: number) =>
      settle(ended(outcome), 'cancel', { ...limit, leaving: { ...leaving, at } })
    expect(settled('succeeded', 1_021)).toEqual(ended('succeeded'))
    expect(settled('succeeded', 1_000)).toMatchObject({ outcome: 'cancelled', reason: words })
    expect(settled('failed', 1_021)).toMatchObject({ outcome: 'cancelled', reason: words })
    expect(settle(ended('succeeded'), 'cancel', { ...limit, leaving: null }).reason).toBe('the run was cancelled')
  })

  test('that obeyed the stop with exit code 0 has not succeeded, also where the coarse clock of a file is behind', () => {
    const leave = (result: AttemptResult, at: number) =>
      settle(result, 'cancel', { ...limit, leaving: { ...leaving, at } })
    const outcomes = [996, 1_000, 1_001, 1_020, 1_021].map((at) => leave(ended('succeeded'), at).outcome)
    expect(outcomes).toEqual(['cancelled', 'cancelled', 'cancelled', 'cancelled', 'succeeded'])
    const stopped = leave({ ...ended('succeeded'), stopped: true }, 9_000)
    expect(stopped).toMatchObject({ outcome: 'cancelled', reason: words })
    expect('stopped' in stopped).toBe(false)
  })

  test('that has registered a model has succeeded, however late, so that no second version is made', () => {
    const record = { ...limit, leaving: { ...leaving, at: 500 }, isRecord: true }
    expect(settle(ended('succeeded'), 'cancel', record)).toEqual(ended('succeeded'))
    expect(settle(ended('failed'), 'cancel', record).outcome).toBe('cancelled')
    expect(settle(ended('succeeded'), 'cancel', { ...record, leaving: null }).outcome).toBe('cancelled')
  })
})

describe('an attempt that was asked to stop for its timeout', () => {
  const late = (finishedAt: number) =>
    settle({ ...ended('succeeded'), finishedAt }, 'timeout', { startedAt: 1_000, timeoutMs: 400, leaving: null })
      .outcome

  test('is late when it ended at that, also where the coarse clock of a file says a few ms earlier', () => {
    expect([1_397, 1_400, 1_500].map(late)).toEqual(['failed', 'failed', 'failed'])
  })

  test('is not late when it had ended well before and nobody had looked', () => {
    expect([1_000, 1_300, 1_370].map(late)).toEqual(['succeeded', 'succeeded', 'succeeded'])
  })
})
