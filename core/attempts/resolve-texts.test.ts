import { expect, test } from 'vitest'
import { resolveTexts } from './resolve-texts.ts'

const resolve = (command: readonly (readonly string[])[], env: Record<string, readonly string[]> = {}) =>
  resolveTexts({ command, env: Object.entries(env) }, (part) => part.toUpperCase())

test('texts are put together from their parts, whatever is in them', () => {
  expect(resolve([['a', ' {{x}} ', '$(y)'], []], { E: ['é', '\n'] })).toEqual({
    command: ['A {{X}} $(Y)', ''],
    env: { E: 'É\n' },
  })
})

test('a text that no argument can be is refused, with its place', () => {
  expect(resolve([['p'], ['x'.repeat(96 * 1024)]]).command[1]).toHaveLength(98_304)
  expect(() => resolve([['p'], ['é'.repeat(48 * 1024), 'x']])).toThrow(/^argument 1 would be 97 KiB long/)
  expect(() => resolve([['x'.repeat(98_305)]])).toThrow(/^the program would be/)
  expect(() => resolve([], { A: ['a\0b'] })).toThrow(/^env A holds a NUL/)
})
