import { describe, expect, test } from 'vitest'
import { createSharedTasks } from './shared-tasks.ts'

/** Work that ends when it is told to, or rejects when it is stopped. */
function steeredWork() {
  const { promise, resolve } = Promise.withResolvers<string>()
  let started = 0
  let say: (text: string) => void = () => undefined
  const work = (task: { signal: AbortSignal; onLine: (text: string) => void }): Promise<string> => {
    started += 1
    say = task.onLine
    const stopped = new Promise<string>((_resolve, reject) => {
      task.signal.addEventListener('abort', () => {
        reject(task.signal.reason)
      })
    })
    return Promise.race([promise, stopped])
  }
  return { work, resolve, started: () => started, say: (text: string) => say(text) }
}

describe('shared tasks', () => {
  test('work is done once for all who wait, and again for whoever comes later', async () => {
    const tasks = createSharedTasks<string>()
    const steered = steeredWork()
    const all = Promise.all([1, 2, 3].map(() => tasks.join('a', {}, steered.work)))
    expect(tasks.has('a')).toBe(true)
    steered.resolve('done')
    expect(await all).toEqual(['done', 'done', 'done'])
    expect(tasks.has('a')).toBe(false)
    await tasks.join('a', {}, steered.work)
    expect(steered.started()).toBe(2)
  })

  test('every waiter sees the lines from when it came', async () => {
    const tasks = createSharedTasks<string>()
    const steered = steeredWork()
    const early: string[] = []
    const late: string[] = []
    const first = tasks.join('a', { onLine: (text) => early.push(text) }, steered.work)
    steered.say('one')
    const second = tasks.join('a', { onLine: (text) => late.push(text) }, steered.work)
    steered.say('two')
    steered.resolve('done')
    await Promise.all([first, second])
    expect([early, late]).toEqual([['one', 'two'], ['two']])
  })

  test('one waiter that aborts leaves at once and the work goes on for the other', async () => {
    const tasks = createSharedTasks<string>()
    const steered = steeredWork()
    const giveUp = new AbortController()
    const leaving = tasks.join('a', { signal: giveUp.signal }, steered.work)
    const staying = tasks.join('a', {}, steered.work)
    giveUp.abort(new Error('enough'))
    await expect(leaving).rejects.toThrow('enough')
    steered.resolve('done')
    expect(await staying).toBe('done')
  })

  test('when the last one aborts the work is stopped, and a newcomer starts afresh', async () => {
    const tasks = createSharedTasks<string>()
    const steered = steeredWork()
    const giveUp = new AbortController()
    const leaving = tasks.join('a', { signal: giveUp.signal }, steered.work)
    giveUp.abort(new Error('enough'))
    const newcomer = tasks.join('a', {}, steered.work)
    await expect(leaving).rejects.toThrow('enough')
    steered.resolve('done')
    expect(await newcomer).toBe('done')
    expect(steered.started()).toBe(2)
  })

  test('a failure reaches all who wait, and is not kept', async () => {
    const tasks = createSharedTasks<string>()
    const fail = () => Promise.reject(new Error('broken'))
    const both = await Promise.allSettled([tasks.join('a', {}, fail), tasks.join('a', {}, fail)])
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await tasks.join('a', {}, () => Promise.resolve('fine'))).toBe('fine')
  })
})
