import {
  chmodSync,
  closeSync,
  createReadStream,
  fchmodSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { corrupt } from '#core/attempts/index.ts'
import { foldersOf, pathInside, systemCode, writeError } from '#core/files/index.ts'
import { openArtifact } from './artifact.ts'
import { openByteSource } from './byte-source.ts'
import { readTar, type TarEntry } from './read-tar.ts'

const WHAT = 'the code of the run'
const FOLDER_MODE = 0o755

/**
 * Unpacks a .tar.gz of core/pipelines/archive.ts into a folder that is empty or not there: files 0644 or 0755 of the
 * current user, which the step may change, and links. Throws Problem `artifact_missing`, `artifact_corrupt` or
 * `disk_full`; then some of it may lie there.
 */
export async function unpackCode(archive: string, folder: string): Promise<void> {
  const { descriptor } = openArtifact(archive, WHAT)
  try {
    makeFolder(folder)
    await pipeline(createReadStream(archive, { fd: descriptor }), createGunzip(), (bytes: AsyncIterable<Buffer>) =>
      unpack(bytes, folder),
    )
  } catch (error) {
    throw isOfArchive(error)
      ? corrupt(WHAT, error instanceof Error ? error.message : String(error))
      : writeError(error, folder)
  }
}

/** What the system says where two entries have one place, or a name that no file can have. */
const PLACES = ['EEXIST', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG']

/** Whether the archive itself is at fault: it cannot be read, or what it holds cannot lie in a folder. */
function isOfArchive(error: unknown): boolean {
  const code = systemCode(error)
  return code === undefined || code.startsWith('Z_') || PLACES.includes(code)
}

/** Links come last, so that nothing is ever written through one. */
async function unpack(bytes: AsyncIterable<Buffer>, folder: string): Promise<void> {
  const links: Extract<TarEntry, { kind: 'link' }>[] = []
  const made = new Set<string>()
  for await (const entry of readTar(openByteSource(bytes))) {
    for (const parent of foldersOf([entry.path])) {
      if (!made.has(parent)) makeFolder(pathInside(folder, parent))
      made.add(parent)
    }
    if (entry.kind === 'link') links.push(entry)
    else await placeFile(pathInside(folder, entry.path), entry)
  }
  for (const { path, target } of links) symlinkSync(target, pathInside(folder, path))
}

async function placeFile(path: string, { executable, bytes }: Extract<TarEntry, { kind: 'file' }>): Promise<void> {
  const descriptor = openSync(path, 'wx')
  try {
    for await (const piece of bytes) writeFileSync(descriptor, piece)
    fchmodSync(descriptor, executable ? 0o755 : 0o644)
  } finally {
    closeSync(descriptor)
  }
}

/** With this mode, whatever the mask of the process. */
function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true })
  chmodSync(path, FOLDER_MODE)
}
