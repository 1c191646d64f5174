import { lstatSync, readFileSync, type Dirent } from 'node:fs'
import { basename, join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import dockerignore from '@balena/dockerignore'
import { Problem } from '#core/base/problem.ts'
import { digestOfJson, folderEntries, hashFile, linkTarget, systemCode } from '#core/files/index.ts'

/** Something of a build's context; paths are relative, with forward slashes. */
export type ContextEntry =
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | {
      readonly kind: 'file'
      readonly path: string
      readonly source: string
      readonly size: number
      readonly sha256: string
      /** Mode x; all else of a mode differs between machines. */
      readonly executable: boolean
    }

/** All that goes into a build by a Dockerfile; a folder comes before what it holds. */
export type DockerContext = {
  /** Name of the Dockerfile in it. */
  readonly dockerfile: string
  readonly entries: readonly ContextEntry[]
  /** sha256 in hex over all of it: equal on every machine where names, contents, links and modes x are. */
  readonly digest: string
}

/** What tools of versions keep differs with each look at it, and with each machine. */
const LEFT_OUT = new Set(['.git', '.hg', '.svn'])
/** So many entries are looked at before other work gets its turn. */
const AT_ONCE = 200

/**
 * Reads the folder of a Dockerfile as a build gets it: without what its .dockerignore leaves out, folders of version
 * control and the paths that are given. Throws Problem `environment_failed` for what cannot be read.
 */
export async function readDockerContext(file: string, exclude: readonly string[]): Promise<DockerContext> {
  const root = join(file, '..')
  const dockerfile = basename(file)
  const rules = rulesOf(join(root, '.dockerignore'))
  const walk: Walk = { root, dockerfile, rules, exclude: new Set(exclude), entries: [], seen: 0 }
  try {
    await walkFolder(walk, '')
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    const fix = 'make it readable, or name it in .dockerignore'
    throw new Problem('environment_failed', `the folder of ${file} cannot be read (${String(error)}): ${fix}`, {
      cause: error,
    })
  }
  return { dockerfile, entries: walk.entries, digest: digestOf(dockerfile, walk.entries) }
}

function digestOf(dockerfile: string, entries: readonly ContextEntry[]): string {
  const listed = entries.map((entry) => {
    if (entry.kind === 'folder') return [entry.path]
    if (entry.kind === 'link') return [entry.path, 'link', entry.target]
    return [entry.path, entry.executable ? 'x' : 'file', entry.sha256]
  })
  return digestOfJson({ dockerfile, entries: listed })
}

type Rules = { readonly ignores: (path: string) => boolean; readonly takesBack: boolean }

function rulesOf(file: string): Rules {
  let text: string
  try {
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { ignores: () => false, takesBack: false }
    throw error
  }
  const rules = dockerignore.default({ ignorecase: false }).add(text)
  return { ignores: (path) => rules.ignores(path), takesBack: /^\s*!/m.test(text) }
}

type Walk = {
  readonly root: string
  readonly dockerfile: string
  readonly rules: Rules
  readonly exclude: ReadonlySet<string>
  readonly entries: ContextEntry[]
  seen: number
}

async function walkFolder(walk: Walk, folder: string): Promise<void> {
  for (const entry of folderEntries(join(walk.root, folder))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    walk.seen += 1
    if (walk.seen % AT_ONCE === 0) await turn()
    if (LEFT_OUT.has(entry.name) || walk.exclude.has(join(walk.root, path))) continue
    const isIgnored = path !== walk.dockerfile && path !== '.dockerignore' && walk.rules.ignores(path)
    if (entry.isDirectory()) {
      if (!isIgnored) walk.entries.push({ kind: 'folder', path })
      // a line with ! may take back what lies in a folder that is left out
      if (!isIgnored || walk.rules.takesBack) await walkFolder(walk, path)
    } else if (!isIgnored) {
      await takeEntry(walk, path, entry)
    }
  }
}

/** Sockets, pipes and devices are no content. */
async function takeEntry(walk: Walk, path: string, entry: Dirent): Promise<void> {
  const source = join(walk.root, path)
  if (entry.isSymbolicLink()) {
    const target = linkTarget(source)
    if (target !== undefined) walk.entries.push({ kind: 'link', path, target })
  } else if (entry.isFile()) {
    const executable = (lstatSync(source).mode & 0o100) !== 0
    walk.entries.push({ kind: 'file', path, source, executable, ...(await hashFile(source)) })
  }
}
