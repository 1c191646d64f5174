import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { Problem } from '#core/base/problem.ts'
import { writeError } from '#core/files/index.ts'

/**
 * Writes a file whole or not at all, readable by its owner alone from the first byte; on the disk when it returns, unless
 * it need not outlive the machine. Throws Problem `disk_full` or `home_unwritable`.
 */
export function writeWhole(file: string, text: string, isLasting = true): void {
  const draft = `${file}.new`
  try {
    rmSync(draft, { force: true, recursive: true })
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx', flush: isLasting })
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true, recursive: true })
    const cause = writeError(error, file)
    if (cause instanceof Problem) throw cause
    throw new Problem('home_unwritable', `${file} cannot be written: make it and its folder writable for yourself`, {
      cause,
    })
  }
}
