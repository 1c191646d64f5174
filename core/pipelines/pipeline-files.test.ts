import fc from 'fast-check'
import { mkdtemp, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { removeTree } from '#core/store/index.ts'
import { looksLikePipeline, openPipelineFiles } from './pipeline-files.ts'
import { validateDocument } from './validate.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minisub-files-'))
})
afterAll(() => removeTree(folder))

const HEAD = 'apiVersion: mini-submarine/v1\nkind: Pipeline\nmetadata: {name: wine}\n'
const VALID = `${HEAD}spec: {steps: {a: {command: [echo]}}}\n`

describe('a file', () => {
  test.each([
    [HEAD, true],
    ['# one\r\nkind: "Pipeline"  # it is\r\napiVersion: \'mini-submarine/v1\'\r\n', true],
    ['{"kind": "Pipeline", "apiVersion":"mini-submarine/v1"}', true],
    ['{kind: Pipeline, apiVersion: mini-submarine/v1}', false],
    ['kind: Pipeline\napiVersion: tekton.dev/v1\n', false],
    ['kind: PipelineRun\napiVersion: mini-submarine/v1\n', false],
    ['kind: Schedule\napiVersion: mini-submarine/v1\n', false],
    ['', false],
  ])('%j looks like a pipeline: %s', (text, isOne) => expect(looksLikePipeline(text)).toBe(isOne))

  test('that holds a valid pipeline looks like one, however it is written', () => {
    const style = fc.record({
      json: fc.boolean(),
      indent: fc.integer({ min: 1, max: 4 }),
      quotes: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'),
      order: fc.shuffledSubarray(['apiVersion', 'kind', 'metadata', 'spec'], { minLength: 4, maxLength: 4 }),
    })
    fc.assert(
      fc.property(style, ({ json, indent, quotes, order }) => {
        const all: Record<string, unknown> = {
          apiVersion: 'mini-submarine/v1',
          kind: 'Pipeline',
          metadata: { name: 'wine' },
          spec: { steps: { a: { command: ['echo'] } } },
        }
        const document = Object.fromEntries(order.map((key) => [key, all[key]]))
        const text = json
          ? JSON.stringify(document, null, indent - 1)
          : stringify(document, { indent: indent + 1, defaultStringType: quotes as 'PLAIN' })
        expect(validateDocument(text).ok).toBe(true)
        expect(looksLikePipeline(text)).toBe(true)
      }),
    )
  })

  test('of any content is looked at without a fault', () => {
    const parts = fc.constantFrom(
      'kind',
      'Pipeline',
      'apiVersion',
      ':',
      ' ',
      '\n',
      '\r',
      '\t',
      '"',
      "'",
      '#',
      '{',
      'mini-submarine/',
    )
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: parts, maxLength: 400 }))
    fc.assert(fc.property(texts, (text) => typeof looksLikePipeline(text) === 'boolean'))
  })
})

describe('a document for a list', () => {
  test('tells what stands in it, or how much is wrong with it', async () => {
    const files = openPipelineFiles()
    const [valid, invalid, other] = ['valid.yaml', 'invalid.yaml', 'other.yaml'].map((name) => join(folder, name))
    await writeFile(valid ?? '', VALID)
    await writeFile(invalid ?? '', `${HEAD}spec: {steps: {a: {comand: [echo]}, b: {command: 3}}}\n`)
    await writeFile(other ?? '', 'a: 1\n')
    expect(await files.look(valid ?? '')).toMatchObject({ name: 'wine', state: 'valid', faults: 0, steps: 1 })
    expect(await files.look(invalid ?? '')).toMatchObject({ name: 'wine', state: 'invalid', faults: 3, digest: null })
    expect(await files.look(other ?? '')).toBeNull()
    expect(await files.lookAs(other ?? '')).toMatchObject({ name: 'other.yaml', state: 'invalid' })
    expect(await files.look(join(folder, 'none.yaml'))).toBeUndefined()
  })

  test('is read again when its size or its time changed, and not before', async () => {
    const files = openPipelineFiles()
    const file = join(folder, 'changing.yaml')
    await writeFile(file, VALID)
    await utimes(file, 1_000, 1_000)
    expect(await files.look(file)).toMatchObject({ name: 'wine' })
    await writeFile(file, VALID.replace('wine', 'beer'))
    await utimes(file, 1_000, 1_000)
    expect(await files.look(file)).toMatchObject({ name: 'wine' })
    await utimes(file, 1_000, 1_001)
    expect(await files.look(file)).toMatchObject({ name: 'beer', modifiedAt: '1970-01-01T00:16:41.000Z' })
    files.keepOnly(new Set())
    await writeFile(file, VALID)
    await utimes(file, 1_000, 1_001)
    expect(await files.look(file)).toMatchObject({ name: 'wine' })
  })

  test('that is far too large is not read whole', async () => {
    const files = openPipelineFiles()
    const file = join(folder, 'large.yaml')
    await writeFile(file, VALID + '#'.repeat(3_000_000))
    expect(await files.look(file)).toMatchObject({ name: 'large.yaml', state: 'invalid', faults: 1 })
  })
})
