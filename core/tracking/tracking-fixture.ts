import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { removeTree } from '#core/store/index.ts'
import { openTracking, type Tracking } from './tracking.ts'
import type { Run } from './types.ts'

/** A data folder of its own with what is tracked in it; both go when the test ends. */
export function trackingForTest(): { readonly home: string; readonly tracking: Tracking } {
  const home = mkdtempSync(join(tmpdir(), 'minisub-tracking-'))
  const tracking = openTracking(home)
  onTestFinished(() => {
    if (tracking.db.open) tracking[Symbol.dispose]()
    rmSync(home, { recursive: true })
  })
  return { home, tracking }
}

/** The pairs of a list as an object. */
export function asObject(pairs: Run['tags']): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]))
}

/** A folder that goes with its test. */
export function folderForTest(): string {
  const home = mkdtempSync(join(tmpdir(), 'minisub-purge-'))
  onTestFinished(() => removeTree(home))
  return home
}
