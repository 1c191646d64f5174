import { Stack, Tabs } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { lazy, Suspense, useMemo } from 'react'
import { useClient } from '#renderer/data/client-context.ts'
import { experimentQueries } from '#renderer/data/experiment-queries.ts'
import { problemOf } from '#renderer/data/problem.ts'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { ExperimentActions } from './experiment-actions.tsx'
import { FilterBar } from './filter-bar.tsx'
import { NoRuns } from './no-runs.tsx'
import { TABS, type ExperimentSearch } from './search.ts'
import { RunsPane } from './table/runs-pane.tsx'
import { useShownColumns } from './use-columns.ts'
import { useRuns, type Runs } from './use-runs.ts'
import { useChange, useExperimentIds, useExperimentSearch } from './use-search.ts'
import { useSelection } from './use-selection.ts'
import type { PaneProps } from './pane.ts'

const ChartsPane = lazy(async () => ({ default: (await import('./charts/charts-pane.tsx')).ChartsPane }))
const ParallelPane = lazy(async () => ({ default: (await import('./plots/parallel-pane.tsx')).ParallelPane }))
const ScatterPane = lazy(async () => ({ default: (await import('./plots/scatter-pane.tsx')).ScatterPane }))

const NAMES = { table: 'Table', charts: 'Charts', parallel: 'Parallel coordinates', scatter: 'Scatter' }

/** The runs of one experiment, or of several: as a table, as charts, and how they hang together. */
export function ExperimentPage() {
  const client = useClient()
  const ids = useExperimentIds()
  const shown = useQueries({ queries: ids.map((id) => experimentQueries.one(client, id)) })
  const names = shown.map(({ data }, at) => data?.name ?? `Experiment ${ids[at]}`)
  const failed = shown.find(({ error }) => error !== null)
  const experiments = shown.flatMap(({ data }) => data ?? [])
  return (
    <Page title={names.join(', ')} actions={<ExperimentActions experiments={experiments} />}>
      {failed?.error != null ? (
        <ProblemAlert
          title="The experiment is not shown"
          message={problemOf(failed.error).message}
          onRetry={() => void failed.refetch()}
        />
      ) : (
        <Panes names={new Map(experiments.map(({ id, name }) => [id, name]))} />
      )}
    </Page>
  )
}

function Panes({ names }: { readonly names: ReadonlyMap<string, string> }) {
  const { tab = 'table', filter, view } = useExperimentSearch()
  const change = useChange()
  const columns = useShownColumns()
  const runs = useRuns(columns)
  const selection = useSelection()
  const { rows } = runs
  const isEmpty = rows?.length === 0 && !runs.isOld
  const isUnfiltered = filter === undefined && view === undefined
  const pane = useMemo(
    () => (rows === undefined || columns === undefined ? undefined : { rows, columns }),
    [rows, columns],
  )
  if (isEmpty && isUnfiltered) return <NoRuns />
  return (
    <Stack gap="sm">
      <FilterBar problem={runs.problem} isBusy={runs.isComing} total={runs.total} />
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(value) => change({ tab: TABS.find((it) => it === value && it !== 'table') })}
      >
        <Tabs.List mb="sm" aria-label="Ways to see the runs">
          {TABS.map((it) => (
            <Tabs.Tab key={it} value={it}>
              {NAMES[it]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {rows === undefined && runs.problem === undefined && <Waiting what="the runs" />}
        {pane !== undefined && (
          <Tabs.Panel value={tab}>
            {isEmpty ? <NoRuns /> : <Pane {...pane} names={names} tab={tab} runs={runs} selection={selection} />}
          </Tabs.Panel>
        )}
      </Tabs>
    </Stack>
  )
}

type OfTab = PaneProps & { readonly tab: NonNullable<ExperimentSearch['tab']>; readonly runs: Runs }

function Pane({ tab, ...props }: OfTab) {
  const waiting = <Waiting what="the page" />
  if (tab === 'table') return <RunsPane {...props} />
  return (
    <Suspense fallback={waiting}>
      {tab === 'charts' && <ChartsPane {...props} />}
      {tab === 'parallel' && <ParallelPane {...props} />}
      {tab === 'scatter' && <ScatterPane {...props} />}
    </Suspense>
  )
}
