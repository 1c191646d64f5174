import { didYouMean } from '#core/base/nearest.ts'
import { Problem } from '#core/base/problem.ts'
import type { SecretRow, SecretStore } from '#core/contract/secrets.ts'
import type { AppSeal } from './lent-encryption.ts'
import type { PatientKeychain } from './patient-keychain.ts'
import type { Seal } from './seal.ts'
import { findEntry, readSecretFile, withEntry, writeSecretFile, type Entry, type SecretFile } from './secret-file.ts'
import { findPlainSecrets, removePlainSecret } from './take-over.ts'

/** What the verbs work with. */
export type Context = {
  readonly file: string
  /** Where earlier versions had them. */
  readonly plainFolder: string
  readonly seal: Seal
  readonly keychain: PatientKeychain
  readonly app: AppSeal
  readonly now: () => number
  readonly note: (sentence: string) => void
}

/** The value of a key; undefined where there is none. Throws Problem `secret_store` where it cannot be read. */
export async function read(context: Context, name: string, key: string): Promise<string | undefined> {
  const content = readSecretFile(context.file)
  const entry = findEntry(content, name, key)
  if (entry === undefined) return undefined
  try {
    if (entry.store === 'file') return context.seal.open(entry, purposeOf(entry))
    if (entry.store === 'app') return await context.app.open(entry.data, purposeOf(entry))
    const value = await context.keychain.get(accountOf(content, entry))
    if (value !== undefined) return value
    throw new Problem('secret_store', 'it was deleted from the keychain of this system: set it again')
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause
    const set = `minisub secret set ${name} ${key}`
    throw new Problem('secret_store', `the secret ${name}/${key} cannot be read: ${cause.message} with \`${set}\``, {
      cause,
    })
  }
}

type Value = { readonly name: string; readonly key: string; readonly value: string }

/** Keeps a value where values are kept now. */
export async function put(context: Context, { name, key, value }: Value): Promise<SecretRow> {
  const content = readSecretFile(context.file)
  const head = { name, key, updatedAt: new Date(context.now()).toISOString() }
  const before = findEntry(content, name, key)
  const account = accountOf(content, head)
  const isInKeychain = await context.keychain.set(account, value)
  const entry: Entry = isInKeychain ? { ...head, store: 'keychain' } : await encrypt(context, head, value)
  writeSecretFile(context.file, withEntry(content, entry))
  if (!isInKeychain && before?.store === 'keychain') await forgetOld(context, account)
  return rowOf(entry)
}

async function encrypt({ app, seal }: Context, head: Omit<SecretRow, 'store'>, value: string): Promise<Entry> {
  const data = await app.close(value, purposeOf(head))
  if (data !== undefined) return { ...head, store: 'app', data }
  return { ...head, store: 'file', ...seal.close(value, purposeOf(head)) }
}

/** Where a new value would go. */
export function storeOf({ keychain, app }: Context): SecretStore {
  if (keychain.offered() !== undefined) return 'keychain'
  return app.isOffered() ? 'app' : 'file'
}

/** What the keychain still has of a value that is in the file now is of no more use, but no reason to refuse either. */
async function forgetOld({ keychain, note }: Context, account: string): Promise<void> {
  try {
    await keychain.delete(account)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    note(`the old value of ${account} is still in the keychain, delete it there: ${error.message}`)
  }
}

/** Forgets a key, or all of a secret. Throws Problem `not_found`, or `secret_store` where the keychain cannot. */
export async function remove(context: Context, name: string, key: string | undefined): Promise<void> {
  const content = readSecretFile(context.file)
  const isGone = (entry: Entry): boolean => entry.name === name && (key === undefined || entry.key === key)
  const gone = content.entries.filter(isGone)
  if (gone.length === 0) throw unknown(content, name, key)
  for (const entry of gone) if (entry.store === 'keychain') await context.keychain.delete(accountOf(content, entry))
  writeSecretFile(context.file, { ...content, entries: content.entries.filter((entry) => !isGone(entry)) })
}

/** Moves the values of plain files to where values are kept now; they win, since somebody has just put them there. */
export async function takeOver(context: Context): Promise<void> {
  const { found, left } = findPlainSecrets(context.plainFolder)
  for (const sentence of left) context.note(sentence)
  for (const plain of found) {
    await put(context, plain)
    removePlainSecret(context.plainFolder, plain)
  }
}

/** What may be told of an entry. */
export function rowOf({ name, key, store, updatedAt }: Entry): SecretRow {
  return { name, key, store, updatedAt }
}

/** What is encrypted for one key cannot be put in the place of another. */
function purposeOf({ name, key }: Pick<Entry, 'name' | 'key'>): string {
  return `minisub secret ${name}/${key}`
}

function accountOf({ id }: SecretFile, { name, key }: Pick<Entry, 'name' | 'key'>): string {
  return `${id}/${name}/${key}`
}

function unknown({ entries }: SecretFile, name: string, key: string | undefined): Problem {
  const keys = entries.filter((entry) => entry.name === name).map((entry) => entry.key)
  if (keys.length > 0 && key !== undefined) {
    return new Problem('not_found', `the secret ${name} has no key ${key}${didYouMean(key, keys)}`)
  }
  const names = entries.map((entry) => entry.name)
  return new Problem('not_found', `there is no secret ${name}${didYouMean(name, names)}`)
}
