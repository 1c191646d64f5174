import { lstatSync, type BigIntStats, type Dirent } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { systemCode } from '#core/store/index.ts'
import { linkFaults } from './code-links.ts'
import type { CodeLink } from './code-snapshot.ts'
import { isIgnored, rulesIn, type IgnoreRules } from './ignore-rules.ts'
import { folderEntries, linkTarget, nameFault, specialName } from '#core/files/index.ts'

export type FoundFile = { readonly path: string; readonly stat: BigIntStats }

export type CodeTree = {
  readonly files: readonly FoundFile[]
  readonly links: readonly CodeLink[]
  /** What cannot be taken, each as "<path> <why>". */
  readonly faults: readonly string[]
}

/** Finds all that belongs to the code. Links are read, never followed; of files only what the folder tells is looked at. */
export async function walkCode(root: string, exclude: readonly string[]): Promise<CodeTree> {
  const walk: Walk = { root, exclude: new Set(exclude), files: [], links: [], faults: [], seen: 0 }
  await walkFolder(walk, '', null)
  const paths = new Set(walk.files.map((file) => file.path))
  return { files: walk.files, links: walk.links, faults: [...walk.faults, ...linkFaults(walk.links, paths)] }
}

type Walk = {
  readonly root: string
  readonly exclude: ReadonlySet<string>
  readonly files: FoundFile[]
  readonly links: CodeLink[]
  readonly faults: string[]
  seen: number
}

/** So many entries are looked at before other work gets its turn. */
const AT_ONCE = 500

async function walkFolder(walk: Walk, folder: string, above: IgnoreRules): Promise<void> {
  const found = attempt(walk, folder, () => {
    const entries = folderEntries(join(walk.root, folder))
    return { entries, rules: rulesIn(walk.root, folder, { entries, above }) }
  })
  for (const entry of found?.entries ?? []) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    walk.seen += 1
    if (walk.seen % AT_ONCE === 0) await turn()
    if (walk.exclude.has(path) || isIgnored(found?.rules ?? null, path, entry)) continue
    const fault = nameFault(join(walk.root, folder), entry.name)
    if (fault !== undefined) walk.faults.push(`${shownPath(path)} ${fault}`)
    else if (entry.isDirectory()) await walkFolder(walk, path, found?.rules ?? null)
    else attempt(walk, path, () => takeEntry(walk, path, entry))
  }
}

function takeEntry(walk: Walk, path: string, entry: Dirent): void {
  if (entry.isFile()) {
    walk.files.push({ path, stat: lstatSync(join(walk.root, path), { bigint: true }) })
  } else if (entry.isSymbolicLink()) {
    const target = linkTarget(join(walk.root, path))
    if (target === undefined || /[\\\r\n]/.test(target))
      walk.faults.push(`${path} is a link whose target cannot travel`)
    else walk.links.push({ path, target })
  } else {
    walk.faults.push(`${path} is ${specialName(entry)}`)
  }
}

/** Runs a look at the file system: what went away meanwhile is not there, what cannot be read is a fault. */
function attempt<T>(walk: Walk, path: string, look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    if (code !== 'ENOENT') walk.faults.push(`${path === '' ? 'the folder itself' : path} cannot be read (${code})`)
    return undefined
  }
}

/** A path as it may stand in a sentence. */
function shownPath(path: string): string {
  return /[\r\n]/.test(path) ? JSON.stringify(path) : path
}
