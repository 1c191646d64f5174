import { readdirSync, readFileSync, rmdirSync, rmSync, type Dirent } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '#core/files/index.ts'
import { isSecretName, valueFault } from './checks.ts'

/** A value that an earlier version read from a plain file, as a cluster mounts it. */
export type PlainSecret = { readonly name: string; readonly key: string; readonly value: string; readonly file: string }

export type PlainSecrets = {
  readonly found: readonly PlainSecret[]
  /** Sentences about what is no secret and stays where it is. */
  readonly left: readonly string[]
}

/** The secrets in files `<folder>/<name>/<key>`, without one newline at their end. */
export function findPlainSecrets(folder: string): PlainSecrets {
  const found: PlainSecret[] = []
  const left: string[] = []
  for (const entry of entriesOf(folder)) {
    const isNamed = entry.isDirectory() && isSecretName(entry.name)
    if (!isNamed) left.push(`${join(folder, entry.name)} is no folder of a secret: delete it`)
    else readKeys(join(folder, entry.name), entry.name, { found, left })
  }
  return { found, left }
}

function readKeys(folder: string, name: string, { found, left }: { found: PlainSecret[]; left: string[] }): void {
  for (const entry of entriesOf(folder)) {
    const file = join(folder, entry.name)
    const isNamed = entry.isFile() && isSecretName(entry.name)
    const value = isNamed ? textOf(file) : undefined
    const fault = isNamed ? valueFault(value ?? '\uD800') : 'it is no file of a key: delete it'
    if (value === undefined || fault !== undefined) left.push(`${file} was not taken over: ${fault}`)
    else found.push({ name, key: entry.name, value, file })
  }
}

/** Removes what was taken over, and its folders where they are empty then. */
export function removePlainSecret(folder: string, { name, file }: PlainSecret): void {
  rmSync(file)
  for (const empty of [join(folder, name), folder]) {
    if (readdirSync(empty).length > 0) return
    rmdirSync(empty)
  }
}

/** Undefined where it is not UTF-8. */
function textOf(file: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(file)).replace(/\n$/, '')
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return []
    throw error
  }
}
