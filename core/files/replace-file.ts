import { randomUUID } from 'node:crypto'
import { chmod, chown, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'

/** Where a file lies when its symbolic links were followed, and what of it stays when it is replaced. */
export type Place = {
  readonly path: string
  readonly mode: number
  readonly owner?: { readonly uid: number; readonly gid: number }
}

export type FileAsRead = Required<Place> & { readonly bytes: Buffer }

/** Reads a file that is to be replaced, through symbolic links. Throws the error of the system. */
export async function readInPlace(file: string): Promise<FileAsRead> {
  const path = await realpath(file)
  const { mode, uid, gid } = await stat(path)
  return { path, mode: mode & 0o777, owner: { uid, gid }, bytes: await readFile(path) }
}

/**
 * Replaces a file on disk by rename, so that nobody sees half of it, also when the power fails; mode, owner and links stay.
 * `beforeRename` runs when all is written, and leaves the file as it is by throwing.
 */
export async function replaceFile(
  { path, mode, owner }: Place,
  text: string,
  beforeRename?: () => Promise<void>,
): Promise<void> {
  const draft = `${path}.minisub-${randomUUID()}`
  try {
    await writeFile(draft, text, { mode: 0o600, flush: true })
    if (owner !== undefined && owner.uid !== process.getuid?.()) await chown(draft, owner.uid, owner.gid)
    await chmod(draft, mode)
    await beforeRename?.()
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
}
