import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { ParityKey } from '#core/contract/parity.ts'
import { hashBytes, systemCode, writeError } from '#core/files/index.ts'

/** What signs for a data folder. Its private half never leaves this module. */
export type SigningKey = {
  readonly publicKey: ParityKey
  /** A signature of 64 bytes. */
  sign(bytes: Uint8Array): Buffer
}

/** Of a public key. */
export const KEY_BYTES = 32

/** DER of a public key of Ed25519 before its 32 bytes. */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')

/** The key of a data folder, made there once (mode 0600). Throws Problem `secret_store` or `disk_full`. */
export function openSigningKey(home: string): SigningKey {
  const file = join(home, 'parity.key')
  const key = readKey(file) ?? makeKey(file, home)
  return { publicKey: publicKeyOf(createPublicKey(key)), sign: (bytes) => sign(null, bytes, key) }
}

/** The public half of a key as others are told it. */
export function publicKeyOf(key: KeyObject): ParityKey {
  const raw = key.export({ format: 'der', type: 'spki' }).subarray(SPKI.length)
  return { publicKey: raw.toString('base64'), keyId: keyIdOf(raw) }
}

/** The first 16 hex digits of the sha256 of 32 bytes. */
export function keyIdOf(raw: Uint8Array): string {
  return hashBytes(raw).slice(0, 16)
}

/** A key from its 32 bytes. */
export function keyOfRaw(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' })
}

function readKey(file: string): KeyObject | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined
    throw unreadable(file, systemCode(cause) ?? 'unknown', cause)
  }
  try {
    const key = createPrivateKey(text)
    if (key.asymmetricKeyType === 'ed25519') return key
  } catch (cause) {
    throw unreadable(file, 'no private key', cause)
  }
  throw unreadable(file, 'not of Ed25519')
}

/** Complete under its name or not there: of two that make one at once, both get that of the first. */
function makeKey(file: string, home: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519')
  const temporary = `${file}.${randomUUID()}.tmp`
  try {
    writeFileSync(temporary, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx' })
    linkSync(temporary, file)
    return privateKey
  } catch (cause) {
    const other = systemCode(cause) === 'EEXIST' ? readKey(file) : undefined
    if (other !== undefined) return other
    throw writeError(cause, home)
  } finally {
    rmSync(temporary, { force: true })
  }
}

function unreadable(file: string, why: string, cause?: unknown): Problem {
  const fix = 'put it back from a copy, or delete it and certificates are signed with a new key'
  return new Problem('secret_store', `the key ${file} cannot be read (${why}): ${fix}`, { cause })
}
