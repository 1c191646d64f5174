import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Problem } from '#core/base/problem.ts'
import { openBlobs } from '#core/store/index.ts'
import { compareRuns } from './compare-runs.ts'
import { onnxOf } from './content/onnx-fixture.ts'
import { explainReport, type ContentReads } from './explain.ts'
import type { Bytes } from './findings.ts'
import { factsOf } from './parity-fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'minisub-explain-'))
afterAll(() => rmSync(folder, { recursive: true }))
const blobs = openBlobs(folder)
const reads: ContentReads = {
  pathOf: (sha256) => blobs.sourceOf(sha256),
  has: (sha256) => blobs.has(sha256),
  fetch: () => Promise.reject(new Problem('artifact_missing', 'no bucket has it: run again')),
}

/** A report of two runs whose code differs in these files. */
function reportOf(files: Readonly<Record<string, readonly [a: Bytes, b: Bytes]>>) {
  const side = (index: 0 | 1) =>
    new Map(Object.entries(files).map(([path, both]) => [path, { path, executable: false, ...both[index] }]))
  const texts = (index: 0 | 1) => new Map([...side(index)].map(([path, { sha256 }]) => [path, sha256]))
  const [a, b] = [
    factsOf('run a', { code: texts(0), codeFiles: side(0) }),
    factsOf('run b', { code: texts(1), codeFiles: side(1) }),
  ]
  return compareRuns({ a, b })
}

const put = (text: string): Bytes => blobs.putBytes(Buffer.from(text))
const gone = (size: number): Bytes => ({ sha256: 'f'.repeat(64), size })

test('a content that differs is looked into, and its sentence says where', async () => {
  const { findings } = await explainReport(reportOf({ 'a.py': [put('x = 1\n'), put('x = 2\n')] }), reads)
  expect(findings).toMatchObject([
    {
      words: 'the code file a.py differs: line 1, column 5: x = 1 and x = 2',
      difference: { format: 'text', place: 'line 1, column 5', a: 'x = 1', b: 'x = 2' },
    },
  ])
})

test('what cannot be had, or is too large to be fetched, is still a difference, with the reason', async () => {
  const report = reportOf({ 'a.py': [put('x'), gone(10)], 'b.bin': [put('x'), gone(3e9)] })
  const { findings, verdict } = await explainReport(report, reads)
  expect(verdict).toBe('same_results')
  expect(findings.map(({ words, difference }) => [words, difference])).toEqual([
    ['the code file a.py differs (not looked into: no bucket has it: run again)', null],
    ['the code file b.bin differs (not looked into: 3.0 GB lie in a bucket, minisub pull brings them here)', null],
  ])
})

test('what lies elsewhere is fetched first', async () => {
  const other = Buffer.from('fetched')
  const wanted: Bytes = { sha256: put('fetched').sha256, size: other.length }
  const fetched: string[] = []
  const away = { ...reads, has: (sha256: string) => sha256 !== wanted.sha256 || fetched.includes(sha256) }
  const fetch = async (sha256: string) => void fetched.push(sha256)
  const { findings } = await explainReport(reportOf({ 'a.txt': [put('here'), wanted] }), { ...away, fetch })
  expect([fetched, findings[0]?.difference?.place]).toEqual([[wanted.sha256], 'line 1, column 1'])
})

test('of many contents some are looked into', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`f${i}.txt`, [put(`a ${i}`), put(`b ${i}`)] as const]),
  )
  const { findings } = await explainReport(reportOf(files), reads)
  expect(findings.filter(({ difference }) => difference !== null)).toHaveLength(25)
  expect(findings).toHaveLength(30)
})

test.each([
  ['time', { ms: 0 }, ['the time for it is over', 'the time for it is over']],
  ['bytes that are read', { bytesRead: 1 }, ['enough was read for others', 'enough was read for others']],
  ['bytes that are fetched', { bytesFetched: 15 }, [undefined, '10 B lie in a bucket, minisub pull brings them here']],
])('all contents together have so much %s, and the rest is not looked into', async (_, limits, reasons) => {
  const [one, other] = [put('0123456789'), put('abcdefghij')]
  const report = reportOf({ 'a.txt': [put('x'), one], 'b.txt': [put('y'), other] })
  const fetched: string[] = []
  const away = { has: (sha256: string) => ![one.sha256, other.sha256].includes(sha256) || fetched.includes(sha256) }
  const fetch = async (sha256: string) => void fetched.push(sha256)
  const { findings } = await explainReport(report, { ...reads, ...away, fetch }, { limits })
  const found = findings.map(({ words }) => /\(not looked into: (.*)\)$/.exec(words)?.[1])
  expect(found).toEqual(reasons)
})

test('who gives up within a model is heard', async () => {
  const giveUp = new AbortController()
  const model = (weight: number) => {
    const tensor = { shape: [1], values: [weight] }
    return blobs.putBytes(onnxOf({ initializers: { W: tensor } }))
  }
  const files = reportOf({ 'a.onnx': [model(1), model(2)] })
  const pathOf = (sha256: string) => {
    giveUp.abort(new Error('enough'))
    return reads.pathOf(sha256)
  }
  await expect(explainReport(files, { ...reads, pathOf }, { signal: giveUp.signal })).rejects.toThrow('enough')
})

test('a fault on the way takes the explanation alone', async () => {
  const fetch = () => Promise.reject(new Error('a bug'))
  const { findings } = await explainReport(reportOf({ a: [put('x'), gone(1)] }), { ...reads, fetch })
  expect(findings).toMatchObject([
    { words: 'the code file a differs (not looked into: reading failed)', difference: null },
  ])
})

test('who gives up is told so', async () => {
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(explainReport(reportOf({ a: [put('x'), put('y')] }), reads, { signal })).rejects.toThrow('enough')
})
