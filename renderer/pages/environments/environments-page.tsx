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
import { keyOf, KeptAs } from './kinds.tsx'
import { PruneEnvironments } from './prune-environments.tsx'
import { shortDigest } from './short-digest.ts'
import { Users } from './users.tsx'

/** Environments that were built on the machine of the core: folders for its processes, images for its engine. */
export function EnvironmentsPage() {
  return (
    <Page title="Environments" actions={<PruneEnvironments />}>
      <EnvironmentList />
      <WithoutImages />
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
        {environments.some(({ kind }) => kind === 'image') && ' Layers that images share are counted in each of them.'}
      </Text>
      <WideTable label="Environments" head={<Heads />} minWidth={960}>
        {environments.map((environment) => (
          <EnvironmentRow key={keyOf(environment)} environment={environment} />
        ))}
      </WideTable>
    </>
  )
}

/** Without its engine the images are not known. */
function WithoutImages() {
  const client = useClient()
  const { data } = useQuery(queries.targets(client))
  const docker = data?.targets.find(({ name }) => name === 'docker')
  if (docker?.status !== 'unavailable') return null
  return <Text size="sm">Images are not listed: {docker.reason}</Text>
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
      <Table.Th scope="col">Kept as</Table.Th>
      <Table.Th scope="col">State</Table.Th>
      <Table.Th scope="col">Python</Table.Th>
      <Table.Th scope="col" ta="right">
        Packages
      </Table.Th>
      <Table.Th scope="col" ta="right">
        Size
      </Table.Th>
      <Table.Th scope="col">Used by</Table.Th>
      <Table.Th scope="col">Last used</Table.Th>
      <Table.Th scope="col" ta="right">
        Actions
      </Table.Th>
    </>
  )
}

function EnvironmentRow({ environment }: { readonly environment: EnvironmentView }) {
  const { digest, state, pythonMinor, packages, sizeBytes, users, lastUsedAt } = environment
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={400}>
        <TextLink to="/environments/$digest" params={{ digest }} ff="monospace" size="sm">
          {shortDigest(digest)}
        </TextLink>
      </Table.Th>
      <Table.Td>
        <KeptAs environment={environment} />
      </Table.Td>
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
        <Time iso={lastUsedAt} empty="never" />
      </Table.Td>
      <Table.Td ta="right">
        <DeleteEnvironment environment={environment} />
      </Table.Td>
    </Table.Tr>
  )
}
