import { expect, test } from 'vitest'
import { looksOf, rampOf } from './colours.ts'

const runs = Array.from({ length: 30 }, (_, at) => ({
  id: `${at.toString(16)}f00d${at}`,
  startedAt: `2026-11-01T12:00:${String(at).padStart(2, '0')}.000Z`,
}))
const text = (look: unknown) => JSON.stringify(look)

test('thirty runs look different', () => {
  const looks = looksOf(runs)
  expect(new Set([...looks.values()].map(text)).size).toBe(30)
})

test('a run keeps its look when later ones come, in whatever order they are given', () => {
  const few = looksOf(runs.slice(0, 10))
  const all = looksOf(runs.toReversed())
  for (const [id, look] of few) expect(text(all.get(id))).toBe(text(look))
})

test('the ramp of colours stays within what a scheme can show', () => {
  for (const scheme of ['light', 'dark'] as const) {
    expect(rampOf(0, scheme)).not.toBe(rampOf(1, scheme))
    expect(rampOf(-5, scheme)).toMatch(/^rgb\(\d+ \d+ \d+ \/ 1\)$/)
    expect(rampOf(7, scheme, 0.5)).toMatch(/^rgb\(\d+ \d+ \d+ \/ 0.5\)$/)
  }
})
