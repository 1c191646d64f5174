import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shown, shownBoth, shownJsons } from './shown.ts'

describe('what is shown', () => {
  test('is cut between characters', () => {
    expect(shownJsons('😀'.repeat(100), 1)).toEqual([`"${'😀'.repeat(79)}…`, '1'])
    expect(shown('x'.repeat(161))).toBe(`${'x'.repeat(160)}…`)
  })

  test('of two texts begins shortly before they differ', () => {
    const long = '😀'.repeat(100)
    expect(shownBoth(`${long}a`, `${long}b`)).toEqual([`…${'😀'.repeat(20)}a`, `…${'😀'.repeat(20)}b`])
    expect(shownBoth(long, null)).toEqual([shown(long), null])
    expect(shownBoth('abc', 'abd')).toEqual(['abc', 'abd'])
  })

  test('is short, one line, and whole characters alone, whatever it is of', () => {
    const text = fc.string({ unit: 'binary', maxLength: 400 })
    const odd = fc.oneof(text, fc.constantFrom('\ud800', 'a\udc00', '\u0000\n', '😀'.repeat(90)))
    fc.assert(
      fc.property(odd, odd, odd, (common, one, other) => {
        const both = shownBoth(common + one, common + other)
        for (const it of [shown(one), ...both]) {
          expect(it?.isWellFormed()).toBe(true)
          expect(it).not.toMatch(/\p{Cc}/u)
          expect(it?.length).toBeLessThanOrEqual(162)
        }
      }),
    )
  })
})
