import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NOTHING_PRESSED, pressKey } from './key-sequence.ts'

const SHORTCUTS = [
  { id: 'pipelines', keys: ['g', 'p'] },
  { id: 'runs', keys: ['g', 'r'] },
  { id: 'help', keys: ['?'] },
]

function hits(presses: readonly (readonly [key: string, at: number])[]): string[] {
  let pressed = NOTHING_PRESSED
  const found: string[] = []
  for (const [key, at] of presses) {
    const step = pressKey(SHORTCUTS, pressed, { key, at })
    pressed = step.pressed
    if (step.hit !== undefined) found.push(step.hit.id)
  }
  return found
}

test('one key, and two keys one after the other', () => {
  expect(hits([['?', 0]])).toEqual(['help'])
  expect(
    hits([
      ['g', 0],
      ['r', 200],
    ]),
  ).toEqual(['runs'])
})

test('the second key may not come too late', () => {
  expect(
    hits([
      ['g', 0],
      ['r', 1_501],
    ]),
  ).toEqual([])
})

test('a wrong key begins anew, with itself if it can', () => {
  expect(
    hits([
      ['g', 0],
      ['x', 10],
      ['p', 20],
    ]),
  ).toEqual([])
  expect(
    hits([
      ['g', 0],
      ['g', 10],
      ['p', 20],
    ]),
  ).toEqual(['pipelines'])
  expect(
    hits([
      ['g', 0],
      ['?', 10],
    ]),
  ).toEqual(['help'])
})

test('of any keys no more shortcuts are found than their keys stand there', () => {
  const keys = fc.array(fc.constantFrom('g', 'p', 'r', '?', 'x'))
  fc.assert(
    fc.property(keys, (pressed) => {
      const text = pressed.join('')
      const expected = text.match(/gp|gr|\?/g)?.length ?? 0
      expect(hits(pressed.map((key, index) => [key, index])).length).toBe(expected)
    }),
  )
})
