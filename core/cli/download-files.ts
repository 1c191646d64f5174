import { createHash, type Hash } from 'node:crypto'
import { createReadStream, createWriteStream, type Stats } from 'node:fs'
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Problem } from '#core/base/problem.ts'

/** A file to download; `sha256` is that of its content. */
export type WantedFile = { readonly path: string; readonly size: number; readonly sha256: string }

export type Download = {
  readonly files: readonly WantedFile[]
  /** The folder to make, an absolute path. */
  readonly folder: string
  /** Whether it takes the place of a folder that is there. */
  readonly force: boolean
  /** The bytes of a file, in whole or from an offset to its last one. */
  readonly read: (path: string, range?: { readonly start: number; readonly end: number }) => Promise<Response>
}

/** So many files come at once. */
const AT_ONCE = 4

/**
 * Makes a folder of files: under another name beside it, each checked, then renamed, so that the folder is there whole or
 * not at all. What an earlier call left half done is gone on with. Throws Problem `conflict` where something is there,
 * `forbidden` for a path that leads out of the folder, `object_damaged` for other bytes than were promised, `disk_full`.
 */
export async function downloadFiles(download: Download): Promise<void> {
  const { files, folder, force } = download
  const targets = files.map((file) => ({ file, path: safePath(file.path) }))
  await refuseExisting(folder, force)
  const beside = join(dirname(folder), `.${basename(folder)}.${listingDigest(files)}.part`)
  await makeFolder(beside).catch(asProblem(folder))
  const waiting = targets.values()
  let isFailed = false
  const work = async (): Promise<void> => {
    for (const { file, path } of waiting) {
      if (isFailed) return
      await downloadFile(download, file, join(beside, path)).catch((error: unknown) => {
        isFailed = true
        throw error
      })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  await putInPlace(beside, folder).catch(asProblem(folder))
}

/** Not by `recursive` alone, which tries for ever where a file system such as /proc makes none. */
async function makeFolder(folder: string): Promise<void> {
  if ((await statOf(folder))?.isDirectory() === true) return
  await mkdir(dirname(folder), { recursive: true })
  await mkdir(folder, { mode: 0o755 })
}

/** The same files make the same name, so what is left of other files is never gone on with. */
function listingDigest(files: readonly WantedFile[]): string {
  const listing = JSON.stringify(files.map(({ path, sha256 }) => [path, sha256]))
  return createHash('sha256').update(listing).digest('hex').slice(0, 12)
}

async function downloadFile({ read }: Download, file: WantedFile, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true }).catch(asProblem(target))
  const { hash, size } = await kept(target, file.size)
  if (size < file.size || file.size === 0) {
    const response = await (size === 0 ? read(file.path) : read(file.path, { start: size, end: file.size - 1 }))
    const body = response.body === null ? Readable.from([]) : Readable.fromWeb(response.body)
    const tee = async function* (source: AsyncIterable<Uint8Array>) {
      for await (const chunk of source) {
        hash.update(chunk)
        yield chunk
      }
    }
    await pipeline(body, tee, createWriteStream(target, { flags: 'a', mode: 0o644 })).catch(asProblem(target))
  }
  if (hash.digest('hex') === file.sha256) return
  await rm(target, { force: true })
  const words = `${file.path} came otherwise than it was recorded: it was deleted here, so try again`
  throw new Problem('object_damaged', words)
}

/** What is there of a file already. Links and what is too long are none of ours. */
async function kept(target: string, most: number): Promise<{ readonly hash: Hash; readonly size: number }> {
  const hash = createHash('sha256')
  const found = await statOf(target)
  if (found === undefined) return { hash, size: 0 }
  if (!found.isFile() || found.size > most) {
    await rm(target, { recursive: true, force: true })
    return { hash, size: 0 }
  }
  for await (const chunk of createReadStream(target)) hash.update(chunk as Uint8Array)
  return { hash, size: found.size }
}

async function putInPlace(beside: string, folder: string): Promise<void> {
  const there = await statOf(folder)
  if (there === undefined) return rename(beside, folder)
  const old = `${beside}.old`
  // One that was killed here left it.
  await rm(old, { recursive: true, force: true })
  await rename(folder, old)
  await rename(beside, folder)
  await rm(old, { recursive: true, force: true })
}

async function refuseExisting(folder: string, force: boolean): Promise<void> {
  const there = await statOf(folder)
  if (there === undefined) return
  if (!there.isDirectory()) throw new Problem('conflict', `${folder} is there and is no folder: name another with --to`)
  if (force || (await readdir(folder)).length === 0) return
  const fix = 'name another with --to, or replace it with --force'
  throw new Problem('conflict', `${folder} is there already and is not overwritten: ${fix}`)
}

async function statOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ENOTDIR'].includes(String(error.code)))
      return undefined
    throw error
  })
}

/** A path of a listing as one below a folder. Throws Problem `forbidden` for one that leads out of it. */
export function safePath(path: string): string {
  const names = path.split('/')
  const isOdd = names.some((name) => name === '' || name === '.' || name === '..' || name.endsWith(':'))
  if (isAbsolute(path) || isOdd || /[\p{Cc}\\]/u.test(path)) {
    throw new Problem('forbidden', `the path ${JSON.stringify(path)} leads out of its folder: nothing is saved`)
  }
  return join(...names)
}

function asProblem(target: string): (error: unknown) => never {
  return (cause) => {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new Problem('disk_full', `the disk that holds ${target} is full: free some space and try again`, { cause })
    }
    if (['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'EEXIST', 'ENAMETOOLONG'].includes(code)) {
      throw new Problem('conflict', `${target} cannot be written (${code}): name another folder with --to`, { cause })
    }
    throw cause
  }
}
