import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { TrackedRunRow } from '#core/contract/tracking.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { experimentQueries } from '#renderer/data/experiment-queries.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { choiceOf, columnsOf, orderOf, type Column } from './columns.ts'
import { useExperimentIds, useExperimentSearch } from './use-search.ts'

/** The runs that fit what the address says, as far as they have come. */
export type Runs = {
  /** Undefined until the first have come. */
  readonly rows: readonly TrackedRunRow[] | undefined
  readonly total: number | undefined
  /** These are of another filter or order: the wanted ones are on their way. */
  readonly isOld: boolean
  readonly problem: string | undefined
  readonly hasMore: boolean
  readonly isComing: boolean
  readonly fetchMore: () => void
  readonly retry: () => void
}

/** Columns that the tabs beside the table need: all tabs show the same runs, which are read once. */
function useFurther(): readonly Column[] {
  const { group, sx, sy, sc, axes, color } = useExperimentSearch()
  return useMemo(
    () => columnsOf([group, sx, sy, sc, color, ...(axes ?? [])].filter((id) => id !== undefined)),
    [group, sx, sy, sc, color, axes],
  )
}

/** Reads the runs with the given columns, once these are known. */
export function useRuns(columns: readonly Column[] | undefined): Runs {
  const client = useClient()
  const experiments = useExperimentIds()
  const { filter, sort, view } = useExperimentSearch()
  const further = useFurther()
  const query = useInfiniteQuery({
    ...experimentQueries.runs(client, {
      experiments: [...experiments],
      filter: filter ?? '',
      orderBy: orderOf(sort),
      view: view ?? 'active',
      columns: choiceOf([...(columns ?? []), ...further]),
    }),
    enabled: columns !== undefined,
    placeholderData: keepPreviousData,
  })
  const { data, error, hasNextPage, isFetching, isPlaceholderData } = query
  const rows = useMemo(() => data && unique(data.pages.flatMap((page) => page.runs)), [data])
  return {
    rows,
    total: data?.pages[0]?.total ?? undefined,
    isOld: isPlaceholderData,
    problem: error === null ? undefined : problemOf(error).message,
    hasMore: hasNextPage,
    isComing: isFetching,
    fetchMore: () => void query.fetchNextPage(),
    retry: () => void query.refetch(),
  }
}

/** Between two pages a run may have moved from one to the other. */
function unique(rows: readonly TrackedRunRow[]): readonly TrackedRunRow[] {
  const ids = new Set(rows.map(({ id }) => id))
  return ids.size === rows.length ? rows : [...new Map(rows.map((row) => [row.id, row])).values()]
}
