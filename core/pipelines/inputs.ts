import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { canonicalJson } from '#core/base/json.ts'
import type { OutputRecord } from '#core/contract/outputs.ts'
import { writeError, type Blobs } from '#core/store/index.ts'
import { foldersOf, pathInside } from '#core/files/index.ts'

const AT_ONCE = 64

/**
 * Rebuilds what a record holds at a path that is not there yet, for reading only: a file (0444, 0555 where it was
 * executable), a folder (0555, empty folders too), or a value's canonical JSON as a file. Throws Problem `disk_full`.
 */
export async function placeInput(record: OutputRecord, target: string, blobs: Blobs): Promise<void> {
  if (record.kind === 'folder') return placeFolder(record, target, blobs)
  if (record.kind === 'file') return blobs.copyTo(record.sha256, target, modeOf(record))
  return guarded(target, () => {
    writeFileSync(target, canonicalJson(record.value), { flag: 'wx' })
    chmodSync(target, 0o444)
  })
}

/** What a fan-out gathered: a folder that holds 0, 1, 2 … in item order, for reading only. */
export async function placeGathered(records: readonly OutputRecord[], target: string, blobs: Blobs): Promise<void> {
  guarded(target, () => mkdirSync(target))
  for (const [index, record] of records.entries()) {
    await placeInput(record, join(target, String(index)), blobs)
    if (index % AT_ONCE === AT_ONCE - 1) await turn()
  }
  chmodSync(target, 0o555)
}

type FolderRecord = Extract<OutputRecord, { kind: 'folder' }>

async function placeFolder({ files, emptyFolders }: FolderRecord, target: string, blobs: Blobs): Promise<void> {
  const folders = [...foldersOf([...files.map((file) => file.path), ...emptyFolders]), ...emptyFolders]
  guarded(target, () => {
    mkdirSync(target)
    for (const folder of folders) mkdirSync(pathInside(target, folder), { recursive: true })
  })
  for (const [index, file] of files.entries()) {
    await blobs.copyTo(file.sha256, pathInside(target, file.path), modeOf(file))
    if (index % AT_ONCE === AT_ONCE - 1) await turn()
  }
  for (const folder of folders.toReversed()) chmodSync(pathInside(target, folder), 0o555)
  chmodSync(target, 0o555)
}

function modeOf({ executable }: { readonly executable: boolean }): number {
  return executable ? 0o555 : 0o444
}

function guarded(target: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    throw writeError(error, target)
  }
}
