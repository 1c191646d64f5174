import { readLocalStorageValue, useLocalStorage } from '@mantine/hooks'
import { useCallback } from 'react'
import type { ClusterJobView } from '#core/contract/local-clusters.ts'

const JOB = /^[0-9a-z]{26}$/

/** Ids of jobs as the browser keeps them; what is none, as of another version, is left out. */
export function readWatched(text: string | undefined): readonly string[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(kept) ? kept.filter((it): it is string => typeof it === 'string' && JOB.test(it)) : []
  } catch {
    return []
  }
}

const NONE: readonly string[] = []
const KEPT = { key: 'minisub-watched-clusters', defaultValue: NONE, deserialize: readWatched }

/** The creates that are watched in this browser, by the ids of their jobs; and how to watch one more. */
export function useWatchedCreates() {
  const [watched, setWatched] = useLocalStorage<readonly string[]>({ ...KEPT, getInitialValueInEffect: false })
  const watch = useCallback(
    (job: string) => {
      const before = readLocalStorageValue<readonly string[]>(KEPT)
      if (!before.includes(job)) setWatched([...before, job])
    },
    [setWatched],
  )
  const forget = useCallback(
    (job: string) => setWatched(readLocalStorageValue<readonly string[]>(KEPT).filter((it) => it !== job)),
    [setWatched],
  )
  return { watched, watch, forget }
}

/** What became of a create: its target is to be chosen, or its failure told. What was given up ends without a word. */
export type Outcome =
  | { readonly kind: 'ready'; readonly target: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'silent' }

/** How a create ended; undefined while it goes on. */
export function outcomeOf({ cluster, status, problem }: ClusterJobView): Outcome | undefined {
  if (status === 'running') return undefined
  // A cluster and its target have one name.
  if (status === 'succeeded') return { kind: 'ready', target: cluster }
  if (status === 'cancelled') return { kind: 'silent' }
  return { kind: 'failed', message: problem?.cause ?? problem?.message ?? 'its page says how far it came' }
}
