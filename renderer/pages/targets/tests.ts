import { useSyncExternalStore } from 'react'
import { z } from 'zod'
import type { Problem } from '#core/base/problem.ts'
import { readCheckLine, TargetReport, type TargetCheck } from '#core/contract/target-report.ts'
import type { CallOptions } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'

/** A check that is done; its fix is known when all are done. */
export type DoneCheck = Pick<TargetCheck, 'id' | 'status' | 'title' | 'found'> & { readonly fix: string | null }

/** A test of a target: how far it is, or what it found. */
export type TargetTest = {
  readonly checks: readonly DoneCheck[]
  /** Epoch ms of the end; null while it goes on, and where it did not come to its end. */
  readonly finishedAt: number | null
  /** Of the profile that was tested. */
  readonly digest: string
  /** What it does just now, beside the checks. */
  readonly line: string | undefined
  readonly problem: Problem | undefined
  readonly wasGivenUp: boolean
  /** Undefined once it is over. */
  readonly giveUp: (() => void) | undefined
}

const Kept = z.object({ report: TargetReport, finishedAt: z.number(), digest: z.string() })
const PREFIX = 'minisub-target-test '

// Outside of the components: who leaves the page and comes back finds the test where it is.
let tests: ReadonlyMap<string, TargetTest> = new Map()
const listeners = new Set<() => void>()

function set(target: string, test: TargetTest | undefined): void {
  const next = new Map(tests)
  if (test === undefined) next.delete(target)
  else next.set(target, test)
  tests = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** The latest test of a target that this tab of the browser made, also before it was loaded anew. */
export function useTargetTest(target: string): TargetTest | undefined {
  return useSyncExternalStore(subscribe, () => tests.get(target) ?? recall(target))
}

/** Begins a test of a target, which goes on when the page is left within the workbench. */
export async function beginTest(
  { name, digest }: { readonly name: string; readonly digest: string },
  call: (options: CallOptions) => Promise<TargetReport>,
): Promise<void> {
  const abort = new AbortController()
  let test: TargetTest = { ...NOTHING_YET, digest, giveUp: () => abort.abort() }
  const change = (changes: Partial<TargetTest>) => set(name, (test = { ...test, ...changes }))
  change({})
  try {
    const report = await call({
      signal: abort.signal,
      onLine: (line) => {
        const check = readCheckLine(line)
        if (check === undefined) change({ line })
        else change({ checks: [...test.checks, { ...check, fix: null }], line: undefined })
      },
    })
    const finishedAt = Date.now()
    sessionStorage.setItem(PREFIX + name, JSON.stringify({ report, finishedAt, digest } satisfies z.infer<typeof Kept>))
    change({ checks: report.checks, finishedAt, line: undefined, giveUp: undefined })
  } catch (error) {
    const wasGivenUp = abort.signal.aborted
    change({ wasGivenUp, problem: wasGivenUp ? undefined : problemOf(error), line: undefined, giveUp: undefined })
  }
}

/** Forgets what was found of a target that is no more. */
export function forgetTest(target: string): void {
  sessionStorage.removeItem(PREFIX + target)
  set(target, undefined)
}

const NOTHING_YET: TargetTest = {
  checks: [],
  finishedAt: null,
  digest: '',
  line: undefined,
  problem: undefined,
  wasGivenUp: false,
  giveUp: undefined,
}

/** What this tab kept of an earlier test; the same object each time, since it is put where the others are. */
function recall(target: string): TargetTest | undefined {
  const text = sessionStorage.getItem(PREFIX + target)
  if (text === null) return undefined
  const kept = Kept.safeParse(JSON.parse(text)).data
  if (kept === undefined) return undefined
  const { report, finishedAt, digest } = kept
  const test = { ...NOTHING_YET, checks: report.checks, finishedAt, digest }
  tests = new Map(tests).set(target, test)
  return test
}

/** How many checks ended how, in words: `14 passed, 1 failed, 2 skipped`. */
export function countText(checks: readonly Pick<DoneCheck, 'status'>[]): string {
  const words = { passed: 'passed', failed: 'failed', warning: 'with a warning', skipped: 'skipped' } as const
  const counts = (['passed', 'failed', 'warning', 'skipped'] as const).flatMap((status) => {
    const count = checks.filter((check) => check.status === status).length
    return count === 0 ? [] : [`${count} ${words[status]}`]
  })
  return counts.length === 0 ? 'no check yet' : counts.join(', ')
}
