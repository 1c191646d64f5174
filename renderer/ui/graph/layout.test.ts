import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { edgePaths } from './edge-paths.ts'
import { flowOf, layersOf, NODE, type LayoutStep } from './layers.ts'
import { elkGraph, isTooLarge, plainLayout } from './layout.ts'
import { neighbourOf } from './neighbour.ts'

const step = (name: string, ...needs: string[]): LayoutStep => ({ name, needs })
const diamond = [step('a'), step('b', 'a'), step('c', 'a'), step('d', 'b', 'c')]
const chain = (length: number) => Array.from({ length }, (_, at) => step(`s${at}`, ...(at === 0 ? [] : [`s${at - 1}`])))

const dag = fc
  .array(fc.array(fc.nat(), { maxLength: 4 }), { maxLength: 40 })
  .map((rows) =>
    rows.map((needs, at) => step(`s${at}`, ...new Set(needs.flatMap((need) => (at === 0 ? [] : [`s${need % at}`]))))),
  )

describe('layers', () => {
  test('a step lies behind all that it waits for, whatever the order of the document', () => {
    expect(layersOf(diamond.toReversed())).toEqual(
      new Map([
        ['a', 0],
        ['b', 1],
        ['c', 1],
        ['d', 2],
      ]),
    )
    fc.assert(
      fc.property(dag, (steps) => {
        const layers = layersOf(steps.toReversed())
        for (const { name, needs } of steps)
          for (const need of needs) expect(layers.get(name)).toBeGreaterThan(layers.get(need) ?? Infinity)
        expect(layers.size).toBe(steps.length)
      }),
    )
  })
  test('needs that are no steps, and cycles, do not hang it', () => {
    expect(layersOf([step('a', 'gone')]).get('a')).toBe(0)
    expect(layersOf([step('a', 'b'), step('b', 'a')]).size).toBe(2)
  })
  test('long chains go down, wide ones to the right', () => {
    expect(flowOf(diamond)).toBe('right')
    expect(flowOf(chain(30))).toBe('down')
    expect(flowOf([step('a'), ...Array.from({ length: 20 }, (_, at) => step(`b${at}`, 'a'))])).toBe('right')
  })
})

describe('layout', () => {
  test('elk is asked coarsely for large graphs and not at all for huge ones', () => {
    expect(elkGraph(diamond).layoutOptions).toMatchObject({ 'elk.layered.thoroughness': '7' })
    expect(elkGraph(chain(500)).layoutOptions).toMatchObject({ 'elk.layered.thoroughness': '1' })
    expect(elkGraph([step('a', 'gone')]).edges).toEqual([])
    expect([isTooLarge(chain(2_000)), isTooLarge(chain(3_001))]).toEqual([false, true])
  })
  test('no two nodes of the plain layout overlap', () => {
    fc.assert(
      fc.property(dag, (steps) => {
        const places = [...plainLayout(steps).places.values()]
        expect(places).toHaveLength(steps.length)
        for (const [index, a] of places.entries())
          for (const b of places.slice(index + 1))
            expect(Math.abs(a.x - b.x) >= NODE.width || Math.abs(a.y - b.y) >= NODE.height).toBe(true)
      }),
    )
  })
  test('all edges are drawn in few paths', () => {
    const { flow, edges } = plainLayout(chain(200))
    const paths = edgePaths(flow, edges)
    expect(paths.length).toBeLessThan(5)
    expect(paths.map((path) => path.arrows.split('Z').length - 1).reduce((a, b) => a + b)).toBe(199)
    expect(paths.map((path) => path.lines).join('')).not.toContain('NaN')
  })
})

test('arrow keys follow the edges and go to what lies beside', () => {
  const graph = { layout: plainLayout(diamond), steps: diamond }
  const go = (name: string, key: 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown') => neighbourOf(graph, name, key)
  expect(go('a', 'ArrowRight')).toBe('b')
  expect(go('b', 'ArrowDown')).toBe('c')
  expect(go('c', 'ArrowUp')).toBe('b')
  expect(go('c', 'ArrowRight')).toBe('d')
  expect(go('d', 'ArrowLeft')).toBe('b')
  expect([go('a', 'ArrowLeft'), go('a', 'ArrowUp'), go('gone', 'ArrowUp')]).toEqual([undefined, undefined, undefined])
})
