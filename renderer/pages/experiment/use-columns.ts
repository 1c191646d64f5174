import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { TrackedColumns } from '#core/contract/tracking.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { experimentQueries } from '#renderer/data/experiment-queries.ts'
import { candidates, columnsOf, defaultColumns, type Column } from './columns.ts'
import { useExperimentIds, useExperimentSearch } from './use-search.ts'

const NOTHING: TrackedColumns = { metrics: [], params: [], tags: [] }

/** All names that runs of the experiments have; empty until they are known. */
export function useKnownColumns(): TrackedColumns {
  const client = useClient()
  const ids = useExperimentIds()
  return useQuery(experimentQueries.columns(client, ids)).data ?? NOTHING
}

/** The columns that are shown: those of the address, or the first ones. Undefined until it is known which these are. */
export function useShownColumns(): readonly Column[] | undefined {
  const client = useClient()
  const ids = useExperimentIds()
  const { cols } = useExperimentSearch()
  const known = useQuery({ ...experimentQueries.columns(client, ids), enabled: cols === undefined })
  const from = useMemo(() => candidates(known.data ?? NOTHING), [known.data])
  const params = from.flatMap(({ kind, key }) => (kind === 'params' ? key : []))
  const isAsked = cols === undefined && known.data !== undefined
  const sample = useQuery({ ...experimentQueries.sample(client, ids, params), enabled: isAsked })
  const isReady = known.data !== undefined && (sample.data !== undefined || sample.isError)
  return useMemo(() => {
    if (cols !== undefined) return columnsOf(cols)
    // What is asked for fails for the runs too, which say so.
    if (known.isError) return defaultColumns([], [], ids.length > 1)
    return isReady ? defaultColumns(from, sample.data?.runs ?? [], ids.length > 1) : undefined
  }, [cols, known.isError, isReady, from, sample.data, ids.length])
}
