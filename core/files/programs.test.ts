import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { foldersOfPath, isProgram, nearestFolder, programOnPath } from './programs.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'minisub-programs-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** An executable file in a folder of its own. */
function program(folder: string, mode = 0o755): string {
  mkdirSync(join(root, folder), { recursive: true })
  writeFileSync(join(root, folder, 'tool'), '')
  chmodSync(join(root, folder, 'tool'), mode)
  return join(root, folder, 'tool')
}

test('the first folder of PATH that has the program wins; files that cannot be run and folders are passed by', () => {
  program('a', 0o644)
  mkdirSync(join(root, 'b', 'tool'), { recursive: true })
  const [third] = [program('c'), program('d')]
  const path = ['a', 'b', 'none', 'c', 'd'].map((name) => join(root, name)).join(delimiter)
  expect(programOnPath('tool', path)).toBe(third)
  expect(programOnPath('other', path)).toBeUndefined()
})

test('relative and empty folders of PATH are not searched', () => {
  program('a')
  expect(programOnPath('tool', ['', '.', 'a'].join(delimiter))).toBeUndefined()
  expect(foldersOfPath(['/x', '', 'y', '/x'].join(delimiter))).toEqual(['/x'])
  expect(programOnPath('tool', '')).toBeUndefined()
})

test('a link is the program that it leads to, and one that leads nowhere is none', () => {
  program('a')
  symlinkSync(join(root, 'a', 'tool'), join(root, 'link'))
  symlinkSync(join(root, 'none'), join(root, 'broken'))
  expect([isProgram(join(root, 'link')), isProgram(join(root, 'broken'))]).toEqual([true, false])
})

test('the nearest folder of one that is to be made is one that is there', () => {
  expect(nearestFolder(join(root, 'x', 'y'))).toBe(root)
  expect(nearestFolder('/')).toBe('/')
})
