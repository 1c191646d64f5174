/** A file or a folder; the path is that from the root. */
export type Entry = { readonly path: string; readonly isFolder: boolean; readonly size: number | null }

/** What lies in a folder of a flat list of files; '' is the root. Folders first, each with the bytes in it. */
export function entriesIn(files: readonly { readonly path: string; readonly size: number }[], folder: string): Entry[] {
  const start = folder === '' ? '' : `${folder}/`
  const sizes = new Map<string, number>()
  const inside: Entry[] = []
  for (const { path, size } of files) {
    if (!path.startsWith(start)) continue
    const end = path.indexOf('/', start.length)
    if (end < 0) inside.push({ path, isFolder: false, size })
    else sizes.set(path.slice(0, end), (sizes.get(path.slice(0, end)) ?? 0) + size)
  }
  const folders = [...sizes].map(([path, size]) => ({ path, isFolder: true, size }))
  return inOrder([...folders, ...inside])
}

/** Folders before files, both by name. */
export function inOrder(entries: readonly Entry[]): Entry[] {
  return entries.toSorted((a, b) => Number(b.isFolder) - Number(a.isFolder) || (a.path < b.path ? -1 : 1))
}

/** The folders that a path lies in, from the outermost. */
export function foldersOf(path: string): string[] {
  const names = path.split('/')
  return names.slice(1).map((_, index) => names.slice(0, index + 1).join('/'))
}

/** The last name of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
