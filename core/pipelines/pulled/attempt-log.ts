import { closeSync, existsSync, openSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { logPath, readPage, WHOLE_LOG } from '#core/attempts/index.ts'
import { attemptFolders } from '../attempt-folders.ts'
import { addressOf } from '../attempt-workload.ts'
import type { Targets } from '../targets.ts'
import type { PastAttempt } from './past-attempt.ts'

export type LogOptions = { readonly home: string; readonly targets: Targets }

/** The log of an attempt that is over, as far as it is here. */
export type TakenLog = {
  /** The folder that it lies in. */
  readonly control: string
  /** What is missing of it, in sentences. */
  readonly notes: readonly string[]
}

const PAGE_BYTES = 1_048_576
const TAIL_BYTES = 65_536

/** Where the log of an attempt lies. */
export function logFolder(home: string, task: PastAttempt['task']): string {
  return attemptFolders(home, addressOf(task)).control
}

/** Brings the log of an attempt here, as far as it can be had. */
export async function takeLog({ home, targets }: LogOptions, { row, task }: PastAttempt): Promise<TakenLog> {
  const control = logFolder(home, task)
  const target = targets.get(row.target)
  if (target?.kind === 'local') return { control, notes: [] }
  if (target !== undefined) await target.takeLog({ ...addressOf(task), frozen: row.frozen }, true)
  if (existsSync(join(control, WHOLE_LOG))) return { control, notes: [] }
  const why = target === undefined ? `the target ${row.target} is gone` : `it is not kept whole by ${row.target}`
  const what = existsSync(logPath(control)) ? 'may lack its end' : 'did not come'
  return { control, notes: [`the log of the attempt ${what}: ${why}`] }
}

/** The last line of a log that holds something, read from its end; null where there is none. */
export function findLastLine(control: string): string | null {
  const size = statSync(logPath(control), { throwIfNoEntry: false })?.size ?? 0
  for (let back = TAIL_BYTES; ; back *= 4) {
    const { lines } = readPage(control, -back, back)
    const found = lines.findLast(({ text }) => text.trim() !== '')
    if (found !== undefined) return found.text
    if (back >= size) return null
  }
}

/** Writes a log as plain lines to a file that is not there yet, piece by piece. */
export async function writeLog(control: string, file: string): Promise<void> {
  const handle = openSync(file, 'wx', 0o644)
  try {
    for (let from = 0, more = true; more;) {
      const page = readPage(control, from, PAGE_BYTES)
      writeSync(handle, page.lines.map(({ text }) => `${text}\n`).join(''))
      more = page.more && page.next > from
      from = page.next
      await turn()
    }
  } finally {
    closeSync(handle)
  }
}
