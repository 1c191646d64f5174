import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine, problemOf, sh, statusesOf, stepOf, until, type Engine } from '#test/support/engine.ts'

let engine: Engine
beforeAll(async () => void (engine = await openEngine()))
afterAll(() => engine[Symbol.asyncDispose]())

/** a and b print a new value each time they run, c fails while the code says so. */
const spec = {
  steps: {
    a: sh('date +%s%N > "$MINISUB_OUTPUTS/t"', { outputs: { t: { type: 'string' } }, cache: false, files: ['a.txt'] }),
    b: sh('cat b.txt; date +%s%N > "$MINISUB_OUTPUTS/t"', '${{ steps.a.outputs.t }}', {
      outputs: { t: { type: 'string' } },
      files: ['b.txt'],
    }),
    c: sh('cat c.txt; exit $(cat c.txt)', '${{ steps.b.outputs.t }}', { files: ['c.txt'] }),
    each: sh('test "$1" != "$(cat bad.txt)"', '${{ each.i }}', {
      forEach: { i: ['1', '2', '3'] },
      files: ['bad.txt'],
      cache: false,
    }),
    d: sh('exit 0', { needs: ['c', 'each'] }),
  },
  outputs: { a: '${{ steps.a.outputs.t }}', b: '${{ steps.b.outputs.t }}' },
}

async function failedRun(name: string): Promise<{ id: string; file: string; outputs: unknown }> {
  for (const [file, text] of Object.entries({ 'a.txt': 'a', 'b.txt': 'b', 'c.txt': '3', 'bad.txt': '2' }))
    await engine.write(`${name}/${file}`, text)
  await engine.pipeline({ ...spec, code: name }, name)
  const file = `${engine.folder}/${name}.yaml`
  const { id, outputs, status } = await engine.run(file, { parallelism: 2 })
  expect(status).toBe('failed')
  return { id, file, outputs }
}

describe('resume', () => {
  test('takes succeeded steps over, cache: false and items included, and runs the others on the same snapshot', async () => {
    const { id, outputs } = await failedRun('same')
    await engine.write('same/c.txt', '0')
    const again = await engine.resume(id)
    expect(again.id).not.toBe(id)
    expect(statusesOf(again)).toEqual({
      a: 'cached',
      b: 'cached',
      c: 'failed',
      'each[0]': 'cached',
      'each[1]': 'failed',
      'each[2]': 'cached',
      d: 'skipped',
    })
    expect(again.outputs).toEqual(outputs)
    expect(stepOf(again, 'a').reason).toBe(`taken over from run ${id}`)
    expect(engine.service.detail({ run: again.id, step: 'a', item: null }).cache).toEqual({
      hit: true,
      reason: `taken over from run ${id}`,
      differences: [],
    })
    expect(again.pipelineDigest).toBe(engine.service.show(id).pipelineDigest)
    const third = await engine.resume(again.id)
    expect(third.outputs).toEqual(outputs)
  })

  test('--with-code runs again what a change of code touches, and all below it', async () => {
    const { id, outputs } = await failedRun('code')
    await engine.write('code/b.txt', 'changed')
    await engine.write('code/c.txt', '0')
    await engine.write('code/bad.txt', '9')
    const again = await engine.resume(id, true)
    expect(statusesOf(again)).toEqual({
      a: 'cached',
      b: 'succeeded',
      c: 'succeeded',
      'each[0]': 'succeeded',
      'each[1]': 'succeeded',
      'each[2]': 'succeeded',
      d: 'succeeded',
    })
    expect(again.outputs['a']).toBe((outputs as { a: string }).a)
    expect(again.outputs['b']).not.toBe((outputs as { b: string }).b)
    expect(await engine.log(again.id, 'b')).toEqual(['changed'])
    expect(engine.service.detail({ run: again.id, step: 'b', item: null }).cache.differences).toEqual([
      `the code files that it uses changed since run ${id}`,
    ])
  })

  test('--with-code of an unchanged folder runs only what is left', async () => {
    const { id } = await failedRun('unchanged')
    expect(statusesOf(await engine.resume(id, true))).toMatchObject({
      a: 'cached',
      b: 'cached',
      c: 'failed',
      'each[1]': 'failed',
    })
  })

  test('goes on with a cancelled run, with the same parameters, also where the document is gone', async () => {
    const file = await engine
      .pipeline(
        {
          parameters: { word: { type: 'string', default: 'x' } },
          steps: {
            a: sh('date +%s%N > "$MINISUB_OUTPUTS/t"', { outputs: { t: { type: 'string' } }, cache: false }),
            b: sh('echo "$1"; exec sleep "$(cat seconds)"', '${{ parameters.word }}', { needs: ['a'] }),
          },
          code: 'cancelled',
        },
        'cancelled',
      )
      .catch((error: unknown) => {
        throw error
      })
    await engine.write('cancelled/seconds', '1000')
    const { id } = await engine.start(file, { parameters: { word: 'kept' } })
    await until('b runs', async () => (await engine.log(id, 'b')).length > 0)
    await engine.service.cancel(id)
    await engine.end(id)
    await engine.write('cancelled/seconds', '0')
    const withCode = await engine.resume(id, true)
    expect(statusesOf(withCode)).toEqual({ a: 'succeeded', b: 'succeeded' })
    expect(await engine.log(withCode.id, 'b')).toEqual(['kept'])
    const { id: other } = await engine.service.resume(id, { withCode: false })
    await until('b runs', async () => (await engine.log(other, 'b')).length > 0)
    expect(stepOf(engine.service.show(other), 'a').status).toBe('cached')
    await engine.service.cancel(other)
    await engine.end(other)
  })

  test('of a run that succeeded, that still runs or that is not there is refused, and begins nothing', async () => {
    const count = () => engine.service.list({ limit: 1000 }).length
    const good = await engine.run(await engine.pipeline({ steps: { a: sh('exit 0') } }, 'good'))
    const slow = await engine.start(await engine.pipeline({ steps: { a: sh('exec sleep 1000') } }, 'slow'))
    const before = count()
    expect(await problemOf(engine.service.resume(good.id, { withCode: false }))).toEqual({
      code: 'conflict',
      message: `run ${good.id} succeeded, so nothing is left to resume: start it again with minisub run`,
    })
    expect((await problemOf(engine.service.resume(slow.id, { withCode: true }))).message).toMatch(
      /^run .* is still (pending|running): cancel it first, or wait for its end$/,
    )
    expect((await problemOf(engine.service.resume('zzzz', { withCode: false }))).code).toBe('not_found')
    expect(count()).toBe(before)
    await engine.service.cancel(slow.id)
    await engine.end(slow.id)
  })
})
