import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  createReadStream,
  existsSync,
  fchmodSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
  type ReadStream,
} from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import { removeSoon, touch, touchedAt } from './blob-end.ts'
import { readChecked, writeChecked, writeUnlessSmall } from './blob-stream.ts'
import {
  hashBytes,
  hashFile,
  openRegular,
  readSmall,
  SMALL,
  systemCode,
  writeError,
  type OpenFile,
} from '#core/files/index.ts'

type StoredBlob = { readonly sha256: string; readonly size: number }

/**
 * Files by the sha256 of their content, each stored once, mode 0444, and never linked to from outside but by what
 * `putFile` was given to link. What is there is whole: it came under its name in one step. A blob of another size than
 * was written (a power cut) is replaced when it is put again. Writing throws Problem `disk_full` and leaves nothing half
 * written.
 */
export type Blobs = {
  /**
   * Stores a regular file, which stays where it is: a crash right after this loses nothing, since the same call then
   * gives the same again. With `link` the file itself becomes the blob, under a second name, and its write permission is
   * taken away: remove the first name soon. It is copied instead where it has other hard links, or cannot be linked.
   */
  putFile(path: string, options: { readonly link: boolean }): Promise<StoredBlob>
  putBytes(bytes: Uint8Array): StoredBlob
  /**
   * Stores bytes that come from elsewhere and must be these; what is there already is only compared. An Error for other
   * bytes or another size: nothing is stored then.
   */
  putStream(bytes: AsyncIterable<Uint8Array>, expected: StoredBlob): Promise<void>
  /** Stores bytes that come from elsewhere, whatever and however many they are: nothing where the stream breaks. */
  addStream(bytes: AsyncIterable<Uint8Array>): Promise<StoredBlob>
  has(sha256: string): boolean
  /** The same, for who is about to write down that it is needed: it counts as put now. */
  claim(sha256: string): boolean
  /** Where the bytes lie; read them, never link or change them. */
  pathOf(sha256: string): string
  /** The same for what is there. Throws Problem `artifact_missing`. */
  sourceOf(sha256: string): string
  /** Writes a real copy, sharing disk blocks where the file system can. Throws where `target` is there already. */
  copyTo(sha256: string, target: string, mode: number): Promise<void>
  /** `start` and `end` are inclusive, as in HTTP. */
  read(sha256: string, range?: { readonly start?: number; readonly end?: number }): ReadStream
  /**
   * When a blob was stored or found stored by a put last, as epoch milliseconds: who put it may be about to write down
   * that it is needed. Undefined where it is not there.
   */
  putAt(sha256: string): number | undefined
  /** Removes a blob that nobody needs: its name at once, its bytes soon. Nothing where it is not there. */
  remove(sha256: string): void
  /** Removes what a killed core left half written. Only for the one core of the data folder, before it writes. */
  sweepTemporary(): void
}

/** The store in a folder of its own, which is made on the first write. Nothing is held open. */
export function openBlobs(folder: string): Blobs {
  const store: Store = { folder, temporary: join(folder, 'tmp') }
  return {
    putFile: (path, { link }) => guarded(store, () => (link ? linkIn(store, path) : copyIn(store, path))),
    putBytes: (bytes) => putBytes(store, bytes),
    putStream: (bytes, expected) => guarded(store, () => putStream(store, bytes, expected)),
    addStream: (bytes) => guarded(store, () => addStream(store, bytes)),
    has: (sha256) => statSync(pathOf(store, sha256), { throwIfNoEntry: false }) !== undefined,
    claim: (sha256) => claim(store, sha256),
    pathOf: (sha256) => pathOf(store, sha256),
    sourceOf: (sha256) => sourceOf(store, sha256),
    copyTo: (sha256, target, mode) => copyOut(store, sha256, { target, mode }),
    read: (sha256, range = {}) => createReadStream(pathOf(store, sha256), range),
    putAt: (sha256) => touchedAt(pathOf(store, sha256)),
    remove: (sha256) => removeSoon(pathOf(store, sha256), () => newTemporary(store)),
    sweepTemporary: () => rmSync(store.temporary, { recursive: true, force: true }),
  }
}

type Store = {
  readonly folder: string
  readonly temporary: string
}

const HOW = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL

function pathOf(store: Store, sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`not a sha256: ${sha256}`)
  return join(store.folder, sha256.slice(0, 2), sha256)
}

async function guarded<T>(store: Store, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw writeError(error, store.folder)
  }
}

function putBytes(store: Store, bytes: Uint8Array): StoredBlob {
  return storeBytes(store, bytes, { sha256: hashBytes(bytes), size: bytes.length })
}

function storeBytes(store: Store, bytes: Uint8Array, blob: StoredBlob): StoredBlob {
  if (isStored(store, blob)) return blob
  try {
    withTemporary(store, (path) => {
      writeNew(path, bytes, 0o444)
      intoStore(renameSync, path, pathOf(store, blob.sha256))
    })
  } catch (error) {
    throw writeError(error, store.folder)
  }
  return blob
}

async function putStream(store: Store, bytes: AsyncIterable<Uint8Array>, expected: StoredBlob): Promise<void> {
  if (isStored(store, expected)) return readChecked(bytes, expected, () => undefined)
  if (expected.size < SMALL) {
    const chunks: Uint8Array[] = []
    await readChecked(bytes, expected, (chunk) => chunks.push(chunk))
    storeBytes(store, Buffer.concat(chunks), expected)
    return
  }
  const temporary = newTemporary(store)
  try {
    await writeChecked(temporary, bytes, expected)
    keep(store, temporary, expected)
  } finally {
    rmSync(temporary, { force: true })
  }
}

async function addStream(store: Store, bytes: AsyncIterable<Uint8Array>): Promise<StoredBlob> {
  const temporary = newTemporary(store)
  try {
    const written = await writeUnlessSmall(temporary, bytes)
    return written instanceof Uint8Array ? putBytes(store, written) : keep(store, temporary, written)
  } finally {
    rmSync(temporary, { force: true })
  }
}

async function copyIn(store: Store, path: string): Promise<StoredBlob> {
  const small = readWhole(path, () => undefined)
  if (small !== undefined) return putBytes(store, small)
  const temporary = newTemporary(store)
  try {
    await copyFile(path, temporary, HOW)
    chmodSync(temporary, 0o444)
    return keep(store, temporary, await hashFile(temporary))
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** What a link is refused with across file systems, without the right to, or where there are none; or where a blob is in the way. */
const NO_LINK = ['EXDEV', 'EACCES', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EEXIST']

async function linkIn(store: Store, path: string): Promise<StoredBlob> {
  let links = 1
  const small = readWhole(path, (file) => {
    links = file.links
    // mode x stays: whoever puts the file again must see it
    if (links === 1) fchmodSync(file.descriptor, file.executable ? 0o555 : 0o444)
  })
  if (links > 1) return copyIn(store, path)
  const blob = small === undefined ? await hashFile(path) : { sha256: hashBytes(small), size: small.length }
  if (isStored(store, blob)) return blob
  try {
    intoStore(linkSync, path, pathOf(store, blob.sha256))
    return blob
  } catch (error) {
    if (!NO_LINK.includes(systemCode(error) ?? '')) throw error
    return copyIn(store, path)
  }
}

/** The bytes of a small file; undefined of a large one. `before` sees the open file first. */
function readWhole(path: string, before: (file: OpenFile) => void): Uint8Array | undefined {
  const file = openRegular(path)
  try {
    before(file)
    return readSmall(file)
  } finally {
    closeSync(file.descriptor)
  }
}

/** Makes a temporary file the blob, or removes it where the store has it already. */
function keep(store: Store, path: string, blob: StoredBlob): StoredBlob {
  if (isStored(store, blob)) rmSync(path)
  else intoStore(renameSync, path, pathOf(store, blob.sha256))
  return blob
}

/** Whether a blob is there, for somebody who puts it: its times say so from then on. */
function isStored(store: Store, { sha256, size }: StoredBlob): boolean {
  const path = pathOf(store, sha256)
  if (statSync(path, { throwIfNoEntry: false })?.size !== size) return false
  touch(path)
  return true
}

function claim(store: Store, sha256: string): boolean {
  const path = pathOf(store, sha256)
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return false
  touch(path)
  return true
}

async function copyOut(store: Store, sha256: string, to: { target: string; mode: number }): Promise<void> {
  const source = pathOf(store, sha256)
  const size = statSync(source, { throwIfNoEntry: false })?.size
  if (size === undefined) throw missing(store, sha256)
  try {
    if (size < SMALL) copyFileSync(source, to.target, HOW)
    else await copyFile(source, to.target, HOW)
    chmodSync(to.target, to.mode)
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') rmSync(to.target, { force: true })
    throw writeError(error, dirname(to.target))
  }
}

function sourceOf(store: Store, sha256: string): string {
  const path = pathOf(store, sha256)
  if (statSync(path, { throwIfNoEntry: false }) === undefined) throw missing(store, sha256)
  return path
}

function missing(store: Store, sha256: string): Problem {
  const where = join(store.folder, sha256.slice(0, 2))
  return new Problem(
    'artifact_missing',
    `the stored file ${sha256} is gone from ${where}: run again with --no-cache to make it anew`,
  )
}

function newTemporary(store: Store): string {
  mkdirSync(store.temporary, { recursive: true })
  return join(store.temporary, randomUUID())
}

function withTemporary(store: Store, work: (path: string) => void): void {
  const path = newTemporary(store)
  try {
    work(path)
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  }
}

/** Writes a file that is not there yet; the mode is exact, whatever the umask. */
function writeNew(path: string, bytes: Uint8Array, mode: number): void {
  const descriptor = openSync(path, 'wx', mode)
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done)
    fchmodSync(descriptor, mode)
  } finally {
    closeSync(descriptor)
  }
}

/** Gives a file its name in the store; the folder of that name is made where it is missing. */
function intoStore(give: (from: string, to: string) => void, from: string, to: string): void {
  try {
    give(from, to)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || existsSync(dirname(to))) throw error
    mkdirSync(dirname(to), { recursive: true })
    give(from, to)
  }
}
