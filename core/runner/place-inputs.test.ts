import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { PodInput, PodProducer, PodSource } from '#core/attempts/index.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { digestOfJson, removeTree, sha256 } from '#core/files/index.ts'
import { placeGathered, placeInput } from '#core/pipelines/inputs.ts'
import { openBlobs } from '#core/store/index.ts'
import { placeInputs } from './place-inputs.ts'
import { openProducers } from './producers.ts'

let base = ''
let inputs = ''
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'minisub-place-'))
  inputs = join(base, 'inputs')
  mkdirSync(inputs)
})
afterEach(() => removeTree(base))

const artifact = (name: string): string => join(base, `a-${name}`)

/** What Argo brings: below `a-`, readable for its owner alone, and never executable. */
function bring(name: string, text: string): void {
  mkdirSync(dirname(artifact(name)), { recursive: true })
  writeFileSync(artifact(name), text, { mode: 0o600 })
}

const fileOf = (text: string, executable = false) => ({
  size: Buffer.byteLength(text),
  executable,
  sha256: sha256(text),
})
const file = (text: string, executable = false): OutputRecord => ({ kind: 'file', ...fileOf(text, executable) })
const value = (it: Extract<OutputRecord, { kind: 'value' }>['value']): OutputRecord => ({
  kind: 'value',
  value: it,
  sha256: digestOfJson(it),
})
function folder(files: Readonly<Record<string, string>>, emptyFolders: readonly string[] = []): OutputRecord {
  const listed = Object.entries(files).map(([path, text]) => ({ path, ...fileOf(text, path.endsWith('.sh')) }))
  return {
    kind: 'folder',
    size: listed.reduce((sum, { size }) => sum + size, 0),
    files: listed,
    emptyFolders,
    sha256: sha256(''),
  }
}

const output = (it: Partial<Extract<PodSource, { from: 'output' }>> = {}): PodSource => ({
  from: 'output',
  producer: 0,
  output: 'x',
  artifact: null,
  ...it,
})
const producer: PodProducer = { step: 'a', isFanOut: false, status: 'Succeeded', records: 'records' }
const fanOut: PodProducer = { ...producer, isFanOut: true }

function place(list: readonly PodInput[], of: PodProducer = producer): Promise<void> {
  const producers = openProducers({ producers: [of], statuses: [of.status ?? 'Error'], artifact })
  return placeInputs({ inputs: list, producers, artifact, folder: inputs })
}
const placeOne = (source: PodSource, of?: PodProducer): Promise<void> => place([{ name: 'in', source }], of)
const found = (path = ''): string => join(inputs, 'in', path)

/** Everything below a path: mode, and content of files. */
function treeOf(path: string): Record<string, string> {
  const mode = (at: string): string => (lstatSync(at).mode & 0o7777).toString(8)
  if (!statSync(path).isDirectory()) return { '': `${mode(path)} ${readFileSync(path, 'utf8')}` }
  const tree: Record<string, string> = { '': mode(path) }
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    const at = join(entry.parentPath, entry.name)
    tree[at.slice(path.length + 1)] = entry.isFile() ? `${mode(at)} ${readFileSync(at, 'utf8')}` : mode(at)
  }
  return tree
}

describe('an input', () => {
  test('is a file for reading only, moved from where Argo put it', async () => {
    bring('data', 'abc')
    const before = statSync(artifact('data')).ino
    await placeOne({ from: 'file', record: file('abc', true), artifact: 'data' })
    expect(treeOf(found())).toEqual({ '': '555 abc' })
    expect(statSync(found()).ino).toBe(before)
    expect(readdirSync(base)).toEqual(['inputs'])
  })

  test('is a folder with what the record lists: modes, empty folders, and nothing else', async () => {
    const listed = folder({ 'run.sh': 'x', 'deep/er/é 😀': '{{x}}', none: '' }, ['empty', 'deep/empty'])
    for (const path of ['run.sh', 'deep/er/é 😀', 'none'])
      bring(`data/${path}`, { 'run.sh': 'x', none: '' }[path] ?? '{{x}}')
    bring('data/left-over', 'of an attempt before')
    await placeOne({ from: 'file', record: listed, artifact: 'data' })
    expect(treeOf(found())).toEqual({
      '': '555',
      'run.sh': '555 x',
      none: '444 ',
      deep: '555',
      'deep/er': '555',
      'deep/er/é 😀': '444 {{x}}',
      'deep/empty': '555',
      empty: '555',
    })
  })

  test('is an empty folder where a bucket has nothing of one', async () => {
    await placeOne({ from: 'file', record: folder({}, ['a/b']), artifact: 'data' })
    expect(treeOf(found())).toEqual({ '': '555', a: '555', 'a/b': '555' })
  })

  test('is copied for all of its places but the last', async () => {
    bring('data', 'abc')
    const source: PodSource = { from: 'file', record: file('abc'), artifact: 'data' }
    const names = ['one', 'two', 'steps.a.x']
    await place(names.map((name) => ({ name, source })))
    for (const name of names) expect(treeOf(join(inputs, name))).toEqual({ '': '444 abc' })
    expect(new Set(names.map((name) => statSync(join(inputs, name)).ino)).size).toBe(3)
  })

  test('is whole when it is bigger than what is read at one go', async () => {
    const text = 'x'.repeat(3_000_001)
    for (const name of ['moved', 'both']) bring(name, text)
    const source = (name: string): PodSource => ({ from: 'file', record: file(text), artifact: name })
    await place(['moved', 'both', 'both'].map((name, index) => ({ name: `${name}${index}`, source: source(name) })))
    for (const name of ['moved0', 'both1', 'both2']) expect(readFileSync(join(inputs, name), 'utf8')).toBe(text)
  })

  test.each<[string, PodSource, string]>([
    ['of another size', { from: 'file', record: file('ab'), artifact: 'data' }, 'artifact_corrupt'],
    ['of the same size with other bytes', { from: 'file', record: file('abd'), artifact: 'data' }, 'artifact_corrupt'],
    ['that is not there', { from: 'file', record: file('abc'), artifact: 'none' }, 'artifact_missing'],
    [
      'of which Argo made an empty folder',
      { from: 'file', record: file('abc'), artifact: 'empty' },
      'artifact_missing',
    ],
    ['with a file too few', { from: 'file', record: folder({ a: 'x' }), artifact: 'empty' }, 'artifact_missing'],
    [
      'that is a file and should be a folder',
      { from: 'file', record: folder({ a: 'x' }), artifact: 'data' },
      'artifact_missing',
    ],
  ])('%s is a problem', async (_, source, code) => {
    bring('data', 'abc')
    mkdirSync(artifact('empty'))
    await expect(placeOne(source)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('the input in') as string,
    })
  })
})

describe('an output of another step', () => {
  test('that is a value is its canonical JSON', async () => {
    bring('records', JSON.stringify({ x: value({ b: '{{x}}\n', a: [1, 2] }) }))
    await placeOne(output())
    expect(treeOf(found())).toEqual({ '': String.raw`444 {"a":[1,2],"b":"{{x}}\n"}` })
  })

  test('that was skipped is its default, and never read', async () => {
    for (const status of ['Skipped', 'Omitted'] as const) {
      await placeOne(output({ default: ['d'] }), { ...producer, status, records: null })
      expect(treeOf(found())).toEqual({ '': '444 ["d"]' })
      await removeTree(found())
    }
  })

  test.each(['Failed', 'Error', 'Skipped'] as const)('that is %s and has no default ends the step', async (status) => {
    await expect(placeOne(output(), { ...producer, status })).rejects.toThrow('steps.a.outputs.x does not exist')
  })

  test.each<[string, string, string]>([
    ['is missing among the records', '{}', 'artifact_corrupt'],
    ['is in records that are none', '[', 'artifact_corrupt'],
  ])('that %s is a problem', async (_, records, code) => {
    bring('records', records)
    await expect(placeOne(output())).rejects.toMatchObject({ code })
  })

  test('whose records are not there is a problem', async () => {
    await expect(placeOne(output())).rejects.toMatchObject({ code: 'artifact_missing' })
    mkdirSync(artifact('records'))
    await expect(placeOne(output())).rejects.toMatchObject({ code: 'artifact_missing' })
  })
})

describe('what a fan-out gathered', () => {
  test('is one list of its values, in the order of items', async () => {
    for (let item = 0; item < 12; item += 1) bring(`records/${item}.json`, JSON.stringify({ x: value(`v${item}`) }))
    await placeOne(output(), fanOut)
    expect(JSON.parse(readFileSync(found(), 'utf8'))).toEqual(Array.from({ length: 12 }, (_, item) => `v${item}`))
  })

  test('is a folder 0, 1, 2 … of files', async () => {
    for (let item = 0; item < 11; item += 1) {
      bring(`records/${item}.json`, JSON.stringify({ x: file(`${item}`, item === 10) }))
      bring(`x/${item}`, `${item}`)
    }
    await placeOne(output({ artifact: 'x' }), fanOut)
    expect(treeOf(found())).toMatchObject({ '': '555', 0: '444 0', 9: '444 9', 10: '555 10' })
    expect(readdirSync(found())).toHaveLength(11)
  })

  test('is nothing where it had no items', async () => {
    await place(
      [
        { name: 'values', source: output() },
        { name: 'files', source: output({ artifact: 'x' }) },
      ],
      fanOut,
    )
    expect(treeOf(join(inputs, 'values'))).toEqual({ '': '444 []' })
    expect(treeOf(join(inputs, 'files'))).toEqual({ '': '555' })
  })

  test('with an item that is not there is a problem', async () => {
    for (const item of [0, 2]) bring(`records/${item}.json`, JSON.stringify({ x: value(item) }))
    await expect(placeOne(output(), fanOut)).rejects.toMatchObject({ code: 'artifact_missing' })
  })
})

describe('what is placed', () => {
  test('is what the process and Docker targets place', async () => {
    const blobs = openBlobs(join(base, 'blobs'))
    const texts = { 'run.sh': '#!', 'a/b/c': 'c' }
    for (const text of Object.values(texts)) blobs.putBytes(Buffer.from(text))
    const tree = folder(texts, ['a/none', 'e'])
    const records = [tree, file('c'), file('#!', true)]
    await placeGathered(records, join(base, 'expected'), blobs)
    await placeInput(value({ b: 1, a: 'é' }), join(base, 'value'), blobs)
    for (const [item, record] of records.entries()) {
      bring(`records/${item}.json`, JSON.stringify({ x: record, v: value({ b: 1, a: 'é' }) }))
    }
    for (const [path, text] of Object.entries(texts)) bring(`x/0/${path}`, text)
    bring('x/1', 'c')
    bring('x/2', '#!')
    await placeOne(output({ artifact: 'x' }), fanOut)
    expect(treeOf(found())).toEqual(treeOf(join(base, 'expected')))
    bring('one', JSON.stringify({ v: value({ b: 1, a: 'é' }) }))
    await place([{ name: 'v', source: output({ output: 'v' }) }], { ...producer, records: 'one' })
    expect(treeOf(join(inputs, 'v'))).toEqual(treeOf(join(base, 'value')))
  })
})
