import { Stack, Tabs } from '@mantine/core'
import { Gauge, List, ListOrdered, Network, Rows3 } from 'lucide-react'
import { lazy, Suspense, useSyncExternalStore } from 'react'
import { Page } from '#renderer/ui/page.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { DetailsView } from './details-view.tsx'
import { StepDrawer } from './drawer/step-drawer.tsx'
import { MoveNotice } from './move-notice.tsx'
import { RerunNotice } from './rerun-notice.tsx'
import { RunActions } from './run-actions.tsx'
import { useRun } from './run-context.ts'
import { RunHeader } from './run-header.tsx'
import { RunNotice } from './run-notice.tsx'
import { useChangeSearch, useRunSearch } from './run-search.ts'
import { StepsTable } from './table/steps-table.tsx'

const GraphView = lazy(() => import('./graph/graph-view.tsx').then((it) => ({ default: it.GraphView })))
const EventsView = lazy(() => import('./events/events-view.tsx').then((it) => ({ default: it.EventsView })))
const RunUsageView = lazy(() => import('./usage/run-usage-view.tsx').then((it) => ({ default: it.RunUsageView })))
const VIEWS = ['graph', 'table', 'events', 'usage', 'details'] as const
type View = (typeof VIEWS)[number]

/** The page of a run that is known. */
export function RunBody() {
  const { graph, live } = useRun()
  const { view = 'graph' } = useRunSearch()
  const change = useChangeSearch()
  const problem = useSyncExternalStore(live.subscribe, live.problem)
  const show = (value: string | null) => {
    const wanted = VIEWS.find((it) => it === value)
    if (wanted !== undefined) change({ view: wanted === 'graph' ? undefined : wanted })
  }
  return (
    <Page title={`Run of ${graph.pipeline}`} actions={<RunActions />}>
      <Stack gap="sm">
        <div>
          <RunHeader />
          <RunNotice />
          <MoveNotice />
          <RerunNotice />
        </div>
        {problem !== undefined && <ProblemAlert title="The run is followed no longer" message={problem.message} />}
        <Tabs value={view} onChange={show} keepMounted={false}>
          <Tabs.List mb="sm" aria-label="Views of the run">
            <Tabs.Tab value="graph" leftSection={<Network size={16} aria-hidden />}>
              Graph
            </Tabs.Tab>
            <Tabs.Tab value="table" leftSection={<Rows3 size={16} aria-hidden />}>
              Table
            </Tabs.Tab>
            <Tabs.Tab value="events" leftSection={<ListOrdered size={16} aria-hidden />}>
              Events
            </Tabs.Tab>
            <Tabs.Tab value="usage" leftSection={<Gauge size={16} aria-hidden />}>
              Usage
            </Tabs.Tab>
            <Tabs.Tab value="details" leftSection={<List size={16} aria-hidden />}>
              Details
            </Tabs.Tab>
          </Tabs.List>
          {VIEWS.map((it) => (
            <Tabs.Panel key={it} value={it}>
              <Shown view={it} />
            </Tabs.Panel>
          ))}
        </Tabs>
      </Stack>
      <StepDrawer />
    </Page>
  )
}

function Shown({ view }: { readonly view: View }) {
  if (view === 'table') return <StepsTable />
  if (view === 'details') return <DetailsView />
  return (
    <Suspense fallback={<Waiting what={`the ${view}`} />}>
      {view === 'events' ? <EventsView /> : view === 'usage' ? <RunUsageView /> : <GraphView />}
    </Suspense>
  )
}
