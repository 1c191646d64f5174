import { lstatSync, statSync, type BigIntStats } from 'node:fs'
import { join, resolve } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type { Json } from '#core/base/json.ts'
import { isProblem, Problem } from '#core/base/problem.ts'
import type { FileEntry } from '#core/contract/outputs.ts'
import { systemCode, type Blobs } from '#core/store/index.ts'
import type { CodeLink, CodeSnapshot } from './code-snapshot.ts'
import { walkCode, type FoundFile } from './code-walk.ts'
import { digestOfJson } from '#core/files/index.ts'
import type { FileIndex, IndexEntry } from './file-index.ts'
import { rulesFrom } from './ignore-rules.ts'
import { compareText } from '#core/files/index.ts'

export { placeCode } from './place-code.ts'
export type { CodeLink, CodeSnapshot } from './code-snapshot.ts'

export type SnapshotOptions = {
  readonly folder: string
  /** Paths relative to the folder that are never taken: the document and its lock. */
  readonly exclude: readonly string[]
  readonly blobs: Pick<Blobs, 'has' | 'putFile'>
  readonly index: FileIndex
}

/**
 * Takes the code folder into the blob store. Only what changed since the index saw it is read. Throws Problem
 * `code_unreadable`, naming all that is in the way, or `disk_full`; files stored until then stay as blobs.
 */
export async function takeSnapshot(options: SnapshotOptions): Promise<CodeSnapshot> {
  const folder = resolve(options.folder)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new Problem(
      'code_unreadable',
      `the code folder ${folder} does not exist: set spec.code to the folder that holds your code`,
    )
  }
  const tree = await walkCode(folder, options.exclude)
  const store: Storing = { ...options, folder, fresh: [], faults: [...tree.faults], read: 0 }
  const files: FileEntry[] = []
  for (const file of store.faults.length === 0 ? tree.files : []) {
    const entry = await storeFile(store, file)
    if (entry !== undefined) files.push(entry)
  }
  if (store.faults.length > 0) throw unreadable(store.faults)
  remember(store)
  files.sort((a, b) => compareText(a.path, b.path))
  const links = tree.links.toSorted((a, b) => compareText(a.path, b.path))
  const size = files.reduce((sum, file) => sum + file.size, 0)
  return { digest: codeDigestOf(files, links), files, links, size }
}

/** Identifies code by path, content and mode x of its files, and by its links; both sorted as in a snapshot. */
export function codeDigestOf(files: readonly FileEntry[], links: readonly CodeLink[]): string {
  const listing: Json[] = files.map(({ path, sha256, executable }) => ({ path, sha256, executable }))
  return digestOfJson([...listing, links.map(({ path, target }) => ({ path, target }))])
}

/** The files that a step's `files:` names, in gitignore's language (`!` takes back); all where it names none. */
export function matchFiles(snapshot: Pick<CodeSnapshot, 'files'>, globs: readonly string[]): readonly FileEntry[] {
  if (globs.length === 0) return snapshot.files
  const rules = rulesFrom(globs)
  return snapshot.files.filter((file) => rules.ignores(file.path))
}

type Storing = SnapshotOptions & { readonly fresh: [string, IndexEntry][]; readonly faults: string[]; read: number }

/** A change within the clock's step after hashing leaves the times as they are, so so young a file is hashed again. */
const RACY_NS = 2_000_000_000n
/** So many files are read before other work gets its turn. */
const AT_ONCE = 64

async function storeFile(store: Storing, { path, stat }: FoundFile): Promise<FileEntry | undefined> {
  const absolute = join(store.folder, path)
  const executable = (stat.mode & 0o100n) !== 0n
  const known = store.index.get(absolute)
  if (known !== undefined && isSame(known, stat) && store.blobs.has(known.sha256)) {
    return { path, size: known.size, executable, sha256: known.sha256 }
  }
  try {
    const now = BigInt(Date.now()) * 1_000_000n
    const blob = await store.blobs.putFile(absolute, { link: false })
    const after = lstatSync(absolute, { bigint: true })
    const entry = indexEntry(after, blob.sha256)
    const settled = after.mtimeNs < now - RACY_NS && after.ctimeNs < now - RACY_NS
    if (settled && isSame(entry, stat) && blob.size === entry.size) store.fresh.push([absolute, entry])
    store.read += 1
    if (store.read % AT_ONCE === 0) await turn()
    return { path, size: blob.size, executable, sha256: blob.sha256 }
  } catch (error) {
    if (isProblem(error)) throw error
    // What went away meanwhile is not part of the code; a file that is missing elsewhere is another matter.
    if (lstatSync(absolute, { throwIfNoEntry: false }) === undefined) return undefined
    store.faults.push(`${path} cannot be read (${reasonOf(error)})`)
    return undefined
  }
}

function indexEntry(stat: BigIntStats, sha256: string): IndexEntry {
  return { size: Number(stat.size), mtimeNs: stat.mtimeNs, ctimeNs: stat.ctimeNs, inode: stat.ino, sha256 }
}

function isSame(entry: IndexEntry, stat: BigIntStats): boolean {
  return (
    entry.size === Number(stat.size) &&
    entry.mtimeNs === stat.mtimeNs &&
    entry.ctimeNs === stat.ctimeNs &&
    entry.inode === stat.ino
  )
}

function remember({ index, fresh }: Storing): void {
  const work = (): void => {
    for (const [path, entry] of fresh) index.set(path, entry)
  }
  if (fresh.length === 0) return
  if (index.batch === undefined) work()
  else index.batch(work)
}

function reasonOf(error: unknown): string {
  return systemCode(error) ?? (error instanceof Error ? error.message : String(error))
}

const SHOWN = 5

function unreadable(faults: readonly string[]): Problem {
  const more = faults.length > SHOWN ? ` and ${faults.length - SHOWN} more` : ''
  const what = `${faults.slice(0, SHOWN).join('; ')}${more}`
  const issues = faults.map((fault) => ({ code: 'code_unreadable' as const, message: fault }))
  return new Problem('code_unreadable', `the code cannot be taken: ${what}: correct it, or put it in .minisubignore`, {
    issues,
  })
}
