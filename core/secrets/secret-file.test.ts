import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isProblem } from '#core/base/problem.ts'
import { parseSecretFile } from './secret-file.ts'

const FILE = '/home/ada/.mini-submarine/secrets.json'
const head = { name: 'api', key: 'token', updatedAt: '2026-11-26T00:00:00.000Z' }
const good = {
  version: 1,
  id: '0123456789abcdef',
  entries: [
    { ...head, store: 'file', keyId: 'k', nonce: 'AAAA', data: 'BBBB' },
    { ...head, key: 'two', store: 'keychain' },
    { ...head, key: 'three', store: 'app', data: 'CCCC' },
  ],
}

/** What the parser makes of a text: its content, or the Problem; anything else that it throws is a bug. */
function outcome(text: string): unknown {
  try {
    return parseSecretFile(text, FILE)
  } catch (error) {
    if (isProblem(error) && error.code === 'secret_store' && error.message.includes(FILE)) return 'refused'
    throw error
  }
}

test('a file is read as it was written', () => {
  expect(outcome(JSON.stringify(good))).toEqual({ id: good.id, entries: good.entries })
})

test('any text is read or refused', () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => outcome(text) !== undefined))
})

test('a file with any change to its JSON is read or refused', () => {
  const text = JSON.stringify(good)
  const edit = fc.record({ at: fc.nat(text.length), cut: fc.nat(12), put: fc.string({ maxLength: 4 }) })
  fc.assert(
    fc.property(edit, ({ at, cut, put }) => outcome(text.slice(0, at) + put + text.slice(at + cut)) !== undefined),
    { numRuns: 2_000 },
  )
})

test.each([
  ['a value in place of a list', { ...good, entries: {} }],
  ['an entry twice', { ...good, entries: [good.entries[1], good.entries[1]] }],
  ['a name that no secret has', { ...good, entries: [{ ...good.entries[1], name: '../x' }] }],
  ['a value beside the keychain', { ...good, entries: [{ ...good.entries[1], data: 'AAAA' }] }],
  ['a store that is not known', { ...good, entries: [{ ...good.entries[1], store: 'cloud' }] }],
  ['an older version', { ...good, version: 0 }],
  ['a value of the app under a key', { ...good, entries: [{ ...good.entries[2], keyId: 'k' }] }],
  ['a newer version', { ...good, version: 3 }],
  ['nothing', null],
])('%s is refused', (_name, content) => {
  expect(outcome(JSON.stringify(content))).toBe('refused')
})
