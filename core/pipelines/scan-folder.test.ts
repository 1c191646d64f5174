import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { removeTree } from '#core/store/index.ts'
import { scanFolder } from './scan-folder.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'minisub-scan-'))
})
afterEach(() => removeTree(folder))

async function write(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), '')
  }
}

async function scan(skip: readonly string[] = [], bounds = {}): Promise<{ state: string; files: string[] }> {
  const { state, files } = await scanFolder(folder, new Set(skip.map((path) => join(folder, path))), bounds)
  return { state, files: files.map((file) => relative(folder, file)) }
}

describe('the search of a folder', () => {
  test('finds what could be documents by their names, below too, in order', async () => {
    await write('b.yaml', 'a.yml', 'sub/deep/C.YAML', 'd.json', 'a.lock.json', 'e.txt', 'yaml', 'sub/f.yaml.bak')
    expect(await scan()).toEqual({ state: 'ready', files: ['a.yml', 'b.yaml', 'd.json', 'sub/deep/C.YAML'] })
  })

  test('passes over hidden folders, packages, what it is told to, and links', async () => {
    await write(
      '.git/a.yaml',
      'node_modules/x/a.yaml',
      '__pycache__/a.yaml',
      'venv/a.yaml',
      '.venv/a.yaml',
      'own/a.yaml',
    )
    await write('kept/a.yaml')
    await symlink(join(folder, 'kept'), join(folder, 'link'))
    await symlink(folder, join(folder, 'kept', 'loop'))
    expect(await scan(['own'])).toEqual({ state: 'ready', files: ['kept/a.yaml'] })
  })

  test('says that it is partial where there is more than it looks at, the upper levels first', async () => {
    await write('a.yaml', 'sub/b.yaml', ...Array.from({ length: 9 }, (_, i) => `sub/more/${i}.yaml`))
    const cut = await scan([], { entries: 7 })
    expect([cut.state, cut.files.length, ...cut.files.slice(0, 2)]).toEqual(['partial', 5, 'a.yaml', 'sub/b.yaml'])
    expect(await scan([], { depth: 1 })).toEqual({ state: 'partial', files: ['a.yaml', 'sub/b.yaml'] })
    expect(await scan([], { depth: 2, entries: 13 })).toMatchObject({ state: 'ready' })
  })

  test('says what became of a folder that is gone, and of one that is a file', async () => {
    await write('a.yaml')
    expect(await scanFolder(join(folder, 'a.yaml'), new Set())).toEqual({ state: 'missing', files: [] })
    await rm(folder, { recursive: true })
    expect(await scan()).toEqual({ state: 'missing', files: [] })
    await mkdir(folder)
  })

  test.skipIf(process.getuid?.() === 0)('says that a folder cannot be read', async () => {
    await write('closed/a.yaml')
    await chmod(join(folder, 'closed'), 0)
    expect(await scan()).toEqual({ state: 'partial', files: [] })
    expect(await scanFolder(join(folder, 'closed'), new Set())).toEqual({ state: 'unreadable', files: [] })
    await chmod(join(folder, 'closed'), 0o700)
  })
})
