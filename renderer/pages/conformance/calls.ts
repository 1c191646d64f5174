import { useSyncExternalStore } from 'react'
import type { Problem } from '#core/base/problem.ts'
import type { CallOptions } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'

/** A comparison that this page has asked for, while it goes on and after it has failed. */
export type OwnCall = {
  /** The latest line that it said. */
  readonly line: string | undefined
  readonly problem: Problem | undefined
  /** Undefined once it is over. */
  readonly cancel: (() => void) | undefined
  /** It was cancelled, and the core still clears up. */
  readonly isStopping: boolean
}

// Outside of the components: who leaves the page and comes back can still cancel what was begun.
let calls: ReadonlyMap<string, OwnCall> = new Map()
const listeners = new Set<() => void>()

function set(target: string, call: OwnCall | undefined): void {
  const next = new Map(calls)
  if (call === undefined) next.delete(target)
  else next.set(target, call)
  calls = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** The comparisons of this page, by target. */
export function useOwnCalls(): ReadonlyMap<string, OwnCall> {
  return useSyncExternalStore(subscribe, () => calls)
}

/** Begins a comparison of a target, which goes on when the page is left within the workbench. */
export async function beginCall(target: string, call: (options: CallOptions) => Promise<unknown>): Promise<void> {
  const abort = new AbortController()
  const cancel = () => abort.abort()
  const going: OwnCall = { line: undefined, problem: undefined, cancel, isStopping: false }
  set(target, going)
  try {
    await call({ signal: abort.signal, onLine: (line) => set(target, { ...going, line }) })
    set(target, undefined)
  } catch (error) {
    const isStopping = abort.signal.aborted
    const problem = isStopping ? undefined : problemOf(error)
    set(target, { line: undefined, problem, cancel: undefined, isStopping })
  }
}

/** The core has nothing left of what was cancelled. */
export function forgetStopped(target: string): void {
  if (calls.get(target)?.isStopping === true) set(target, undefined)
}
