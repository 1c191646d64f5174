import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { pack, type Pack } from 'tar-stream'
import { Problem } from '#core/base/problem.ts'
import type { ContextEntry, DockerContext } from './docker-context.ts'
import { environmentsFolder, storageProblem } from './folders.ts'

/**
 * Copies of what goes into builds, by digest: a run that was frozen with a Dockerfile is built of what its folder held
 * then, whatever became of it.
 */
export function contextPath(home: string, digest: string): string {
  return join(contextsFolder(home), `${digest}.tar`)
}

function contextsFolder(home: string): string {
  return join(environmentsFolder(home), 'contexts')
}

/** Keeps a context, unless it is kept already. Throws Problem `environment_failed` where it changes meanwhile. */
export async function keepContext(home: string, context: DockerContext): Promise<void> {
  const path = contextPath(home, context.digest)
  if (existsSync(path)) {
    // as fresh as one that is made now
    await utimes(path, new Date(), new Date())
    return
  }
  // two runs that begin at once may both keep it
  const aside = `${path}.${randomUUID()}.partial`
  try {
    await mkdir(contextsFolder(home), { recursive: true, mode: 0o700 })
    await writeTar(context.entries, aside)
    await rename(aside, path)
  } catch (error) {
    await rm(aside, { force: true })
    throw storageProblem(error, contextsFolder(home))
  }
}

/** Removes the copies that were made before a time, but for those that are still needed. */
export async function dropContexts(home: string, before: number, isNeeded: (digest: string) => boolean): Promise<void> {
  if (!existsSync(contextsFolder(home))) return
  for (const name of await readdir(contextsFolder(home))) {
    const path = join(contextsFolder(home), name)
    const digest = /^([0-9a-f]{64})\.tar$/.exec(name)?.[1]
    if (digest !== undefined && isNeeded(digest)) continue
    if ((await stat(path)).mtimeMs <= before) await rm(path, { force: true })
  }
}

async function writeTar(entries: readonly ContextEntry[], path: string): Promise<void> {
  const tar = pack()
  const written = pipeline(tar, createWriteStream(path, { mode: 0o600 }))
  try {
    for (const entry of entries) await addEntry(tar, entry)
    tar.finalize()
  } catch (error) {
    tar.destroy()
    await written.catch(() => undefined) // it ends with the error that is thrown on
    throw error
  }
  await written
}

/** Times are left out, and modes made equal: what is built is a matter of the digest alone. */
async function addEntry(tar: Pack, entry: ContextEntry): Promise<void> {
  const mtime = new Date(0)
  if (entry.kind === 'folder') {
    tar.entry({ name: `${entry.path}/`, type: 'directory', mode: 0o755, mtime })
  } else if (entry.kind === 'link') {
    tar.entry({ name: entry.path, type: 'symlink', linkname: entry.target, mode: 0o777, mtime })
  } else {
    const mode = entry.executable ? 0o755 : 0o644
    const sink = tar.entry({ name: entry.path, size: entry.size, mode, mtime })
    await pipeline(Readable.from(unchanged(entry)), sink)
  }
}

async function* unchanged(entry: Extract<ContextEntry, { kind: 'file' }>): AsyncGenerator<Buffer> {
  const sum = createHash('sha256')
  let size = 0
  const bytes: AsyncIterable<Buffer> = createReadStream(entry.source)
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > entry.size) break
    sum.update(chunk)
    yield chunk
  }
  if (size === entry.size && sum.digest('hex') === entry.sha256) return
  throw new Problem('environment_failed', `${entry.source} changed while it was read: try again when it stays`)
}
