import { Button, Group, Table, TextInput } from '@mantine/core'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { FlaskConical, Search, SearchX } from 'lucide-react'
import type { ExperimentView } from '#core/contract/tracking.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { experimentQueries } from '#renderer/data/experiment-queries.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { HowToTrack } from '../no-runs.tsx'
import { useAddressText } from '#renderer/ui/address-text.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { CreateExperiment } from './create-experiment.tsx'
import { ExperimentRow } from './experiment-row.tsx'
import { ImportRuns } from './import-runs.tsx'
import { TrashPage } from './trash-page.tsx'

/** All experiments, or what of them is in the trash. */
export function ExperimentsPage() {
  const { view } = useSearch({ from: '/experiments' })
  return view === 'deleted' ? <TrashPage /> : <ActivePage />
}

function ActivePage() {
  return (
    <Page
      title="Experiments"
      actions={
        <Group gap="xs">
          <ButtonLink variant="default" to="/experiments" search={{ view: 'deleted' }}>
            Trash
          </ButtonLink>
          <ImportRuns />
          <CreateExperiment />
        </Group>
      }
    >
      <ExperimentList />
    </Page>
  )
}

function ExperimentList() {
  const client = useClient()
  const { search } = useSearch({ from: '/experiments' })
  const query = useInfiniteQuery({
    ...experimentQueries.list(client, 'active', search),
    placeholderData: keepPreviousData,
  })
  const { data, error, hasNextPage, isFetchingNextPage, isPlaceholderData, refetch } = query
  const experiments = data?.pages.flatMap((page) => page.experiments)
  const isNone = experiments?.length === 0 && !isPlaceholderData
  if (isNone && search === undefined) return <NoExperiments />
  return (
    <>
      <SearchBar search={search} />
      {error !== null && (
        <ProblemAlert
          title="The experiments could not be read"
          message={problemOf(error).message}
          onRetry={() => void refetch()}
        />
      )}
      {experiments === undefined && error === null && <Waiting what="the experiments" />}
      {isNone && (
        <EmptyState icon={SearchX} title="No experiment has this in its name">
          The search looks at any part of the names.
        </EmptyState>
      )}
      {experiments !== undefined && experiments.length > 0 && <Experiments experiments={experiments} />}
      {hasNextPage && (
        <Group>
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Show more
          </Button>
        </Group>
      )}
    </>
  )
}

function SearchBar({ search }: { readonly search: string | undefined }) {
  const navigate = useNavigate({ from: '/experiments' })
  const [text, type] = useAddressText(search, (wanted) => void navigate({ search: { search: wanted }, replace: true }))
  return (
    <Group role="search" aria-label="Experiments">
      <TextInput
        type="search"
        aria-label="Search the experiments"
        placeholder="A part of the name"
        leftSection={<Search size={16} aria-hidden />}
        value={text}
        onChange={({ currentTarget }) => type(currentTarget.value)}
      />
    </Group>
  )
}

function Experiments({ experiments }: { readonly experiments: readonly ExperimentView[] }) {
  return (
    <WideTable
      label="Experiments"
      head={
        <>
          <Table.Th scope="col">Name</Table.Th>
          <Table.Th scope="col" ta="right">
            Runs
          </Table.Th>
          <Table.Th scope="col">Last run</Table.Th>
          <Table.Th scope="col">Made</Table.Th>
          <Table.Th scope="col" ta="right">
            Actions
          </Table.Th>
        </>
      }
    >
      {experiments.map((experiment) => (
        <ExperimentRow key={experiment.id} experiment={experiment} />
      ))}
    </WideTable>
  )
}

function NoExperiments() {
  return (
    <EmptyState icon={FlaskConical} title="Nothing was tracked yet" action={<ImportRuns />}>
      A program that uses MLflow tracks into Mini-Submarine unchanged; so does each step of a pipeline. What MLflow or
      TensorBoard has kept can be imported.
      <HowToTrack />
    </EmptyState>
  )
}
