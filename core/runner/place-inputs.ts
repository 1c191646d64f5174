import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { canonicalJson } from '#core/base/json.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import type { PodInput, PodSource } from '#core/attempts/index.ts'
import { foldersOf, pathInside, writeError } from '#core/files/index.ts'
import { valueOf, type Producers } from './producers.ts'
import { takeFile } from './take-file.ts'

/** So many files are placed before signals get their turn. */
const AT_ONCE = 64
const READ_ONLY_FOLDER = 0o555
const READ_ONLY_FILE = 0o444

export type PlacingOptions = {
  readonly inputs: readonly PodInput[]
  readonly producers: Producers
  /** Where an artifact lies. */
  readonly artifact: (name: string) => string
  /** An empty folder. */
  readonly folder: string
}

/**
 * Puts all that a step reads as a file or folder where it looks for it, for reading only, as core/pipelines/inputs.ts
 * does: what the records list and nothing else, of the current user. Throws Problem `artifact_missing`,
 * `artifact_corrupt` or `disk_full`.
 */
export async function placeInputs({ inputs, producers, artifact, folder }: PlacingOptions): Promise<void> {
  const uses = usesOf(inputs)
  for (const { name, source } of inputs) {
    const left = (uses.get(source.artifact) ?? 1) - 1
    uses.set(source.artifact, left)
    const from = source.artifact === null ? null : artifact(source.artifact)
    const place: Place = { from, to: pathInside(folder, name), mayMove: left === 0, what: whatOf(source, name) }
    if (source.from === 'file') await placeRecord(source.record, place)
    else await placeOutput(source, producers, place)
  }
}

/** How often each artifact is needed: only for the last place it may be moved. */
function usesOf(inputs: readonly PodInput[]): Map<string | null, number> {
  const uses = new Map<string | null, number>()
  for (const { source } of inputs) uses.set(source.artifact, (uses.get(source.artifact) ?? 0) + 1)
  return uses
}

type Place = {
  /** Null where there are no bytes but the record. */
  readonly from: string | null
  readonly to: string
  readonly mayMove: boolean
  /** Names it in words. */
  readonly what: string
}

function whatOf(source: PodSource, name: string): string {
  return source.from === 'file' ? `the input ${name}` : `the output ${source.output} that is the input ${name}`
}

async function placeOutput(
  source: Extract<PodSource, { from: 'output' }>,
  producers: Producers,
  place: Place,
): Promise<void> {
  const found = producers.find(source)
  if (found.kind === 'record') return placeRecord(found.record, place)
  // a gathered parameter output is one JSON list; gathered files are a folder 0, 1, 2 …
  if (found.kind === 'default' || place.from === null) return placeText(canonicalJson(valueOf(found)), place.to)
  makeFolder(place.to)
  for (const [index, record] of found.records.entries()) {
    const [from, to] = [`${place.from}/${index}`, `${place.to}/${index}`]
    await placeRecord(record, { ...place, from, to, what: `${place.what}, item ${index}` })
    if (index % AT_ONCE === AT_ONCE - 1) await turn()
  }
  chmodSync(place.to, READ_ONLY_FOLDER)
}

async function placeRecord(record: OutputRecord, { from, to, mayMove, what }: Place): Promise<void> {
  if (record.kind === 'value') return placeText(canonicalJson(record.value), to)
  if (from === null) throw new Error(`${what} is no value, and was not asked for as a file`)
  if (record.kind === 'file') return takeFile({ from, to, file: record, mayMove, what })
  const { files, emptyFolders } = record
  const folders = new Set([...foldersOf([...files.map(({ path }) => path), ...emptyFolders]), ...emptyFolders])
  makeFolder(to)
  for (const folder of folders) makeFolder(pathInside(to, folder))
  for (const [index, file] of files.entries()) {
    const target = pathInside(to, file.path)
    await takeFile({ from: `${from}/${file.path}`, to: target, file, mayMove, what: `${file.path} of ${what}` })
    if (index % AT_ONCE === AT_ONCE - 1) await turn()
  }
  for (const folder of [...folders].toReversed()) chmodSync(pathInside(to, folder), READ_ONLY_FOLDER)
  chmodSync(to, READ_ONLY_FOLDER)
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    throw writeError(error, path)
  }
}

function placeText(text: string, path: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' })
    chmodSync(path, READ_ONLY_FILE)
  } catch (error) {
    throw writeError(error, path)
  }
}
