import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine, sh, statusesOf, stepOf, type Engine } from '#test/support/engine.ts'

let engine: Engine
beforeAll(async () => void (engine = await openEngine()))
afterAll(() => engine[Symbol.asyncDispose]())

describe('two runs at once', () => {
  test('share one environment, one snapshot of the code and one cache', async () => {
    const spec = (word: string) => ({
      code: 'shared',
      environments: { py: { python: '>=3.9' } },
      defaults: { environment: 'py' },
      steps: {
        a: { command: ['python', '-c', 'import sys; print(sys.prefix)'] },
        b: sh('printf %s "$1" > "$MINISUB_OUTPUTS/w"', word, { outputs: { w: { type: 'string' } }, needs: ['a'] }),
      },
      outputs: { w: '${{ steps.b.outputs.w }}' },
    })
    await engine.write('shared/code.txt', 'code')
    const files = await Promise.all(['one', 'two'].map((word) => engine.pipeline(spec(word), word)))
    const views = await Promise.all(files.map((file) => engine.run(file)))
    expect(views.map((view) => [view.status, view.outputs['w']])).toEqual([
      ['succeeded', 'one'],
      ['succeeded', 'two'],
    ])
    // An engine of containers may hold images that others made.
    const built = (await engine.service.environments()).filter(({ kind }) => kind === 'python')
    expect(built.map((it) => [it.state, it.users])).toEqual([['ready', ['one', 'two']]])
    const prefixes = await Promise.all(views.map((view) => engine.log(view.id, 'a').then((lines) => lines.at(-1))))
    expect(prefixes[0]).toMatch(new RegExp(`^${join(engine.home, 'environments')}/[0-9a-f]{64}$`))
    // Each of the two either ran the step or found what the other had just made.
    expect(new Set(views.map((view) => stepOf(view, 'a').stepKey)).size).toBe(1)
    const again = await Promise.all(files.map((file) => engine.run(file)))
    for (const view of again) expect(new Set(Object.values(statusesOf(view)))).toEqual(new Set(['cached']))
    expect(engine.store.db.prepare('SELECT count(*) AS n FROM code_snapshots').get()).toEqual({ n: 1 })
  })

  test('of one pipeline do not touch each other', async () => {
    const file = await engine.pipeline(
      {
        parameters: { n: { type: 'integer' } },
        steps: {
          each: sh('printf %s $(($1 * $2)) > "$MINISUB_OUTPUTS/v"', '${{ parameters.n }}', '${{ each.i }}', {
            forEach: { i: [1, 2, 3, 4, 5] },
            outputs: { v: { type: 'integer' } },
          }),
        },
        outputs: { v: '${{ steps.each.outputs.v }}' },
      },
      'same',
    )
    const views = await Promise.all([1, 10, 100].map((n) => engine.run(file, { parameters: { n } })))
    expect(views.map((view) => view.outputs['v'])).toEqual([1, 10, 100].map((n) => [1, 2, 3, 4, 5].map((i) => n * i)))
  })
})

describe('many items', () => {
  test('a fan-out of 1,000 loud steps: every line and value arrives, in its place and in bounded time', async () => {
    const items = 1_000
    const file = await engine.pipeline(
      {
        parameters: { n: { type: 'list', items: 'integer' } },
        steps: {
          loud: sh(
            'i=0; while [ $i -lt 40 ]; do echo "out $1 $i"; echo "err $1 $i" >&2; i=$((i+1)); done; printf %s $(($1 + 1)) > "$MINISUB_OUTPUTS/v"',
            '${{ each.i }}',
            { forEach: { i: '${{ parameters.n }}' }, outputs: { v: { type: 'integer' } } },
          ),
          sum: {
            command: [
              process.execPath,
              '-e',
              'console.log(JSON.parse(process.argv[1]).reduce((a, b) => a + b))',
              '${{ steps.loud.outputs.v }}',
            ],
          },
        },
      },
      'loud',
    )
    const n = Array.from({ length: items }, (_, i) => i)
    const view = await engine.run(file, { parameters: { n }, parallelism: 4, cache: false })
    expect(view.status).toBe('succeeded')
    expect(await engine.log(view.id, 'sum')).toEqual([String((items * (items + 1)) / 2)])
    for (const item of [0, 1, 499, 998, 999]) {
      const lines = await engine.log(view.id, 'loud', { item })
      const wanted = (stream: string) => Array.from({ length: 40 }, (_, i) => `${stream} ${item} ${i}`)
      expect(lines.filter((line) => line.startsWith('out'))).toEqual(wanted('out'))
      expect(lines.filter((line) => line.startsWith('err'))).toEqual(wanted('err'))
    }
    expect(readdirSync(join(engine.home, 'runs', view.id)).filter((name) => name.startsWith('.blank-'))).toEqual([])
    const again = await engine.run(file, { parameters: { n } })
    expect(again.status).toBe('succeeded')
  })

  test('of a log each line has its stream, and a time within the run', async () => {
    const view = await engine.run(
      await engine.pipeline(
        { steps: { a: sh('echo one; sleep 0.1; echo two >&2; sleep 0.1; printf "three, no newline"') } },
        'streams',
      ),
      { cache: false },
    )
    const { lines, end, attempt } = await engine.service.log(
      { run: view.id, step: 'a', item: null },
      { from: 0, maxBytes: 10_000 },
    )
    expect(lines.map(({ stream, text, late }) => [stream, text, late])).toEqual([
      ['stdout', 'one', false],
      ['stderr', 'two', false],
      ['stdout', 'three, no newline', false],
    ])
    expect([end, attempt]).toEqual([true, 1])
    const times = lines.map((line) => line.time)
    expect(times).toEqual(times.toSorted())
    expect((times[0] ?? '') >= (view.startedAt ?? '') && (times[2] ?? '') <= (view.finishedAt ?? '')).toBe(true)
  })
})
