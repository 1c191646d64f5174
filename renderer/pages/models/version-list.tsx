import { Button, Code, Group, Stack, Table, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { GitCompareArrows, Layers } from 'lucide-react'
import type { ModelRow } from '#core/contract/models.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { modelQueries } from '#renderer/data/model-queries.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { choose, inOrder } from './chosen.ts'
import { useAliases } from './use-aliases.tsx'
import { VersionLine } from './version-line.tsx'

type VersionListProps = {
  readonly model: ModelRow
  /** Told what was done, for screen readers. */
  readonly onSaid: (sentence: string) => void
}

/** The versions of a model, the newest first: aliases go from row to row, and two may be chosen to be compared. */
export function VersionList({ model, onSaid }: VersionListProps) {
  const client = useClient()
  const chosen = useSearch({ from: '/models/$model' })
  const navigate = useNavigate({ from: '/models/$model' })
  const aliases = useAliases(model, onSaid)
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    modelQueries.versions(client, model.name),
  )
  if (data === undefined) {
    if (error === null) return <Waiting what="the versions" />
    return <ProblemAlert title="No versions are shown" message={error.message} onRetry={() => void refetch()} />
  }
  const versions = data.pages.flatMap((page) => page.versions)
  if (versions.length === 0) return <NoVersions model={model.name} />
  const onChoose = (version: number) =>
    void navigate({ search: choose(chosen, String(version)), replace: true, resetScroll: false })
  return (
    <Stack gap="xs">
      <CompareBar model={model.name} />
      <WideTable label="Versions" head={<Heads />} minWidth={980}>
        {versions.map((version) => (
          <VersionLine
            key={version.version}
            version={version}
            aliases={aliases}
            others={versions.map((it) => it.version)}
            isChosen={[chosen.left, chosen.right].includes(String(version.version))}
            onChoose={onChoose}
          />
        ))}
      </WideTable>
      {hasNextPage && (
        <Group>
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more versions
          </Button>
        </Group>
      )}
    </Stack>
  )
}

/** How to compare, then the way to do it. */
function CompareBar({ model }: { readonly model: string }) {
  const chosen = useSearch({ from: '/models/$model' })
  const pair = inOrder(chosen)
  return (
    <Group gap="sm" mih={30}>
      {pair === undefined ? (
        <Text size="sm" role="status">
          {chosen.left === undefined
            ? 'Choose two versions to compare them. Drag an alias to another version, or move it by its menu.'
            : `Version ${chosen.left} is chosen: choose another to compare it with.`}
        </Text>
      ) : (
        <ButtonLink
          to="/models/$model/compare"
          params={{ model }}
          search={pair}
          size="xs"
          leftSection={<GitCompareArrows size={14} aria-hidden />}
        >
          Compare version {pair.left} with {pair.right}
        </ButtonLink>
      )}
    </Group>
  )
}

function NoVersions({ model }: { readonly model: string }) {
  return (
    <EmptyState icon={Layers} title="The model has no version yet">
      A step of a pipeline with <Code>register:</Code> makes one; so does{' '}
      <Code>mlflow.register_model(&quot;runs:/RUN/model&quot;, &quot;{model}&quot;)</Code>.
    </EmptyState>
  )
}

function Heads() {
  return (
    <>
      <Table.Th scope="col" w={60}>
        Choose
      </Table.Th>
      <Table.Th scope="col">Version</Table.Th>
      <Table.Th scope="col">Aliases</Table.Th>
      <Table.Th scope="col">Stage</Table.Th>
      <Table.Th scope="col">Created</Table.Th>
      <Table.Th scope="col">By</Table.Th>
      <Table.Th scope="col">Description</Table.Th>
      <Table.Th scope="col" ta="right">
        Actions
      </Table.Th>
    </>
  )
}
