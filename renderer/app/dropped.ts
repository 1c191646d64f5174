import type { Opened } from '#core/contract/desktop.ts'

/** A thing of the disk that was dropped on the page; its path is empty where it is none of the disk. */
export type DroppedFile = { readonly name: string; readonly path: string; readonly isFolder: boolean }

/** What comes of a drop: something to open, or why nothing is, with what to do. */
export type Dropped = { readonly opened: Opened } | { readonly refusal: string }

const BUT = 'drop one folder, or one file with a pipeline, from the file manager'

/** What was dropped, by the names of the files in it; a text, a link or an image of another program has none. */
export function readDrop(files: readonly DroppedFile[]): Dropped {
  const [first, ...others] = files
  if (first === undefined) return { refusal: `Texts, links and images are not opened here: ${BUT}.` }
  if (others.length > 0) return { refusal: `${files.length} things were dropped at once: ${BUT}.` }
  const { name, path, isFolder } = first
  if (path === '') return { refusal: `${name} is no file of this machine: ${BUT}.` }
  if (isFolder) return { opened: { kind: 'folder', path } }
  if (/\.ya?ml$/i.test(name)) return { opened: { kind: 'pipeline', file: path } }
  return { refusal: `${name} is neither a folder nor a pipeline, which ends in .yaml or .yml: ${BUT}.` }
}
