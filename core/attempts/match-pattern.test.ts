import { describe, expect, test } from 'vitest'
import { checkValue } from '#core/contract/value.ts'
import { matchesInTime } from './match-pattern.ts'

describe('matchesInTime', () => {
  test('matches as a regular expression does', () => {
    expect(matchesInTime('^[a-z]+(\\.[a-z]+)*$', 'a.b.c')).toBe(true)
    expect(matchesInTime('^\\p{L}$', 'é')).toBe(true)
    expect(matchesInTime('^a', 'ba')).toBe(false)
  })

  test('gives up on a pattern that would take for ever', () => {
    const began = performance.now()
    const fault = checkValue({ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(60)}!`, matchesInTime)
    expect(fault).toContain('matching takes too long')
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(matchesInTime('a', 'a')).toBe(true)
  })

  test('says why a pattern is none', () => {
    expect(checkValue({ type: 'string', pattern: '[' }, 'a', matchesInTime)).toMatch(/regular expression/i)
  })
})
