import { Alert, Code, Group, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { CircleAlert } from 'lucide-react'
import type { EnvironmentView } from '#core/contract/run.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
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
import { keyOf, kindWord } from './kinds.tsx'
import { PackageList } from './package-list.tsx'
import { shortDigest } from './short-digest.ts'
import { Users } from './users.tsx'

/** One environment with all of its packages, as a folder, an image, or both. */
export function EnvironmentPage() {
  const { digest } = useParams({ from: '/environments/$digest' })
  const client = useClient()
  const navigate = useNavigate()
  const { data, error, refetch } = useQuery(queries.environments(client))
  const kept = data?.environments.filter((it) => it.digest.startsWith(digest)) ?? []
  const [environment] = kept
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
  const leave = () => {
    if (kept.length === 1) void navigate({ to: '/environments', replace: true })
  }
  return (
    <Page title={title}>
      {kept.map((it) => (
        <Kept key={keyOf(it)} environment={it} onDeleted={leave} />
      ))}
      <PackageList {...(kept.find(({ packages }) => packages.length > 0) ?? environment)} />
      <Back />
    </Page>
  )
}

type KeptProps = { readonly environment: EnvironmentView; readonly onDeleted: () => void }

function Kept({ environment, onDeleted }: KeptProps) {
  const word = kindWord(environment.kind)
  return (
    <section aria-label={`As ${word}`}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          Kept as {word}
        </Title>
        <DeleteEnvironment environment={environment} onDeleted={onDeleted} />
      </Group>
      {environment.state === 'partial' && (
        <Alert color="orange" icon={<CircleAlert size={18} aria-hidden />} title="It is not whole" mb="xs">
          Building or deleting it was broken off, or goes on now. The next run that needs it builds it anew.
        </Alert>
      )}
      <About environment={environment} />
    </section>
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
  const { digest, kind, image, platform, state, pythonMinor, sizeBytes, users, createdAt, lastUsedAt } = environment
  return (
    <Facts label={`About the ${kindWord(kind)}`}>
      <Fact name="State">
        <Status status={state} />
      </Fact>
      <Fact name="Digest">
        <Group gap="xs" wrap="nowrap">
          <Code>{digest}</Code>
          <Copy text={digest} what="the digest" />
        </Group>
      </Fact>
      {image !== null && (
        <Fact name="Image">
          <Group gap="xs" wrap="nowrap">
            <Code>{image}</Code>
            <Copy text={image} what="the name of the image" />
          </Group>
        </Fact>
      )}
      {platform !== null && <Fact name="Platform">{platform}</Fact>}
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
