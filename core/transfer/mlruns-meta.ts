import { join } from 'node:path'
import { parse } from 'yaml'
import type { Pair } from '#core/tracking/index.ts'
import { entriesOf, readText } from './source-files.ts'
import { recordOf } from './values.ts'

/** Profiles of datasets are the longest that such a file holds. */
const MOST_META = 32 * 1_048_576
const MOST_VALUE = 1_048_576
const DEEPEST = 16

/** What a `meta.yaml` says; undefined where there is none. An Error, in words, for one that is damaged or too large. */
export function readMeta(folder: string): Readonly<Record<string, unknown>> | undefined {
  const text = readText(join(folder, 'meta.yaml'), MOST_META)
  if (text === undefined) return undefined
  const parsed: unknown = parse(text, { maxAliasCount: 0, prettyErrors: false, logLevel: 'error' })
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new Error('its meta.yaml is damaged: it holds no fields')
  }
  return recordOf(parsed)
}

/** Values by key of a folder such as `params/`: a file each, whose path below the folder is the key. */
export function readPairs(folder: string): Pair[] {
  return keyFiles(folder).map(({ key, file }) => ({ key, value: readText(file, MOST_VALUE) ?? '' }))
}

/** A file of a folder whose paths are keys. */
export type KeyFile = { readonly key: string; readonly file: string }

/** The regular files below a folder, by their path in it; links are left out. */
export function keyFiles(folder: string, prefix = '', depth = 0): KeyFile[] {
  if (depth > DEEPEST) return []
  return entriesOf(folder).flatMap((entry) => {
    const [key, file] = [`${prefix}${entry.name}`, join(folder, entry.name)]
    if (entry.isDirectory()) return keyFiles(file, `${key}/`, depth + 1)
    return entry.isFile() ? [{ key, file }] : []
  })
}
