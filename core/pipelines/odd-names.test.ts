import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openEngine, problemOf, sh, statusesOf, stepOf, type Engine } from '#test/support/engine.ts'
import { bindParameters, bindPlan } from './bind.ts'
import { validateDocument } from './validate.ts'

let engine: Engine
beforeAll(async () => void (engine = await openEngine()))
afterAll(() => engine[Symbol.asyncDispose]())

const document = (spec: object) =>
  validateDocument(
    JSON.stringify({ apiVersion: 'mini-submarine/v1', kind: 'Pipeline', metadata: { name: 'test' }, spec }),
  )

describe('names that every object of JavaScript has', () => {
  test.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf'])('%s is a parameter like any other', (name) => {
    const steps = { s: { command: ['x', `\${{ parameters.${name} }}`] } }
    const found = document({ parameters: { [name]: { type: 'string', default: 'given' } }, steps })
    if (!found.ok) throw new Error(JSON.stringify(found.issues))
    const parameters = bindParameters(found.plan.definition.parameters, {}, {})
    expect(parameters).toEqual({ [name]: 'given' })
    expect(bindPlan(found.plan, parameters).steps[0]?.command).toEqual([['x'], ['given']])
  })

  test('are steps, inputs and outputs like any others, and change nothing of this process', async () => {
    await engine.write('data.txt', 'hello')
    const before = Object.getOwnPropertyNames(Object)
    const view = await engine.run(
      await engine.pipeline({
        steps: {
          constructor: sh('cat "$MINISUB_INPUTS/toString" > "$MINISUB_OUTPUTS/constructor"', {
            inputs: { toString: { file: 'data.txt' } },
            outputs: { constructor: { type: 'string' } },
          }),
          b: sh('test "$1" = hello', '${{ steps.constructor.outputs.constructor }}', {
            when: "${{ steps.constructor.status == 'succeeded' && steps.constructor.outputs.constructor == 'hello' }}",
          }),
        },
      }),
    )
    expect(statusesOf(view)).toEqual({ constructor: 'succeeded', b: 'succeeded' })
    expect(Object.getOwnPropertyNames(Object)).toEqual(before)
  })

  test('are not steps of a run that has none of that name', async () => {
    const { id } = await engine.run(await engine.pipeline({ steps: { a: sh('exit 0') } }))
    for (const step of ['constructor', '__proto__', 'toString']) {
      expect(() => engine.service.detail({ run: id, step, item: null })).toThrow(`has no step "${step}"`)
    }
  })
})

describe('each', () => {
  test('names a variable as a whole: a part of it is refused, never the whole passed instead', () => {
    const found = document({ steps: { a: { forEach: { c: [{ lr: 1 }] }, command: ['x', '${{ each.c.lr }}'] } } })
    expect(found.ok ? [] : found.issues).toMatchObject([
      { code: 'unknown_reference', message: expect.stringContaining('write each.<variable>') as string },
    ])
  })

  test('passes an object and a list as canonical JSON, in item order', async () => {
    const values = [{ b: 1, a: [0.1, 0] }, [1, 'x'], 'text', false, 0]
    const view = await engine.run(
      await engine.pipeline({
        steps: {
          a: sh('printf %s "$1" > "$MINISUB_OUTPUTS/x"', '${{ each.c }}', {
            forEach: { c: values },
            outputs: { x: { type: 'string' } },
          }),
        },
        outputs: { all: '${{ steps.a.outputs.x }}' },
      }),
    )
    expect(view.outputs).toEqual({ all: ['{"a":[0.1,0],"b":1}', '[1,"x"]', 'text', 'false', '0'] })
  })
})

test('an input file that became executable is another input, though its bytes are the same', async () => {
  const script = 'test -x "$MINISUB_INPUTS/t" && echo x > "$MINISUB_OUTPUTS/r" || echo no > "$MINISUB_OUTPUTS/r"'
  const inputs = { t: { file: 'tool' } }
  const file = await engine.pipeline({
    steps: { a: sh(script, { files: ['none'], inputs, outputs: { r: { type: 'string' } } }) },
    outputs: { r: '${{ steps.a.outputs.r }}' },
  })
  const found: unknown[] = []
  for (const mode of [0o644, 0o755, 0o644]) {
    await engine.write('tool', 'the same', mode)
    const view = await engine.run(file)
    found.push([view.outputs['r'], stepOf(view, 'a').status])
  }
  expect(found).toEqual([
    ['no', 'succeeded'],
    ['x', 'succeeded'],
    ['no', 'cached'],
  ])
})

test('a fan-out that no memory holds fails its step in words, and others go on', async () => {
  const list = Array.from({ length: 1000 }, (_, i) => i)
  const view = await engine.run(
    await engine.pipeline({
      parameters: { n: { type: 'list', items: 'integer', default: list } },
      steps: {
        a: sh('exit 0', { forEach: { x: '${{ parameters.n }}', y: '${{ parameters.n }}', z: '${{ parameters.n }}' } }),
        b: sh('exit 0'),
      },
    }),
  )
  expect(statusesOf(view)).toMatchObject({ a: 'failed', b: expect.stringMatching(/succeeded|cached/) as string })
  expect(stepOf(view, 'a').reason).toContain('1000000000 items')
})

describe('what could only fail later is refused before the run', () => {
  test('a pipeline output that cannot be evaluated', async () => {
    const file = await engine.pipeline({
      parameters: { n: { type: 'integer', default: 0 } },
      steps: { a: sh('exit 0') },
      outputs: { x: '${{ 1 / parameters.n }}' },
    })
    expect(await problemOf(engine.start(file))).toMatchObject({ code: 'expression_failed' })
    const view = await engine.run(file, { parameters: { n: 1 } })
    expect([view.status, view.outputs]).toEqual(['succeeded', { x: 1 }])
  })

  test('null for a parameter, which is not the same as not given', async () => {
    const file = await engine.pipeline({
      parameters: { n: { type: 'integer', default: 0 } },
      steps: { a: sh('exit 0') },
    })
    expect(await problemOf(engine.start(file, { parameters: { n: null } }))).toMatchObject({
      code: 'invalid_parameter',
    })
  })
})
