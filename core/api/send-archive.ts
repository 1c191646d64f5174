import { pipeline } from 'node:stream/promises'
import { pack, type Pack } from 'tar-stream'
import type { Models } from '#core/compare/index.ts'
import { attachment } from '#core/base/file-answer.ts'
import type { HandlerContext } from './handler.ts'

type File = { readonly path: string; readonly size: number; readonly sha256: string }
type Archive = {
  readonly name: string
  readonly files: readonly File[]
  readonly bytes: Models['bytes']
}

/**
 * Writes files as one tar archive, straight from the blob store and never with more of it in memory than the reader
 * takes at once. Throws Problem `artifact_missing`, before anything is sent, where bytes of one are gone.
 */
export async function sendArchive(
  { name, files, bytes }: Archive,
  { incoming, outgoing }: HandlerContext,
): Promise<void> {
  for (const { sha256 } of files) bytes.check(sha256)
  outgoing.writeHead(200, {
    'Content-Type': 'application/x-tar',
    'Content-Disposition': attachment(name),
    'Cache-Control': 'private, no-cache',
  })
  if (incoming.method === 'HEAD') {
    outgoing.end()
    return
  }
  const tar = pack()
  await Promise.all([pipeline(tar, outgoing), fill(tar, files, bytes)])
}

async function fill(tar: Pack, files: readonly File[], bytes: Models['bytes']): Promise<void> {
  try {
    for (const { path, size, sha256 } of files) {
      const entry = tar.entry({ name: path, size, mode: 0o644, mtime: new Date(0), type: 'file' })
      await pipeline(bytes.read(sha256), entry)
    }
    tar.finalize()
  } catch (error) {
    tar.destroy(error instanceof Error ? error : new Error(String(error)))
    throw error
  }
}
