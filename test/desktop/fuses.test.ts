import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { FUSES, readFuses, setFuses } from '../../scripts/build/desktop/fuses.ts'
import { ELECTRONS_FUSES, makeFakeElectron } from './fake-electron.ts'

const folder = mkdtempSync(join(tmpdir(), 'minisub-fuses-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('fuses are set in the program and read back', async () => {
  const program = makeFakeElectron(folder)
  expect(await readFuses(program)).not.toEqual(FUSES)
  await setFuses(program, 'linux')
  expect(await readFuses(program)).toEqual(FUSES)
  expect(readFileSync(program, 'latin1').slice(-ELECTRONS_FUSES.length)).toBe('010011001')
})

test('a fuse that a later Electron adds fails the packaging', async () => {
  const program = makeFakeElectron(folder, `${ELECTRONS_FUSES}1`)
  await expect(setFuses(program, 'linux')).rejects.toThrow(/strictlyRequireAllFuses/)
  expect(readFileSync(program, 'latin1').slice(-10)).toBe(`${ELECTRONS_FUSES}1`)
})

test('a fuse that Electron gave up fails the packaging', async () => {
  const program = makeFakeElectron(folder, ELECTRONS_FUSES.slice(0, -1))
  await expect(setFuses(program, 'linux')).rejects.toThrow(/WasmTrapHandlers.*wire.*not long enough/)
})
