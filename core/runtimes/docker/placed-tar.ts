import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pack, type Header, type Pack } from 'tar-stream'
import type { Placed } from '../driver.ts'

/** Whom files in a container belong to; undefined where that cannot be said in an archive. */
type Owner = { readonly uid: number; readonly gid: number } | undefined

/** The largest number that tar-stream writes as it is; of a larger one it would make this. */
const MOST_ID = 0o777777

/** The owner that fits an image's user: `1000`, `1000:100`, or empty for root. A name is known to the image alone. */
function ownerOf(user: string): Owner {
  if (user === '') return { uid: 0, gid: 0 }
  const match = /^(\d+)(?::(\d+))?$/.exec(user)
  if (match === null) return undefined
  const owner = { uid: Number(match[1]), gid: Number(match[2] ?? 0) }
  return Math.max(owner.uid, owner.gid) > MOST_ID ? undefined : owner
}

/**
 * A tar archive of what lies in a container before its command starts, read from disk as it is taken. Everything belongs
 * to the image's user; where that is known by name alone, or by a very large number, all users may do what the owner may.
 */
export function tarOf(placed: Iterable<Placed>, user: string): Readable {
  const archive = pack()
  const owner = ownerOf(user)
  const writing = writeAll(archive, placed, owner)
  writing.catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))))
  return Readable.from(archive, { objectMode: false })
}

async function writeAll(archive: Pack, placed: Iterable<Placed>, owner: Owner): Promise<void> {
  for (const item of placed) await writeOne(archive, item, owner)
  archive.finalize()
}

async function writeOne(archive: Pack, item: Placed, owner: Owner): Promise<void> {
  const header = { name: item.path.slice(1), ...(owner ?? { uid: 0, gid: 0 }), mtime: EPOCH }
  switch (item.kind) {
    case 'folder':
      return put(archive, { ...header, type: 'directory', mode: modeFor(item.mode, owner) })
    case 'link':
      return put(archive, { ...header, type: 'symlink', linkname: item.target, mode: 0o777 })
    case 'bytes':
      return put(archive, { ...header, mode: modeFor(item.mode, owner) }, Buffer.from(item.bytes))
    case 'file': {
      if (item.size <= SMALL_BYTES) {
        return put(archive, { ...header, mode: modeFor(item.mode, owner) }, await readWhole(item.source, item.size))
      }
      const entry = archive.entry({ ...header, mode: modeFor(item.mode, owner), size: item.size })
      await pipeline(createReadStream(item.source), entry)
    }
  }
}

/** Up to this size a file is read at once, which is quicker than a stream of its own. */
const SMALL_BYTES = 256 * 2 ** 10

async function readWhole(source: string, size: number): Promise<Buffer> {
  const bytes = await readFile(source)
  if (bytes.length !== size) throw new Error(`${source} has ${bytes.length} bytes and not ${size}`)
  return bytes
}

/** The same time on every machine; zero itself is taken as "none" by some tools. */
const EPOCH = new Date(1_000_000_000_000)

function put(
  archive: Pack,
  header: Partial<Header> & Pick<Header, 'name'>,
  bytes: Buffer = Buffer.alloc(0),
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  archive.entry({ ...header, size: bytes.length }, bytes, (error) =>
    error === null || error === undefined ? resolve() : reject(error),
  )
  return promise
}

/** Where the owner is not known, what it may do everybody may. */
function modeFor(mode: number, owner: Owner): number {
  return owner === undefined ? mode | (((mode >> 6) & 7) * 0o11) : mode
}
