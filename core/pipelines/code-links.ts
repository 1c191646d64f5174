import { dirname } from 'node:path/posix'
import type { CodeLink } from './code-snapshot.ts'
import { foldersOf } from '#core/files/index.ts'

type Tree = {
  readonly files: ReadonlySet<string>
  readonly folders: ReadonlySet<string>
  readonly links: ReadonlyMap<string, string>
}

const MAX_HOPS = 40

/**
 * What is wrong with links, each as "<path> <why>": a link has to lead to something that is itself part of the code,
 * for it leads nowhere in a copy otherwise. Looks at the listing alone, so the folder's own place cannot matter.
 */
export function linkFaults(links: readonly CodeLink[], files: ReadonlySet<string>): string[] {
  const tree: Tree = {
    files,
    folders: foldersOf([...files, ...links.map((link) => link.path)]),
    links: new Map(links.map((link) => [link.path, link.target])),
  }
  return links.flatMap((link) => {
    const fault = linkFault(link, tree)
    return fault === undefined ? [] : [`${link.path} is a link to ${link.target}, which ${fault}`]
  })
}

function linkFault(link: CodeLink, tree: Tree): string | undefined {
  if (link.target.startsWith('/')) return 'is an absolute path'
  const parent = dirname(link.path)
  const current = parent === '.' ? [] : parent.split('/')
  const rest = link.target.split('/').toReversed()
  let hops = 0
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    if (tree.files.has(current.join('/'))) return 'does not exist'
    if (name === '' || name === '.') continue
    if (name === '..') {
      if (current.pop() === undefined) return 'leads out of the code folder'
      continue
    }
    const path = [...current, name].join('/')
    const next = tree.links.get(path)
    if (next === undefined) {
      if (!tree.files.has(path) && !tree.folders.has(path)) return 'does not exist, or is not part of the code'
      current.push(name)
      continue
    }
    hops += 1
    if (hops > MAX_HOPS) return 'leads in a circle'
    if (next.startsWith('/')) return 'leads out of the code folder'
    rest.push(...next.split('/').toReversed())
  }
  return undefined
}
