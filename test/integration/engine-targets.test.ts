import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEngine, problemOf, sh, type Engine } from '#test/support/engine.ts'

let engine: Engine
beforeAll(async () => void (engine = await openEngine()))
afterAll(() => engine[Symbol.asyncDispose]())

const bytesOf = (run: string, step: string, item: number | null = null) => {
  const { attempts, inputBytes, outputBytes } = engine.service.detail({ run, step, item })
  expect(attempts.at(-1)).toMatchObject({ inputBytes, outputBytes })
  return [inputBytes, outputBytes]
}

test('an attempt says how many bytes it read as files and how many it left', async () => {
  await engine.write('in.txt', '12345')
  const make = 'mkdir "$MINISUB_OUTPUTS/tree"; printf abc > "$MINISUB_OUTPUTS/tree/x"; printf 42 > "$MINISUB_OUTPUTS/n"'
  const outputs = { tree: { type: 'folder' }, n: { type: 'integer' } }
  const run = await engine.run(
    await engine.pipeline({
      steps: {
        make: sh(make, '${{ each.i }}', { forEach: { i: [1, 2] }, outputs, inputs: { own: { file: 'in.txt' } } }),
        // two trees of 3 bytes, the list [42,42], and as a path the trees again
        read: sh('true', '${{ steps.make.outputs.tree.path }}', {
          inputs: { trees: '${{ steps.make.outputs.tree }}', values: '${{ steps.make.outputs.n }}' },
        }),
        fails: sh('printf x > "$MINISUB_OUTPUTS/o"; exit 1', {
          inputs: { own: { file: 'in.txt' } },
          outputs: { o: { type: 'file' } },
        }),
        missing: { command: ['no-such-program'] },
      },
    }),
  )
  expect(bytesOf(run.id, 'make', 0)).toEqual([5, 5])
  expect(bytesOf(run.id, 'read')).toEqual([3 + 3 + 2 + 2 + 3 + 3, 0])
  expect(bytesOf(run.id, 'fails')).toEqual([5, null])
  expect(bytesOf(run.id, 'missing')).toEqual([null, null])
})

test('what an attempt used over time is there for each attempt, and refused for others', async () => {
  const run = await engine.run(
    await engine.pipeline({ steps: { a: sh('exit 1', { retry: { limit: 1 } }), b: sh('true', { needs: ['a'] }) } }),
  )
  expect(engine.service.usage({ run: run.id, step: 'a', item: null }, 1)).toEqual({ samples: [] })
  expect(engine.service.usage({ run: run.id, step: 'b', item: null })).toEqual({ samples: [] })
  const third = problemOf((async () => engine.service.usage({ run: run.id, step: 'a', item: null }, 3))())
  expect(await third).toMatchObject({ code: 'not_found', message: expect.stringContaining('no attempt 3') })
})

test('targets are listed, and a name that is not known is refused with those that are', async () => {
  const [first, second, ...others] = await engine.service.targets()
  expect(first).toEqual({ name: 'process', status: 'ready', description: 'processes of this machine', reason: null })
  expect(second?.name).toBe('docker')
  expect(others).toEqual([])
  const file = await engine.pipeline({ steps: { a: sh('true') } })
  expect(await problemOf(engine.start(file, { target: 'proces' }))).toEqual({
    code: 'not_supported',
    message: 'there is no target "proces": did you mean "process"?',
  })
})
