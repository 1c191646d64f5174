import { realpathSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { systemCode } from '#core/files/index.ts'

/** Where a path really leads: links of what is there of it are followed, the rest stays as it is. */
export function realPlace(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    const code = systemCode(error)
    if ((code !== 'ENOENT' && code !== 'ENOTDIR') || dirname(path) === path) throw error
    return join(realPlace(dirname(path)), basename(path))
  }
}

/** Whether a real path is a folder or lies below it. */
export function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep)
}
