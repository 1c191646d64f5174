import { createPublicKey } from 'node:crypto'
import { Problem } from '#core/base/problem.ts'
import { ParityKey } from '#core/contract/parity.ts'
import { readJson } from '#core/contract/read-json.ts'
import { bytesOf } from './check-certificate.ts'
import { KEY_BYTES, keyIdOf, publicKeyOf } from './signing-key.ts'

const FIX = 'give the line that minisub verify --key prints where the certificate was made, or a file with it'

/**
 * A public key as `minisub verify --key` prints it: 32 bytes in base64, as JSON with its id and nothing else, or as PEM.
 * A certificate is none, though it has a key in it: who takes the key from there trusts whoever made it. Throws Problem
 * `invalid_value`.
 */
export function parsePublicKey(text: string): ParityKey {
  const trimmed = text.trim()
  if (trimmed.startsWith('{')) return keyOfJson(trimmed)
  if (trimmed.startsWith('-----BEGIN PUBLIC KEY-----')) return keyOfPem(trimmed)
  const raw = bytesOf(trimmed, KEY_BYTES)
  if (raw === undefined) throw noKey()
  return { publicKey: trimmed, keyId: keyIdOf(raw) }
}

function keyOfJson(text: string): ParityKey {
  const found = readJson(text)
  const { data } = ParityKey.safeParse(found.fault === undefined ? found.value : undefined)
  const raw = data === undefined ? undefined : bytesOf(data.publicKey, KEY_BYTES)
  if (data === undefined || raw === undefined || data.keyId !== keyIdOf(raw)) throw noKey()
  return data
}

function keyOfPem(text: string): ParityKey {
  try {
    const key = createPublicKey(text)
    if (key.asymmetricKeyType === 'ed25519') return publicKeyOf(key)
  } catch (cause) {
    throw noKey(cause)
  }
  throw new Problem('invalid_value', `the public key is not of Ed25519: ${FIX}`)
}

function noKey(cause?: unknown): Problem {
  return new Problem('invalid_value', `that is no public key: ${FIX}`, { cause })
}
