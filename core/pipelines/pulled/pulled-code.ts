import { randomUUID } from 'node:crypto'
import { chmodSync, copyFileSync, existsSync, lstatSync, mkdirSync, realpathSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { AppliedCode, CodeChange, PulledChanges } from '#core/contract/pulled-step.ts'
import { compareText, hashFile, writeError } from '#core/files/index.ts'
import type { CodeSnapshot } from '../code-snapshot.ts'
import { walkCode } from '../code-walk.ts'
import { readPipelineFile } from '../pipeline-file.ts'
import type { PastAttempt } from './past-attempt.ts'

/** What the code of a pulled step is now, of a path that is not as it was. */
type Changed = CodeChange & { readonly before: Content; readonly now: Content }

/** A file as far as a snapshot knows it: sha256 and mode x; null where there is none. */
type Content = { readonly sha256: string; readonly executable: boolean } | null

/** Files of `code` that are not as the snapshot has them, by path. What no snapshot would take is left out. */
export async function changedCode(folder: string, snapshot: CodeSnapshot): Promise<PulledChanges> {
  const changes = await compared(join(folder, 'code'), snapshot)
  return { folder, changes: changes.map(({ path, change }) => ({ path, change })) }
}

async function compared(code: string, snapshot: CodeSnapshot): Promise<Changed[]> {
  const { files } = await walkCode(code, [])
  const before = new Map(snapshot.files.map((file) => [file.path, file]))
  const changes: Changed[] = []
  for (const { path } of files) {
    const now = await contentAt(join(code, path))
    const then = before.get(path) ?? null
    if (!isSame(now, then)) changes.push({ path, change: then === null ? 'added' : 'changed', before: then, now })
    before.delete(path)
  }
  for (const [path, then] of before) {
    // What rules leave out today may lie there still.
    if (!existsSync(join(code, path))) changes.push({ path, change: 'removed', before: then, now: null })
  }
  return changes.toSorted((a, b) => compareText(a.path, b.path))
}

async function contentAt(path: string): Promise<Content> {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return null
  if (!stat.isFile()) return { sha256: '', executable: false }
  return { sha256: (await hashFile(path)).sha256, executable: (stat.mode & 0o100) !== 0 }
}

function isSame(a: Content, b: Content): boolean {
  return a?.sha256 === b?.sha256 && a?.executable === b?.executable
}

/**
 * Copies the changed files to the code folder of the pipeline: all of them, or none. Throws Problem `conflict` that names a
 * file which is neither as in the run nor as it should become.
 */
export async function applyCode(folder: string, { row, snapshot }: PastAttempt): Promise<AppliedCode> {
  const { codeFolder } = await readPipelineFile(row.file)
  const code = join(folder, 'code')
  const changes = await compared(code, snapshot)
  for (const change of changes) await mustFit(codeFolder, change)
  try {
    for (const { path, now } of changes) put(join(code, path), join(codeFolder, path), now)
  } catch (error) {
    throw writeError(error, codeFolder)
  }
  return { folder: codeFolder, applied: changes.map(({ path, change }) => ({ path, change })), run: row.id }
}

async function mustFit(codeFolder: string, { path, before, now }: Changed): Promise<void> {
  const target = join(codeFolder, path)
  if (isOutside(codeFolder, dirname(target)))
    throw new Problem('conflict', `${target} lies behind a link that leaves ${codeFolder}: change it there by hand`)
  const there = await contentAt(target)
  if (isSame(there, before) || isSame(there, now)) return
  const what = there === null ? 'is gone' : before === null ? 'is there by now' : 'was changed'
  throw new Problem(
    'conflict',
    `${target} ${what} since the run: bring the two together by hand, then resume with --with-code`,
  )
}

/** Whether the folder, or the nearest one above it that is there, is really outside of another. */
function isOutside(root: string, folder: string): boolean {
  let nearest = folder
  while (!existsSync(nearest)) nearest = dirname(nearest)
  const [real, inside] = [realpathSync(nearest), realpathSync(root)]
  return real !== inside && !real.startsWith(inside + sep)
}

function put(source: string, target: string, now: Content): void {
  if (now === null) return rmSync(target, { force: true })
  mkdirSync(dirname(target), { recursive: true })
  const beside = join(dirname(target), `.${randomUUID()}.tmp`)
  try {
    copyFileSync(source, beside)
    chmodSync(beside, now.executable ? 0o755 : 0o644)
    renameSync(beside, target)
  } finally {
    rmSync(beside, { force: true })
  }
}
