import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import { pack, type Pack } from 'tar-stream'
import type { FileEntry } from '#core/contract/outputs.ts'
import type { Blobs } from '#core/store/index.ts'
import type { CodeLink, CodeSnapshot } from './code-snapshot.ts'
import { compareText } from '#core/files/index.ts'

/**
 * The code as .tar.gz, the same bytes on every machine: sorted by path, owner 0, time 0, modes 0644 and 0755. It is not
 * compressed, because zlib's output differs between processors and versions. Reads the blobs while it is consumed.
 */
export async function* archiveCode(
  snapshot: Pick<CodeSnapshot, 'files' | 'links'>,
  blobs: Blobs,
): AsyncGenerator<Uint8Array, void> {
  const tar = pack()
  const filled = fill(tar, snapshot, blobs).catch((error: unknown) => {
    tar.destroy(error instanceof Error ? error : new Error(String(error)))
  })
  try {
    yield* storedGzip(tar)
  } finally {
    tar.destroy()
    await filled
  }
}

/** Bytes of what `archiveCode` gives, without reading any file. */
export async function archiveSize({ files, links }: Pick<CodeSnapshot, 'files' | 'links'>): Promise<number> {
  const tar = pack()
  for (const link of links) addLink(tar, link)
  for (const { path, executable } of files) tar.entry({ ...SAME, ...headerOf({ path, executable }) }, '')
  tar.finalize()
  let bytes = 0
  for await (const piece of tar) if (piece instanceof Uint8Array) bytes += piece.length
  for (const { size } of files) bytes += Math.ceil(size / TAR_BLOCK) * TAR_BLOCK
  const blocks = Math.floor(bytes / BLOCK) + 1
  return GZIP_HEADER.length + bytes + blocks * BLOCK_HEADER + GZIP_TRAILER
}

async function fill(tar: Pack, { files, links }: Pick<CodeSnapshot, 'files' | 'links'>, blobs: Blobs): Promise<void> {
  const entries: (FileEntry | CodeLink)[] = [...files, ...links]
  for (const entry of entries.toSorted((a, b) => compareText(a.path, b.path))) {
    if ('target' in entry) addLink(tar, entry)
    else await addFile(tar, entry, blobs)
  }
  tar.finalize()
}

const SAME = { uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(0) }

function addLink(tar: Pack, { path, target }: CodeLink): void {
  tar.entry({ ...SAME, name: path, type: 'symlink', linkname: target, mode: 0o777 })
}

type Header = { readonly name: string; readonly type: 'file'; readonly mode: number }

function headerOf({ path, executable }: Pick<FileEntry, 'path' | 'executable'>): Header {
  return { name: path, type: 'file', mode: executable ? 0o755 : 0o644 }
}

async function addFile(tar: Pack, { size, sha256, ...file }: FileEntry, blobs: Blobs): Promise<void> {
  const entry = tar.entry({ ...SAME, ...headerOf(file), size })
  await pipeline(blobs.read(sha256), entry)
}

/** Magic number, method deflate, no flags, no time, no hint, operating system unknown. */
const GZIP_HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff)
/** The longest stored block of the deflate format. */
const BLOCK = 65_535
const BLOCK_HEADER = 5
const GZIP_TRAILER = 8
const TAR_BLOCK = 512

/** Wraps bytes as gzip with stored blocks of one length, however the source cuts them. */
async function* storedGzip(source: AsyncIterable<unknown>): AsyncGenerator<Uint8Array, void> {
  let sum = 0
  let size = 0
  let held = Buffer.alloc(0)
  yield GZIP_HEADER
  for await (const piece of source) {
    if (!(piece instanceof Uint8Array)) throw new Error('not bytes')
    sum = crc32(piece, sum)
    size = (size + piece.length) % 2 ** 32
    held = Buffer.concat([held, piece])
    while (held.length >= BLOCK) {
      yield storedBlock(held.subarray(0, BLOCK), false)
      held = held.subarray(BLOCK)
    }
  }
  yield storedBlock(held, true)
  const trailer = Buffer.alloc(GZIP_TRAILER)
  trailer.writeUInt32LE(sum, 0)
  trailer.writeUInt32LE(size, 4)
  yield trailer
}

function storedBlock(bytes: Uint8Array, last: boolean): Uint8Array {
  const block = Buffer.alloc(BLOCK_HEADER + bytes.length)
  block.writeUInt8(last ? 1 : 0, 0)
  block.writeUInt16LE(bytes.length, 1)
  block.writeUInt16LE(BLOCK - bytes.length, 3)
  block.set(bytes, BLOCK_HEADER)
  return block
}
