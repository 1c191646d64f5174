import { Code, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Box } from 'lucide-react'
import type { EnvironmentView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ButtonLink, TextLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { DeleteEnvironment } from './delete-environment.tsx'
import { shortDigest } from './short-digest.ts'
import { Users } from './users.tsx'

/** Python environments that were built on the machine of the core. */
export function EnvironmentsPage() {
  return (
    <Page title="Environments">
      <EnvironmentList />
    </Page>
  )
}

function EnvironmentList() {
  const client = useClient()
  const { data, error, refetch } = useQuery(queries.environments(client))
  if (error !== null) {
    return <ProblemAlert title="No environments are shown" message={error.message} onRetry={() => void refetch()} />
  }
  if (data === undefined) return <Waiting what="the environments" />
  const { environments } = data
  if (environments.length === 0) return <NoEnvironments />
  const total = environments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return (
    <>
      <Text>
        {environments.length === 1 ? '1 environment takes' : `${environments.length} environments take`}{' '}
        {bytesText(total)} on the machine of the core. One that is deleted is built again when a run needs it.
      </Text>
      <WideTable label="Environments" head={<Heads />} minWidth={1000}>
        {environments.map((environment) => (
          <EnvironmentRow key={environment.digest} environment={environment} />
        ))}
      </WideTable>
    </>
  )
}

function NoEnvironments() {
  return (
    <EmptyState
      icon={Box}
      title="No environment was built yet"
      action={
        <ButtonLink to="/pipelines" variant="default">
          Go to the pipelines
        </ButtonLink>
      }
    >
      The first run of a pipeline builds the environments that it needs. Its page builds them beforehand; so does{' '}
      <Code>minisub env build FILE</Code> on the command line.
    </EmptyState>
  )
}

function Heads() {
  return (
    <>
      <Table.Th scope="col">Digest</Table.Th>
      <Table.Th scope="col">State</Table.Th>
      <Table.Th scope="col">Python</Table.Th>
      <Table.Th scope="col" ta="right">
        Packages
      </Table.Th>
      <Table.Th scope="col" ta="right">
        Size
      </Table.Th>
      <Table.Th scope="col">Used by</Table.Th>
      <Table.Th scope="col">Created</Table.Th>
      <Table.Th scope="col">Last used</Table.Th>
      <Table.Th scope="col" ta="right">
        Actions
      </Table.Th>
    </>
  )
}

function EnvironmentRow({ environment }: { readonly environment: EnvironmentView }) {
  const { digest, state, pythonMinor, packages, sizeBytes, users, createdAt, lastUsedAt } = environment
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        <TextLink to="/environments/$digest" params={{ digest }} ff="monospace" size="sm">
          {shortDigest(digest)}
        </TextLink>
      </Table.Th>
      <Table.Td>
        <Status status={state} />
      </Table.Td>
      <Table.Td>{pythonMinor ?? '–'}</Table.Td>
      <Table.Td ta="right">{packages.length.toLocaleString()}</Table.Td>
      <Table.Td ta="right">{bytesText(sizeBytes)}</Table.Td>
      <Table.Td>
        <Users users={users} />
      </Table.Td>
      <Table.Td>
        <Time iso={createdAt} />
      </Table.Td>
      <Table.Td>
        <Time iso={lastUsedAt} empty="never" />
      </Table.Td>
      <Table.Td ta="right">
        <DeleteEnvironment environment={environment} />
      </Table.Td>
    </Table.Tr>
  )
}
