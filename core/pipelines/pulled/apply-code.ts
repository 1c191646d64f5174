import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  type Stats,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { AppliedCode } from '#core/contract/pulled-step.ts'
import { removeTree, systemCode, writeError } from '#core/files/index.ts'
import { readPipelineFile } from '../pipeline-file.ts'
import type { PastAttempt } from './past-attempt.ts'
import { compareCode, contentAt, isSame, type Changed, type Content } from './pulled-code.ts'
import { isWithin, realPlace } from './real-place.ts'

/**
 * Copies what was changed to the code folder of the pipeline: all of it, or none. Files that are there keep their mode but
 * for x. Throws Problem `conflict` that names what is neither as in the run nor as it should become, and `disk_full`.
 */
export async function applyCode(folder: string, { row, snapshot }: PastAttempt): Promise<AppliedCode> {
  const { codeFolder } = await readPipelineFile(row.file)
  const code = join(folder, 'code')
  const changes = await compareCode(code, snapshot)
  const open: Changed[] = []
  for (const change of changes) if (await isOpen(codeFolder, change)) open.push(change)
  if (open.length > 0) await putAll(open, { code, codeFolder })
  return { folder: codeFolder, applied: changes.map(({ path, change }) => ({ path, change })), run: row.id }
}

/** Whether it is not yet as it should become. Throws Problem `conflict` where it is not as in the run either. */
async function isOpen(codeFolder: string, { path, before, now }: Changed): Promise<boolean> {
  const target = join(codeFolder, path)
  if (!isWithin(realpathSync(codeFolder), realPlace(dirname(target))))
    throw new Problem('conflict', `${target} lies behind a link that leaves ${codeFolder}: change it there by hand`)
  const there = await contentAt(target)
  // A folder by now has no file to be removed.
  if (isSame(there, now) || (now === null && there?.kind === 'other')) return false
  if (isSame(there, before)) return true
  const what = there === null ? 'is gone' : before === null ? 'is there by now' : 'was changed'
  throw new Problem(
    'conflict',
    `${target} ${what} since the run: bring the two together by hand, then resume with --with-code`,
  )
}

type Places = { readonly code: string; readonly codeFolder: string }

/** One path that changes: `fresh` takes its place, null where nothing does; `old` is a copy of what is there, if anything. */
type Swap = { readonly target: string; readonly fresh: string | null; readonly old: string | null }

/** Writes everything aside first, so that little is left that can fail, and takes that back. */
async function putAll(changes: readonly Changed[], { code, codeFolder }: Places): Promise<void> {
  const aside = join(codeFolder, `.minisub-${randomUUID()}.tmp`)
  const done: Swap[] = []
  try {
    mkdirSync(aside)
    const swaps: Swap[] = []
    for (const [index, { path, now }] of changes.entries()) {
      const [source, target] = [join(code, path), join(codeFolder, path)]
      const old = keepOld(target, join(aside, `old-${index}`))
      const fresh = now === null ? null : await copyFresh(source, now, { target, fresh: join(aside, `new-${index}`) })
      swaps.push({ target, fresh, old })
    }
    // A file may have become a folder: what goes, goes first.
    for (const swap of swaps.toSorted((a, b) => Number(a.fresh !== null) - Number(b.fresh !== null))) {
      done.push(swap)
      put(swap)
    }
  } catch (error) {
    for (const swap of done.toReversed()) takeBack(swap)
    await removeTree(aside)
    throw applyError(error, codeFolder)
  }
  await removeTree(aside)
}

function keepOld(target: string, old: string): string | null {
  const there = statOf(target)
  if (there === undefined) return null
  if (there.isSymbolicLink()) symlinkSync(readlinkSync(target), old)
  else copyFileSync(target, old)
  return old
}

type Copy = { readonly target: string; readonly fresh: string }

async function copyFresh(source: string, now: NonNullable<Content>, { target, fresh }: Copy): Promise<string> {
  if (now.kind === 'link') symlinkSync(now.target, fresh)
  else {
    copyFileSync(source, fresh)
    const there = statOf(target)
    const mode = there?.isFile() === true ? there.mode & 0o777 : 0o644
    const isProgram = now.kind === 'file' && now.executable
    chmodSync(fresh, isProgram ? mode | ((mode & 0o444) >> 2) : mode & ~0o111)
  }
  if (isSame(await contentAt(fresh), now)) return fresh
  throw new Problem('conflict', `${source} changes at this moment: wait until nothing writes to it, then do it again`)
}

function put({ target, fresh }: Swap): void {
  if (fresh === null) return rmSync(target, { force: true })
  mkdirSync(dirname(target), { recursive: true })
  renameSync(fresh, target)
}

function takeBack({ target, fresh, old }: Swap): void {
  if (fresh !== null && statOf(fresh) === undefined) rmSync(target, { force: true })
  if (old === null) return
  mkdirSync(dirname(target), { recursive: true })
  renameSync(old, target)
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined
    throw error
  }
}

const IN_THE_WAY: ReadonlySet<string | undefined> = new Set(['EEXIST', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY', 'EXDEV'])

function applyError(error: unknown, codeFolder: string): unknown {
  if (!IN_THE_WAY.has(systemCode(error))) return writeError(error, codeFolder)
  const why = error instanceof Error ? error.message : String(error)
  const fix = 'nothing was copied, so bring the two together by hand'
  return new Problem('conflict', `what was changed does not fit into ${codeFolder} (${why}): ${fix}`, { cause: error })
}
