import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findOpener, openWith } from './open-browser.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'minisub-open-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** A folder of PATH with programs of these names. */
function folderWith(...names: readonly string[]): string {
  const folder = mkdtempSync(join(root, 'bin-'))
  for (const name of names) program(join(folder, name), 'exit 0')
  return folder
}

function program(path: string, body: string): string {
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, 0o755)
  return path
}

test('the opener is that of the system, found in PATH', () => {
  const [linux, mac, wsl] = [folderWith('xdg-open'), folderWith('open'), folderWith('explorer.exe', 'wslview')]
  const PATH = `relative:${root}/nothing:${linux}:${mac}:${wsl}`
  expect(findOpener('linux', { PATH, DISPLAY: ':0' })).toBe(join(linux, 'xdg-open'))
  expect(findOpener('linux', { PATH, WAYLAND_DISPLAY: 'wayland-0' })).toBe(join(linux, 'xdg-open'))
  expect(findOpener('darwin', { PATH })).toBe(join(mac, 'open'))
  expect(findOpener('linux', { PATH, WSL_DISTRO_NAME: 'Debian' })).toBe(join(wsl, 'wslview'))
  const explorer = folderWith('explorer.exe')
  expect(findOpener('linux', { PATH: explorer, WSL_DISTRO_NAME: 'Debian' })).toBe(join(explorer, 'explorer.exe'))
})

test('there is none without a screen, without the program, or where it is no program', () => {
  const PATH = folderWith('xdg-open')
  expect(findOpener('linux', { PATH })).toBeUndefined()
  expect(findOpener('linux', { PATH, DISPLAY: '' })).toBeUndefined()
  expect(findOpener('linux', { DISPLAY: ':0' })).toBeUndefined()
  const other = folderWith()
  mkdirSync(join(other, 'xdg-open'))
  expect(findOpener('linux', { PATH: other, DISPLAY: ':0' })).toBeUndefined()
  rmSync(join(other, 'xdg-open'), { recursive: true })
  writeFileSync(join(other, 'xdg-open'), 'text')
  expect(findOpener('linux', { PATH: other, DISPLAY: ':0' })).toBeUndefined()
})

test('the address is one argument, whatever is in it, and no shell reads it', async () => {
  const seen = join(root, 'seen')
  const opener = program(join(root, 'opener'), `printf '%s|' "$#" "$@" > '${seen}.new' && mv '${seen}.new' '${seen}'`)
  const address = 'http://127.0.0.1:4711/#code=a b;touch x$(id)"\''
  expect(await openWith(opener, address)).toBe(true)
  await vi.waitFor(() => expect(existsSync(seen)).toBe(true))
  expect(readFileSync(seen, 'utf8')).toBe(`1|${address}|`)
})

test('an opener that fails or cannot be started is told; the one of Windows always says that it failed', async () => {
  expect(await openWith(program(join(root, 'failing'), 'exit 3'), 'http://x/')).toBe(false)
  expect(await openWith(join(root, 'nothing'), 'http://x/')).toBe(false)
  expect(await openWith(program(join(root, 'explorer.exe'), 'exit 1'), 'http://x/')).toBe(true)
})
