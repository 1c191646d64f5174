import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentOf } from './content.ts'
import { onnxOf, type TinyModel } from './onnx-fixture.ts'
import { readOnnx } from './onnx-model.ts'
import { onnxDifference } from './onnx.ts'

const MODEL: TinyModel = {
  nodes: [
    { op: 'MatMul', name: 'mm', inputs: ['x', 'W'] },
    { op: 'Tree', name: 'tree', inputs: ['h'], floats: { values: [0.5, 1.5], weights: [1] } },
  ],
  initializers: { W: { shape: [2, 2], values: [1, 2, 3, 4] }, b: { shape: [1], values: [0.5], isRaw: false } },
}
const [mm, tree] = MODEL.nodes ?? []
if (mm === undefined || tree === undefined) throw new Error('the model has two nodes')

const differ = (a: Buffer, b: Buffer) => onnxDifference({ a: contentOf(a), b: contentOf(b) })
const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../../test/fixtures/models', name))

describe('two models of ONNX', () => {
  const more = (change: Partial<TinyModel>): TinyModel => ({ ...MODEL, ...change })
  const shapes = (W: object) => more({ initializers: { ...MODEL.initializers, W: W as never } })

  test.each<[string, TinyModel, string]>([
    ['an opset', more({ opset: 15 }), 'opset of ai.onnx: 17 and 15'],
    ['a kind of node', more({ nodes: [{ ...mm, op: 'Gemm' }, tree] }), 'node 0: MatMul and Gemm'],
    [
      'the inputs of a node',
      more({ nodes: [{ ...mm, inputs: ['x', 'V'] }, tree] }),
      'node 0 (MatMul mm), inputs: x,W and x,V',
    ],
    ['the name of a node', more({ nodes: [{ ...mm, name: 'm2' }, tree] }), 'node 0 (MatMul mm), name: mm and m2'],
    ['the number of nodes', more({ nodes: [mm] }), 'number of nodes: 2 and 1'],
    [
      'a number in an attribute',
      more({ nodes: [mm, { ...tree, floats: { values: [0.5, 1.25], weights: [1] } }] }),
      'node 1 (Tree tree), attribute values[1]: 1.5 and 1.25',
    ],
    [
      'the length of an attribute',
      more({ nodes: [mm, { ...tree, floats: { values: [0.5], weights: [1] } }] }),
      'node 1 (Tree tree), attribute values[1]: 1.5 and nothing',
    ],
    [
      'an attribute that one lacks',
      more({ nodes: [mm, { ...tree, floats: { values: [0.5, 1.5] } }] }),
      'node 1 (Tree tree), attribute weights: there and nothing',
    ],
    ['a weight', shapes({ shape: [2, 2], values: [1, 2, 3.5, 4] }), 'initializer W[2]: 3 and 3.5'],
    ['the shape of an initializer', shapes({ shape: [4], values: [1, 2, 3, 4] }), 'initializer W, shape: 2 × 2 and 4'],
    [
      'a weight that is kept as a list',
      more({ initializers: { ...MODEL.initializers, b: { shape: [1], values: [0.25], isRaw: false } } }),
      'initializer b[0]: 0.5 and 0.25',
    ],
    [
      'an initializer that one lacks',
      more({ initializers: { W: { shape: [2, 2], values: [1, 2, 3, 4] } } }),
      'initializer b: there and nothing',
    ],
    ['the names of inputs', more({ inputs: ['z'] }), 'inputs: x and z'],
    ['who produced it', more({ producer: 'others' }), 'producer name: tests and others'],
    ['what is noted', more({ metadata: { author: 'ada' } }), 'metadata author: nothing and ada'],
  ])('differ in %s', async (_, other, words) => {
    expect((await differ(onnxOf(MODEL), onnxOf(other)))?.words).toBe(words)
  })

  test('are told by what they compute before what is noted', async () => {
    const other = onnxOf(more({ producer: 'others', opset: 15 }))
    expect((await differ(onnxOf(MODEL), other))?.place).toBe('opset of ai.onnx')
  })

  test('may spell their lists in two ways', async () => {
    const packed = more({ nodes: [mm, { ...tree, isPacked: true }] })
    expect((await differ(onnxOf(MODEL), onnxOf(packed)))?.words).toBe('node 1 (Tree tree), attribute values: differs')
  })

  test('are read as the tools of others write them', async () => {
    const model = await readOnnx(contentOf(fixture('tiny-classifier.onnx')))
    expect(model?.nodes.length).toBeGreaterThan(0)
    expect(model?.opsets.has('ai.onnx')).toBe(true)
    const found = await differ(fixture('tiny-classifier.onnx'), fixture('tiny-regressor.onnx'))
    expect(found?.words).toMatch(/^(opset|node|number of nodes|initializer)/)
  })
})

describe('what is no model', () => {
  test.each([
    ['a text', Buffer.from('hello, this is no model')],
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(100)],
    ['a model that breaks off', onnxOf(MODEL).subarray(0, -3)],
    ['a message without a graph', Buffer.from([8, 8])],
  ])('is not compared as one: %s', async (_, bytes) => {
    expect(await differ(onnxOf(MODEL), bytes)).toBeUndefined()
  })

  test.each<[string, TinyModel]>([
    ['more dimensions', { initializers: { W: { shape: Array.from({ length: 2000 }, () => 1), values: [2] } } }],
    [
      'more dimensions in one list',
      { initializers: { W: { shape: Array.from({ length: 2000 }, () => 1), values: [2], isShapePacked: true } } },
    ],
    ['more nodes', { nodes: Array.from({ length: 100_001 }, () => ({ op: 'a' })) }],
    ['more texts', { outputs: Array.from({ length: 4_200 }, (_, i) => `${i}`.padEnd(4096)) }],
  ])('has %s than any model', async (_, other) => {
    const one = onnxOf({ initializers: { W: { shape: [1], values: [1] } } })
    expect(await differ(one, onnxOf(other))).toBeUndefined()
  })

  test('is never thrown at, whatever its bytes', async () => {
    const whole = onnxOf(MODEL)
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = Buffer.from(whole)
        damaged[at] = (damaged[at] ?? 0) ^ change
        await differ(whole, damaged)
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await differ(whole, Buffer.from(bytes))
      }),
    )
  })
})
