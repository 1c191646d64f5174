import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AttemptImage } from '#core/contract/events.ts'
import { systemCode, writeError } from '#core/files/index.ts'
import type { Exit, FinalState } from '../driver.ts'

/** What the control folder of a part knows of its container, so that it is told the same after that was removed. */
export type ContainerRecord = {
  /** The engine's id of the container. */
  readonly id: string
  /** Epoch milliseconds at which the command began; null before that. */
  readonly startedAt: number | null
  /** Whether this product asked it to stop; what stops it otherwise makes it lost. */
  readonly asked: boolean
  readonly exit: Exit | null
  /** Why nobody knows how it ended. */
  readonly lost: string | null
  readonly notEnforced: readonly string[]
  /** Null where the container was found and not made by this data folder; absent from records of earlier versions. */
  readonly image?: AttemptImage | null
}

/** The record of a container that was just made. */
export function newContainerRecord(
  id: string,
  { notEnforced = [], image = null }: Partial<Pick<ContainerRecord, 'notEnforced' | 'image'>> = {},
): ContainerRecord {
  return { id, startedAt: null, asked: false, exit: null, lost: null, notEnforced, image }
}

/** The end that a record tells; undefined where the container may still run. */
export function endOf(record: ContainerRecord | undefined): FinalState | undefined {
  if (record === undefined) return undefined
  if (record.exit !== null) return { phase: 'exited', exit: record.exit }
  return record.lost === null ? undefined : { phase: 'lost', reason: record.lost }
}

/** Undefined where no container was made for this folder. */
export function readContainerRecord(folder: string): ContainerRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordPath(folder), 'utf8')) as ContainerRecord
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Replaces the record as a whole. Throws Problem `disk_full`. */
export function writeContainerRecord(folder: string, record: ContainerRecord): void {
  const path = recordPath(folder)
  try {
    writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  } catch (error) {
    throw writeError(error, folder)
  }
}

/** Changes some of it; nothing happens where there is none. */
export function updateContainerRecord(folder: string, change: Partial<ContainerRecord>): void {
  const record = readContainerRecord(folder)
  if (record !== undefined) writeContainerRecord(folder, { ...record, ...change })
}

export function dropContainerRecord(folder: string): void {
  rmSync(recordPath(folder), { force: true })
}

function recordPath(folder: string): string {
  return join(folder, 'container.json')
}

/** What a record tells where the engine has no such container: it may have begun before others removed it. */
export function endWithoutContainer(record: ContainerRecord | undefined): FinalState | { readonly phase: 'absent' } {
  return record === undefined ? { phase: 'absent' } : { phase: 'lost', reason: 'its container was removed by others' }
}
