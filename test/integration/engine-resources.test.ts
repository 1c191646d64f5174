import { afterAll, beforeAll, expect, test } from 'vitest'
import { countGpus } from '#core/runtimes/process/gpus.ts'
import { openEngine, sh, stepOf, type Engine } from '#test/support/engine.ts'

let engine: Engine
beforeAll(async () => void (engine = await openEngine()))
afterAll(() => engine[Symbol.asyncDispose]())

const detailOf = (run: string, step: string) => engine.service.detail({ run, step, item: null })

test('what a step asks for is shown, with what is not enforced, and what it does not ask for is not', async () => {
  const view = await engine.run(
    await engine.pipeline({
      defaults: { network: false },
      steps: {
        bound: sh('exit 0', { resources: { pids: 50, shm: '64Mi' } }),
        free: sh('exit 0', { network: true }),
      },
    }),
  )
  const bound = detailOf(view.id, 'bound')
  expect(bound).toMatchObject({ resources: { pids: 50, shmBytes: 2 ** 26 }, network: false })
  expect(bound.notEnforced).toEqual(expect.arrayContaining(['shm', 'network']))
  expect(detailOf(view.id, 'free')).toMatchObject({ resources: {}, network: true, notEnforced: [] })
})

test('a step that is bounded or loses its network later is taken from the cache', async () => {
  const first = await engine.run(await engine.pipeline({ steps: { cached: sh('echo once') } }))
  expect(stepOf(first, 'cached').status).toBe('succeeded')
  const bounded = sh('echo once', { network: false, resources: { pids: 50, shm: '64Mi' } })
  const second = await engine.run(await engine.pipeline({ steps: { cached: bounded } }))
  expect(stepOf(second, 'cached').status).toBe('cached')
  expect(second.pipelineDigest).not.toBe(first.pipelineDigest)
})

test.skipIf(countGpus() === null)('more GPUs than there are fail the step before it starts', async () => {
  const view = await engine.run(
    await engine.pipeline({ steps: { a: sh('echo on a GPU', { resources: { gpu: 1_000 } }) } }),
  )
  expect(stepOf(view, 'a')).toMatchObject({ status: 'failed', exitCode: null })
  expect(stepOf(view, 'a').reason).toMatch(/asks for 1000 of the GPUs of this machine, and .* found.*: run it/)
  const events = engine.events(view.id)
  expect(events.some(({ kind }) => kind === 'attempt.started')).toBe(false)
  expect(events).toContainEqual(expect.objectContaining({ kind: 'attempt.finished', code: 'resource_unavailable' }))
})
