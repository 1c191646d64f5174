import { describe, expect, test } from 'vitest'
import { compileWorkflow } from './compile.ts'
import { documentOf, inputOf, planOf } from './compile-fixture.ts'
import { ARGO_LIMITS } from './compile-limits.ts'
import type { Template } from './compile-shapes.ts'
import type { ArgoLimits, Compiled } from './types.ts'

type Steps = Readonly<Record<string, object>>

function compile(steps: Steps, limits: Partial<ArgoLimits> = {}): Compiled {
  return compileWorkflow(
    inputOf(planOf(documentOf({ steps })), undefined, { limits: { ...ARGO_LIMITS['3'], ...limits } }),
  )
}

const step = (more: object = {}): object => ({ command: ['x'], ...more })
const chain = (count: number, prefix: string): Steps =>
  Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`${prefix}${i}`, step(i === 0 ? {} : { needs: [`${prefix}${i - 1}`] })]),
  )
const items = (count: number): object => step({ forEach: { i: Array.from({ length: count }, (_, i) => i) } })
const tooLarge = (words: RegExp): unknown =>
  expect.objectContaining({ code: 'workflow_too_large', message: expect.stringMatching(words) as string })

/** The tasks of each graph, by its name. */
function graphs({ object }: Compiled): Record<string, string[]> {
  const templates = object.spec['templates'] as readonly Template[]
  return Object.fromEntries(
    templates.flatMap(({ name, dag }) => (dag === undefined ? [] : [[name, dag.tasks.map((it) => it.name)]])),
  )
}

describe('a graph with more tasks than Argo takes', () => {
  test('goes into several, each with parts that know nothing of each other', () => {
    const compiled = compile({ ...chain(3, 'a'), ...chain(2, 'b'), ...chain(1, 'c') }, { tasks: 4 })
    expect(graphs(compiled)).toEqual({
      root: ['g-1', 'g-2'],
      'g-1': ['s-a0', 's-a1', 's-a2', 's-c0'],
      'g-2': ['s-b0', 's-b1'],
    })
    expect(compiled.tasks.get('s-b1')).toBe('b1')
  })
  test('stays as it is where it just fits', () => {
    expect(Object.keys(graphs(compile({ ...chain(2, 'a'), ...chain(2, 'b') }, { tasks: 4 })))).toEqual(['root'])
  })
  test('is refused where its steps depend on each other', () => {
    expect(() => compile(chain(5, 'a'), { tasks: 4 })).toThrow(tooLarge(/5 steps that depend on each other.* takes 4 /))
  })
})

describe('a run is refused in words', () => {
  test('with more templates than the version takes', () => {
    expect(() => compile(chain(5, 'a'), { templates: 4, version: '4.x' })).toThrow(
      tooLarge(/6 templates, Argo 4.x takes at most 4/),
    )
  })
  test('with more parameters in one list', () => {
    const outputs = Object.fromEntries(['x', 'y', 'z'].map((name) => [name, { type: 'boolean' }]))
    const when = '${{ steps.a.outputs.x && steps.a.outputs.y && steps.a.outputs.z }}'
    expect(() => compile({ a: step({ outputs }), b: step({ when }) }, { parameters: 2 })).toThrow(
      tooLarge(/3 parameters/),
    )
  })
  test('that has too many bytes', () => {
    expect(() => compile(chain(5, 'a'), { bytes: 5_000 })).toThrow(
      tooLarge(/described by \d+ KiB, Argo 3.x takes at most 5 KiB/),
    )
  })
  test('of which Argo could not note how its pods went', () => {
    const fanOuts = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`f${i}`, items(2_000)]))
    expect(() => compile(fanOuts)).toThrow(tooLarge(/what Argo notes of its pods would take about \d+ KiB more/))
  })
  test('with a fan-out of more than 2,000 items', () => {
    expect(() => compile({ a: items(2_001) })).toThrow(tooLarge(/"a" has 2001 items, a cluster takes at most 2000/))
    expect(compile({ a: items(2_000) }).tasks.size).toBe(1)
  })
})

test('200 steps fit into every version that has room for their templates', () => {
  expect(compile(chain(199, 'a'), ARGO_LIMITS['4']).tasks.size).toBe(199)
  expect(compile(chain(300, 'a')).tasks.size).toBe(300)
})
