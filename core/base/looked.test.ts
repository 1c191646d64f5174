import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { look } from './looked.ts'
import { Problem } from './problem.ts'

const asked = { what: 'the list of nodes', deadlineMs: 60_000 }

test('what is found is told with the time that it took', async () => {
  const { value, problem, seconds } = await look(() => Promise.resolve('nodes'), asked)
  expect({ value, problem }).toEqual({ value: 'nodes', problem: undefined })
  expect(seconds).toBeGreaterThanOrEqual(0)
})

test('a Problem is told, and anything else thrown', async () => {
  const problem = new Problem('cluster_forbidden', 'you may not list nodes: have it allowed')
  expect((await look(() => Promise.reject(problem), asked)).problem).toBe(problem)
  await expect(look(() => Promise.reject(new TypeError('a bug')), asked)).rejects.toThrow('a bug')
})

test('work that does not come in time is given up, also where it does not listen', async () => {
  let given: unknown
  const work = (signal: AbortSignal): Promise<never> => {
    signal.addEventListener('abort', () => (given = signal.reason))
    return Promise.withResolvers<never>().promise
  }
  const { problem } = await look(work, { ...asked, deadlineMs: 5 })
  expect(problem).toMatchObject({ code: 'request_timeout', message: expect.stringContaining('the list of nodes') })
  expect(given).toBeInstanceOf(DOMException)
})

test('who gives up gets his own reason', async () => {
  const giving = new AbortController()
  const looking = look(() => sleep(60_000), { ...asked, signal: giving.signal })
  giving.abort(new Error('not wanted any more'))
  await expect(looking).rejects.toThrow('not wanted any more')
})
