import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pullLine, readPullLine } from './pull-line.ts'

test('a pull is told in words that a program reads back', () => {
  const line = pullLine({ image: 'python:3.12-slim', doneBytes: 940_000, totalBytes: 45_600_000 })
  expect(line).toBe('pulling python:3.12-slim: 940.0 kB of 45.6 MB')
  expect(readPullLine(line)).toEqual({ image: 'python:3.12-slim', doneBytes: 940_000, totalBytes: 45_600_000 })
})

test('every number of bytes comes back to a tenth of its unit', () => {
  const bytes = fc.integer({ min: 0, max: 10 ** 15 })
  const isNear = (read: number | undefined, real: number) =>
    expect(Math.abs((read ?? -1) - real)).toBeLessThanOrEqual(real / 10)
  fc.assert(
    fc.property(bytes, bytes, (doneBytes, totalBytes) => {
      const read = readPullLine(pullLine({ image: 'a/b@sha256:0', doneBytes, totalBytes }))
      isNear(read?.doneBytes, doneBytes)
      isNear(read?.totalBytes, totalBytes)
    }),
  )
})

test.each(['', 'pulling', 'pulling busybox', 'pulled busybox', ' pulling a: 1.0 MB of 2.0 MB', 'pulling a: 1 of 2 MB'])(
  '%j is no such line',
  (line) => expect(readPullLine(line)).toBeUndefined(),
)
