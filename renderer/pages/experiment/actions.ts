import { useQueryClient } from '@tanstack/react-query'
import { useClient } from '#renderer/data/client-context.ts'
import { forgetRunPages } from '#renderer/data/experiment-queries.ts'
import { showUndo } from './undo-notice.tsx'

/** `1 run`, `12 runs`. */
export function runsText(count: number): string {
  return count === 1 ? '1 run' : `${count.toLocaleString()} runs`
}

export type TrashActions = {
  readonly deleteRuns: (runs: readonly string[]) => Promise<void>
  readonly restoreRuns: (runs: readonly string[]) => Promise<void>
  readonly purgeRuns: (runs: readonly string[]) => Promise<void>
  readonly deleteExperiment: (experiment: { readonly id: string; readonly name: string }) => Promise<void>
  readonly restoreExperiment: (experiment: string) => Promise<void>
  readonly purgeAll: () => Promise<void>
}

/** Into the trash, out of it, and for good. What is deleted can be taken back at once. */
export function useTrash(): TrashActions {
  const client = useClient()
  const cache = useQueryClient()
  const refresh = async () => {
    forgetRunPages(client)
    await cache.invalidateQueries({ queryKey: ['tracking'] })
  }
  const restoreRuns = async (runs: readonly string[]) => {
    await client.restoreTrackedRuns({ runs: [...runs] })
    await refresh()
  }
  const restoreExperiment = async (experiment: string) => {
    await client.restoreExperiment({ experiment })
    await refresh()
  }
  return {
    restoreRuns,
    restoreExperiment,
    deleteRuns: async (runs) => {
      await client.deleteTrackedRuns({ runs: [...runs] })
      await refresh()
      showUndo({ title: `${runsText(runs.length)} deleted`, undo: async () => restoreRuns(runs) })
    },
    purgeRuns: async (runs) => {
      await client.purgeTracking({ runs: [...runs] })
      await refresh()
    },
    deleteExperiment: async ({ id, name }) => {
      await client.deleteExperiment({ experiment: id })
      await refresh()
      showUndo({ title: `Experiment ${name} deleted`, undo: async () => restoreExperiment(id) })
    },
    purgeAll: async () => {
      await client.purgeTracking({})
      await refresh()
    },
  }
}
