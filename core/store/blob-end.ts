import { renameSync, rm, statSync, utimesSync } from 'node:fs'
import { systemCode } from '#core/files/index.ts'

/** Makes the times of a file say that somebody wants it now. */
export function touch(path: string): void {
  const now = new Date()
  utimesSync(path, now, now)
}

/**
 * When a file was touched, or given this name, last: epoch milliseconds. Its time of change, since a file keeps the time
 * of its content when it is linked. Undefined where it is not there.
 */
export function touchedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ctimeMs
}

/** Takes a file's name away at once and its bytes, of which there may be many, soon. Nothing where it is not there. */
export function removeSoon(path: string, newTemporary: () => string): void {
  const temporary = newTemporary()
  try {
    renameSync(path, temporary)
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return
    throw error
  }
  // What a core that ends leaves of it is swept by the next one.
  rm(temporary, { force: true }, () => undefined)
}
