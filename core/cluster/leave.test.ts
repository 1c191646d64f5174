import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { END, END_KEY, RUN, setUp, workflow } from './executor-fixture.ts'

const SUSPENDED = { spec: { suspend: true } }
/** Longer than it takes until a Workflow that is suspended has settled, and one look. */
const SETTLED_MS = 4_000

const away = (): Problem => new Problem('cluster_unreachable', 'no route')
const forbidden = (): Problem => new Problem('cluster_forbidden', 'may not')

/** Fails so often, then goes on. */
function failing(times: number, problem: () => Problem, otherwise: () => Promise<unknown>) {
  let left = times
  return vi.fn(() => ((left -= 1) >= 0 ? Promise.reject(problem()) : otherwise()))
}

function leave(run: ReturnType<typeof setUp>, { wait = false, isTold = (): boolean => true } = {}) {
  const done = vi.fn()
  run.executor.mirror.leave({ wait, isTold, done })
  return done
}

describe('a run that is left in its cluster', () => {
  test('is suspended, and left when what had begun is written down here', async () => {
    const patch = vi.fn(() => Promise.resolve(workflow('Succeeded')))
    const run = setUp({ faults: { patch } })
    run.tell(workflow('Succeeded'))
    const told = { now: false }
    const done = leave(run, { isTold: () => told.now })
    await sleep(SETTLED_MS)
    expect(done).not.toHaveBeenCalled()
    told.now = true
    await vi.waitFor(() => expect(done).toHaveBeenCalledOnce(), 5_000)
    expect(patch.mock.calls).toEqual([[expect.anything(), RUN, SUSPENDED, expect.anything()]])
  })

  test('with wait is waited for by what the watch tells, and hardly asked for', async () => {
    const get = vi.fn(() => Promise.resolve(workflow('Running')))
    const run = setUp({ faults: { get } })
    run.tell(workflow('Running'))
    const done = leave(run, { wait: true })
    await sleep(SETTLED_MS + 3_000)
    expect(done).not.toHaveBeenCalled()
    expect(get.mock.calls.length).toBeLessThanOrEqual(2)
    get.mockImplementation(() => Promise.resolve(workflow('Succeeded')))
    run.tell(workflow('Succeeded'))
    await vi.waitFor(() => expect(done).toHaveBeenCalledOnce(), 5_000)
  })

  test('is not left while it may not be suspended, and says why until it may', async () => {
    const patch = failing(2, forbidden, () => Promise.resolve(workflow('Succeeded')))
    const run = setUp({ faults: { patch } })
    run.tell(workflow('Succeeded'))
    const done = leave(run)
    await vi.waitFor(() => expect(run.connections).toContain('may not'))
    await vi.waitFor(() => expect(done).toHaveBeenCalledOnce(), 10_000)
    expect([patch.mock.calls.length, run.connections.at(-1)]).toEqual([3, null])
    expect(run.onError).not.toHaveBeenCalled()
  })

  test('is waited for while its cluster is away', async () => {
    let isAway = false
    const get = (): Promise<unknown> => (isAway ? Promise.reject(away()) : Promise.resolve(workflow('Succeeded')))
    const run = setUp({ faults: { get } })
    run.tell(workflow('Running'))
    const done = leave(run)
    isAway = true
    await vi.waitFor(() => expect(run.connections).toContain('no route'), 10_000)
    expect(done).not.toHaveBeenCalled()
    isAway = false
    await vi.waitFor(() => expect(done).toHaveBeenCalledOnce(), 10_000)
    expect(run.connections.at(-1)).toBeNull()
  })

  test('is looked for where nobody heard that it was sent, and counts as sent then', async () => {
    const run = setUp()
    run.place(workflow('Succeeded'))
    const done = leave(run)
    await vi.waitFor(() => expect(done).toHaveBeenCalledOnce(), 10_000)
    expect(run.mirrorReport.submitted).toHaveBeenCalledWith(RUN, 'u')
  })

  test('is left when it is known that it does not get there any more', async () => {
    const answer = Promise.withResolvers<never>()
    const patch = vi.fn(() => Promise.reject(new Problem('not_found', 'no Workflow')))
    const run = setUp({ faults: { get: () => answer.promise, patch } })
    run.executor.mirror.submit(run.state)
    const done = leave(run)
    await sleep(200)
    expect([patch.mock.calls.length, done.mock.calls.length]).toEqual([0, 0])
    answer.reject(new Problem('not_found', 'no Workflow'))
    await vi.waitFor(() => expect(done).toHaveBeenCalledOnce())
    expect(run.mirrorReport.submitted).not.toHaveBeenCalled()
  })
})

describe('the attempts of a run that goes on elsewhere', () => {
  const leaving = { to: { run: 'n', target: 'process' }, at: 1 }

  test('have not ended while the cluster does not let them be stopped', async () => {
    const patch = failing(1, forbidden, () => Promise.resolve(workflow('Failed')))
    const run = setUp({ faults: { patch } })
    run.tell(workflow('Running'))
    run.state.leaving = leaving
    run.executor.stop(run.task)
    const ended = vi.fn()
    void run.finished.then(ended)
    await vi.waitFor(() => expect(run.connections).toContain('may not'))
    expect(ended).not.toHaveBeenCalled()
    run.store.objects.set(END_KEY, END)
    run.place(workflow('Failed', 'Failed', { shutdown: 'Terminate' }))
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce(), 5_000)
    expect([run.connections.at(-1), run.onError.mock.calls]).toEqual([null, []])
  })

  test('end where the run is cancelled by hand meanwhile', async () => {
    const run = setUp({ faults: { patch: () => Promise.reject(forbidden()) } })
    run.tell(workflow('Running'))
    run.state.leaving = leaving
    run.executor.stop(run.task)
    await vi.waitFor(() => expect(run.connections).toContain('may not'))
    run.state.leaving = null
    expect(await run.finished).toMatchObject({ outcome: 'cancelled' })
  })
})
