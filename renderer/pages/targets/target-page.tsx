import { Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { Pencil, SearchX } from 'lucide-react'
import type { ClusterTargetView } from '#core/contract/cluster-targets.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { queries } from '#renderer/data/queries.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ButtonLink, TextLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { DeleteTarget } from './delete-target.tsx'
import { draftOf } from './draft.ts'
import { ProfileFacts } from './profile-facts.tsx'
import { PushedSection } from './pushed-section.tsx'
import { State } from './state.tsx'
import { TargetForm } from './target-form.tsx'
import { TestSection } from './test-section.tsx'

const FROM = { from: '/settings/targets/$target' } as const

/** One cluster target: what it is, its test, and the form that changes it while the address says `edit`. */
export function TargetPage() {
  const { target: name } = useParams(FROM)
  const { edit = false } = useSearch(FROM)
  const client = useClient()
  const { data, error, refetch } = useQuery(queries.clusterTargets(client))
  const target = data?.targets.find((it) => it.name === name)
  if (target !== undefined) {
    return edit ? <EditPage key={`edit ${name}`} target={target} /> : <ShowPage key={name} target={target} />
  }
  return (
    <Page title={name}>
      {error !== null && (
        <ProblemAlert title="The target is not shown" message={error.message} onRetry={() => void refetch()} />
      )}
      {error === null && data === undefined && <Waiting what="the target" />}
      {data !== undefined && <NoTarget name={name} />}
      <Back />
    </Page>
  )
}

function NoTarget({ name }: { readonly name: string }) {
  return (
    <EmptyState
      icon={SearchX}
      title="No cluster target has this name"
      action={<ButtonLink to="/settings/new-target">Add a cluster</ButtonLink>}
    >
      There is no <code>{name}</code>: it may have been deleted.
    </EmptyState>
  )
}

function ShowPage({ target }: { readonly target: ClusterTargetView }) {
  const { name, profile } = target
  const client = useClient()
  const { data, error } = useQuery(queries.targets(client))
  const actions = (
    <Group gap="xs">
      <ButtonLink
        to="/settings/targets/$target"
        params={{ target: name }}
        search={{ edit: true }}
        variant="default"
        leftSection={<Pencil size={16} aria-hidden />}
      >
        Edit
      </ButtonLink>
      <DeleteTarget target={target} />
    </Group>
  )
  return (
    <Page title={name} actions={actions}>
      <div role="status" aria-label="State of the target">
        <State state={data?.targets.find((it) => it.name === name)} isAsked={error === null} profile={profile} />
      </div>
      <TestSection target={target} />
      <PushedSection target={name} />
      <ProfileFacts target={target} />
      <Back />
    </Page>
  )
}

function EditPage({ target: { name, profile } }: { readonly target: ClusterTargetView }) {
  const navigate = useNavigate(FROM)
  const leave = () => void navigate({ to: '/settings/targets/$target', params: { target: name }, search: {} })
  return (
    <Page title={`Edit ${name}`}>
      <TargetForm start={draftOf(name, profile)} edited={name} taken={[]} onSaved={leave} onCancel={leave} />
    </Page>
  )
}

function Back() {
  return (
    <Text size="sm">
      <TextLink to="/settings/targets">All targets</TextLink>
    </Text>
  )
}
