import { closeSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Runs of which something may be left elsewhere, as empty files in a folder of their own: noted before anything is made
 * there, and forgotten when all of it is gone, so that a later core can end what this one could not reach.
 */
export type Unswept = { note(run: string): void; forget(run: string): void; list(): string[] }

export function openUnswept(home: string): Unswept {
  const folder = join(home, 'runs', '.elsewhere')
  return {
    note(run) {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      closeSync(openSync(join(folder, run), 'w', 0o600))
    },
    forget: (run) => rmSync(join(folder, run), { force: true }),
    list() {
      try {
        return readdirSync(folder)
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
        throw error
      }
    },
  }
}
