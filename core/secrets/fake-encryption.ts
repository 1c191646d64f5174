import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { LentEncryption } from './lent-encryption.ts'

/** Encryption as an app lends it, by a key in memory, which a test can take away. */
export type FakeEncryption = LentEncryption & {
  /** How often it was asked. */
  calls(): number
  /** From now on every call fails with this reason; null: none. */
  lock(reason: string | null): void
}

export function createFakeEncryption({ isStrong = true } = {}): FakeEncryption {
  const key = randomBytes(32)
  let calls = 0
  let fault: string | null = null
  const ask = async <T>(work: () => T): Promise<T> => {
    calls += 1
    if (fault !== null) throw new Error(fault)
    return work()
  }
  return {
    backend: isStrong ? 'gnome_libsecret' : 'basic_text',
    isStrong,
    calls: () => calls,
    lock: (reason) => void (fault = reason),
    encrypt: (text) => ask(() => seal(key, text)),
    decrypt: (data) => ask(() => open(key, data)),
  }
}

function seal(key: Buffer, text: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

function open(key: Buffer, data: string): string {
  const bytes = Buffer.from(data, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAuthTag(bytes.subarray(-16))
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8')
}
