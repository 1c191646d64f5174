import { Alert, Code, Group, Table, Text, TextInput, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { CircleAlert, Search } from 'lucide-react'
import type { EnvironmentView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { useAddressText } from '#renderer/ui/address-text.ts'
import { bytesText } from '#renderer/ui/bytes.ts'
import { Copy } from '#renderer/ui/copy.tsx'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Status } from '#renderer/ui/status.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { DeleteEnvironment } from './delete-environment.tsx'
import { findPackages } from './packages.ts'
import { shortDigest } from './short-digest.ts'
import { Users } from './users.tsx'

/** One environment with all of its packages. */
export function EnvironmentPage() {
  const { digest } = useParams({ from: '/environments/$digest' })
  const client = useClient()
  const navigate = useNavigate()
  const { data, error, refetch } = useQuery(queries.environments(client))
  const environment = data?.environments.find((it) => it.digest.startsWith(digest))
  const title = `Environment ${shortDigest(digest)}`
  if (environment === undefined) {
    return (
      <Page title={title}>
        {error !== null && (
          <ProblemAlert title="It is not shown" message={error.message} onRetry={() => void refetch()} />
        )}
        {error === null && data === undefined && <Waiting what="the environment" />}
        {data !== undefined && <Text>There is no such environment. It may have been deleted.</Text>}
        <Back />
      </Page>
    )
  }
  const leave = () => void navigate({ to: '/environments', replace: true })
  return (
    <Page title={title} actions={<DeleteEnvironment environment={environment} onDeleted={leave} />}>
      {environment.state === 'partial' && (
        <Alert color="orange" icon={<CircleAlert size={18} aria-hidden />} title="It is not whole">
          Building or deleting it was broken off, or goes on now. The next run that needs it builds it anew.
        </Alert>
      )}
      <About environment={environment} />
      <Packages packages={environment.packages} />
      <Back />
    </Page>
  )
}

function Back() {
  return (
    <Text size="sm">
      <TextLink to="/environments">All environments</TextLink>
    </Text>
  )
}

function About({ environment }: { readonly environment: EnvironmentView }) {
  const { digest, state, pythonMinor, sizeBytes, users, createdAt, lastUsedAt } = environment
  return (
    <Facts label="About this environment">
      <Fact name="State">
        <Status status={state} />
      </Fact>
      <Fact name="Digest">
        <Group gap="xs" wrap="nowrap">
          <Code>{digest}</Code>
          <Copy text={digest} what="the digest" />
        </Group>
      </Fact>
      <Fact name="Python">{pythonMinor ?? '–'}</Fact>
      <Fact name="Size">{bytesText(sizeBytes)}</Fact>
      <Fact name="Used by">
        <Users users={users} />
      </Fact>
      <Fact name="Created">
        <Time iso={createdAt} />
      </Fact>
      <Fact name="Last used">
        <Time iso={lastUsedAt} empty="never" />
      </Fact>
    </Facts>
  )
}

function Packages({ packages }: { readonly packages: readonly string[] }) {
  const { search } = useSearch({ from: '/environments/$digest' })
  const navigate = useNavigate({ from: '/environments/$digest' })
  const [text, type] = useAddressText(search, (wanted) => void navigate({ search: { search: wanted }, replace: true }))
  const found = findPackages(packages, text)
  return (
    <section aria-labelledby="packages">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="packages">
          Packages
        </Title>
        {packages.length > 0 && (
          <TextInput
            aria-label="Search the packages"
            placeholder="Search the packages"
            leftSection={<Search size={16} aria-hidden />}
            value={text}
            onChange={({ currentTarget }) => type(currentTarget.value)}
          />
        )}
      </Group>
      <Text size="sm" role="status" mb="xs">
        {packages.length === 0
          ? 'It holds Python alone.'
          : `${found.length.toLocaleString()} of ${packages.length.toLocaleString()}`}
      </Text>
      {found.length > 0 && (
        <Table aria-label="Packages" verticalSpacing={4} maw={640}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Name</Table.Th>
              <Table.Th scope="col">Version</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {found.map(({ name, version }) => (
              <Table.Tr key={`${name} ${version}`}>
                <Table.Td>{name}</Table.Td>
                <Table.Td>{version}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  )
}
