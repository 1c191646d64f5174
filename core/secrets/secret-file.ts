import { chmodSync, readFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { Problem } from '#core/base/problem.ts'
import { systemCode } from '#core/files/index.ts'
import { isSecretName } from './checks.ts'
import { writeWhole } from './write-whole.ts'

/** What is written; a file with a value of the app is of the second version, which an earlier minisub refuses in words. */
const VERSIONS = { plain: 1, app: 2 }
const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/)
const name = z.string().refine(isSecretName)
const head = { name, key: name, updatedAt: z.iso.datetime() }

/** One key of a secret: in the keychain without its value, else with it, encrypted by the app or by the key of the folder. */
const Entry = z.discriminatedUnion('store', [
  z.strictObject({ ...head, store: z.literal('keychain') }),
  z.strictObject({ ...head, store: z.literal('app'), data: base64 }),
  z.strictObject({ ...head, store: z.literal('file'), keyId: z.string(), nonce: base64, data: base64 }),
])
export type Entry = z.infer<typeof Entry>

const Content = z.strictObject({
  version: z.literal(Object.values(VERSIONS)),
  /** Names the entries of this data folder in the keychain, wherever the folder is moved. */
  id: z.string().regex(/^[0-9a-f]{16}$/),
  entries: z.array(Entry),
})

/** What the file holds: all names and where each value is. */
export type SecretFile = { readonly id: string; readonly entries: readonly Entry[] }

/** Reads the file; one that is missing holds nothing. Throws Problem `secret_store` where it is not one of ours. */
export function readSecretFile(file: string): SecretFile {
  const text = readIfThere(file)
  return text === undefined ? { id: randomBytes(8).toString('hex'), entries: [] } : parseSecretFile(text, file)
}

/** What a text holds that was read from `file`. Throws Problem `secret_store`. */
export function parseSecretFile(text: string, file: string): SecretFile {
  const json = parseJson(text)
  const version = z.looseObject({ version: z.int() }).safeParse(json).data?.version
  if (version !== undefined && version > VERSIONS.app) {
    const fix = 'use the newer minisub, or another data folder with MINISUB_HOME'
    throw new Problem('secret_store', `${file} is of version ${version} and this minisub reads ${VERSIONS.app}: ${fix}`)
  }
  const content = Content.safeParse(json).data
  if (content === undefined || hasTwice(content.entries)) throw broken(file)
  return { id: content.id, entries: content.entries }
}

/** Writes it whole or not at all. Throws Problem `home_unwritable` or `disk_full`. */
export function writeSecretFile(file: string, { id, entries }: SecretFile): void {
  const sorted = entries.toSorted((a, b) => (label(a) < label(b) ? -1 : 1))
  const version = entries.some(({ store }) => store === 'app') ? VERSIONS.app : VERSIONS.plain
  writeWhole(file, `${JSON.stringify({ version, id, entries: sorted }, null, 2)}\n`)
}

/** The entry of a key. */
export function findEntry({ entries }: SecretFile, secret: string, key: string): Entry | undefined {
  return entries.find((entry) => entry.name === secret && entry.key === key)
}

/** The same file with an entry in place of the one of the same name and key. */
export function withEntry({ id, entries }: SecretFile, entry: Entry): SecretFile {
  return { id, entries: [...entries.filter((it) => label(it) !== label(entry)), entry] }
}

function label(entry: Pick<Entry, 'name' | 'key'>): string {
  return `${entry.name}/${entry.key}`
}

function hasTwice(entries: readonly Entry[]): boolean {
  return new Set(entries.map(label)).size < entries.length
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function readIfThere(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8')
    chmodSync(file, 0o600)
    return text
  } catch (cause) {
    if (systemCode(cause) === 'ENOENT') return undefined
    throw new Problem('secret_store', `${file} cannot be read: make it a file that is readable for yourself`, { cause })
  }
}

function broken(file: string): Problem {
  return new Problem(
    'secret_store',
    `${file} is damaged: put it back from a copy, or delete it and set the secrets again`,
  )
}
