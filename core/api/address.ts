import { randomBytes } from 'node:crypto'
import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import { Address } from '#core/contract/http.ts'

/** The file that tells clients where the core of a data folder is. */
function addressFile(home: string): string {
  return join(home, 'address.json')
}

/** The file of the secret that every caller shows. */
function tokenFile(home: string): string {
  return join(home, 'token')
}

/** The address that was written last, or undefined where there is none. */
export function readAddress(home: string): Address | undefined {
  const text = readIfThere(addressFile(home))
  if (text === undefined) return undefined
  const result = Address.safeParse(parseJson(text))
  if (result.success) return result.data
  throw new Problem('conflict', `${addressFile(home)} is not an address: delete it, the next core writes a new one`)
}

export function writeAddress(home: string, address: Address): void {
  writeSecret(addressFile(home), `${JSON.stringify(address, null, 2)}\n`)
}

/** The token of a data folder, 32 random bytes in hex. */
export type FolderToken = {
  readonly file: string
  /** The one that is good now. */
  value(): string
  /** Since when, ISO 8601. */
  createdAt(): string
  /** Puts another in its place, in the file and here. Throws Problem `home_unwritable`; then the old one stays. */
  renew(): void
}

/** The token of a data folder, made on first use. To be called under the lock of the folder. */
export function openToken(home: string): FolderToken {
  const file = tokenFile(home)
  let value = readToken(file) ?? makeToken(file)
  let { mtime } = statSync(file)
  return {
    file,
    value: () => value,
    createdAt: () => mtime.toISOString(),
    renew: () => {
      value = makeToken(file)
      mtime = statSync(file).mtime
    },
  }
}

function makeToken(file: string): string {
  const token = randomBytes(32).toString('hex')
  writeSecret(file, `${token}\n`)
  return token
}

function readToken(file: string): string | undefined {
  const text = readIfThere(file)?.trim()
  if (text === undefined) return undefined
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new Problem('conflict', `${file} is not a token: delete it, the next core makes a new one`)
  }
  chmodSync(file, 0o600)
  return text
}

/** Whole or not at all, and readable by its owner alone from the first byte. */
function writeSecret(file: string, text: string): void {
  const draft = `${file}.${process.pid}.new`
  try {
    writeFileSync(draft, text, { mode: 0o600 })
    renameSync(draft, file)
  } catch (cause) {
    throw new Problem('home_unwritable', `${file} cannot be written: make its folder writable`, { cause })
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw new Problem('home_unwritable', `${file} cannot be read: make it readable for yourself`, { cause })
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
