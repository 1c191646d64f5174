import { describe, expect, test } from 'vitest'
import type { Cluster, WatchEvent } from '#core/runtimes/cluster.ts'
import { openWorkflowWatch, type SeenWorkflow } from './workflow-watch.ts'

function setUp() {
  let tell: ((event: WatchEvent) => void) | undefined
  const opened: unknown[] = []
  const watch: Cluster['watch'] = (_resource, options, onEvent) => {
    opened.push(options)
    tell = onEvent
    return () => (tell = undefined)
  }
  const all = openWorkflowWatch({ watch } as unknown as Cluster, 'home1')
  const follow = (run: string) => {
    const heard: string[] = []
    const end = all.follow(run, {
      put: ({ phase, attempts }) => void heard.push(`${phase} ${attempts.size}`),
      gone: () => void heard.push('gone'),
      connection: (reason) => void heard.push(`connection ${reason}`),
    })
    return { heard, end }
  }
  return { all, follow, opened, tell: (event: WatchEvent) => tell?.(event), isOpen: () => tell !== undefined }
}

function put(name: string, phase = 'Running'): WatchEvent {
  const nodes = { n: { id: `${name}-1`, name: `${name}.s-a`, type: 'Pod', templateName: 's-a', phase: 'Running' } }
  return { kind: 'put', object: { metadata: { name }, status: { phase, nodes } } }
}

describe('all runs of a data folder', () => {
  test('are heard of by one watch, which is there while one is followed', () => {
    const { follow, opened, tell, isOpen } = setUp()
    const [a, b] = [follow('a'), follow('b')]
    tell(put('a'))
    tell(put('b', 'Failed'))
    tell(put('c'))
    expect([a.heard, b.heard]).toEqual([['Running 1'], ['Failed 1']])
    a.end()
    a.end()
    expect(isOpen()).toBe(true)
    b.end()
    expect([isOpen(), opened]).toEqual([false, [{ labelSelector: 'mini-submarine/home=home1' }]])
  })

  test('are gone when they are deleted, or missing from a full list', () => {
    const { follow, tell } = setUp()
    const [a, b] = [follow('a'), follow('b')]
    expect(a.heard).toEqual([])
    tell(put('a'))
    tell({ kind: 'synced', names: new Set(['a']) })
    tell({ kind: 'gone', name: 'a' })
    expect([a.heard, b.heard]).toEqual([['Running 1', 'gone'], ['gone']])
    expect(follow('c').heard).toEqual(['gone'])
  })

  test('are told when the connection is lost, also those that come after', () => {
    const { follow, tell } = setUp()
    const a = follow('a')
    tell({ kind: 'lost', reason: 'no network' })
    const b = follow('b')
    tell({ kind: 'connected' })
    expect([a.heard, b.heard]).toEqual([
      ['connection no network', 'connection null'],
      ['connection no network', 'connection null'],
    ])
  })

  test('are not kept whole in memory before and after somebody follows them', () => {
    const { all, follow, tell } = setUp()
    const seen: SeenWorkflow[] = []
    all.followAll({ put: (it) => void seen.push(it), connection: () => undefined })
    tell(put('a'))
    // it came when nobody followed it, so it has to be looked up
    const first = follow('a')
    expect([seen[0]?.view.attempts.size, first.heard]).toEqual([0, ['gone']])
    tell(put('a'))
    expect([first.heard, follow('a').heard]).toEqual([['gone', 'Running 1'], ['Running 1']])
  })

  test('are not whole any more once nobody follows them', () => {
    const { all, follow, tell } = setUp()
    all.followAll({ put: () => undefined, connection: () => undefined })
    const first = follow('a')
    tell(put('a'))
    first.end()
    expect(follow('a').heard).toEqual(['gone'])
  })
})
