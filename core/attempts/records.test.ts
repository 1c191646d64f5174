import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecordReader, type RunnerRecord } from './records.ts'

function read(text: string, cuts: readonly number[] = []): RunnerRecord[] {
  const [reader, bytes] = [new RecordReader(), Buffer.from(text)]
  const ends = [...cuts.map((at) => at % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  return ends.flatMap((end, index) => [...reader.push(bytes.subarray(ends[index - 1] ?? 0, end))])
}

const END =
  '{"exitCode":0,"finishedAt":9,"cpuSeconds":1,"peakMemoryBytes":2,"outOfMemory":false,"stoppedBy":null,"problem":null}'

test('every kind of record is read', () => {
  expect(read(`s5 \no6 a b\ne7 \nu8 [0.5,1024]\nu8 [null,null]\nx9 ${END}\n`)).toEqual([
    { kind: 'started', time: 5 },
    { kind: 'line', time: 6, stream: 'stdout', text: 'a b' },
    { kind: 'line', time: 7, stream: 'stderr', text: '' },
    { kind: 'sample', time: 8, cpuSeconds: 0.5, memoryBytes: 1024 },
    { kind: 'sample', time: 8, cpuSeconds: null, memoryBytes: null },
    { kind: 'end', time: 9, end: JSON.parse(END) },
  ])
})

test('pieces of a long line are one line, also where both streams have one', () => {
  expect(read('O1 a\nE1 x\nO2 b\ne3 y\no4 c\no5 d\n')).toEqual([
    { kind: 'line', time: 3, stream: 'stderr', text: 'xy' },
    { kind: 'line', time: 4, stream: 'stdout', text: 'abc' },
    { kind: 'line', time: 5, stream: 'stdout', text: 'd' },
  ])
})

test.each(['hello', '', 'o', 'ox y', 'q5 x', 'x9 not json', 'x9 {}', 'x9 []', 'u8 {', 'u8 {"a":1}', 's'])(
  'what was written past the runner counts as a line of stdout: %j',
  (text) => {
    const records = read(`o1 before\n${text}\no2 after\n`)
    expect(records.map((record) => (record.kind === 'line' ? record.text : record.kind)).slice(0, 1)).toEqual([
      'before',
    ])
    expect(records).toHaveLength(3)
    expect(records.at(-1)).toMatchObject({ kind: 'line', text: 'after' })
  },
)

test('records come out the same however they are cut, and a torn last one does not count', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll('\n', ' '))
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), fc.array(fc.nat(), { maxLength: 20 }), (lines, cuts) => {
      const text = lines.map((it, index) => `${index % 2 === 0 ? 'o' : 'e'}${index} ${it}\n`).join('')
      const records = read(`${text}o99 torn`, cuts)
      expect(records.map((record) => (record.kind === 'line' ? record.text : record.kind))).toEqual(lines)
    }),
    { numRuns: 300 },
  )
})

test('a line without an end, or of pieces without a last one, does not grow without bound, however it is cut', () => {
  const flood = `o1 before\n${'y'.repeat(3 * 2 ** 20)}\n${`O2 ${'z'.repeat(1000)}\n`.repeat(200)}o3 after\n`
  const cuts = fc.array(fc.nat(flood.length), { maxLength: 50 })
  const texts = (records: readonly RunnerRecord[]) =>
    records.map((record) => (record.kind === 'line' ? record.text : ''))
  const whole = texts(read(flood))
  expect(whole.every((text) => text.length <= 70_000)).toBe(true)
  expect(whole.at(0)).toBe('before')
  expect(whole.at(-1)).toMatch(/z*after$/)
  fc.assert(
    fc.property(cuts, (some) => {
      expect(texts(read(flood, some))).toEqual(whole)
    }),
    { numRuns: 10 },
  )
})
