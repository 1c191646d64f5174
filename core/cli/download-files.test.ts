import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { downloadFiles, safePath } from './download-files.ts'

let root: string
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'minisub-download-'))))
afterEach(() => rm(root, { recursive: true, force: true }))

const TEXTS: Record<string, string> = { MLmodel: 'flavors: {}\n', 'data/model.pkl': 'x'.repeat(100_000), empty: '' }

function wanted(path: string) {
  const text = TEXTS[path] ?? ''
  return { path, size: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') }
}

/** Downloads TEXTS; `change` may change what comes. Tells which ranges were asked for. */
async function download(options: { force?: boolean; change?: (path: string, text: string) => string } = {}) {
  const asked: string[] = []
  const { force = false, change = (_, text) => text } = options
  await downloadFiles({
    files: Object.keys(TEXTS).map(wanted),
    folder: join(root, 'model'),
    force,
    read: async (path, range) => {
      asked.push(`${path} ${range?.start ?? 'whole'}`)
      return new Response(change(path, TEXTS[path] ?? '').slice(range?.start ?? 0))
    },
  })
  return asked.toSorted()
}

test('a folder is there whole, and nothing else is left', async () => {
  expect(await download()).toEqual(['MLmodel whole', 'data/model.pkl whole', 'empty whole'])
  for (const [path, text] of Object.entries(TEXTS)) {
    expect(readFileSync(join(root, 'model', path), 'utf8')).toBe(text)
  }
  expect(readdirSync(root)).toEqual(['model'])
})

test('what is there is not overwritten, but by force; an empty folder is taken', async () => {
  const folder = join(root, 'model')
  mkdirSync(folder)
  await download()
  writeFileSync(join(folder, 'mine'), 'mine')
  await expect(download()).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('--force') })
  expect(readFileSync(join(folder, 'mine'), 'utf8')).toBe('mine')
  await download({ force: true })
  expect(readdirSync(folder).toSorted()).toEqual(['MLmodel', 'data', 'empty'])
  expect(readdirSync(root)).toEqual(['model'])
  await rm(folder, { recursive: true })
  writeFileSync(folder, 'a file')
  await expect(download({ force: true })).rejects.toMatchObject({ code: 'conflict' })
})

test('one that was cut off goes on where it was, and asks for no whole file again', async () => {
  const cut = (path: string, text: string) => (path === 'data/model.pkl' ? text.slice(0, 60_000) : text)
  await expect(download({ change: cut })).rejects.toMatchObject({ code: 'object_damaged' })
  const [beside = ''] = readdirSync(root)
  expect(beside).toMatch(/^\.model\.[0-9a-f]{12}\.part$/)
  writeFileSync(join(root, beside, 'data/model.pkl'), 'x'.repeat(60_000))
  expect(await download()).toEqual(['data/model.pkl 60000', 'empty whole'])
  expect(readFileSync(join(root, 'model', 'data/model.pkl'), 'utf8')).toBe(TEXTS['data/model.pkl'])
})

test('a fault of one file begins no other one', async () => {
  const files = Array.from({ length: 50 }, (_, index) => ({ path: `${index}`, size: 1, sha256: 'a'.repeat(64) }))
  let asked = 0
  const read = async () => {
    asked += 1
    return new Response('x')
  }
  const all = downloadFiles({ files, folder: join(root, 'model'), force: false, read })
  await expect(all).rejects.toMatchObject({ code: 'object_damaged' })
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(asked).toBeLessThanOrEqual(4)
})

test("what a download that was killed had put aside is in nobody's way", async () => {
  await download()
  writeFileSync(join(root, 'model', 'mine'), 'mine')
  const cut = await download({ force: true, change: () => '' }).catch(() => readdirSync(root))
  const beside = cut.find((name) => name.endsWith('.part')) ?? ''
  mkdirSync(join(root, `${beside}.old`))
  writeFileSync(join(root, `${beside}.old`, 'x'), 'x')
  await download({ force: true })
  expect(readdirSync(root)).toEqual(['model'])
})

test.runIf(existsSync('/proc/self'))('a folder that cannot be made is said to be so at once', async () => {
  const folder = '/proc/minisub-model'
  const all = downloadFiles({ files: [], folder, force: false, read: async () => new Response('') })
  await expect(all).rejects.toMatchObject({ code: 'conflict' })
})

test('other bytes than were promised, and links, are not kept', async () => {
  const wrong = (path: string, text: string) => (path === 'MLmodel' ? text.toUpperCase() : text)
  await expect(download({ change: wrong })).rejects.toMatchObject({ code: 'object_damaged' })
  const [beside = ''] = readdirSync(root)
  writeFileSync(join(root, 'victim'), 'victim')
  symlinkSync(join(root, 'victim'), join(root, beside, 'MLmodel'))
  await download()
  expect(readFileSync(join(root, 'victim'), 'utf8')).toBe('victim')
  expect(readFileSync(join(root, 'model', 'MLmodel'), 'utf8')).toBe(TEXTS['MLmodel'])
})

test.each(['../x', 'a/../../x', '/etc/passwd', 'a//b', './x', 'a\\b', 'C:/x', 'a\0b', 'a\nb', '', 'a/'])(
  'the path %j is refused',
  (path) => {
    expect(() => safePath(path)).toThrow('leads out of its folder')
  },
)

test('no path leads out of its folder', () => {
  const part = fc.constantFrom('..', '.', '', 'a', 'b c', '~', '\\', '/', 'C:', '%2e%2e')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      try {
        expect(join('/there/folder', safePath(parts.join('/')))).toMatch(/^\/there\/folder\/./)
      } catch (error) {
        expect(error).toMatchObject({ code: 'forbidden' })
      }
    }),
  )
})
