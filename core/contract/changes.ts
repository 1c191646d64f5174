import { z } from 'zod'
import { RunSummary } from './run.ts'

/** Lists that may have changed as a whole. */
const CHANGE_TOPICS = [
  'pipelines',
  'schedules',
  'environments',
  'targets',
  'settings',
  'secrets',
  'access',
  'tracking',
  'clusters',
] as const
export type ChangeTopic = (typeof CHANGE_TOPICS)[number]

/**
 * What a page is told of changes outside of what it follows. `hello` is the first of every connection: whatever was
 * read before it may be old. `reset` says that more changed than is told one by one.
 */
export const ChangeView = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), version: z.string(), startedAt: z.iso.datetime() }),
  z.object({ kind: z.literal('run'), run: RunSummary }),
  z.object({ kind: z.literal('list'), topic: z.enum(CHANGE_TOPICS) }),
  z.object({ kind: z.literal('reset') }),
])
export type ChangeView = z.infer<typeof ChangeView>
