import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sha256 } from '#core/files/index.ts'
import { problemOf } from '#test/support/engine.ts'
import { changedCode } from './pulled-code.ts'

const SNAPSHOT = {
  files: ['a.py', 'lib/b.py'].map((path) => ({ path, sha256: sha256(path), size: path.length, executable: false })),
  links: [{ path: 'link', target: 'a.py' }],
}

let folder: string
const at = (path: string): string => join(folder, 'code', path)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'minisub-code-'))
  mkdirSync(at('lib'), { recursive: true })
  for (const { path } of SNAPSHOT.files) writeFileSync(at(path), path)
  symlinkSync('a.py', at('link'))
  chmodSync(folder, 0o755)
})
afterEach(() => rmSync(folder, { recursive: true }))

const changes = async () => (await changedCode(folder, SNAPSHOT)).changes.map(({ path, change }) => `${change} ${path}`)

/** Does something as a user who may not read everything. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work()
  process.seteuid?.(65_534)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}

test.each([
  ['nothing', (): void => {}, []],
  ['a file', (): void => writeFileSync(at('a.py'), 'x'), ['changed a.py']],
  ['mode x', (): void => chmodSync(at('a.py'), 0o755), ['changed a.py']],
  ['a file that is gone', (): void => rmSync(at('lib/b.py')), ['removed lib/b.py']],
  ['a folder that is gone', (): void => rmSync(at('lib'), { recursive: true }), ['removed lib/b.py']],
  ['a link', (): void => (rmSync(at('link')), symlinkSync('lib/b.py', at('link'))), ['changed link']],
  ['a link that became a file', (): void => (rmSync(at('link')), writeFileSync(at('link'), 'a')), ['changed link']],
  [
    'a file that became a folder',
    (): void => (rmSync(at('link')), rmSync(at('a.py')), mkdirSync(at('a.py')), writeFileSync(at('a.py/n'), '')),
    ['removed a.py', 'added a.py/n', 'removed link'],
  ],
])('sees what changed: %s', async (_name, change, expected) => {
  change()
  expect(await changes()).toEqual(expected)
})

test.each([
  ['a folder', (): void => chmodSync(at('lib'), 0), /lib cannot be read \(EACCES\)/],
  ['all of it', (): void => chmodSync(at(''), 0), /the folder itself cannot be read \(EACCES\)/],
  ['a file', (): void => chmodSync(at('a.py'), 0), /a\.py cannot be read \(EACCES\)/],
  ['the folder around', (): void => chmodSync(folder, 0), /EACCES/],
  ['a pipe', (): void => void execFileSync('mkfifo', [at('pipe')]), /pipe is a named pipe/],
  ['a link that leads nowhere', (): void => rmSync(at('a.py')), /link is a link to a\.py, which does not exist/],
  ['no code', (): void => rmSync(at(''), { recursive: true }), /it is no folder any more/],
])('says nothing of what is gone where it cannot be told: %s', async (_name, change, words) => {
  change()
  try {
    expect(await asNobody(() => problemOf(changedCode(folder, SNAPSHOT)))).toEqual({
      code: 'conflict',
      message: expect.stringMatching(words),
    })
  } finally {
    chmodSync(folder, 0o755)
    execFileSync('chmod', ['-R', 'u+rwX', folder])
  }
})
