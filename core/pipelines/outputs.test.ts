import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isProblem, type Problem } from '#core/base/problem.ts'
import type { OutputDeclaration } from '#core/contract/definition.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { openBlobs, removeTree, type Blobs } from '#core/store/index.ts'
import { sha256 } from '#core/files/index.ts'
import { placeGathered, placeInput } from './inputs.ts'
import { collectOutputs } from './outputs.ts'

let base = ''
let folder = ''
let blobs: Blobs
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'minisub-outputs-'))
  folder = join(base, 'outputs')
  mkdirSync(folder)
  blobs = openBlobs(join(base, 'blobs'))
})
afterEach(() => removeTree(base))

const collect = (declared: Record<string, OutputDeclaration>) => collectOutputs({ folder, declared, blobs })
const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content)

/** One record of a single output. */
async function record(declaration: OutputDeclaration): Promise<OutputRecord> {
  const { out } = await collect({ out: declaration })
  if (out === undefined) throw new Error('no record')
  return out
}

/** The Problem that a promise is rejected with. */
async function problemOf(work: Promise<unknown>): Promise<Problem> {
  const error: unknown = await work.then(
    () => new Error('nothing was refused'),
    (thrown: unknown) => thrown,
  )
  if (!isProblem(error)) throw error
  return error
}

describe('a value', () => {
  test.each([
    [{ type: 'number' }, '0.5\n', 0.5],
    [{ type: 'string' }, 'a "b"\n\n', 'a "b"\n'],
    [{ type: 'string' }, '', ''],
    [{ type: 'string' }, '\uFEFFé\uFFFD', '\uFEFFé\uFFFD'],
    [{ type: 'list', items: { type: 'integer' } }, '[3, 1]', [3, 1]],
    [{ type: 'string' }, 'x'.repeat(32_768), 'x'.repeat(32_768)],
  ] as const)('%j is read', async (declaration, text, value) => {
    write('out', text)
    expect(await record(declaration)).toMatchObject({ kind: 'value', value })
  })

  test('is identified by its canonical JSON', async () => {
    write('out', '{"b": 1.0, "a": [ ]}')
    expect(await record({ type: 'object' })).toEqual({
      kind: 'value',
      value: { a: [], b: 1 },
      sha256: sha256('{"a":[],"b":1}'),
    })
  })

  test.each([
    [{ type: 'integer' }, '9007199254740993', 'output_invalid', 'found 9007199254740993'],
    [{ type: 'integer' }, '"3"', 'output_invalid', 'expected an integer, found "3"'],
    [{ type: 'number', maximum: 1 }, '1.5', 'output_invalid', 'expected at most 1, found 1.5'],
    [{ type: 'number' }, 'nan', 'output_invalid', 'expected JSON, found nan'],
    [{ type: 'string', pattern: '^(a+)+$' }, `${'a'.repeat(50)}!`, 'output_invalid', 'too long'],
    [{ type: 'object' }, '{"__proto__": 1}', 'output_invalid', '__proto__'],
    [{ type: 'string' }, Uint8Array.of(0xff), 'output_invalid', 'expected UTF-8'],
    [{ type: 'string' }, 'x'.repeat(32_769), 'output_too_large', '32769 bytes long, more than the 32768'],
  ] as const)('%j does not take what is wrong', async (...[declaration, content, code, message]) => {
    write('out', content)
    const problem = await problemOf(record(declaration))
    expect(problem.code).toBe(code)
    expect(problem.message).toContain(message)
  })
})

describe('a file', () => {
  test('is taken into the store with its mode x, as often as asked, and stays', async () => {
    write('out', 'model')
    chmodSync(join(folder, 'out'), 0o700)
    write('other', 'not declared')
    const taken = { kind: 'file', size: 5, executable: true, sha256: sha256('model') }
    expect(await record({ type: 'file' })).toEqual(taken)
    expect(await record({ type: 'file' })).toEqual(taken)
    expect(readdirSync(folder)).toEqual(['other', 'out'])
    expect(readFileSync(blobs.pathOf(sha256('model')), 'utf8')).toBe('model')
  })
})

describe('a folder', () => {
  test('is listed with empty folders and modes', async () => {
    mkdirSync(join(folder, 'out', 'a', 'empty'), { recursive: true })
    mkdirSync(join(folder, 'out', 'void'))
    write('out/a.txt', '1')
    write('out/a/b', '22')
    chmodSync(join(folder, 'out/a/b'), 0o755)
    const { sha256: identity, ...listing } = await record({ type: 'folder' })
    expect(identity).toMatch(/^[0-9a-f]{64}$/)
    expect(listing).toEqual({
      kind: 'folder',
      size: 3,
      files: [
        { path: 'a.txt', size: 1, executable: false, sha256: sha256('1') },
        { path: 'a/b', size: 2, executable: true, sha256: sha256('22') },
      ],
      emptyFolders: ['a/empty', 'void'],
    })
  })

  test('may hold nothing', async () => {
    mkdirSync(join(folder, 'out'))
    expect(await record({ type: 'folder' })).toMatchObject({ files: [], emptyFolders: [], size: 0 })
  })
})

describe('what is not as declared', () => {
  test('is told all at once, and nothing is taken', async () => {
    write('good', 'kept')
    write('shouldBeFolder', '')
    mkdirSync(join(folder, 'shouldBeFile'))
    mkdirSync(join(folder, 'shouldBeValue'))
    symlinkSync('good', join(folder, 'link'))
    mkdirSync(join(folder, 'tree', 'sub'), { recursive: true })
    symlinkSync('..', join(folder, 'tree', 'sub', 'up'))
    execFileSync('sh', ['-c', 'mkfifo "$@"', 'sh', join(folder, 'pipe'), join(folder, 'tree', 'pipe')])
    const declared: Record<string, OutputDeclaration> = {
      good: { type: 'file' },
      missing: { type: 'number' },
      shouldBeFolder: { type: 'folder' },
      shouldBeFile: { type: 'file' },
      shouldBeValue: { type: 'string' },
      link: { type: 'file' },
      tree: { type: 'folder' },
      pipe: { type: 'file' },
    }
    const { code, message, issues } = await problemOf(collect(declared))
    expect(issues.map((issue) => `${issue.path} ${issue.code}`)).toEqual([
      'missing output_missing',
      'shouldBeFolder output_invalid',
      'shouldBeFile output_invalid',
      'shouldBeValue output_invalid',
      'link output_symlink',
      'tree output_invalid',
      'tree output_symlink',
      'pipe output_invalid',
    ])
    expect(code).toBe('output_missing')
    expect(message).toContain('$MINISUB_OUTPUTS/missing')
    expect(message).toContain('and 3 more')
    expect(issues[1]?.message).toContain('expected a folder, found a file')
    expect(issues[5]?.message).toContain('pipe, a named pipe')
    expect(readFileSync(join(folder, 'good'), 'utf8')).toBe('kept')
    expect(existsSync(join(base, 'blobs'))).toBe(false)
  })

  test('a link for a value, a link that dangles, and a link for the folder of outputs', async () => {
    symlinkSync('/etc/hostname', join(folder, 'out'))
    await expect(record({ type: 'string' })).rejects.toMatchObject({ code: 'output_symlink' })
    symlinkSync('nowhere', join(folder, 'dangling'))
    await expect(collect({ dangling: { type: 'file' } })).rejects.toMatchObject({ code: 'output_symlink' })
    symlinkSync(folder, join(base, 'away'))
    await expect(collectOutputs({ folder: join(base, 'away'), declared: {}, blobs })).rejects.toMatchObject({
      code: 'output_symlink',
    })
  })

  test('names that cannot travel, and a folder of outputs that is gone', async () => {
    mkdirSync(join(folder, 'out'))
    write('out/a\\b', '')
    await expect(record({ type: 'folder' })).rejects.toMatchObject({ code: 'output_invalid' })
    await removeTree(folder)
    await expect(record({ type: 'folder' })).rejects.toMatchObject({ code: 'output_missing' })
  })
})

const mode = (path: string) => lstatSync(path).mode & 0o777

describe('placing', () => {
  test('a folder comes back as it was, for reading only, linked to nothing', async () => {
    mkdirSync(join(folder, 'out', 'a', 'empty'), { recursive: true })
    write('out/a/run', 'x')
    chmodSync(join(folder, 'out/a/run'), 0o755)
    write('out/b', 'y')
    const output = await record({ type: 'folder' })
    const target = join(base, 'input')
    await placeInput(output, target, blobs)
    expect(readdirSync(target, { recursive: true }).map(String).toSorted()).toEqual(['a', 'a/empty', 'a/run', 'b'])
    expect(['', 'a', 'a/empty', 'a/run', 'b'].map((path) => mode(join(target, path)))).toEqual([
      0o555, 0o555, 0o555, 0o555, 0o444,
    ])
    expect(statSync(join(target, 'b')).nlink).toBe(1)
    await removeTree(target)
    expect(existsSync(target)).toBe(false)
  })

  test('a file keeps x, a value is its canonical JSON', async () => {
    write('out', 'x')
    await placeInput(await record({ type: 'file' }), join(base, 'file'), blobs)
    expect([readFileSync(join(base, 'file'), 'utf8'), mode(join(base, 'file'))]).toEqual(['x', 0o444])
    await placeInput({ kind: 'value', value: { b: 'é', a: 1 }, sha256: '' }, join(base, 'value'), blobs)
    expect([readFileSync(join(base, 'value'), 'utf8'), mode(join(base, 'value'))]).toEqual(['{"a":1,"b":"é"}', 0o444])
  })

  test('what a fan-out gathered is a folder 0, 1, 2', async () => {
    mkdirSync(join(folder, 'out'))
    write('out/f', 'x')
    const tree = await record({ type: 'folder' })
    const target = join(base, 'gathered')
    await placeGathered([tree, { kind: 'value', value: 7, sha256: '' }, tree], target, blobs)
    expect(readdirSync(target, { recursive: true }).map(String).toSorted()).toEqual(['0', '0/f', '1', '2', '2/f'])
    expect(mode(target)).toBe(0o555)
    await placeGathered([], join(base, 'none'), blobs)
    expect(readdirSync(join(base, 'none'))).toEqual([])
  })
})
