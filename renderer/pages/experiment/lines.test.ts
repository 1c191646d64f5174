import { describe, expect, test } from 'vitest'
import type { TrackedRunRow } from '#core/contract/tracking.ts'
import { commonOf, linesOf, spreadOf, type Line } from './lines.ts'

const run = (id: string, more: Partial<TrackedRunRow> = {}): TrackedRunRow => ({
  id,
  experiment: '1',
  name: id,
  user: 'ada',
  status: 'FINISHED',
  stage: 'active',
  startedAt: '2026-11-01T12:00:00.000Z',
  finishedAt: null,
  parent: null,
  pipelineRun: null,
  step: null,
  metrics: {},
  params: {},
  tags: {},
  ...more,
})
const words = (lines: readonly Line[]): string =>
  lines
    .map((line) => (line.kind === 'run' ? `${'-'.repeat(line.depth)}${line.id}${line.members || ''}` : line.id))
    .join(' ')
const shape = { group: undefined, isFlat: false, open: new Set<string>() }

describe('nested runs', () => {
  const rows = [run('c', { parent: 'p' }), run('a'), run('p'), run('g', { parent: 'c' }), run('o', { parent: 'far' })]

  test('stand below their parents, where these are open; without its parent one stands among the others', () => {
    expect(words(linesOf(rows, shape))).toBe('a p1 o')
    expect(words(linesOf(rows, { ...shape, open: new Set(['p']) }))).toBe('a p1 -c1 o')
    expect(words(linesOf(rows, { ...shape, open: new Set(['p', 'c']) }))).toBe('a p1 -c1 --g o')
    expect(words(linesOf(rows, { ...shape, isFlat: true }))).toBe('c a p g o')
  })

  test('that are nested in each other are all seen', () => {
    const circle = [run('x', { parent: 'y' }), run('y', { parent: 'x' }), run('z', { parent: 'z' }), run('a')]
    expect(words(linesOf(circle, { ...shape, open: new Set(['x', 'y', 'z']) }))).toBe('a x y z')
  })
})

test('a group shows its members where it is open; runs without the parameter are a group too', () => {
  const rows = [run('a', { params: { d: '1' } }), run('b'), run('c', { params: { d: '1' } })]
  const group = { kind: 'params', key: 'd' } as const
  expect(words(linesOf(rows, { ...shape, group }))).toBe('=1 =')
  expect(words(linesOf(rows, { ...shape, group, open: new Set(['=1']) }))).toBe('=1 -a -c =')
})

test('a group tells the mean, the least and the greatest of what is finite', () => {
  const loss = { kind: 'metrics', key: 'loss' } as const
  const rows = [1, 3, 'NaN' as const].map((value, at) => run(String(at), { metrics: { loss: value } }))
  expect(spreadOf([...rows, run('none')], loss)).toEqual({ mean: 2, min: 1, max: 3, count: 2 })
  expect(spreadOf([run('none')], loss)).toBeUndefined()
  expect(commonOf(rows, loss)).toBeUndefined()
  expect(commonOf(rows, { kind: 'attributes', key: 'user_id' })).toBe('ada')
})
