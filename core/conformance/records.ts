import { canonicalJson, type Json } from '#core/base/json.ts'
import type { FileEntry, OutputRecord } from '#core/contract/outputs.ts'
import { digestOfJson } from '#core/files/index.ts'

/** Longer values are told by their sha256. */
const SHOWN = 400
/** Longer folders are told by the sha256 of their listing. */
const MOST_FILES = 12
const DIGITS = 16

/** `5`, `file 3 2cf24dba5fb0a30e`, `folder (a 3 2cf24dba5fb0a30e; empty e)`: an output in a trace. */
export function outputText(record: OutputRecord): string {
  if (record.kind === 'value') return valueOf(record.value)
  if (record.kind === 'file') return `file ${fileText(record)}`
  const { files, emptyFolders, size } = record
  if (files.length > MOST_FILES)
    return `folder of ${files.length} files, ${size} bytes, ${listing(files, emptyFolders)}`
  const parts = [
    ...files.map((file) => `${file.path} ${fileText(file)}`),
    ...emptyFolders.map((path) => `empty ${path}`),
  ]
  return `folder (${parts.join('; ')})`
}

/** What identifies all that a folder holds. */
export function listing(files: readonly FileEntry[], emptyFolders: readonly string[]): string {
  return digestOfJson({ files: files.map((file) => ({ ...file })), emptyFolders }).slice(0, DIGITS)
}

function fileText({ size, executable, sha256 }: Omit<FileEntry, 'path'>): string {
  return `${size}${executable ? ' x' : ''} ${sha256.slice(0, DIGITS)}`
}

function valueOf(value: Json): string {
  const text = canonicalJson(value)
  return text.length <= SHOWN ? text : `value ${digestOfJson(value).slice(0, DIGITS)}`
}
