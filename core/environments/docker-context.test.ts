import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { contextPath, keepContext } from './context-store.ts'
import { readDockerContext } from './docker-context.ts'
import { lockDockerfile } from './image-lock.ts'

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'minisub-context-'))
  write('Dockerfile', 'FROM scratch\n')
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

const read = (exclude: readonly string[] = []) => readDockerContext(join(root, 'Dockerfile'), exclude)
const paths = async (exclude?: readonly string[]) => (await read(exclude)).entries.map(({ path }) => path)

describe('what goes into a build', () => {
  test('is the folder of the Dockerfile, without version control', async () => {
    write('code/main.py', 'print()')
    write('.git/HEAD', 'ref')
    symlinkSync('code/main.py', join(root, 'link'))
    mkdirSync(join(root, 'empty'))
    expect(await paths()).toEqual(['Dockerfile', 'code', 'code/main.py', 'empty', 'link'])
  })

  test('is left out as .dockerignore says, and taken back by !', async () => {
    write('.dockerignore', '# comment\ndata\n**/*.log\n!keep/important.log\nDockerfile\n/only/top.txt\n')
    for (const path of [
      'data/a',
      'x/y/b.log',
      'keep/important.log',
      'keep/other.log',
      'only/top.txt',
      'x/only/top.txt',
    ]) {
      write(path, '')
    }
    expect(await paths()).toEqual([
      '.dockerignore',
      'Dockerfile',
      'keep',
      'keep/important.log',
      'only',
      'x',
      'x/only',
      'x/only/top.txt',
      'x/y',
    ])
  })

  test('has a digest of names, contents, links and modes x, and of nothing else', async () => {
    write('a', '1')
    const { digest } = await read()
    chmodSync(join(root, 'a'), 0o600)
    write('a', '1')
    expect((await read()).digest).toBe(digest)
    const changes = [
      () => write('a', '2'),
      () => write('b', '1'),
      () => chmodSync(join(root, 'a'), 0o755),
      () => mkdirSync(join(root, 'folder')),
      () => symlinkSync('a', join(root, 'link')),
      () => write('Dockerfile', 'FROM other\n'),
      () => write('.dockerignore', 'b\n'),
    ]
    const digests = new Set([digest])
    for (const change of changes) {
      change()
      digests.add((await read()).digest)
    }
    expect(digests.size).toBe(changes.length + 1)
  })

  test('is kept as it was read, and not where it changes meanwhile', async () => {
    const home = join(root, 'home')
    write('a', '1')
    const context = await read([home])
    await keepContext(home, context)
    const changed = { ...context, digest: 'f'.repeat(64) }
    write('a', '2')
    await expect(keepContext(home, changed)).rejects.toMatchObject({ code: 'environment_failed' })
    write('a', '12')
    await expect(keepContext(home, changed)).rejects.toMatchObject({ code: 'environment_failed' })
    expect(() => rmSync(contextPath(home, changed.digest))).toThrow('ENOENT')
  })

  test('is kept once where two runs that begin at once keep it', async () => {
    const home = join(root, 'home')
    write('a', '1')
    const context = await read([home])
    await Promise.all([keepContext(home, context), keepContext(home, context)])
    expect(readdirSync(dirname(contextPath(home, context.digest)))).toEqual([`${context.digest}.tar`])
  })
})

describe('the lock of a Dockerfile', () => {
  const lock = (dockerfile: string, exclude: readonly string[] = []) =>
    lockDockerfile(dockerfile, join(root, 'home'), { folder: root, exclude })

  test('stays while its folder stays, whatever the lock file holds, and changes with it', async () => {
    write('image/Dockerfile', 'FROM scratch\n')
    const first = await lock('image/Dockerfile')
    expect(first).toMatchObject({ kind: 'dockerfile', dockerfile: 'image/Dockerfile' })
    write('pipeline.yaml', '')
    expect(await lock('image/Dockerfile')).toEqual(first)
    const beside = await lock('Dockerfile', [join(root, 'p.lock.json')])
    write('p.lock.json', '{}')
    expect(await lock('Dockerfile', [join(root, 'p.lock.json')])).toEqual(beside)
    write('image/new', '')
    expect(await lock('image/Dockerfile')).not.toEqual(first)
  })

  test('wants a Dockerfile in the folder of the pipeline', async () => {
    await expect(lock('nothing')).rejects.toMatchObject({ code: 'input_missing' })
    await expect(lock('../../etc/passwd')).rejects.toMatchObject({ code: expect.stringMatching(/^input_/) as string })
    symlinkSync('/etc/hostname', join(root, 'outside'))
    await expect(lock('outside')).rejects.toMatchObject({ code: 'input_outside' })
  })
})
