import { Button, Group, Table, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { RotateCcw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { ExperimentView } from '#core/contract/tracking.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { experimentQueries } from '#renderer/data/experiment-queries.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { useTrash } from '../actions.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { DiskUse } from './disk-use.tsx'
import { EmptyTrash } from './empty-trash.tsx'

/** Experiments that were deleted, what they hold on disk, and the ways out of the trash. */
export function TrashPage() {
  return (
    <Page
      title="Trash of experiments"
      actions={
        <Group gap="xs">
          <ButtonLink variant="default" to="/experiments" search={{}}>
            Experiments
          </ButtonLink>
          <EmptyTrash />
        </Group>
      }
    >
      <Deleted />
      <DiskUse />
    </Page>
  )
}

function Deleted() {
  const client = useClient()
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery(
    experimentQueries.list(client, 'deleted', undefined),
  )
  const experiments = data?.pages.flatMap((page) => page.experiments)
  if (error !== null) {
    return (
      <ProblemAlert
        title="The trash could not be read"
        message={problemOf(error).message}
        onRetry={() => void refetch()}
      />
    )
  }
  if (experiments === undefined) return <Waiting what="the trash" />
  if (experiments.length === 0) {
    return (
      <EmptyState icon={Trash2} title="No experiment is in the trash">
        Runs that were deleted alone are in the trash of their experiment.
      </EmptyState>
    )
  }
  return (
    <>
      <WideTable
        label="Deleted experiments"
        head={
          <>
            <Table.Th scope="col">Name</Table.Th>
            <Table.Th scope="col">Changed</Table.Th>
            <Table.Th scope="col" ta="right">
              Actions
            </Table.Th>
          </>
        }
      >
        {experiments.map((experiment) => (
          <DeletedRow key={experiment.id} experiment={experiment} />
        ))}
      </WideTable>
      {hasNextPage && (
        <Group>
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        </Group>
      )}
    </>
  )
}

function DeletedRow({ experiment: { id, name, updatedAt } }: { readonly experiment: ExperimentView }) {
  const { restoreExperiment } = useTrash()
  const [problem, setProblem] = useState<string>()
  const restore = async () => {
    try {
      await restoreExperiment(id)
    } catch (error) {
      setProblem(problemOf(error).message)
    }
  }
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400} style={{ overflowWrap: 'anywhere' }}>
        {name}
        {problem !== undefined && (
          <Text size="sm" c="red" role="alert">
            {problem}
          </Text>
        )}
      </Table.Th>
      <Table.Td>
        <Time iso={updatedAt} />
      </Table.Td>
      <Table.Td ta="right">
        <Button
          size="xs"
          variant="default"
          leftSection={<RotateCcw size={14} aria-hidden />}
          aria-label={`Restore ${name}`}
          onClick={() => void restore()}
        >
          Restore
        </Button>
      </Table.Td>
    </Table.Tr>
  )
}
