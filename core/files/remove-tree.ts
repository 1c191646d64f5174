import { chmodSync, lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'

const SLASH = Buffer.from('/')
/** So many entries are removed before other work gets its turn. */
const AT_ONCE = 256

/**
 * Removes a file or a folder with all that it holds, read-only folders and names that are no Unicode included. Links
 * are removed, never followed. Nothing there is no error.
 */
export async function removeTree(path: string | Buffer): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return
  if (stat.isDirectory()) await removeFolder(typeof path === 'string' ? Buffer.from(path) : path, { count: 0 })
  else unlinkSync(path)
}

async function removeFolder(folder: Buffer, done: { count: number }): Promise<void> {
  for (const entry of openFolder(folder)) {
    const path = Buffer.concat([folder, SLASH, entry.name])
    if (entry.isDirectory()) await removeFolder(path, done)
    else unlinkSync(path)
    done.count += 1
    if (done.count % AT_ONCE === 0) await turn()
  }
  rmdirSync(folder)
}

/** The entries of a folder that can be emptied from here on. */
function openFolder(folder: Buffer) {
  if ((lstatSync(folder).mode & 0o700) !== 0o700) chmodSync(folder, 0o700)
  return readdirSync(folder, { withFileTypes: true, encoding: 'buffer' })
}
