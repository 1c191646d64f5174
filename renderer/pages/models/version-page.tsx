import { Tabs, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { ChartNoAxesColumn, FolderTree, List, SearchX, Workflow } from 'lucide-react'
import { lazy, Suspense } from 'react'
import type { VersionView } from '#core/contract/models.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { modelQueries } from '#renderer/data/model-queries.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ButtonLink, TextLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { DeleteVersion } from './delete-version.tsx'
import { VersionFiles } from './version-files.tsx'
import { VersionMetrics } from './version-metrics.tsx'
import { VersionOverview } from './version-overview.tsx'

const FROM = { from: '/models/$model/versions/$version' } as const
const TABS = ['overview', 'metrics', 'lineage', 'files'] as const
type Tab = (typeof TABS)[number]

const Lineage = lazy(() => import('./lineage.tsx').then((it) => ({ default: it.Lineage })))

/** One version of a model: how to load it, what it takes and gives, where it came from, and its files. */
export function VersionPage() {
  const { model, version } = useParams(FROM)
  const client = useClient()
  const { data, error, refetch } = useQuery(modelQueries.version(client, { model, version }))
  if (data !== undefined) return <OneVersion key={`${model} ${version}`} version={data} />
  const title = `Version ${version} of ${model}`
  if (error === null) {
    return (
      <Page title={title}>
        <Waiting what="the version" />
      </Page>
    )
  }
  const problem = problemOf(error)
  return (
    <Page title={title}>
      {problem.code === 'not_found' || problem.code === 'invalid_request' ? (
        <NoVersion model={model} version={version} />
      ) : (
        <ProblemAlert title="The version cannot be read" message={problem.message} onRetry={() => void refetch()} />
      )}
    </Page>
  )
}

function NoVersion({ model, version }: { readonly model: string; readonly version: string }) {
  return (
    <EmptyState
      icon={SearchX}
      title="There is no such version"
      action={
        <ButtonLink to="/models/$model" params={{ model }} variant="default">
          All versions of {model}
        </ButtonLink>
      }
    >
      The model <code>{model}</code> has no version <code>{version}</code>. It may have been deleted; its number is
      never used again.
    </EmptyState>
  )
}

function OneVersion({ version }: { readonly version: VersionView }) {
  const { model } = version
  const { tab = 'overview' } = useSearch(FROM)
  const navigate = useNavigate(FROM)
  const show = (value: string | null) => {
    const wanted = TABS.find((it) => it === value)
    if (wanted === undefined) return
    void navigate({ search: { tab: wanted === 'overview' ? undefined : wanted }, resetScroll: false })
  }
  const leave = () => void navigate({ to: '/models/$model', params: { model }, replace: true })
  return (
    <Page
      title={`Version ${version.version} of ${model}`}
      actions={<DeleteVersion version={version} onDeleted={leave} />}
    >
      <Text size="sm">
        <TextLink to="/models/$model" params={{ model }}>
          All versions of {model}
        </TextLink>
      </Text>
      <Tabs value={tab} onChange={show} keepMounted={false}>
        <Tabs.List mb="sm" aria-label="Parts of the version">
          <Tabs.Tab value="overview" leftSection={<List size={16} aria-hidden />}>
            Overview
          </Tabs.Tab>
          <Tabs.Tab value="metrics" leftSection={<ChartNoAxesColumn size={16} aria-hidden />}>
            Metrics and parameters
          </Tabs.Tab>
          <Tabs.Tab value="lineage" leftSection={<Workflow size={16} aria-hidden />}>
            Lineage
          </Tabs.Tab>
          <Tabs.Tab value="files" leftSection={<FolderTree size={16} aria-hidden />}>
            Files
          </Tabs.Tab>
        </Tabs.List>
        {TABS.map((it) => (
          <Tabs.Panel key={it} value={it}>
            <Shown tab={it} version={version} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  )
}

function Shown({ tab, version }: { readonly tab: Tab; readonly version: VersionView }) {
  switch (tab) {
    case 'overview':
      return <VersionOverview version={version} />
    case 'metrics':
      return <VersionMetrics version={version} />
    case 'files':
      return <VersionFiles version={version} />
    case 'lineage':
      return (
        <Suspense fallback={<Waiting what="the lineage" />}>
          <Lineage version={version} />
        </Suspense>
      )
  }
}
