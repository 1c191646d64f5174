import type { ClusterJobView } from '#core/contract/local-clusters.ts'

type Words = {
  /** Heading while it goes on. */
  readonly going: string
  /** Heading of its failure. */
  readonly failed: string
  /** What the end of a cancel is called. */
  readonly cancelled: string
}

const WORDS: Readonly<Record<ClusterJobView['kind'], Words>> = {
  create: { going: 'It is being created', failed: 'It was not created', cancelled: 'Its creation was given up' },
  delete: { going: 'It is being deleted', failed: 'It was not deleted', cancelled: 'Its deletion was given up' },
  start: { going: 'It is being started', failed: 'It was not started', cancelled: 'Its start was given up' },
  stop: { going: 'It is being stopped', failed: 'It was not stopped', cancelled: 'Its stop was given up' },
  upgrade: { going: 'It is being upgraded', failed: 'It was not upgraded', cancelled: 'Its upgrade was given up' },
}

/** What a job is called while it goes on and at its end. */
export function wordsOf({ kind }: Pick<ClusterJobView, 'kind'>): Words {
  return WORDS[kind]
}

/** Where a job is, for eyes and ears: `Step 3 of 10: Make the cluster`. It changes with the step alone. */
export function stepText({ steps }: Pick<ClusterJobView, 'steps'>): string {
  const running = steps.findIndex(({ status }) => status === 'running')
  if (running !== -1) return `Step ${running + 1} of ${steps.length}: ${steps[running]?.title ?? ''}`
  const done = steps.filter(({ status }) => status === 'succeeded').length
  return done === steps.length && done > 0 ? 'The last step is done' : `${done} of ${steps.length} steps are done`
}

/** A part of a whole, 0 to 1, in percent; the whole is said only when it is reached. */
export function percentOf(progress: number): number {
  return progress >= 1 ? 100 : Math.min(99, Math.max(0, Math.floor(progress * 100)))
}

export type FailureParts = { readonly what: string; readonly cause: string | null; readonly fix: string | null }

/** What happened, its likely cause and what to do, each told once: a message ends with its fix. */
export function failureParts({ message, cause, fix }: NonNullable<ClusterJobView['problem']>): FailureParts {
  const end = `: ${fix}`
  const what = fix !== null && message.endsWith(end) ? message.slice(0, -end.length) : message
  return { what, cause: cause === what ? null : cause, fix: fix === what ? null : fix }
}
