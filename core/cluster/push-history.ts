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
    /** Oldest first; none while all are being removed. A template that was pushed again stands in it twice. */
    entries: z.array(Entry).max(KEPT_VERSIONS),
    /** Index of the current one, 0 where there is none; those behind it were undone. */
    current: z.int().min(0),
    /** Templates that no entry names any more: only what stands here is removed, and a push of one takes it out again. */
    dropped: z.array(templateText).max(1_000),
  })
  .refine(({ entries, current }) => current < Math.max(1, entries.length))

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

/** Undefined while all of it is being removed. */
export function currentOf({ entries, current }: PushHistory): HistoryEntry | undefined {
  return entries[current]
}

/** Whether a version of it has this template. */
export function hasVersion(history: PushHistory | undefined, template: string): boolean {
  return history?.entries.some((entry) => entry.template === template) ?? false
}

/** A version on top of the current one: those that were undone go, and the oldest beyond KEPT_VERSIONS. The same where it is the current one. */
export function withPush(history: PushHistory | undefined, entry: HistoryEntry): PushHistory {
  if (history === undefined) return { version: 1, entries: [entry], current: 0, dropped: [] }
  if (currentOf(history)?.template === entry.template) return history
  const entries = [...history.entries.slice(0, history.current + 1), entry].slice(-KEPT_VERSIONS)
  const kept = new Set(entries.map(({ template }) => template))
  const gone = [...history.dropped, ...history.entries.map(({ template }) => template)]
  const dropped = [...new Set(gone)].filter((template) => !kept.has(template))
  return { version: 1, entries, current: entries.length - 1, dropped }
}

/** With the latest one before it that is there still as the current one; undefined without one. */
export function withUndo(history: PushHistory, there: ReadonlySet<string>): PushHistory | undefined {
  const earlier = history.entries.slice(0, history.current)
  const current = earlier.findLastIndex(({ template }) => there.has(template))
  return current === -1 ? undefined : { ...history, current }
}

/** All of it, and other templates, given up. The same where it is. */
export function withoutVersions(history: PushHistory | undefined, others: readonly string[]): PushHistory {
  const { entries = [], dropped: before = [] } = history ?? {}
  const dropped = [...new Set([...before, ...entries.map(({ template }) => template), ...others])]
  if (history !== undefined && entries.length === 0 && dropped.length === before.length) return history
  return { version: 1, entries: [], current: 0, dropped }
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
