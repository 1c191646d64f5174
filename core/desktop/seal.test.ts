import { beforeEach, expect, test } from 'vitest'
import { fakeElectron, type FakeElectron } from '#test/support/fake-electron.ts'
import { sealBy } from './seal.ts'

let electron: FakeElectron
beforeEach(() => void (electron = fakeElectron()))

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const seal = (verb: 'encrypt' | 'decrypt', text: string, platform: NodeJS.Platform) =>
  sealBy(electron.calls.safeStorage, { kind: 'seal', id: 1, verb, text }, platform)

test.each(['linux', 'darwin', 'win32'] as const)('on %s the system encrypts and decrypts', async (platform) => {
  electron.safe.tag = platform === 'linux' ? 'v11' : 'v10'
  const data = base64(`${electron.safe.tag}sealed hush`)
  expect(await seal('encrypt', 'hush', platform)).toEqual({ kind: 'sealed', id: 1, text: data })
  expect(await seal('decrypt', data, platform)).toEqual({ kind: 'sealed', id: 1, text: 'hush' })
})

test('on Linux the key that everybody knows is no encryption, whatever keyring the desktop has', async () => {
  electron.safe.tag = 'v10'
  const fault = {
    kind: 'sealed',
    id: 1,
    fault: 'the keyring gave no key, and the one in its place is known to everybody',
  }
  expect(await seal('encrypt', 'hush', 'linux')).toEqual(fault)
  expect(await seal('decrypt', base64('v10sealed hush'), 'linux')).toEqual(fault)
})

test('what cannot be decrypted is a fault in the words of the system', async () => {
  expect(await seal('decrypt', base64('nonsense'), 'linux')).toEqual({ kind: 'sealed', id: 1, fault: 'it is not ours' })
})
