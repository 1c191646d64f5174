import { readPage } from '#core/attempts/index.ts'
import { attemptFolders } from '../attempt-folders.ts'
import { addressOf } from '../attempt-workload.ts'
import type { Targets } from '../targets.ts'
import type { PastAttempt } from './past-attempt.ts'

export type LogOptions = { readonly home: string; readonly targets: Targets }

const PAGE_BYTES = 1_048_576

/** The log of an attempt that is over, as plain lines, and its last line that holds something. */
export async function readWholeLog(
  { home, targets }: LogOptions,
  { row, task }: Pick<PastAttempt, 'row' | 'task'>,
): Promise<{ readonly text: string; readonly lastLine: string | null }> {
  const address = addressOf(task)
  const target = targets.get(row.target)
  const { control } = attemptFolders(home, address)
  if (target?.kind === 'cluster') await target.takeLog({ ...address, frozen: row.frozen }, true)
  const lines: string[] = []
  for (let from = 0, more = true; more;) {
    const page = readPage(control, from, PAGE_BYTES)
    lines.push(...page.lines.map((line) => line.text))
    more = page.more && page.next > from
    from = page.next
  }
  const lastLine = lines.findLast((line) => line.trim() !== '') ?? null
  return { text: lines.map((line) => `${line}\n`).join(''), lastLine }
}
