import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findCycle, readersOf, topologicalOrder, type Graph } from './order.ts'
import type { Edge } from './plan.ts'

const edge = (step: string): Edge => ({ step, condition: 'succeeded', from: 'needs' })
const graphOf = (needs: Record<string, readonly string[]>): Graph =>
  new Map(Object.entries(needs).map(([name, list]) => [name, list.map(edge)]))

/** Any graph, with cycles, loops and double edges. */
const graphs = fc
  .integer({ min: 1, max: 12 })
  .chain((size) =>
    fc
      .array(fc.array(fc.nat(size - 1), { maxLength: 4 }), { minLength: size, maxLength: size })
      .map((lists) => graphOf(Object.fromEntries(lists.map((list, i) => [`s${i}`, list.map((n) => `s${n}`)])))),
  )
/** Graphs without a cycle: each step has edges from ones with a lower number, in any order of the document. */
const acyclic = fc.integer({ min: 1, max: 12 }).chain((size) =>
  fc
    .tuple(
      fc.array(fc.array(fc.nat(1000), { maxLength: 4 }), { minLength: size, maxLength: size }),
      fc.shuffledSubarray(
        Array.from({ length: size }, (_, i) => i),
        { minLength: size },
      ),
    )
    .map(([lists, order]) =>
      graphOf(Object.fromEntries(order.map((i) => [`s${i}`, i === 0 ? [] : (lists[i] ?? []).map((n) => `s${n % i}`)]))),
    ),
)

describe('the order of steps', () => {
  test('has every step once, after all that it has an edge from', () => {
    fc.assert(
      fc.property(acyclic, (graph) => {
        const order = topologicalOrder(graph)
        expect(order.toSorted()).toEqual([...graph.keys()].toSorted())
        for (const [name, edges] of graph)
          for (const { step } of edges) expect(order.indexOf(step)).toBeLessThan(order.indexOf(name))
        expect(findCycle(graph)).toBeUndefined()
      }),
    )
  })

  test('keeps the order of the document where it may', () => {
    expect(topologicalOrder(graphOf({ c: [], a: [], b: ['c'], d: ['a', 'a'] }))).toEqual(['c', 'a', 'b', 'd'])
  })

  test('leaves out what lies on a cycle or below one, and then there is a cycle that is named', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const order = topologicalOrder(graph)
        const cycle = findCycle(graph)
        expect(cycle === undefined).toBe(order.length === graph.size)
        if (cycle === undefined) return
        expect(cycle.at(0)).toBe(cycle.at(-1))
        expect(new Set(cycle).size).toBe(cycle.length - 1)
        // each name in it has an edge to the next: the next needs it
        for (const [i, name] of cycle.slice(0, -1).entries())
          expect(graph.get(cycle[i + 1] ?? '')?.map((it) => it.step)).toContain(name)
      }),
    )
  })

  test.each([
    [{ a: ['a'] }, ['a', 'a']],
    [{ a: ['b'], b: ['a'] }, ['a', 'b', 'a']],
    [{ x: [], a: ['x', 'c'], b: ['a'], c: ['b'], below: ['c'] }, ['a', 'b', 'c', 'a']],
  ])('%j has a cycle', (needs, cycle) => {
    const found = findCycle(graphOf(needs)) ?? []
    const rotated = found.slice(0, -1)
    while (rotated.length > 0 && rotated[0] !== cycle[0]) rotated.push(rotated.shift() ?? '')
    expect([...rotated, rotated[0]]).toEqual(cycle)
  })

  test('readers are those that have an edge from a step, once each', () => {
    expect([...readersOf(graphOf({ a: [], b: ['a', 'a'], c: ['a', 'b'] }))]).toEqual([
      ['a', ['b', 'c']],
      ['b', ['c']],
      ['c', []],
    ])
  })
})
