import { z } from 'zod'
import type { PushedEntry } from '#core/pipelines/index.ts'

/** So many versions can be gone back to, the current one included. */
export const KEPT_VERSIONS = 10

const templateText = z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/)
const Entry = z.strictObject({
  template: templateText,
  pipelineDigest: z.string().regex(/^[0-9a-f]{64}$/),
  pushedBy: z.string(),
  pushedAt: z.iso.datetime(),
})
const History = z
  .strictObject({
    version: z.literal(1),
    /** Oldest first. A template that was pushed again stands in it twice. */
    entries: z.array(Entry).min(1).max(KEPT_VERSIONS),
    /** Index of the current one; those behind it were undone. */
    current: z.int().min(0),
    /** Templates that no entry names any more and that are still to be removed. */
    dropped: z.array(templateText).max(1_000),
  })
  .refine(({ entries, current }) => current < entries.length)

export type HistoryEntry = z.infer<typeof Entry>
/** What was pushed of a pipeline to a target, as its ConfigMap has it. */
export type PushHistory = z.infer<typeof History>

/** Undefined for what is no history. */
export function parseHistory(text: string): PushHistory | undefined {
  try {
    return History.safeParse(JSON.parse(text)).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export function currentOf({ entries, current }: PushHistory): HistoryEntry {
  const entry = entries[current]
  if (entry === undefined) throw new Error('a history without its current entry')
  return entry
}

/** A version on top of the current one: those that were undone go, and the oldest beyond KEPT_VERSIONS. The same where it is the current one. */
export function withPush(history: PushHistory | undefined, entry: HistoryEntry): PushHistory {
  if (history === undefined) return { version: 1, entries: [entry], current: 0, dropped: [] }
  if (currentOf(history).template === entry.template) return history
  const entries = [...history.entries.slice(0, history.current + 1), entry].slice(-KEPT_VERSIONS)
  const kept = new Set(entries.map(({ template }) => template))
  const gone = [...history.dropped, ...history.entries.map(({ template }) => template)]
  const dropped = [...new Set(gone)].filter((template) => !kept.has(template))
  return { version: 1, entries, current: entries.length - 1, dropped }
}

/** With the one before as the current one; undefined at the oldest. */
export function withUndo(history: PushHistory): PushHistory | undefined {
  return history.current === 0 ? undefined : { ...history, current: history.current - 1 }
}

/** Without templates that have been removed. */
export function withoutDropped(history: PushHistory, removed: readonly string[]): PushHistory {
  const dropped = history.dropped.filter((template) => !removed.includes(template))
  return dropped.length === history.dropped.length ? history : { ...history, dropped }
}

/** What clients see of it, newest first. */
export function entriesOf(pipeline: string, { entries, current }: PushHistory): PushedEntry[] {
  return entries.map((entry, index) => ({ ...entry, pipeline, isCurrent: index === current })).toReversed()
}
