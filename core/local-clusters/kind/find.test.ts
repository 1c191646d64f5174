import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { downloadedKind, findKind } from './find.ts'
import { isFitVersion, PINNED, readKindVersion, releaseFile } from './release.ts'

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'minisub-kind-'))
})
afterEach(() => rmSync(home, { recursive: true }))

/** A folder with a program `kind` of this script. */
function folder(name: string, script: string, mode = 0o755): string {
  const path = join(home, name)
  mkdirSync(path)
  writeFileSync(join(path, 'kind'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(path, 'kind'), mode)
  return path
}
const says = (version: string): string => `echo "kind ${version} go1.24.6 linux/amd64"`
const find = (...folders: string[]) => findKind({ home, path: folders.join(delimiter) })
const download = (script: string): void => {
  mkdirSync(dirname(downloadedKind(home)), { recursive: true })
  writeFileSync(downloadedKind(home), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}

test('the first program of PATH in range is taken, and what lies before it is told', async () => {
  const old = folder('old', says('v0.20.0'))
  const broken = folder('broken', 'echo oops >&2; exit 3')
  const other = folder('other', 'echo "a kind of editor, 1.2.3"')
  const fit = folder('fit', says('v0.31.0'))
  const later = folder('later', says('v0.30.0'))
  download(says('v0.30.0'))
  expect(await find(old, 'relative', join(home, 'absent'), broken, other, fit, later)).toEqual({
    tool: { path: join(fit, 'kind'), version: 'v0.31.0', from: 'path' },
    unfit: [
      { path: join(old, 'kind'), version: 'v0.20.0' },
      { path: join(broken, 'kind'), version: 'unknown' },
      { path: join(other, 'kind'), version: 'unknown' },
    ],
    pinned: PINNED.version,
    canDownload: releaseFile(process.platform, process.arch) !== undefined,
  })
})

test('without one on PATH the one that was downloaded is taken', async () => {
  const notRunnable = folder('plain', says('v0.30.0'), 0o644)
  mkdirSync(join(home, 'directory', 'kind'), { recursive: true })
  expect(await find(notRunnable, join(home, 'directory'))).toMatchObject({ unfit: [] })
  expect(await find(notRunnable)).not.toHaveProperty('tool')
  download(says('v0.30.0'))
  expect(await find(notRunnable)).toMatchObject({
    tool: { path: downloadedKind(home), version: 'v0.30.0', from: 'downloaded' },
  })
})

test('a program that does not answer is passed over', async () => {
  const stuck = folder('stuck', 'exec sleep 600')
  expect(await find(stuck, folder('fit', says('v0.30.0')))).toMatchObject({
    tool: { version: 'v0.30.0' },
    unfit: [{ path: join(stuck, 'kind'), version: 'unknown' }],
  })
})

describe('versions', () => {
  test.each([
    ['v0.26.9', false],
    ['v0.27.0-alpha+1', false],
    ['v0.27.0', true],
    ['v0.27.1-alpha', true],
    ['v0.30.0', true],
    ['v0.31.0-alpha+9a3f', true],
    ['v1.0.0', false],
    ['nonsense', false],
  ])('%s is in range: %s', (version, isFit) => expect(isFitVersion(version)).toBe(isFit))

  test('what kind prints is read, and nothing else', () => {
    expect(readKindVersion('kind v0.30.0 go1.24.6 linux/amd64\n')).toBe('v0.30.0')
    expect(readKindVersion('kind v0.31.0-alpha+9a3f go1.25 darwin/arm64')).toBe('v0.31.0-alpha+9a3f')
    expect(readKindVersion('kind 0.30')).toBeUndefined()
  })

  test('any output is read as a version or as nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^kind v?[0-9.+a-z-]{0,40}$/)), (output) => {
        const version = readKindVersion(output)
        if (version !== undefined) expect(typeof isFitVersion(version)).toBe('boolean')
      }),
    )
  })

  test('of every platform that kind is made for here the sum is known', () => {
    const sums = Object.values(PINNED.files).map(({ sha256 }) => sha256)
    expect(sums).toEqual(sums.map(() => expect.stringMatching(/^[0-9a-f]{64}$/)))
    expect(new Set(sums).size).toBe(4)
    expect(releaseFile('win32', 'x64')).toBeUndefined()
    expect(releaseFile('linux', 'toString')).toBeUndefined()
  })
})
