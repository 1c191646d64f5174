import { describe, expect, test } from 'vitest'
import { Recent } from './recent.ts'

describe('what was made latest', () => {
  const made: string[] = []
  const make = (key: string, size: number) => () => {
    made.push(key)
    return { value: key, size }
  }

  test('is kept up to a size, what was used longest ago goes first', () => {
    made.length = 0
    const recent = new Recent<string>(3)
    for (const key of ['a', 'b', 'c', 'a', 'd', 'a', 'c', 'b']) recent.get(key, make(key, 1))
    expect(made).toEqual(['a', 'b', 'c', 'd', 'b'])
  })

  test('is made each time where it is larger than all that is kept', () => {
    made.length = 0
    const recent = new Recent<string>(3)
    for (const key of ['a', 'big', 'big', 'a']) expect(recent.get(key, make(key, key === 'big' ? 4 : 1))).toBe(key)
    expect(made).toEqual(['a', 'big', 'big', 'a'])
  })

  test('is asked for again where there was nothing yet', () => {
    const recent = new Recent<string>(3)
    expect(recent.get('a', () => undefined)).toBeUndefined()
    expect(recent.get('a', () => ({ value: 'now', size: 1 }))).toBe('now')
  })
})
