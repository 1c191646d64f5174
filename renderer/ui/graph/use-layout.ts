import { useCallback, useEffect, useState } from 'react'
import { knownLayout, layOut } from './lay-out.ts'
import type { LayoutStep } from './layers.ts'
import type { Layout } from './layout.ts'

type State = {
  readonly layout: Layout | undefined
  readonly error: unknown
  readonly retry: () => void
}

/** The layout of a graph; made once for each structure, which `key` stands for. */
export function useLayout(key: string, steps: readonly LayoutStep[]): State {
  const [made, setMade] = useState<{ key: string; layout?: Layout; error?: unknown }>()
  const [round, setRound] = useState(0)
  const known = knownLayout(key)
  const isKnown = known !== undefined
  useEffect(() => {
    if (isKnown) return undefined
    const abort = new AbortController()
    layOut(key, steps, abort.signal).then(
      (layout) => setMade({ key, layout }),
      (error: unknown) => {
        if (!abort.signal.aborted) setMade({ key, error })
      },
    )
    return () => abort.abort()
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key stands for the structure of the steps
  }, [key, isKnown, round])
  const retry = useCallback(() => {
    setMade(undefined)
    setRound((count) => count + 1)
  }, [])
  const mine = made?.key === key ? made : undefined
  return { layout: known ?? mine?.layout, error: mine?.error, retry }
}
