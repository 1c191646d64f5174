import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto'
import { chmodSync, readFileSync } from 'node:fs'
import { Problem } from '#core/base/problem.ts'
import { systemCode } from '#core/files/index.ts'
import { writeWhole } from './write-whole.ts'

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** A text that was encrypted: bytes as base64, the authentication tag behind the data. */
export type Sealed = {
  /** Which key it was encrypted with. */
  readonly keyId: string
  readonly nonce: string
  readonly data: string
}

/** The key of a data folder. */
export type Seal = {
  /** Encrypts; `purpose` must be the same when it is read. Makes the key where there is none. Throws Problem
   * `home_unwritable` or `disk_full`. */
  close(text: string, purpose: string): Sealed
  /** Throws Problem `secret_store` where it was encrypted with another key, changed, or moved to another purpose. */
  open(sealed: Sealed, purpose: string): string
}

/** The key in a file that its owner alone may read; nothing is read or made before it is needed. */
export function openSeal(file: string): Seal {
  return {
    close: (text, purpose) => {
      const key = readKey(file) ?? makeKey(file)
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(purpose))
      const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return { keyId: idOf(key), nonce: nonce.toString('base64'), data: data.toString('base64') }
    },
    open: (sealed, purpose) => {
      const key = readKey(file)
      if (key === undefined || idOf(key) !== sealed.keyId) throw otherKey(file, key === undefined)
      return decrypt(key, sealed, purpose)
    },
  }
}

function decrypt(key: Buffer, { nonce, data }: Sealed, purpose: string): string {
  const bytes = Buffer.from(data, 'base64')
  const end = Math.max(0, bytes.length - TAG_BYTES)
  try {
    const decipher = createDecipheriv(CIPHER, key, Buffer.from(nonce, 'base64'), { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(end))
    return Buffer.concat([decipher.update(bytes.subarray(0, end)), decipher.final()]).toString('utf8')
  } catch (cause) {
    throw new Problem('secret_store', 'what was encrypted has been changed: set it again', { cause })
  }
}

function readKey(file: string): Buffer | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim()
    if (!/^[0-9a-f]{64}$/.test(text)) throw notAKey(file)
    chmodSync(file, 0o600)
    return Buffer.from(text, 'hex')
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined
    if (cause instanceof Problem) throw cause
    throw new Problem('secret_store', `${file} cannot be read: make it readable for yourself`, { cause })
  }
}

function makeKey(file: string): Buffer {
  const key = randomBytes(KEY_BYTES)
  writeWhole(file, `${key.toString('hex')}\n`)
  return key
}

/** Says which key it is and nothing about it. */
function idOf(key: Buffer): string {
  return hash('sha256', `minisub key ${key.toString('hex')}`, 'hex').slice(0, 16)
}

function notAKey(file: string): Problem {
  return new Problem(
    'secret_store',
    `${file} holds no key: put it back from a copy, or delete it and set the secrets again`,
  )
}

function otherKey(file: string, isMissing: boolean): Problem {
  const cause = isMissing ? `the key in ${file} is gone` : `it was encrypted with another key than that in ${file}`
  return new Problem('secret_store', `${cause}: put that key back from a copy, or set it again`)
}
