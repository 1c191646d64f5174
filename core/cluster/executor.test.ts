import { describe, expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { END, END_KEY, IMAGE, setUp, workflow } from './executor-fixture.ts'

describe('an attempt in a cluster', () => {
  test('succeeds by what it left in the bucket', async () => {
    const { store, tell, finished, started } = setUp()
    store.objects.set(END_KEY, END)
    tell(workflow('Succeeded'))
    expect(await finished).toMatchObject({ outcome: 'succeeded', finishedAt: 5 })
    expect(started).toHaveBeenCalledWith(3, [], IMAGE)
  })

  test('tells why it waits', () => {
    const { tell, report } = setUp()
    tell(workflow('Pending'))
    expect(report.waiting).toHaveBeenLastCalledWith(null)
  })

  test.each(['Pending', 'Running'])('that was %s is lost when its Workflow is deleted', async (phase) => {
    const { tell, finished } = setUp()
    tell(workflow(phase))
    tell(undefined)
    expect(await finished).toMatchObject({ outcome: 'lost', reason: 'lost: its Workflow was deleted from the cluster' })
  })

  test('counts by what it left where its Workflow was deleted', async () => {
    const { store, tell, finished } = setUp()
    store.objects.set(END_KEY, END)
    tell(undefined)
    expect(await finished).toMatchObject({ outcome: 'succeeded' })
  })

  test('whose pod had to stop since its Workflow was deleted is lost by that', async () => {
    const { store, tell, finished } = setUp()
    tell(workflow('Running'))
    store.objects.set(
      END_KEY,
      END.replace('"exitCode":0', '"exitCode":143').replace('"stoppedBy":null', '"stoppedBy":"signal"'),
    )
    tell(undefined)
    expect(await finished).toMatchObject({ outcome: 'lost', reason: 'lost: its Workflow was deleted from the cluster' })
  })

  test.each(['Pending', 'Running'])('that Argo forgot as %s when it ended the Workflow is lost', async (phase) => {
    const { tell, finished, started } = setUp()
    tell(workflow(phase, 'Error'))
    const { outcome, reason } = await finished
    expect([outcome, reason]).toEqual(['lost', expect.stringContaining('the cluster ended the run as Error')])
    expect(started).not.toHaveBeenCalled()
  })

  test('is not gone where the watch only has not heard of it yet', async () => {
    const { tell, listener, report } = setUp()
    tell(workflow('Pending'))
    listener?.gone()
    await new Promise(setImmediate)
    listener?.gone()
    await new Promise(setImmediate)
    expect(report.waiting).toHaveBeenCalled()
  })

  test('waits for a bucket that refuses for now, and says so until it answers', async () => {
    const { store, tell, finished, connections } = setUp()
    store.objects.set(END_KEY, END)
    const bytes = Buffer.from(END)
    let refusals = 1
    Object.assign(store, {
      readIfThere: () =>
        (refusals -= 1) >= 0 ? Promise.reject(new Problem('store_denied', 'denied')) : Promise.resolve(bytes),
    })
    tell(workflow('Succeeded'))
    expect(await finished).toMatchObject({ outcome: 'succeeded' })
    expect(connections).toEqual([null, 'denied', null])
  })
})

describe('a connection', () => {
  test('that an earlier core had lost is back with the first word of the watch', () => {
    const { tell, connections } = setUp()
    tell(workflow('Running'))
    expect(connections).toEqual([null])
  })
})

describe('a run that is cancelled', () => {
  test('ends here also where the cluster does not let it be stopped', async () => {
    const patch = () => Promise.reject(new Problem('cluster_forbidden', 'may not'))
    const { executor, task, tell, finished, onError } = setUp({ faults: { patch } })
    tell(workflow('Running'))
    executor.stop(task)
    expect(await finished).toMatchObject({ outcome: 'cancelled' })
    expect(onError).toHaveBeenCalledOnce()
  })

  test('ends here at once where nobody waits for a cluster that is not heard', async () => {
    const patch = () => Promise.reject(new Problem('cluster_unreachable', 'away'))
    const { executor, task, tell, finished, onError } = setUp({ faults: { patch } })
    tell(workflow('Running'))
    executor.stop(task)
    executor.mirror.abandon()
    expect(await finished).toMatchObject({ outcome: 'cancelled', reason: 'given up: its cluster was not waited for' })
    expect(onError).not.toHaveBeenCalled()
  })

  test('is told how its pods ended, once they are gone', async () => {
    const { executor, task, store, tell, finished } = setUp()
    tell(workflow('Running'))
    executor.stop(task)
    store.objects.set(
      END_KEY,
      END.replace('"exitCode":0', '"exitCode":143').replace('"stoppedBy":null', '"stoppedBy":"signal"'),
    )
    tell(workflow('Failed', 'Failed', { shutdown: 'Terminate' }))
    expect(await finished).toMatchObject({ exitCode: 143 })
  })
})
