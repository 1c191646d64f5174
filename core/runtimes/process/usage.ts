import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Exit } from '../driver.ts'
import { signalOf } from '../../attempts/index.ts'
import type { ExitRecord } from './supervisor.ts'

/** What was seen of a part while it ran, beside what the supervisor writes; the file is missing for short ones. */
export type SeenUsage = {
  /** Counted by a control group: of all that it started, waited for or not. Null where there was none. */
  readonly cpuSeconds: number | null
  readonly peakMemoryBytes: number | null
  readonly outOfMemory: boolean
}

/** Keeps what was seen, so that a later core tells the same about an ended part: whole, or on a full disk not at all. */
export function saveUsage(folder: string, usage: SeenUsage): void {
  const path = usagePath(folder)
  const temporary = `${path}.tmp`
  try {
    writeFileSync(temporary, JSON.stringify(usage), { mode: 0o600 })
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** The end of a part as the contract tells it. */
export function toExit(folder: string, startedAt: number, record: ExitRecord): Exit {
  const path = usagePath(folder)
  // older versions noted no CPU time
  const seen: Partial<SeenUsage> | undefined = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined
  return {
    startedAt,
    // a file's time is taken from a coarser clock, so it may seem to lie a few milliseconds before the start
    finishedAt: Math.max(startedAt, record.finishedAt),
    exitCode: record.exitCode,
    signal: signalOf(record.exitCode),
    usage: { cpuSeconds: seen?.cpuSeconds ?? record.cpuSeconds, peakMemoryBytes: seen?.peakMemoryBytes ?? null },
    ...(seen?.outOfMemory === true ? { outOfMemory: true } : {}),
  }
}

function usagePath(folder: string): string {
  return join(folder, 'usage.json')
}
