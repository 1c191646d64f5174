import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '#core/base/problem.ts'
import type { CodeChange, PulledChanges } from '#core/contract/pulled-step.ts'
import { compareText, hashFile, linkTarget, systemCode } from '#core/files/index.ts'
import type { CodeSnapshot } from '../code-snapshot.ts'
import { walkCode } from '../code-walk.ts'

/** What lies at a path as far as a snapshot knows it: sha256 and mode x, or where a link leads; null where nothing does. */
export type Content =
  | { readonly kind: 'file'; readonly sha256: string; readonly executable: boolean }
  | { readonly kind: 'link'; readonly target: string }
  /** What no snapshot takes, a folder among others. */
  | { readonly kind: 'other' }
  | null

/** A path of the code that is not as it was: what it held in the run, and what it holds now. */
export type Changed = CodeChange & { readonly before: Content; readonly now: Content }

type Snapshot = Pick<CodeSnapshot, 'files' | 'links'>

/**
 * Files and links of `code` that are not as the snapshot has them, by path. What its ignore rules leave out is left out.
 * Throws Problem `conflict` where a part of the code cannot be read, so that nobody knows whether it is there.
 */
export async function changedCode(folder: string, snapshot: Snapshot): Promise<PulledChanges> {
  const changes = await compareCode(join(folder, 'code'), snapshot)
  return { folder, changes: changes.map(({ path, change }) => ({ path, change })) }
}

/** The same with contents. */
export async function compareCode(code: string, { files, links }: Snapshot): Promise<Changed[]> {
  const before = new Map<string, Content>()
  for (const { path, sha256, executable } of files) before.set(path, { kind: 'file', sha256, executable })
  for (const { path, target } of links) before.set(path, { kind: 'link', target })
  const changes: Changed[] = []
  for (const path of await pathsIn(code)) {
    const now = await contentAt(join(code, path))
    const then = before.get(path) ?? null
    before.delete(path)
    if (!isSame(now, then)) changes.push({ path, change: changeOf(then, now), before: then, now })
  }
  for (const [path, then] of before) {
    // What rules leave out today may lie there still.
    const now = await contentAt(join(code, path))
    if (now === null || now.kind === 'other') changes.push({ path, change: 'removed', before: then, now: null })
  }
  return changes.toSorted((a, b) => compareText(a.path, b.path))
}

function changeOf(then: Content, now: Content): CodeChange['change'] {
  if (now === null) return 'removed'
  return then === null ? 'added' : 'changed'
}

async function pathsIn(code: string): Promise<string[]> {
  if ((await contentAt(code))?.kind !== 'other') throw unreadable(code, ['it is no folder any more'])
  const { files, links, faults } = await walkCode(code, [])
  if (faults.length > 0) throw unreadable(code, faults)
  return [...files, ...links].map(({ path }) => path)
}

function unreadable(code: string, faults: readonly string[]): Problem {
  const more = faults.length > 1 ? ` and ${faults.length - 1} more` : ''
  const fix = 'mend that there, or make the folder anew with --force'
  return new Problem('conflict', `${code} cannot be compared with the run (${faults[0] ?? ''}${more}): ${fix}`)
}

/** Throws Problem `conflict` where it cannot be told. */
export async function contentAt(path: string): Promise<Content> {
  try {
    const stat = lstatSync(path)
    if (stat.isSymbolicLink()) return { kind: 'link', target: linkTarget(path) ?? '' }
    if (!stat.isFile()) return { kind: 'other' }
    return { kind: 'file', sha256: (await hashFile(path)).sha256, executable: (stat.mode & 0o100) !== 0 }
  } catch (cause) {
    const code = systemCode(cause)
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    if (code === undefined) throw cause
    throw new Problem('conflict', `${path} cannot be read (${code}): give yourself the right to read it`, { cause })
  }
}

export function isSame(a: Content, b: Content): boolean {
  if (a?.kind === 'file' && b?.kind === 'file') return a.sha256 === b.sha256 && a.executable === b.executable
  if (a?.kind === 'link' && b?.kind === 'link') return a.target === b.target
  return a === null && b === null
}
