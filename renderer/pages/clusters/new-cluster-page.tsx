import { Group, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { PlugZap } from 'lucide-react'
import type { ClusterCheck } from '#core/contract/local-clusters.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { clusterQueries } from '#renderer/data/cluster-queries.ts'
import { useWatchedCreates } from '#renderer/data/cluster-watch.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ButtonLink, TextLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { engineFault } from './checks.ts'
import { ClusterForm } from './cluster-form.tsx'
import { emptyDraft } from './form-draft.ts'
import { Preflight } from './preflight-section.tsx'
import { useClusterForm } from './use-cluster-form.ts'

/** The form for a new local cluster; without a container engine, how to get one. */
export function NewClusterPage() {
  const client = useClient()
  const { data, error } = useQuery(clusterQueries.list(client))
  return (
    <Page title="Create local cluster">
      <Text maw={760}>
        A small Kubernetes in containers of this machine, with all that runs need: Argo Workflows, a store for
        artifacts, a registry for images. It becomes a target, and leaves nothing when it is deleted. The kubeconfig of
        your own is not touched.
      </Text>
      {data === undefined && error === null && <Waiting what="the clusters" />}
      {(data !== undefined || error !== null) && <New taken={data?.clusters.map(({ name }) => name) ?? []} />}
      <Text size="sm">
        <TextLink to="/settings/targets">All targets</TextLink>
      </Text>
    </Page>
  )
}

function New({ taken }: { readonly taken: readonly string[] }) {
  const navigate = useNavigate()
  const { watch } = useWatchedCreates()
  const form = useClusterForm(emptyDraft(taken), (job) => {
    watch(job.id)
    const [params, search] = [{ cluster: job.cluster }, { job: job.id }]
    void navigate({ to: '/settings/clusters/$cluster', params, search, replace: true })
  })
  const fault = engineFault(form.checks.preflight)
  if (fault === undefined) return <ClusterForm form={form} />
  return (
    <Stack gap="md" maw={760}>
      <NoEngine fault={fault} />
      <Preflight checks={form.checks} />
    </Stack>
  )
}

function NoEngine({ fault: { found, fix } }: { readonly fault: ClusterCheck }) {
  return (
    <EmptyState
      icon={PlugZap}
      title="A container engine is needed first"
      action={
        <Group>
          <ButtonLink to="/settings" variant="default">
            Settings of the engine
          </ButtonLink>
        </Group>
      }
    >
      <Stack gap="xs" style={{ overflowWrap: 'anywhere' }}>
        <Text inherit>{found}</Text>
        {fix !== null && (
          <Text inherit c="var(--mantine-color-text)">
            <b>Fix:</b> {fix}
          </Text>
        )}
        <Text inherit>The form is here as soon as the engine answers: it is looked for every ten seconds.</Text>
      </Stack>
    </EmptyState>
  )
}
