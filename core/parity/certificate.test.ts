import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { canonicalJson } from '#core/base/json.ts'
import type { ParityCertificate } from '#core/contract/parity.ts'
import { certify, signedBytes } from './certificate.ts'
import { checkCertificate } from './check-certificate.ts'
import { compareRuns } from './compare-runs.ts'
import { explainReport } from './explain.ts'
import { factsOf } from './parity-fixture.ts'
import { parsePublicKey } from './parse-key.ts'
import { openSigningKey } from './signing-key.ts'

const home = mkdtempSync(join(tmpdir(), 'minisub-parity-'))
afterAll(() => rmSync(home, { recursive: true }))
const key = openSigningKey(home)

const nobody = { pathOf: () => '', has: () => false, fetch: () => Promise.resolve() }
async function certificateOf(depth: number): Promise<ParityCertificate> {
  const [a, b] = [factsOf('run a'), factsOf('run b', { parameters: { depth } })]
  const report = await explainReport(compareRuns({ a, b }), nobody)
  return certify({ a: a.head, b: b.head, report, version: '1.2.3', createdAt: '2026-11-01T12:00:00.000Z' }, key)
}
const certificate = await certificateOf(8)
const text = `${canonicalJson(certificate)}\n`

describe('a certificate', () => {
  test('is signed by the key of the workbench, and read back as it was', () => {
    expect(checkCertificate(text)).toMatchObject({ ok: true, isNamed: false, certificate })
    expect(checkCertificate(text, key.publicKey.publicKey)).toMatchObject({ ok: true, isNamed: true })
    expect(certificate).toMatchObject({ version: 1, kind: 'ParityCertificate', verdict: 'same_results' })
  })

  test('holds names that every object has by inheritance', async () => {
    const a = factsOf('run a', { head: { parameters: { constructor: '1', toString: '2' } }, parameters: {} })
    const report = await explainReport(compareRuns({ a, b: factsOf('run b') }), nobody)
    const made = certify({ a: a.head, b: a.head, report, version: '1', createdAt: certificate.createdAt }, key)
    const check = checkCertificate(JSON.stringify(made))
    expect(check).toMatchObject({ ok: true, certificate: { a: { parameters: { constructor: '1', toString: '2' } } } })
  })

  test('says what a key in the document alone proves', () => {
    const { words } = checkCertificate(text)
    expect(words).toContain(key.publicKey.keyId)
    expect(words).toContain('who holds that key, the document cannot say')
  })

  test('may be written with other spaces and another order of keys', () => {
    const turned = Object.fromEntries(Object.entries(certificate).toReversed())
    expect(checkCertificate(JSON.stringify(turned, null, 2)).ok).toBe(true)
  })

  test('is not good for another key than the one that was named', () => {
    const other = openSigningKey(mkdtempSync(join(home, 'other-'))).publicKey
    const check = checkCertificate(text, other.publicKey)
    expect(check.ok).toBe(false)
    expect(check.words).toContain(`not by ${other.keyId}`)
  })

  test.each<[string, (it: ParityCertificate) => object]>([
    ['the verdict', (it) => ({ ...it, verdict: 'same' })],
    ['a sentence', (it) => ({ ...it, report: { ...it.report, words: 'The runs are the same.' } })],
    ['the time', (it) => ({ ...it, createdAt: '2026-11-02T12:00:00.000Z' })],
    ['a run', (it) => ({ ...it, a: { ...it.a, run: it.b.run } })],
    ['something more', (it) => ({ ...it, note: 'more' })],
    ['something less', ({ report: _report, ...it }) => it],
    ['the id of the key', (it) => ({ ...it, workbench: { ...it.workbench, keyId: '0'.repeat(16) } })],
    ['the signature', (it) => ({ ...it, signature: Buffer.alloc(64).toString('base64') })],
    ['a signature of another spelling', (it) => ({ ...it, signature: it.signature.replace(/=+$/, '') })],
    ['the key', (it) => ({ ...it, workbench: { ...it.workbench, publicKey: 'AAAA' } })],
  ])('in which %s was changed is told to be altered', (_, change) => {
    const check = checkCertificate(JSON.stringify(change(certificate)))
    expect(check).toEqual({ ok: false, words: expect.stringContaining('altered after it was signed') })
  })

  test('that somebody signs anew has another key', () => {
    const forger = openSigningKey(mkdtempSync(join(home, 'forger-')))
    const { a, b, report, createdAt } = certificate
    const forged = certify({ a, b, report: { ...report, verdict: 'same' }, version: '1', createdAt }, forger)
    expect(checkCertificate(JSON.stringify(forged)).ok).toBe(true)
    expect(checkCertificate(JSON.stringify(forged), key.publicKey.publicKey).ok).toBe(false)
  })

  test('with two verdicts is refused, whoever signed it', () => {
    const { signature: _signature, ...rest } = { ...certificate, verdict: 'same' as const }
    const signature = key.sign(signedBytes(rest)).toString('base64')
    const check = checkCertificate(JSON.stringify({ ...rest, signature }), key.publicKey.publicKey)
    expect(check).toEqual({ ok: false, words: expect.stringContaining('two verdicts') })
  })

  test('of which any byte is flipped is refused, or says the same', () => {
    const bytes = Buffer.from(text)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const flipped = Buffer.from(bytes)
        flipped[at] = (flipped[at] ?? 0) ^ change
        const check = orRefusal(flipped.toString('utf8'))
        if (check !== 'refused' && check.ok) expect(check.certificate).toEqual(certificate)
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['no JSON', 'certificate'],
    ['nothing', ''],
    ['a list', '[]'],
    ['another object', '{"kind": "Pipeline"}'],
    ['a key twice', text.replace('{', '{"verdict":"same",')],
  ])('is not what is %s', (_, other) => {
    expect(() => checkCertificate(other)).toThrow(/no parity certificate/)
  })
})

function orRefusal(other: string): ReturnType<typeof checkCertificate> | 'refused' {
  try {
    return checkCertificate(other)
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_value' })
    return 'refused'
  }
}

describe('the key of a data folder', () => {
  test('is made once, for its owner alone, and read again', () => {
    const folder = mkdtempSync(join(home, 'key-'))
    const first = openSigningKey(folder).publicKey
    expect(openSigningKey(folder).publicKey).toEqual(first)
    expect(statSync(join(folder, 'parity.key')).mode & 0o777).toBe(0o600)
    expect(readFileSync(join(folder, 'parity.key'), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----/)
    expect(first.keyId).toMatch(/^[0-9a-f]{16}$/)
  })

  test.each([
    ['no key', 'nonsense'],
    [
      'a key of another kind',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' }),
    ],
  ])('that is %s is a problem that says what to do', (_, content) => {
    const folder = mkdtempSync(join(home, 'bad-'))
    writeFileSync(join(folder, 'parity.key'), content)
    expect(() => openSigningKey(folder)).toThrow(/parity\.key cannot be read .*: put it back from a copy, or delete it/)
  })

  test('is known by its 32 bytes, by JSON, and by PEM', () => {
    const { publicKey, keyId } = key.publicKey
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(publicKey, 'base64')])
    const pem = `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64')}\n-----END PUBLIC KEY-----\n`
    for (const spelling of [publicKey, ` ${publicKey}\n`, JSON.stringify({ publicKey, keyId }), pem]) {
      expect(parsePublicKey(spelling)).toEqual({ publicKey, keyId })
    }
    for (const other of [JSON.stringify({ publicKey, keyId: '0'.repeat(16) }), text, JSON.stringify({ publicKey })]) {
      expect(() => parsePublicKey(other)).toThrow(/is no public key/)
    }
    const secret = readFileSync(join(home, 'parity.key'), 'utf8')
    expect(() => parsePublicKey(secret)).toThrow(/is no public key/)
    for (const other of ['', 'AAAA', 'no key', publicKey.slice(1)]) {
      expect(() => parsePublicKey(other)).toThrow(/is no public key/)
    }
  })
})
