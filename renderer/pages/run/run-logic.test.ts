import { describe, expect, test, vi } from 'vitest'
import { initialProgress, reduceProgress, type RunProgress } from '#core/contract/run-progress.ts'
import { artifactOf, contentAddress } from './look/artifact.ts'
import { nextMatch } from './log/use-search.ts'
import { wholeLog } from './log/save-log.ts'
import { slowly } from './use-slow-progress.ts'

const RUN = '01kc2m3n4p5q6r7s8t9v0wxyza'
const place = { run: RUN, step: 'make', item: 3, output: 'files' }

describe('progress', () => {
  test('is told now and then, and its end at once', () => {
    vi.useFakeTimers()
    try {
      let progress: RunProgress = initialProgress(['a'])
      let tell = () => undefined as void
      const live = {
        progress: () => progress,
        subscribe: (listener: () => void) => {
          tell = listener
          return () => undefined
        },
      }
      const slow = slowly(live, 1_000)
      const listener = vi.fn()
      const stop = slow.subscribe(listener)
      for (let seq = 1; seq <= 50; seq += 1) {
        progress = reduceProgress(progress, [{ kind: 'run.started', seq, at: seq }])
        tell()
        vi.advanceTimersByTime(100)
      }
      expect(listener.mock.calls.length).toBeLessThanOrEqual(5)
      progress = reduceProgress(progress, [{ kind: 'run.finished', status: 'failed', outputs: {}, seq: 51, at: 51 }])
      tell()
      expect(slow.read().status).toBe('failed')
      stop()
    } finally {
      vi.useRealTimers()
    }
  })
})

test('matches are gone through round the ends', () => {
  const matches = [2, 5, 9]
  expect([nextMatch(matches, undefined, 1), nextMatch(matches, undefined, -1)]).toEqual([2, 9])
  expect([nextMatch(matches, 5, 1), nextMatch(matches, 5, -1)]).toEqual([9, 2])
  expect([nextMatch(matches, 9, 1), nextMatch(matches, 2, -1)]).toEqual([2, 9])
  // The line itself is gone.
  expect([nextMatch(matches, 6, 1), nextMatch(matches, 6, -1)]).toEqual([9, 5])
  expect(nextMatch([], 1, 1)).toBeUndefined()
})

test('a log is saved whole, page by page, and without its end where it still grows', async () => {
  const line = (text: string) => ({ time: '2026-11-01T12:00:00.000Z', stream: 'stdout' as const, late: false, text })
  const pages = [['a', 'b'], ['c'], []]
  const read = async (from: number) => ({
    lines: (pages[from] ?? []).map(line),
    next: from + 1,
    end: false,
    attempt: 1,
  })
  const { signal } = new AbortController()
  expect(await (await wholeLog(read, { withTimes: false, signal })).text()).toBe('a\nb\nc\n')
  expect(await (await wholeLog(read, { withTimes: true, signal })).text()).toContain('2026-11-01T12:00:00.000Z c\n')
  await expect(wholeLog(read, { withTimes: false, signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow(
    'gone',
  )
})

describe('an output', () => {
  const view = { type: 'folder', key: `runs/${RUN}/make/files/3`, size: 1, sha256: 'abc' }
  test('is a file only under its own key; a value that looks like one is a value', () => {
    expect(artifactOf(view, place)).toMatchObject({ type: 'folder' })
    expect(artifactOf({ ...view, key: `runs/${RUN}/make/other/3` }, place)).toBeUndefined()
    expect(artifactOf(view, { ...place, item: null })).toBeUndefined()
    expect(artifactOf(0.97, place)).toBeUndefined()
  })
  test('has an address of its own, whatever its file is named', () => {
    const address = new URL(contentAddress({ ...place, path: 'a b/&?#.txt' }), 'http://localhost')
    expect(address.searchParams.get('path')).toBe('a b/&?#.txt')
    expect(address.searchParams.get('item')).toBe('3')
    expect(contentAddress({ ...place, item: null, path: '' })).not.toContain('?')
  })
})
