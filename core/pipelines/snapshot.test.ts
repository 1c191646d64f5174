import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { assert, asyncProperty, constantFrom, dictionary, string } from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isProblem, type Problem } from '#core/base/problem.ts'
import { openBlobs, openStore, removeTree, type Blobs } from '#core/store/index.ts'
import { openFileIndex, type FileIndex, type IndexEntry } from './file-index.ts'
import { codeDigestOf, matchFiles, placeCode, takeSnapshot, type CodeSnapshot } from './snapshot.ts'

let base = ''
let code = ''
let blobs: Blobs
let reads = 0
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'minisub-snapshot-'))
  code = join(base, 'code')
  mkdirSync(code)
  reads = 0
  const store = openBlobs(join(base, 'blobs'))
  const putFile: Blobs['putFile'] = (path, options) => {
    reads += 1
    return store.putFile(path, options)
  }
  blobs = { ...store, putFile }
})
afterEach(() => removeTree(base))

function write(files: Record<string, string>, root = code): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

function snapshot(options: { folder?: string; exclude?: string[]; index?: FileIndex } = {}): Promise<CodeSnapshot> {
  return takeSnapshot({ folder: code, exclude: [], index: new Map<string, IndexEntry>(), blobs, ...options })
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

async function paths(exclude: string[] = []): Promise<string[]> {
  const { files, links } = await snapshot({ exclude })
  return [...files, ...links].map((entry) => entry.path)
}

/** Makes all files so old that the index trusts them. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2_100))
}

describe('what belongs to the code', () => {
  test('is sorted by code units, and holds neither folders nor what is left out by name', async () => {
    write({
      'b.py': '',
      'B.py': '',
      'a/z': '',
      'a.txt': '',
      é: '',
      'doc.yaml': '',
      'doc.lock.json': '',
      'a/doc.yaml': '',
    })
    expect(await paths(['doc.yaml', 'doc.lock.json'])).toEqual(['B.py', 'a.txt', 'a/doc.yaml', 'a/z', 'b.py', 'é'])
  })

  test('never holds version control, caches and environments, whatever the ignore files say', async () => {
    const always = [
      '.git/x',
      '.hg/x',
      '.svn/x',
      'a/__pycache__/x',
      'a/b.pyc',
      '.DS_Store',
      '.venv/x',
      'a/node_modules/x',
      '.mini-submarine/x',
    ]
    write({ ...Object.fromEntries(always.map((path) => [path, ''])), '.minisubignore': '!*\n', 'a/kept.py': '' })
    expect(await paths()).toEqual(['.minisubignore', 'a/kept.py'])
  })

  const rules: [string, Record<string, string>, string[]][] = [
    ['a name at any depth', { '.gitignore': '*.log', 'a.log': '', 'd/a.log': '', 'd/a.txt': '' }, ['d/a.txt']],
    ['an anchored name', { '.gitignore': '/a', a: '', 'd/a': '' }, ['d/a']],
    ['a folder alone', { '.gitignore': 'a/', a: '', 'd/a/x': '' }, ['a']],
    ['negation', { '.gitignore': '*.log\n!keep.log', 'a.log': '', 'keep.log': '' }, ['keep.log']],
    ['nothing comes back out of a folder that is left out', { '.gitignore': 'd/\n!d/a', 'd/a': '' }, []],
    [
      '.minisubignore beside .gitignore has the last word',
      { '.gitignore': 'data/\n*.csv', '.minisubignore': '!data/\n*.bin', 'data/a': '', 'data/b.bin': '', 'c.csv': '' },
      ['data/a'],
    ],
    [
      'a nested file takes back',
      { '.gitignore': '*.log', 'd/.gitignore': '!a.log', 'a.log': '', 'd/a.log': '', 'd/e/a.log': '' },
      ['d/a.log', 'd/e/a.log'],
    ],
    [
      'a nested file takes a folder back with all it holds',
      { '.gitignore': 'out/', 'd/.gitignore': '!out/', 'out/a': '', 'd/out/a/b': '' },
      ['d/out/a/b'],
    ],
    [
      'a nested file holds below it alone',
      { 'd/.gitignore': '/a\nb/c', a: '', 'b/c': '', 'd/a': '', 'd/b/c': '', 'd/e/a': '', 'd/e/b/c': '' },
      ['a', 'b/c', 'd/e/a', 'd/e/b/c'],
    ],
    [
      'a folder with glob characters in its name',
      { '[d]*/.gitignore': 'a', '[d]*/a': '', '[d]*/b': '', 'dx/a': '' },
      ['[d]*/b', 'dx/a'],
    ],
    ['escapes and comments', { 'd/.gitignore': '# no\n\\#a\n\\!b\n\n', 'd/#a': '', 'd/!b': '', 'd/no': '' }, ['d/no']],
    [
      'CRLF, a byte order mark and no last newline',
      { '.gitignore': '\uFEFFa\r\nb\r\nc', a: '', b: '', c: '', d: '' },
      ['d'],
    ],
    ['case matters', { '.gitignore': '*.LOG', 'a.log': '' }, ['a.log']],
    ['two stars', { '.gitignore': 'a/**/z', 'a/z': '', 'a/b/c/z': '', 'b/z': '' }, ['b/z']],
  ]
  test.each(rules)('%s', async (_name, files, expected) => {
    write(files)
    expect((await paths()).filter((path) => !path.endsWith('ignore'))).toEqual(expected)
  })
})

describe('links', () => {
  test('that stay inside are kept as they are', async () => {
    write({ 'lib/a.py': '', 'lib/sub/b.py': '' })
    symlinkSync('lib', join(code, 'pkg'))
    symlinkSync('../../pkg/a.py', join(code, 'lib', 'sub', 'up'))
    symlinkSync('lib/../lib/./a.py', join(code, 'round'))
    const { links, files } = await snapshot()
    expect(links).toEqual([
      { path: 'lib/sub/up', target: '../../pkg/a.py' },
      { path: 'pkg', target: 'lib' },
      { path: 'round', target: 'lib/../lib/./a.py' },
    ])
    expect(files.map((file) => file.path)).toEqual(['lib/a.py', 'lib/sub/b.py'])
  })

  test.each([
    ['../secret', 'leads out'],
    ['../code/a', 'leads out'],
    ['/etc/passwd', 'absolute'],
    ['nowhere', 'does not exist'],
    ['a/b', 'does not exist'],
    ['ignored', 'not part of the code'],
    ['link', 'circle'],
    ['other', 'leads out'],
  ])('to %s are refused by name', async (target, why) => {
    write({ a: '', ignored: '', '.gitignore': 'ignored\nother' })
    writeFileSync(join(base, 'secret'), '')
    symlinkSync(target, join(code, 'link'))
    if (target === 'other') {
      write({ '.gitignore': '' })
      symlinkSync('..', join(code, 'other'))
    }
    const problem = await problemOf(snapshot())
    expect(problem.code).toBe('code_unreadable')
    expect(problem.message).toMatch(new RegExp(`link is a link to .*${why}.*minisubignore`))
    write({ '.minisubignore': 'link\nother' })
    expect((await snapshot()).links).toEqual([])
  })
})

describe('what cannot be taken', () => {
  test('is named, all at once, with the fix', async () => {
    write({ 'a\\b': '', 'c\nd': '' })
    writeFileSync(Buffer.concat([Buffer.from(`${code}/`), Buffer.from([0x66, 0xff])]), '')
    execFileSync('sh', ['-c', 'mkfifo "$@"', 'sh', join(code, 'pipe')])
    const { code: problem, message, issues } = await problemOf(snapshot())
    expect(problem).toBe('code_unreadable')
    for (const part of [
      'a\\b has a backslash',
      '"c\\nd" has a line break',
      'not UTF-8',
      'pipe is a named pipe',
      '.minisubignore',
    ]) {
      expect(message).toContain(part)
    }
    expect(issues).toHaveLength(4)
    expect(existsSync(join(base, 'blobs'))).toBe(false)
  })

  test('does not matter where it is ignored, and a real U+FFFD is a name', async () => {
    execFileSync('sh', ['-c', 'mkfifo "$@"', 'sh', join(code, 'pipe')])
    write({ '.minisubignore': 'pipe', '\uFFFD': '' })
    expect(await paths()).toEqual(['.minisubignore', '\uFFFD'])
  })

  test('a folder that is not there', async () => {
    await expect(snapshot({ folder: join(base, 'none') })).rejects.toMatchObject({ code: 'code_unreadable' })
  })
})

describe('the digest', () => {
  test('does not depend on place, times, order of writing or umask beyond x', async () => {
    const files = { 'a.py': '1', 'b/c.py': '2', 'b/d.py': '3' }
    write(files)
    chmodSync(join(code, 'a.py'), 0o755)
    symlinkSync('a.py', join(code, 'z'))
    const other = join(base, 'elsewhere', 'deep')
    write(Object.fromEntries(Object.entries(files).toReversed()), other)
    symlinkSync('a.py', join(other, 'z'))
    chmodSync(join(other, 'a.py'), 0o700)
    chmodSync(join(other, 'b/c.py'), 0o600)
    utimesSync(join(other, 'b/c.py'), 1, 1)
    const [one, two] = [await snapshot(), await snapshot({ folder: other })]
    expect(two).toEqual(one)
    expect(one.size).toBe(3)
    expect(one.digest).toBe(codeDigestOf(one.files, one.links))
  })

  test('changes with content, path, mode x, links', async () => {
    write({ a: '1', b: '2' })
    symlinkSync('a', join(code, 'l'))
    const digests = [(await snapshot()).digest]
    for (const change of [
      () => writeFileSync(join(code, 'a'), '2'),
      () => renameSync(join(code, 'b'), join(code, 'c')),
      () => chmodSync(join(code, 'c'), 0o755),
      () => symlinkSync('c', join(code, 'm')),
    ]) {
      change()
      digests.push((await snapshot()).digest)
    }
    expect(new Set(digests).size).toBe(5)
  })

  test('is the same for two folders of the same files, and another for other files', async () => {
    const name = string({ unit: constantFrom('a', 'b', 'é', '.', ' ', '-', '#'), minLength: 1, maxLength: 4 }).filter(
      (text) => !/^\.+$/.test(text),
    )
    let count = 0
    await assert(
      asyncProperty(dictionary(name, string({ maxLength: 3 }), { noNullPrototype: true }), async (files) => {
        count += 1
        const [one, two] = [join(base, `one${count}`), join(base, `two${count}`)]
        mkdirSync(one)
        write(files, one)
        cpSync(one, two, { recursive: true })
        const taken = await snapshot({ folder: one })
        expect((await snapshot({ folder: two })).digest).toBe(taken.digest)
        expect(taken.files.map((file) => file.path)).toEqual(Object.keys(files).toSorted())
        write({ more: 'x' }, two)
        expect((await snapshot({ folder: two })).digest).not.toBe(taken.digest)
      }),
      { numRuns: 30 },
    )
  })
})

describe('the index', () => {
  test('spares reading what did not change, and notices what did', async () => {
    using store = openStore(join(base, 'home'))
    const index = openFileIndex(store.db)
    write({ a: 'one', b: 'two', c: 'three', d: 'four' })
    await settle()
    const first = await snapshot({ index })
    expect(reads).toBe(4)
    expect(await snapshot({ index })).toEqual(first)
    expect(reads).toBe(4)

    const { mtime, atime } = lstatSync(join(code, 'a'))
    writeFileSync(join(code, 'a'), 'ONE')
    utimesSync(join(code, 'a'), atime, mtime)
    chmodSync(join(code, 'b'), 0o755)
    const second = await snapshot({ index })
    expect(reads).toBe(6)
    expect(
      second.files.map((file) => file.sha256 === first.files.find((old) => old.path === file.path)?.sha256),
    ).toEqual([false, true, true, true])
    expect(second.files[1]?.executable).toBe(true)

    await removeTree(join(base, 'blobs'))
    expect(await snapshot({ index })).toEqual(second)
    expect(reads).toBe(10)
  })

  test('does not trust a file that may have changed in the moment of hashing', async () => {
    const index = new Map<string, IndexEntry>()
    write({ a: 'one' })
    const digests = new Set<string>()
    for (const text of ['one', 'two', 'six', 'ten']) {
      writeFileSync(join(code, 'a'), text)
      digests.add((await snapshot({ index })).digest)
    }
    expect(digests.size).toBe(4)
    expect(index.size).toBe(0)
  })

  test('keeps numbers beyond 2^53', () => {
    using store = openStore(join(base, 'home'))
    const index = openFileIndex(store.db)
    const entry = { size: 5, mtimeNs: 1_795_000_000_123_456_789n, ctimeNs: -1n, inode: 2n ** 64n - 2n, sha256: 'x' }
    index.set('/a', entry)
    expect(index.get('/a')).toEqual(entry)
    expect(index.get('/b')).toBeUndefined()
  })
})

describe('matchFiles', () => {
  test('takes all without globs, else what gitignore patterns name', async () => {
    write({ 'train.py': '', 'lib/a.py': '', 'lib/b.txt': '', 'data.csv': '' })
    const taken = await snapshot()
    const named = (...globs: string[]) => matchFiles(taken, globs).map((file) => file.path)
    expect(named()).toHaveLength(4)
    expect(named('train.py', 'lib/')).toEqual(['lib/a.py', 'lib/b.txt', 'train.py'])
    expect(named('*.py', '!/train.py')).toEqual(['lib/a.py'])
    expect(named('none')).toEqual([])
  })
})

describe('placeCode', () => {
  test('writes a copy of its own with modes and links, large files included', async () => {
    write({ 'run.sh': 'echo', 'a/b/c.py': 'print()', big: '' })
    truncateSync(join(code, 'big'), 100_000)
    chmodSync(join(code, 'run.sh'), 0o700)
    symlinkSync('a/b', join(code, 'short'))
    const taken = await snapshot()
    const target = join(base, 'work', 'code')
    await placeCode(taken, target, blobs)
    expect(readdirSync(target, { recursive: true }).map(String).toSorted()).toEqual([
      'a',
      'a/b',
      'a/b/c.py',
      'big',
      'run.sh',
      'short',
      'short/c.py',
    ])
    expect(lstatSync(join(target, 'run.sh')).mode & 0o777).toBe(0o755)
    expect(lstatSync(join(target, 'big')).mode & 0o777).toBe(0o644)
    expect(readlinkSync(join(target, 'short'))).toBe('a/b')
    writeFileSync(join(target, 'short', 'c.py'), 'changed')
    expect((await snapshot()).digest).toBe(taken.digest)
    expect(readFileSync(blobs.pathOf(taken.files[0]?.sha256 ?? ''), 'utf8')).toBe('print()')
    expect((await snapshot({ folder: target })).digest).not.toBe(taken.digest)
  })

  test('refuses a listing that leads out of its folder', async () => {
    const { sha256, size } = blobs.putBytes(Buffer.from('x'))
    const files = [{ path: '../out', sha256, size, executable: false }]
    await expect(placeCode({ files, links: [] }, join(base, 'target'), blobs)).rejects.toThrow('leads out')
    expect(existsSync(join(base, 'out'))).toBe(false)
  })
})
