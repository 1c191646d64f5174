import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { attemptKey, isDone, readSummary, readWorkflow, waitingReason, type PodNode } from './workflow-view.ts'

const RUN = '01k0000000000000000000run1'

function node(more: object): object {
  return { id: `${RUN}-1`, name: `${RUN}.s-a`, type: 'Pod', templateName: 's-a', phase: 'Running', ...more }
}

function workflow(nodes: readonly object[], more: object = {}) {
  const status = { phase: 'Running', nodes: Object.fromEntries(nodes.map((it, index) => [`n${index}`, it])), ...more }
  return { metadata: { name: RUN, uid: 'u1' }, spec: {}, status }
}

describe('pods of a Workflow', () => {
  test('are told by step, item and attempt', () => {
    const { attempts } = readWorkflow(
      workflow([
        node({}),
        node({ templateName: 's-my-step', name: `${RUN}.s-my-step(1)` }),
        node({
          templateName: 's-each',
          name: `${RUN}.f-each.item(3:3)(2)`,
          inputs: { parameters: [{ name: 'index', value: '3' }] },
        }),
      ]),
    )
    expect([...attempts.keys()]).toEqual([
      attemptKey('a', null, 1),
      attemptKey('my_step', null, 2),
      attemptKey('each', 3, 3),
    ])
  })

  test('have their name, times, words and log', () => {
    const artifacts = [{ name: 'x' }, { name: 'main-logs', s3: { key: 'p/log' } }]
    const times = { startedAt: '2026-11-26T06:00:00Z', finishedAt: null }
    const view = readWorkflow(workflow([node({ ...times, message: ' PodInitializing\n', outputs: { artifacts } })]))
    expect(view.attempts.get('a  1')).toEqual({
      step: 'a',
      item: null,
      attempt: 1,
      pod: `${RUN}-s-a-1`,
      phase: 'Running',
      message: 'PodInitializing',
      startedAt: Date.parse('2026-11-26T06:00:00Z'),
      finishedAt: null,
      logKey: 'p/log',
    })
  })

  test('are read where Argo has compressed them', () => {
    const nodes = workflow([node({}), node({ name: `${RUN}.s-a(1)`, phase: 'Failed' })]).status.nodes
    const compressedNodes = gzipSync(JSON.stringify(nodes)).toString('base64')
    const packed = { ...workflow([]), status: { phase: 'Running', compressedNodes } }
    expect([...readWorkflow(packed).attempts.values()].map(({ phase }) => phase)).toEqual(['Running', 'Failed'])
  })

  test('are not what is no pod of a step', () => {
    const others = [
      node({ type: 'DAG' }),
      node({ type: 'Retry' }),
      node({ type: 'Skipped', phase: 'Omitted' }),
      node({ templateName: 'f-a' }),
      node({ phase: 'Daemoned' }),
      { type: 'Pod' },
    ]
    expect(readWorkflow(workflow(others)).attempts.size).toBe(0)
  })
})

describe('a Workflow', () => {
  test('of which nothing is known yet waits', () => {
    const view = readWorkflow({ metadata: { name: RUN } })
    expect(view).toMatchObject({ uid: '', phase: 'Pending', message: '', isOver: false, isStopped: false })
    expect(view.finishedAt).toBeNull()
  })

  test.each(['Succeeded', 'Failed', 'Error'])('that is %s is over', (phase) => {
    expect(readSummary(workflow([], { phase })).isOver).toBe(true)
  })

  test('that somebody stops says so', () => {
    expect(readWorkflow({ ...workflow([]), spec: { shutdown: 'Stop' } }).isStopped).toBe(true)
  })

  test('is done when it is over and has forgotten no pod', () => {
    expect(isDone(readWorkflow(workflow([node({ phase: 'Failed' })], { phase: 'Failed' })))).toBe(true)
    expect(isDone(readWorkflow(workflow([node({ phase: 'Running' })], { phase: 'Error' })))).toBe(false)
    expect(isDone(readWorkflow(workflow([node({ phase: 'Failed' })])))).toBe(false)
  })

  test('in short has no attempts', () => {
    const object = workflow([node({})], { phase: 'Failed', message: 'm', finishedAt: '2026-11-26T06:00:00Z' })
    const { attempts, ...rest } = readWorkflow(object)
    expect(attempts.size).toBe(1)
    expect(readSummary(object)).toEqual({ ...rest, attempts: new Map() })
  })
})

describe('why a pod waits', () => {
  const pending = (message: string, phase: PodNode['phase'] = 'Pending') => {
    const of = { step: 'a', item: null, attempt: 1, pod: 'p', startedAt: null, finishedAt: null, logKey: null }
    return waitingReason({ ...of, phase, message })
  }

  test('is what the cluster says', () => {
    expect(pending('Unschedulable: 0/1 nodes are available')).toBe('Unschedulable: 0/1 nodes are available')
    expect(pending('ImagePullBackOff: Back-off')).toBe('ImagePullBackOff: Back-off')
  })

  test('is nothing for what every pod says, for no words, and once it runs', () => {
    expect([pending('PodInitializing'), pending('ContainerCreating'), pending(''), pending('x', 'Running')]).toEqual([
      null,
      null,
      null,
      null,
    ])
  })
})
