import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Environments } from '#core/environments/index.ts'
import { openEngine, problemOf, processesOf, sh, statusesOf, stepOf, until, type Engine } from '#test/support/engine.ts'

const isLinux = process.platform === 'linux'
const running = (engine: Engine, run: string, step: string) =>
  until(`${step} runs`, async () => (await engine.log(run, step)).includes('on'))

describe('cancel', () => {
  test.skipIf(!isLinux)(
    'stops everything that runs, starts nothing any more, leaves no process, not even one that left the session (seen in /proc: Linux only)',
    async () => {
      await using engine = await openEngine()
      const file = await engine.pipeline({
        steps: {
          done: sh('exit 0'),
          a: sh('setsid sleep 1000 & sleep 1001 & echo on; sleep 1002', { needs: ['done'], retry: { limit: 3 } }),
          b: sh('echo on; exec sleep 1003', { needs: ['done'] }),
          after: sh('exit 0', { needs: { a: 'finished' } }),
          failed: sh('exit 0', { needs: { a: 'failed' } }),
          each: sh('exit 0', '${{ each.i }}', { forEach: { i: [1, 2] }, needs: { b: 'finished' } }),
          told: sh('exit 0', '${{ steps.a.status }}'),
        },
        outputs: { status: '${{ steps.a.status }}' },
      })
      const { id } = await engine.start(file, { parallelism: 4 })
      await running(engine, id, 'a')
      await running(engine, id, 'b')
      expect(processesOf(id).length).toBeGreaterThan(4)
      const before = Date.now()
      await engine.service.cancel(id)
      const view = await engine.end(id)
      // without the 10 s of grace for what does not stop
      expect(Date.now() - before).toBeLessThan(9_000)
      expect(view.status).toBe('cancelled')
      expect(statusesOf(view)).toEqual({
        done: 'succeeded',
        a: 'cancelled',
        b: 'cancelled',
        after: 'cancelled',
        failed: 'cancelled',
        each: 'cancelled',
        told: 'cancelled',
      })
      expect(view.outputs).toEqual({ status: 'cancelled' })
      expect(stepOf(view, 'a').reason).toBe('the run was cancelled')
      const events = engine.events(id)
      const wish = events.findIndex((event) => event.kind === 'run.cancelling')
      expect(events.slice(wish).filter((event) => event.kind === 'attempt.created')).toEqual([])
      expect(processesOf(id)).toEqual([])
      expect(engine.service.activeRuns()).toBe(0)
      expect(engine.errors).toEqual([])
    },
  )

  test('of a run that has ended, or twice, or of no run', async () => {
    await using engine = await openEngine()
    const { id } = await engine.run(await engine.pipeline({ steps: { a: sh('exit 0') } }))
    expect(await problemOf(engine.service.cancel(id))).toEqual({
      code: 'conflict',
      message: `run ${id} is over (succeeded): there is nothing to cancel`,
    })
    expect((await problemOf(engine.service.cancel('01aaaaaaaaaaaaaaaaaaaaaaaa'))).code).toBe('not_found')
    const slow = await engine.start(await engine.pipeline({ steps: { a: sh('echo on; exec sleep 1000') } }))
    await running(engine, slow.id, 'a')
    expect((await problemOf(engine.service.cancel(slow.id, { force: true }))).code).toBe('not_supported')
    await engine.service.cancel(slow.id)
    await engine.service.cancel(slow.id).catch((error: unknown) => expect(error).toMatchObject({ code: 'conflict' }))
    expect((await engine.end(slow.id)).status).toBe('cancelled')
    expect(engine.events(slow.id).filter((event) => event.kind === 'run.cancelling')).toHaveLength(1)
  })

  test('at once after the start runs nothing', async () => {
    await using engine = await openEngine()
    const file = await engine.pipeline({ steps: { a: sh('touch "$1"; exec sleep 1000', join(engine.root, 'proof')) } })
    const { id } = await engine.start(file)
    await engine.service.cancel(id)
    expect(statusesOf(await engine.end(id))).toEqual({ a: 'cancelled' })
    expect(processesOf(id)).toEqual([])
  })

  test('while the environment is still being prepared begins nothing', async () => {
    const asked: AbortSignal[] = []
    /** Never comes to an end by itself. */
    const slow = (real: Environments): Environments => ({
      ...real,
      ensure: (_lock, { signal, onLine } = {}) => {
        onLine?.('building an environment')
        if (signal !== undefined) asked.push(signal)
        return new Promise((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(signal.reason as Error)),
        )
      },
    })
    await using engine = await openEngine({ environments: slow })
    const file = await engine.pipeline({
      environments: { python: { python: '>=3.9' } },
      defaults: { environment: 'python' },
      steps: { a: sh('touch "$1"', join(engine.root, 'proof')), b: sh('exit 0', { needs: { a: 'finished' } }) },
    })
    const { id } = await engine.start(file)
    await until('the environment is being built', () =>
      engine.events(id).some((it) => it.kind === 'environment.building'),
    )
    await engine.service.cancel(id)
    const view = await engine.end(id)
    expect([view.status, statusesOf(view)]).toEqual(['cancelled', { a: 'cancelled', b: 'cancelled' }])
    expect(asked.map((signal) => signal.aborted)).toEqual([true])
    expect(existsSync(join(engine.root, 'proof'))).toBe(false)
    expect(processesOf(id)).toEqual([])
  })

  test('of steps that wait for their next attempt, alone and in a fan-out, cancels them everywhere they are shown', async () => {
    await using engine = await openEngine()
    const retry = { limit: 5, backoff: { duration: '1h' } }
    const file = await engine.pipeline({
      steps: {
        a: sh('exit 1', { retry }),
        each: sh('test "$1" = 1', '${{ each.i }}', { forEach: { i: [1, 2, 3] }, retry }),
      },
    })
    const { id } = await engine.start(file)
    await until('all wait', () => engine.events(id).filter((it) => it.kind === 'attempt.finished').length === 4)
    await engine.service.cancel(id)
    const view = await engine.end(id)
    expect(view.status).toBe('cancelled')
    const wanted = { a: 'cancelled', 'each[0]': 'succeeded', 'each[1]': 'cancelled', 'each[2]': 'cancelled' }
    expect(statusesOf(view)).toEqual(wanted)
    for (const step of view.steps) {
      const detail = engine.service.detail({ run: id, step: step.name, item: step.item?.index ?? null })
      expect(detail.view).toEqual(step)
    }
    expect(engine.service.detail({ run: id, step: 'each', item: null }).view.status).toBe('cancelled')
  })

  test('of steps that never began shows them as cancelled in the detail too', async () => {
    await using engine = await openEngine()
    const file = await engine.pipeline({
      steps: {
        a: sh('echo on; exec sleep 1000'),
        b: sh('exit 0', { needs: ['a'] }),
        each: sh('exit 0', '${{ each.i }}', { forEach: { i: [1, 2] } }),
      },
    })
    const { id } = await engine.start(file, { parallelism: 1 })
    await running(engine, id, 'a')
    await engine.service.cancel(id)
    const view = await engine.end(id)
    expect(new Set(Object.values(statusesOf(view)))).toEqual(new Set(['cancelled']))
    for (const step of view.steps) {
      const detail = engine.service.detail({ run: id, step: step.name, item: step.item?.index ?? null })
      expect(detail.view).toEqual(step)
    }
  })

  test.skipIf(!isLinux)(
    'is carried on by the next core, where the first one closed before all was gone (seen in /proc: Linux only)',
    async () => {
      await using engine = await openEngine()
      const file = await engine.pipeline({ steps: { a: sh(`trap '' TERM; echo on; while :; do sleep 1; done`) } })
      const { id } = await engine.start(file)
      await running(engine, id, 'a')
      await engine.service.cancel(id)
      await until('it was asked to stop', () => engine.events(id).some((it) => it.kind === 'attempt.stopping'))
      await engine.reopen()
      const view = await engine.end(id)
      expect([view.status, processesOf(id)]).toEqual(['cancelled', []])
    },
  )
})
