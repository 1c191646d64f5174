import { Group, List, Stack, Text, VisuallyHidden } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { SearchX, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { ModelRow } from '#core/contract/models.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { modelQueries } from '#renderer/data/model-queries.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { EditableText } from '#renderer/ui/editable-text.tsx'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { Fact, Facts } from '#renderer/ui/facts.tsx'
import { ButtonLink, TextLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Section } from '#renderer/ui/section.tsx'
import { TagEditor } from '#renderer/ui/tag-editor.tsx'
import { Time } from '#renderer/ui/time.tsx'
import { TypedConfirm } from '#renderer/ui/typed-confirm.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { useModelCalls } from './use-model-calls.ts'
import { VersionList } from './version-list.tsx'

/** One registered model: what it is, its versions, and which of them the aliases mean. */
export function ModelPage() {
  const { model } = useParams({ from: '/models/$model' })
  const client = useClient()
  const { data, error, refetch } = useQuery(modelQueries.one(client, model))
  if (data !== undefined) return <OneModel key={model} model={data} />
  if (error === null) {
    return (
      <Page title={model}>
        <Waiting what="the model" />
      </Page>
    )
  }
  const problem = problemOf(error)
  if (problem.code === 'not_found') return <NoModel model={model} />
  return (
    <Page title={model}>
      <ProblemAlert title="The model cannot be read" message={problem.message} onRetry={() => void refetch()} />
    </Page>
  )
}

function NoModel({ model }: { readonly model: string }) {
  return (
    <Page title="No such model">
      <EmptyState
        icon={SearchX}
        title="No model has this name"
        action={
          <ButtonLink to="/models" variant="default">
            All models
          </ButtonLink>
        }
      >
        This core knows no model <code>{model}</code>. It may have been renamed or deleted.
      </EmptyState>
    </Page>
  )
}

function OneModel({ model }: { readonly model: ModelRow }) {
  const { name, tags } = model
  const { call } = useModelCalls()
  const [said, setSaid] = useState('')
  return (
    <Page title={name} actions={<DeleteModel model={model} />}>
      <Text size="sm">
        <TextLink to="/models">All models</TextLink>
      </Text>
      <ModelFacts model={model} />
      <Section title="Versions">
        <VersionList model={model} onSaid={setSaid} />
      </Section>
      <Section title="Tags">
        <TagEditor
          label="Tags of the model"
          tags={Object.entries(tags)}
          onSet={(wanted) => call((client) => client.updateModel({ model: name, tags: wanted }))}
        />
      </Section>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </Page>
  )
}

function ModelFacts({ model: { name, description, createdAt, updatedAt } }: { readonly model: ModelRow }) {
  const { call } = useModelCalls()
  const navigate = useNavigate()
  const rename = async (wanted: string) => {
    const row = await call((client) => client.updateModel({ model: name, name: wanted }))
    await navigate({ to: '/models/$model', params: { model: row.name }, replace: true })
  }
  return (
    <Facts label="About the model">
      <Fact name="Name">
        <EditableText what="name" text={name} empty="" onSave={rename} />
      </Fact>
      <Fact name="Description">
        <EditableText
          what="description"
          text={description}
          empty="None yet."
          isLong
          onSave={(text) => call((client) => client.updateModel({ model: name, description: text }))}
        />
      </Fact>
      <Fact name="Created">
        <Time iso={createdAt} />
      </Fact>
      <Fact name="Changed">
        <Time iso={updatedAt} />
      </Fact>
    </Facts>
  )
}

function DeleteModel({ model: { name, versions, aliases } }: { readonly model: ModelRow }) {
  const { call } = useModelCalls()
  const navigate = useNavigate()
  const remove = async () => {
    await call((client) => client.deleteModel({ model: name }))
    await navigate({ to: '/models', replace: true })
  }
  return (
    <Group>
      <TypedConfirm
        label="Delete model"
        button={{ leftSection: <Trash2 size={14} aria-hidden /> }}
        title={`Delete the model ${name}?`}
        word={name}
        confirmLabel="Delete model"
        onConfirm={remove}
      >
        <Stack gap="xs">
          <Text size="sm">There is no trash for models: this is gone at once.</Text>
          <List size="sm" aria-label="What is lost">
            <List.Item>
              {versions === 1 ? '1 version' : `${versions.toLocaleString()} versions`} with descriptions and tags
            </List.Item>
            <List.Item>
              {aliases.length === 0
                ? 'no aliases'
                : `the aliases ${aliases.map(({ alias }) => `@${alias}`).join(', ')}`}
            </List.Item>
            <List.Item>
              programs that load <code>models:/{name}</code> find it no more
            </List.Item>
          </List>
          <Text size="sm">Runs and the files that the versions were made of stay.</Text>
        </Stack>
      </TypedConfirm>
    </Group>
  )
}
