import { expect, test } from 'vitest'
import { groupUsageOf } from './process-table-darwin.ts'

// `ps -axo pid=,pgid=,rss=,time=` of macOS
const TABLE = `
    1     1   9000   9:59.99
  500   500   1000   0:00.01
  501   500   2048   0:01.50
  502   500   1024   1:02:03.40
  503   500      0   2-00:00:01
  504   499   5000   0:09.00
`

test('members of the group count, its leader and other groups do not', () => {
  expect(groupUsageOf(TABLE, 500)).toEqual({
    cpuSeconds: 1.5 + 3723.4 + 172_801,
    memoryBytes: 3072 * 1024,
  })
})

test('a clock with a comma is read, and a group without members is none', () => {
  expect(groupUsageOf('  7  6  10  0:01,25\n', 6)).toEqual({ cpuSeconds: 1.25, memoryBytes: 10_240 })
  expect(groupUsageOf('  6  6  10  0:01.25\n', 6)).toBe(null)
  expect(groupUsageOf('', 6)).toBe(null)
})
