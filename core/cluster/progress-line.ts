import { formatBytes, formatDuration } from '#core/base/quantity.ts'

type Progress = { readonly doneBytes: number; readonly totalBytes: number; readonly secondsLeft: number | null }

const LINE_MS = 1_000

function formatLeft(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000)
}

/** Tells of a transfer a line a second, and of its end; nothing where there was nothing to send. */
export function transferLine(what: string, onLine: (line: string) => void): (progress: Progress) => void {
  let told = 0
  return ({ doneBytes, totalBytes, secondsLeft }) => {
    const now = Date.now()
    if (totalBytes === 0 || (now - told < LINE_MS && doneBytes < totalBytes)) return
    told = now
    const left = secondsLeft === null ? '' : `, ${formatLeft(Math.ceil(secondsLeft))} left`
    onLine(`${what}: ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}${doneBytes < totalBytes ? left : ''}`)
  }
}
