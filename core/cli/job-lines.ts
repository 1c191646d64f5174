import type { ClusterJobStep, ClusterJobView, ClusterLogLine } from '#core/contract/local-clusters.ts'
import { clockTime } from './plain-lines.ts'
import { elapsed } from './render-job.ts'
import { plainText } from './text.ts'

/** A note, such as how many bytes have come, is told again after so long. */
const NOTE_MS = 10_000

/** Gives for each look at a job the lines that are new, such as `12:01:02 Pull images succeeded after 3.10 s`. */
export function jobLineMaker(): (job: ClusterJobView, log: readonly ClusterLogLine[], now: number) => string[] {
  const told = new Map<string, ClusterJobStep['status']>()
  let note = ''
  let notedAt = 0
  return (job, log, now) => {
    const lines = log.map((line) => ({ at: line.at, text: logLineText(line) }))
    for (const step of job.steps) {
      const before = told.get(step.id) ?? 'pending'
      told.set(step.id, step.status)
      if (before !== step.status) lines.push(...changes(step, before, now))
      if (step.status !== 'running' || step.note === null || step.note === note || now - notedAt < NOTE_MS) continue
      note = step.note
      notedAt = now
      lines.push({ at: now, text: `${clockTime(now)} ${step.title}: ${plainText(note)}` })
    }
    return lines.toSorted((a, b) => a.at - b.at).map(({ text }) => text)
  }
}

/** A line of a log for people who read it afterwards. */
export function logLineText({ at, step, text }: ClusterLogLine): string {
  return `${clockTime(at)} ${step} | ${plainText(text)}`
}

function changes(step: ClusterJobStep, before: string, now: number): { at: number; text: string }[] {
  const startedAt = step.startedAt === null ? now : Date.parse(step.startedAt)
  const lines =
    before === 'pending' && step.startedAt !== null
      ? [{ at: startedAt, text: `${clockTime(startedAt)} ${step.title} started` }]
      : []
  if (step.status === 'pending' || step.status === 'running') return lines
  const took = elapsed(step, now)
  const endedAt = step.endedAt === null ? now : Date.parse(step.endedAt)
  const end = `${step.title} ${step.status}${took === '' ? '' : ` after ${took}`}`
  return [...lines, { at: endedAt, text: `${clockTime(endedAt)} ${end}` }]
}
