import { createColors } from 'picocolors'
import { readCheckLine, type TargetCheck, type TargetReport } from '#core/contract/target-report.ts'
import { wantsColours } from './context.ts'
import { columns, plainText } from './text.ts'

type Status = TargetCheck['status']

/** A line of progress for a person: checks are told as they are done, other lines as they are. */
export function progressLine(line: string): string {
  const check = readCheckLine(line)
  if (check === undefined) return plainText(line)
  return `${painted(check.status, process.stderr)}  ${check.title}: ${plainText(check.found)}`
}

/** A table of all checks with the fix below each fault, and a sentence at its end. */
export function reportText({ target, ok, checks }: TargetReport): string {
  const rows = checks.map(({ status, title, found }) => [status, title, plainText(found)])
  const lines = columns(rows).trimEnd().split('\n')
  const body = checks.map(({ status, fix }, i) => {
    const line = (lines[i] ?? '').replace(status, () => painted(status, process.stdout))
    return fix === null ? `${line}\n` : `${line}\n         fix: ${plainText(fix)}\n`
  })
  const count = (status: Status): number => checks.filter((check) => check.status === status).length
  const counts = `${count('passed')} passed, ${count('failed')} failed, ${count('warning')} with a warning, ${count('skipped')} skipped`
  return `${body.join('')}${target} ${ok ? 'is ready for runs' : 'is not ready for runs'}: ${counts}\n`
}

function painted(status: Status, stream: { readonly isTTY?: boolean }): string {
  const { green, yellow, red, dim } = createColors(wantsColours(stream))
  return { passed: green, warning: yellow, failed: red, skipped: dim }[status](status)
}
