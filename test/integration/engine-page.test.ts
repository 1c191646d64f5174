import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SequencedEvent } from '#core/contract/events.ts'
import { progressOfGraph, type RunGraph } from '#core/contract/run-graph.ts'
import { initialProgress, reduceProgress } from '#core/contract/run-progress.ts'
import type { PipelineChange } from '#core/pipelines/index.ts'
import { openEngine, sh, until, type Engine } from '#test/support/engine.ts'

let engine: Engine
beforeAll(async () => {
  engine = await openEngine()
})
afterAll(() => engine[Symbol.asyncDispose]())

/** What a page that is opened at any moment of a run shows at its end, as one that saw all of it. */
function expectSameAtTheEnd(graphs: readonly RunGraph[], events: readonly SequencedEvent[]): void {
  const names = graphs[0]?.steps.map(({ name }) => name) ?? []
  const all = reduceProgress(initialProgress(names), events)
  for (const graph of graphs) {
    const then = progressOfGraph(graph)
    expect(then).toEqual(reduceProgress(initialProgress(names), events.slice(0, graph.seq)))
    expect(reduceProgress(then, events.slice(graph.seq))).toEqual(all)
  }
}

async function watched(file: string, onGraph: (graph: RunGraph) => void = () => undefined): Promise<RunGraph[]> {
  const graphs: RunGraph[] = []
  const { id } = await engine.start(file, { parallelism: 3 })
  graphs.push(engine.service.graph(id))
  const end = engine.service.subscribe(id, () => {
    const graph = engine.service.graph(id)
    graphs.push(graph)
    onGraph(graph)
  })
  await engine.end(id)
  end()
  return graphs
}

describe('the graph of a run', () => {
  const spec = {
    parameters: { fail: { type: 'integer', default: 1 } },
    steps: {
      many: sh('test $MINISUB_ITEM != 2 -o $MINISUB_ATTEMPT = 2', {
        forEach: { i: [0, 1, 2, 3] },
        retry: { limit: 1 },
        cache: false,
      }),
      fails: sh('exit $1', '${{ parameters.fail }}'),
      after: sh('true', { needs: ['many', 'fails'] }),
      always: sh('true', { needs: { many: 'finished', fails: 'finished' }, when: '${{ parameters.fail == 1 }}' }),
    },
  }

  test('goes on from any moment as the run does', async () => {
    const graphs = await watched(await engine.pipeline(spec, 'graph'))
    const last = graphs.at(-1)
    expectSameAtTheEnd(graphs, engine.events(last?.id ?? ''))
    expect(graphs.length).toBeGreaterThan(2)
    expect(last).toMatchObject({
      status: 'failed',
      parameters: { fail: 1 },
      parallelism: 3,
      schedule: null,
      resumes: null,
      only: null,
    })
    expect(
      last?.steps.map(({ name, needs, isFanOut, hasCondition, status }) => [
        name,
        needs,
        isFanOut,
        hasCondition,
        status,
      ]),
    ).toEqual([
      ['many', [], true, false, 'succeeded'],
      ['fails', [], false, false, 'failed'],
      ['after', ['many', 'fails'], false, false, 'skipped'],
      ['always', ['many', 'fails'], false, true, 'succeeded'],
    ])
    expect(last?.steps[0]).toMatchObject({ total: 4, counts: { succeeded: 4 }, active: [] })
  })

  test('of a cancelled run too, and items that never began are cancelled at once', async () => {
    const wide = { steps: { many: sh('exec sleep 60', { forEach: { i: [0, 1, 2, 3, 4, 5, 6, 7] }, cache: false }) } }
    const file = await engine.pipeline(wide, 'wide')
    let wished = false
    const graphs = await watched(file, ({ id, steps }) => {
      if (wished || steps[0]?.active.filter(({ phase }) => phase === 'running').length !== 3) return
      wished = true
      void engine.service.cancel(id)
    })
    const { id } = graphs[0] ?? { id: '' }
    expectSameAtTheEnd(graphs, engine.events(id))
    const cancelling = graphs.find((graph) => graph.cancelling && graph.status === 'running')
    expect(cancelling?.steps[0]).toMatchObject({ status: 'running', counts: { cancelled: 5 } })
    expect(cancelling?.steps[0]?.active).toMatchObject([
      { phase: 'stopping' },
      { phase: 'stopping' },
      { phase: 'stopping' },
    ])
    const page = { from: 0, limit: 10, status: 'cancelled' } as const
    expect(engine.service.items({ run: id, step: 'many' }, page).total).toBe(8)
  })

  test('says which schedule began the run', async () => {
    const file = await engine.pipeline({ steps: { a: sh('true') } }, 'scheduled')
    const origin = { id: '01kc2m3n4p5q6r7s8t9v0wxyza', createdBy: 'schedule:nightly' }
    await engine.service.start({ file }, {}, origin)
    await engine.end(origin.id)
    expect(engine.service.graph(origin.id)).toMatchObject({ id: origin.id, schedule: 'nightly', file })
  })
})

describe('the detail of a step', () => {
  const spec = {
    parameters: {
      word: { type: 'string', default: 'hi' },
      depths: { type: 'list', items: 'integer', default: [2, 4] },
    },
    environments: {},
    steps: {
      first: sh('printf 7 > $MINISUB_OUTPUTS/n; echo data > $MINISUB_OUTPUTS/data; sleep 0.$1', 3, {
        outputs: { n: { type: 'integer' }, data: { type: 'file' } },
      }),
      each: sh(
        'printf $2 > $MINISUB_OUTPUTS/d',
        '${{ parameters.word }} ${{ steps.first.outputs.n }}',
        '${{ each.d }}',
        {
          forEach: { d: '${{ parameters.depths }}' },
          inputs: { data: '${{ steps.first.outputs.data }}' },
          outputs: { d: { type: 'integer' } },
          env: {
            WHERE: '${{ inputs.data.path }}',
            TO: '${{ outputs.d.path }}',
            OF: 'it ${{ steps.first.status }}',
          },
          resources: { cpu: 0.5, memory: '64Mi' },
          timeout: '90s',
          retry: { limit: 2 },
        },
      ),
      last: sh(
        'test $MINISUB_ATTEMPT = 2',
        '${{ steps.each.outputs.d }}',
        '${{ run.name }} ${{ steps.first.outputs.data.path }}',
        {
          retry: { limit: 1 },
        },
      ),
      never: sh('true', '${{ steps.first.outputs.n }} ${{ run.id }}', { needs: { first: 'failed' } }),
    },
  }

  test('fills in what is known: at first what parameters say, once it has begun all', async () => {
    const { id } = await engine.start(await engine.pipeline(spec, 'detail'))
    const detail = (step: string, item: number | null = null) => engine.service.detail({ run: id, step, item })
    const before = detail('each')
    if (before.view.status === 'pending' && engine.events(id).every((event) => event.kind !== 'step.expanded'))
      expect(before.command.slice(4)).toEqual(['hi ${{ steps.first.outputs.n }}', '${{ each.d }}'])
    await engine.end(id)
    expect(detail('each', 1)).toMatchObject({
      command: ['sh', '-c', spec.steps.each.command[2], 'sh', 'hi 7', '4'],
      env: { WHERE: '$MINISUB_INPUTS/data', TO: '$MINISUB_OUTPUTS/d', OF: 'it succeeded' },
      secrets: [],
      resources: { cpu: 0.5, memoryBytes: 67_108_864 },
      timeoutSeconds: 90,
      retryLimit: 2,
      attempts: [{ attempt: 1, status: 'succeeded', exitCode: 0, signal: null, reason: null }],
    })
    expect(detail('each')).toMatchObject({ attempts: [], view: { item: null, status: 'succeeded' } })
    expect(detail('each').command.slice(4)).toEqual(['hi 7', '${{ each.d }}'])
    const last = detail('last')
    expect(last.command.slice(4)).toEqual(['[2,4]', 'detail $MINISUB_INPUTS/steps.first.data'])
    expect(last.attempts.map(({ attempt, status, exitCode }) => [attempt, status, exitCode])).toEqual([
      [1, 'failed', 1],
      [2, 'succeeded', 0],
    ])
    expect(detail('never').command.at(-1)).toBe(`\${{ steps.first.outputs.n }} ${id}`)
    expect(detail('never').attempts).toEqual([])
  })

  test('of a step from the cache has its command and no attempt', async () => {
    const { id } = await engine.run(await engine.pipeline(spec, 'detail'))
    const { command, attempts, cache, view } = engine.service.detail({ run: id, step: 'each', item: 0 })
    expect([view.status, cache.hit, attempts, command.slice(4)]).toEqual(['cached', true, [], ['hi 7', '2']])
  })

  test('shows no more of a long list than four KiB', async () => {
    const long = {
      steps: {
        words: sh('printf %s "$1$1$1$1" > $MINISUB_OUTPUTS/w', '${{ each.w }}', {
          forEach: { w: Array.from({ length: 40 }, (_, i) => `${i}`.padEnd(50, 'x')) },
          outputs: { w: { type: 'string' } },
        }),
        read: sh('true', '${{ steps.words.outputs.w }}'),
      },
    }
    const { id } = await engine.run(await engine.pipeline(long, 'long'), { parallelism: 8 })
    const shown = engine.service.detail({ run: id, step: 'read', item: null }).command[4] ?? ''
    expect([shown.length, shown.at(-1)]).toEqual([4097, '…'])
    expect(shown.startsWith(`["${'0'.padEnd(50, 'x')}`)).toBe(true)
  })
})

describe('changes', () => {
  test('are told of a run when it begins, when its status changes and when it ends, and of nothing after the end', async () => {
    const changes: PipelineChange[] = []
    const end = engine.service.onChange((change) => void changes.push(change))
    const deaf = engine.service.onChange(() => {
      throw new Error('a listener that fails')
    })
    const { id } = await engine.run(await engine.pipeline({ steps: { a: sh('true', { cache: false }) } }, 'told'))
    const told = changes.flatMap((change) => (change.kind === 'run' && change.run.id === id ? [change.run.status] : []))
    expect(told).toEqual(['pending', 'running', 'succeeded'])
    await until('the failing listener was noted', () => engine.errors.length >= 3)
    end()
    deaf()
    const seen = changes.length
    await engine.run(await engine.pipeline({ steps: { a: sh('true', { cache: false }) } }, 'told'))
    expect(changes.length).toBe(seen)
  })
})
