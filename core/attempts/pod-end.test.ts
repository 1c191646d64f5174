import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isProblem } from '#core/base/problem.ts'
import type { Json } from '#core/base/json.ts'
import { jsonFault } from '#core/contract/value.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { digestOfJson } from '#core/files/index.ts'
import { readOutputRecords, readPodEnd } from './pod-end.ts'
import type { PodEnd } from './pod.ts'

const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const sha256 = fc.stringMatching(/^[0-9a-f]{64}$/)
const size = fc.nat()
const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,8}$/)
const path = fc.array(
  fc.stringMatching(/^[^/\0\uD800-\uDFFF]{1,6}$/).filter((it) => it !== '.' && it !== '..'),
  {
    minLength: 1,
    maxLength: 4,
  },
)
const value = (fc.jsonValue() as fc.Arbitrary<Json>).filter((it) => jsonFault(it) === undefined)
const record: fc.Arbitrary<OutputRecord> = fc.oneof(
  value.map((it): OutputRecord => ({ kind: 'value', value: it, sha256: digestOfJson(it) })),
  fc.record({ kind: fc.constant('file' as const), size, executable: fc.boolean(), sha256 }),
  fc
    .array(fc.record({ path: path.map((names) => names.join('/')), size, executable: fc.boolean(), sha256 }))
    .map((files): OutputRecord => {
      const total = files.reduce((sum, file) => sum + file.size, 0)
      return { kind: 'folder', size: total, files, emptyFolders: ['a/b'], sha256: '0'.repeat(64) }
    }),
)
const records = fc.dictionary(name, record, { maxKeys: 4, noNullPrototype: true })
const amount = fc.oneof(fc.constant(null), fc.nat())
const podEnd: fc.Arbitrary<PodEnd> = fc.record({
  version: fc.constant(1 as const),
  pod: fc.string({ unit: 'grapheme' }),
  node: fc.string(),
  startedAt: amount,
  end: fc.record({
    exitCode: amount,
    finishedAt: fc.nat(),
    cpuSeconds: amount,
    peakMemoryBytes: amount,
    outOfMemory: fc.boolean(),
    stoppedBy: fc.constantFrom(null, 'signal' as const, 'timeout' as const),
    problem: fc.option(fc.record({ code: fc.constant('disk_full' as const), message: fc.string() })),
  }),
  outputs: fc.option(records),
})

describe('the end of an attempt in a pod', () => {
  test('is read as it was left', () => {
    fc.assert(
      fc.property(podEnd, (end) => {
        expect(readPodEnd(bytesOf(end))).toEqual(JSON.parse(JSON.stringify(end)))
      }),
    )
  })

  test('that is anything else is a problem, never another error and never a wrong shape', () => {
    const cases = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => Buffer.from(text)),
      podEnd.chain((end) => spoilt(end)),
    )
    fc.assert(
      fc.property(cases, (bytes) => {
        try {
          const read = readPodEnd(bytes)
          expect(Object.keys(read)).toEqual(['version', 'pod', 'node', 'startedAt', 'end', 'outputs'])
          expect(readPodEnd(bytesOf(read))).toEqual(read)
        } catch (error) {
          expect(isProblem(error) && error.code).toBe('artifact_corrupt')
        }
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['no JSON', 'x'],
    ['a list', '[]'],
    ['of another version', '{"version":2}'],
    ['nested too deeply', '['.repeat(50_000)],
    ['nested too deeply, and whole', '['.repeat(200) + ']'.repeat(200)],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ])('that is %s is refused', (_, bytes) => {
    expect(() => readPodEnd(Buffer.from(bytes))).toThrow('the end of the attempt')
  })
})

/** One part of it replaced by something else. */
function spoilt(end: PodEnd): fc.Arbitrary<Buffer> {
  const text = JSON.stringify(end)
  const parts = [...text.matchAll(/null|true|false|\d+|"[a-z]+"/gi)]
  const other = fc.constantFrom('null', '-1', '1.5', '"x"', '[]', '{}', 'true', '1e400', '"../x"', '"__proto__"')
  return fc.tuple(fc.constantFrom(...parts), other).map(([part, by]) => {
    return Buffer.from(text.slice(0, part.index) + by + text.slice(part.index + part[0].length))
  })
}

describe('records of outputs', () => {
  test('are read as they were left', () => {
    fc.assert(
      fc.property(records, (outputs) => {
        expect(readOutputRecords(bytesOf(outputs), 'it')).toEqual(JSON.parse(JSON.stringify(outputs)))
      }),
    )
  })

  const file = { path: 'a', size: 1, executable: false, sha256: '0'.repeat(64) }
  const folder = { kind: 'folder', size: 1, files: [file], emptyFolders: [], sha256: '0'.repeat(64) }
  test.each([
    ['a path that leads out', { ...folder, files: [{ ...file, path: '../a' }] }, 'leads out'],
    ['an absolute path', { ...folder, files: [{ ...file, path: '/a' }] }, 'leads out'],
    ['an empty folder that leads out', { ...folder, emptyFolders: ['a/../..'] }, 'leads out'],
    ['a size that is not that of its files', { ...folder, size: 2 }, 'another size'],
    ['a value that was changed', { kind: 'value', value: 2, sha256: digestOfJson(1) }, 'another sha256'],
    ['no sha256', { kind: 'file', size: 1, executable: true }, 'expected a sha256'],
    ['a kind of its own', { ...file, kind: 'pipe' }, 'expected one of value, file, folder'],
  ])('with %s are refused, and the place is named', (_, it, message) => {
    expect(() => readOutputRecords(bytesOf({ model: it }), 'what train left')).toThrow(message)
    expect(() => readOutputRecords(bytesOf({ model: it }), 'what train left')).toThrow('what train left.model')
  })
})
