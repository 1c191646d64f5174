import { Button, Code, Group, Text } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { History, SearchX } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useClient } from '#renderer/data/client-context.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { queries } from '#renderer/data/queries.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { RunFilters } from './run-filters.tsx'
import { RunTable } from './run-table.tsx'

/** All runs, newest first; what they are narrowed to stands in the address. */
export function RunsPage() {
  const client = useClient()
  const filter = useSearch({ from: '/runs' })
  const isFiltered = Object.values(filter).some((value) => value !== undefined)
  const query = useInfiniteQuery({ ...queries.runs(client, filter), placeholderData: keepPreviousData })
  const { data, error, isPlaceholderData, hasNextPage, isFetching, isFetchNextPageError, refetch } = query
  const runs = useMemo(() => data?.pages.flatMap((page) => page.runs), [data])
  // The rows of the filter before stay until those of the next are there; then the list begins at its top.
  const wanted = JSON.stringify(filter)
  const [shown, setShown] = useState(wanted)
  if (!isPlaceholderData && shown !== wanted) setShown(wanted)
  return (
    <Page title="Runs">
      {(isFiltered || runs === undefined || runs.length > 0) && <RunFilters filter={filter} />}
      {error !== null && !isFetchNextPageError && (
        <ProblemAlert
          title="The runs could not be read"
          message={problemOf(error).message}
          onRetry={() => void refetch()}
        />
      )}
      {runs === undefined && error === null && <Waiting what="the runs" />}
      {runs?.length === 0 && !isPlaceholderData && <Nothing isFiltered={isFiltered} />}
      {runs !== undefined && runs.length > 0 && (
        <RunTable
          key={shown}
          runs={runs}
          isOld={isPlaceholderData}
          more={{
            isThere: hasNextPage,
            // To fetch on would break off what reads the pages that are there anew.
            isComing: isFetching,
            problem: isFetchNextPageError ? problemOf(error).message : undefined,
            fetch: () => void query.fetchNextPage(),
          }}
        />
      )}
    </Page>
  )
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  const navigate = useNavigate()
  if (isFiltered) {
    return (
      <EmptyState
        icon={SearchX}
        title="No run fits the filters"
        action={
          <Button variant="default" onClick={() => void navigate({ to: '/runs', search: {} })}>
            Clear the filters
          </Button>
        }
      >
        A search finds the beginning of an id, or a part of the name of a pipeline.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={History}
      title="There is no run yet"
      action={
        <Group>
          <ButtonLink to="/pipelines">Go to the pipelines</ButtonLink>
        </Group>
      }
    >
      <Text>
        Start one from a pipeline, or in a terminal with <Code>minisub run pipeline.yaml</Code>; it appears here at
        once, wherever it was started.
      </Text>
    </EmptyState>
  )
}
