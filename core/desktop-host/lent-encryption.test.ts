import { expect, test } from 'vitest'
import type { FromHost } from '#core/contract/desktop.ts'
import { openLender } from './lent-encryption.ts'

const INFO = { backend: 'kwallet6', isStrong: true }

test('answers find who asked, in whatever order they come', async () => {
  const posted: FromHost[] = []
  const { encryption, take } = openLender(INFO, (message) => posted.push(message))
  expect(encryption).toMatchObject(INFO)
  const [one, two] = [encryption.encrypt('one'), encryption.decrypt('two')]
  expect(posted).toEqual([
    { kind: 'seal', id: 1, verb: 'encrypt', text: 'one' },
    { kind: 'seal', id: 2, verb: 'decrypt', text: 'two' },
  ])
  take({ kind: 'sealed', id: 2, text: '' })
  take({ kind: 'sealed', id: 1, text: 'c2VhbGVk' })
  expect([await one, await two]).toEqual(['c2VhbGVk', ''])
})

test('a fault is thrown in its words, and an answer to nobody is dropped', async () => {
  const { encryption, take } = openLender(INFO, () => undefined)
  const asked = encryption.decrypt('x')
  take({ kind: 'sealed', id: 7, text: 'stray' })
  take({ kind: 'sealed', id: 1, fault: 'the keyring is locked' })
  take({ kind: 'sealed', id: 1, text: 'too late' })
  await expect(asked).rejects.toThrow('the keyring is locked')
})

test('an app that does not answer is given up', async () => {
  const { encryption, take } = openLender(INFO, () => undefined, 20)
  await expect(encryption.encrypt('hush')).rejects.toThrow('the app did not answer in 0.02 s')
  take({ kind: 'sealed', id: 1, text: 'late' })
})
