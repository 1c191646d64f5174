import { useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { TrackedRunView } from '#core/contract/tracking.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { forgetRunPages } from '#renderer/data/experiment-queries.ts'
import { trackedRunQueries } from '#renderer/data/tracked-run-queries.ts'

/** Calls that change a tracked run. Each rejects where the core refuses. */
type RunCalls = {
  readonly rename: (name: string) => Promise<void>
  readonly setTags: (tags: Readonly<Record<string, string | null>>) => Promise<void>
  readonly remove: () => Promise<void>
  readonly restore: () => Promise<void>
}

/** What can be done with a run; what is shown of runs is read anew afterwards. */
export function useRunCalls(run: string): RunCalls {
  const client = useClient()
  const cache = useQueryClient()
  return useMemo(() => {
    const done = async () => {
      forgetRunPages(client)
      await cache.invalidateQueries({ queryKey: ['tracking'] })
    }
    const take = async (asked: Promise<TrackedRunView>) => {
      cache.setQueryData(trackedRunQueries.one(client, run).queryKey, await asked)
      void done()
    }
    return {
      rename: (name) => take(client.updateTrackedRun({ run, name })),
      setTags: (tags) => take(client.updateTrackedRun({ run, tags: { ...tags } })),
      remove: async () => {
        await client.deleteTrackedRuns({ runs: [run] })
        await done()
      },
      restore: async () => {
        await client.restoreTrackedRuns({ runs: [run] })
        await done()
      },
    }
  }, [run, client, cache])
}
