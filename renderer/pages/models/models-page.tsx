import { Button, Code, Group, Table, Text } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Boxes } from 'lucide-react'
import type { ModelRow } from '#core/contract/models.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { modelQueries } from '#renderer/data/model-queries.ts'
import { useAddressText } from '#renderer/ui/address-text.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { TextLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { SearchField } from '#renderer/ui/pair-table.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { WideTable } from '#renderer/ui/wide-table.tsx'
import { AliasLink } from './alias-link.tsx'
import { CreateModel } from './create-model.tsx'

/** Registered models, with the versions that their aliases mean. */
export function ModelsPage() {
  const { search } = useSearch({ from: '/models' })
  const navigate = useNavigate({ from: '/models' })
  const [text, type] = useAddressText(search, (wanted) => void navigate({ search: { search: wanted }, replace: true }))
  return (
    <Page title="Models" actions={<CreateModel />}>
      <Group>
        <SearchField what="the models" value={text} onChange={type} />
      </Group>
      <ModelList search={search} />
    </Page>
  )
}

function ModelList({ search }: { readonly search: string | undefined }) {
  const client = useClient()
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    modelQueries.list(client, search),
  )
  if (data === undefined) {
    if (error === null) return <Waiting what="the models" />
    return <ProblemAlert title="No models are shown" message={error.message} onRetry={() => void refetch()} />
  }
  const models = data.pages.flatMap((page) => page.models)
  if (models.length === 0) return search === undefined ? <NoModels /> : <NoneFits search={search} />
  return (
    <>
      <WideTable label="Models" head={<Heads />} minWidth={860}>
        {models.map((model) => (
          <Row key={model.name} model={model} />
        ))}
      </WideTable>
      {hasNextPage && (
        <Group>
          <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more models
          </Button>
        </Group>
      )}
    </>
  )
}

function NoneFits({ search }: { readonly search: string }) {
  return (
    <EmptyState icon={Boxes} title="No model has this in its name">
      Nothing fits <Code>{search}</Code>.
    </EmptyState>
  )
}

function NoModels() {
  return (
    <EmptyState icon={Boxes} title="No model is registered yet">
      A step of a pipeline that has <Code>register:</Code> instead of a command registers what another step left. So
      does a program that tracks here, with{' '}
      <Code>mlflow.register_model(&quot;runs:/RUN/model&quot;, &quot;wine&quot;)</Code> or{' '}
      <Code>log_model(…, registered_model_name=&quot;wine&quot;)</Code>; <Code>minisub tracking env</Code> says how it
      finds this core.
    </EmptyState>
  )
}

function Heads() {
  return (
    <>
      <Table.Th scope="col">Model</Table.Th>
      <Table.Th scope="col">Latest</Table.Th>
      <Table.Th scope="col">Aliases</Table.Th>
      <Table.Th scope="col" ta="right">
        Versions
      </Table.Th>
      <Table.Th scope="col">Changed</Table.Th>
      <Table.Th scope="col">Description</Table.Th>
    </>
  )
}

function Row({ model }: { readonly model: ModelRow }) {
  const { name, latest, aliases, versions, updatedAt, description } = model
  return (
    <Table.Tr>
      <Table.Th scope="row" miw={160} style={{ overflowWrap: 'anywhere' }}>
        <TextLink to="/models/$model" params={{ model: name }} inherit>
          {name}
        </TextLink>
      </Table.Th>
      <Table.Td>
        {latest === null ? (
          'none yet'
        ) : (
          <TextLink
            to="/models/$model/versions/$version"
            params={{ model: name, version: String(latest) }}
            inherit
            aria-label={`Version ${latest} of ${name}`}
          >
            {latest}
          </TextLink>
        )}
      </Table.Td>
      <Table.Td>
        <Group gap={6}>
          {aliases.map((it) => (
            <AliasLink key={it.alias} model={name} {...it} />
          ))}
        </Group>
      </Table.Td>
      <Table.Td ta="right">{versions.toLocaleString()}</Table.Td>
      <Table.Td style={{ whiteSpace: 'nowrap' }}>
        <Time iso={updatedAt} />
      </Table.Td>
      <Table.Td>
        <Text size="sm" lineClamp={2} maw={360}>
          {description}
        </Text>
      </Table.Td>
    </Table.Tr>
  )
}
