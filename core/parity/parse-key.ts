import { createPublicKey } from 'node:crypto'
import { Problem } from '#core/base/problem.ts'
import type { ParityKey } from '#core/contract/parity.ts'
import { bytesOf } from './check-certificate.ts'
import { keyIdOf, publicKeyOf } from './signing-key.ts'

const KEY_BYTES = 32

/**
 * A public key as `minisub verify --key` prints it: 32 bytes in base64, as JSON, or as PEM. Throws Problem `invalid_value`.
 */
export function parsePublicKey(text: string): ParityKey {
  const trimmed = text.trim()
  const [, inJson = trimmed] = /"publicKey"\s*:\s*"([A-Za-z0-9+/=]+)"/.exec(trimmed) ?? []
  const raw = bytesOf(inJson, KEY_BYTES)
  if (raw !== undefined) return { publicKey: inJson, keyId: keyIdOf(raw) }
  const fix = 'give the line that minisub verify --key prints where the certificate was made, or a file with it'
  try {
    const key = createPublicKey(trimmed)
    if (key.asymmetricKeyType === 'ed25519') return publicKeyOf(key)
  } catch (cause) {
    throw new Problem('invalid_value', `that is no public key: ${fix}`, { cause })
  }
  throw new Problem('invalid_value', `the public key is not of Ed25519: ${fix}`)
}
