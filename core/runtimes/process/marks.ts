import type { Workload } from '../driver.ts'

const NAMES: Readonly<Record<string, string>> = { run: 'MINISUB_RUN_ID' }

/** Environment entries that processes with these labels carry: `run` is MINISUB_RUN_ID, `step` is MINISUB_STEP … */
export function marksOfLabels(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).map(([label, value]) => `${NAMES[label] ?? `MINISUB_${label.toUpperCase()}`}=${value}`)
}

/** The marks of a workload's labels; none where its parts do not all carry all of them, since then they would find others. */
export function marksOfWorkload(workload: Workload): string[] {
  const marks = marksOfLabels(workload.labels)
  const carried = workload.parts.every((part) => {
    const entries = new Set(Object.entries(part.env).map(([name, value]) => `${name}=${value}`))
    return marks.every((mark) => entries.has(mark))
  })
  return carried ? marks : []
}
