import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import type { PipelineService } from '#core/pipelines/index.ts'
import { openFollower } from './follower.ts'
import type { Projector } from './projector.ts'

type Next = Awaited<ReturnType<Projector['next']>>

/** A service of one run, `a`, whose events the test tells of. */
function fake(next: (call: number) => Promise<Next>) {
  const heard: (() => void)[] = []
  let calls = 0
  let over = false
  const projector: Projector = {
    next: async () => {
      calls += 1
      const state = await next(calls)
      over = state === 'over'
      return state
    },
    experimentOf: () => undefined,
    isOver: () => over,
    forget: () => undefined,
  }
  const service: Pick<PipelineService, 'list' | 'subscribe' | 'onChange'> = {
    list: () => [],
    onChange: () => () => undefined,
    subscribe: (_run, listener) => {
      const own = () => listener([])
      heard.push(own)
      return () => void heard.splice(heard.indexOf(own), 1)
    },
  }
  const tell = () => {
    for (const listener of heard) listener()
  }
  return { projector, service, heard, calls: () => calls, tell }
}

test('many events are tracked at once, and a run that is over is heard no more', async () => {
  const it = fake(async (call) => Promise.resolve(call === 3 ? 'over' : 'waiting'))
  using follower = openFollower({ ...it, onError: (error) => expect.fail(String(error)) })
  await follower.catchUp('a')
  for (let event = 0; event < 50; event += 1) it.tell()
  await expect.poll(it.calls).toBe(2)
  it.tell()
  await expect.poll(it.calls).toBe(3)
  expect(it.heard).toEqual([])
  await follower.catchUp('a')
  expect(it.calls()).toBe(3)
})

test('what could not be written is told, keeps nothing from being tracked, and is tried again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const errors: unknown[] = []
    const it = fake(async (call) => (call < 4 ? Promise.reject(new Error(`full ${call}`)) : Promise.resolve('waiting')))
    using follower = openFollower({ ...it, onError: (error) => errors.push(error) })
    await expect(follower.catchUp('a')).rejects.toThrow('full 1')
    it.tell()
    await vi.advanceTimersByTimeAsync(300)
    expect(it.calls()).toBe(2)
    it.tell()
    await vi.advanceTimersByTimeAsync(300)
    expect(it.calls()).toBe(3)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(it.calls()).toBe(4)
    expect(errors.map(String)).toEqual(['Error: full 2', 'Error: full 3'])
  } finally {
    vi.useRealTimers()
  }
})

test('one that was closed tracks nothing more', async () => {
  const it = fake(async () => setImmediate<Next>('more'))
  const follower = openFollower({ ...it, onError: (error) => expect.fail(String(error)) })
  const endless = follower.catchUp('a')
  await sleep(5)
  follower[Symbol.dispose]()
  await endless
  const before = it.calls()
  await follower.catchUp('a')
  expect([it.calls(), it.heard]).toEqual([before, []])
})
