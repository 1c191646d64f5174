import { useCallback, useEffect, useState } from 'react'
import type { RunGraph } from '#core/contract/run-graph.ts'
import type { Layout } from './layout.ts'
import { knownLayout, layOut } from './lay-out.ts'

type State = {
  readonly layout: Layout | undefined
  readonly error: unknown
  readonly retry: () => void
}

/** The layout of a run's graph; made once for each structure. */
export function useLayout({ pipelineDigest, steps }: RunGraph): State {
  const [made, setMade] = useState<{ digest: string; layout?: Layout; error?: unknown }>()
  const [round, setRound] = useState(0)
  const known = knownLayout(pipelineDigest)
  const isKnown = known !== undefined
  useEffect(() => {
    if (isKnown) return undefined
    const abort = new AbortController()
    layOut(pipelineDigest, steps, abort.signal).then(
      (layout) => setMade({ digest: pipelineDigest, layout }),
      (error: unknown) => {
        if (!abort.signal.aborted) setMade({ digest: pipelineDigest, error })
      },
    )
    return () => abort.abort()
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the digest stands for the structure of the steps
  }, [pipelineDigest, isKnown, round])
  const retry = useCallback(() => {
    setMade(undefined)
    setRound((count) => count + 1)
  }, [])
  const mine = made?.digest === pipelineDigest ? made : undefined
  return { layout: known ?? mine?.layout, error: mine?.error, retry }
}
