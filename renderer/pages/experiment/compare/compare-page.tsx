import { Group, Switch, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { GitCompareArrows } from 'lucide-react'
import { lazy, Suspense, useMemo } from 'react'
import type { ComparisonView } from '#core/contract/tracking-compare.ts'
import { useClient } from '#renderer/data/client-context.ts'
import { experimentQueries } from '#renderer/data/experiment-queries.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { ButtonLink } from '#renderer/ui/link.tsx'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import type { ChangeCompare } from './change.ts'
import { Differences } from './differences.tsx'

const ChartsView = lazy(async () => ({
  default: (await import('../charts/charts-view.tsx')).ChartsView,
}))

/** How some runs differ, and their metrics over each other. */
export function CompareRunsPage() {
  const { runs } = useSearch({ from: '/compare' })
  const ids = useMemo(() => [...new Set(runs.split(',').filter((id) => id !== ''))], [runs])
  const title = ids.length === 0 ? 'Compare runs' : `Compare ${ids.length} runs`
  return <Page title={title}>{ids.length === 0 ? <NothingChosen /> : <Comparison ids={ids} />}</Page>
}

function NothingChosen() {
  return (
    <EmptyState
      icon={GitCompareArrows}
      title="No run is chosen"
      action={
        <ButtonLink to="/experiments" search={{}}>
          Go to the experiments
        </ButtonLink>
      }
    >
      Select runs in the table of an experiment, then press Compare.
    </EmptyState>
  )
}

function Comparison({ ids }: { readonly ids: readonly string[] }) {
  const client = useClient()
  const { data, error, refetch } = useQuery(experimentQueries.comparison(client, ids))
  if (error !== null) {
    return (
      <ProblemAlert
        title="The runs were not compared"
        message={problemOf(error).message}
        onRetry={() => void refetch()}
      />
    )
  }
  return data === undefined ? <Waiting what="the runs" /> : <Compared comparison={data} />
}

function Compared({ comparison }: { readonly comparison: ComparisonView }) {
  const search = useSearch({ from: '/compare' })
  const navigate = useNavigate({ from: '/compare' })
  const change: ChangeCompare = (next, isStep = true) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: !isStep, resetScroll: false })
  const { tab = 'differences', only = true } = search
  const keys = useMemo(() => comparison.metrics.map(({ key }) => key), [comparison.metrics])
  return (
    <Tabs
      value={tab}
      keepMounted={false}
      onChange={(value) => change({ tab: value === 'charts' ? 'charts' : undefined })}
    >
      <Group justify="space-between" mb="sm">
        <Tabs.List aria-label="Ways to compare">
          <Tabs.Tab value="differences">Differences</Tabs.Tab>
          <Tabs.Tab value="charts">Charts</Tabs.Tab>
        </Tabs.List>
        {tab === 'differences' && (
          <Switch
            label="Only differences"
            checked={only}
            onChange={({ currentTarget }) => change({ only: currentTarget.checked ? undefined : false })}
          />
        )}
      </Group>
      <Tabs.Panel value={tab}>
        {tab === 'differences' ? (
          <Differences comparison={comparison} search={search} change={change} />
        ) : (
          <Suspense fallback={<Waiting what="the charts" />}>
            <ChartsView runs={comparison.runs} keys={keys} search={search} change={change} />
          </Suspense>
        )}
      </Tabs.Panel>
    </Tabs>
  )
}
