import { Stack, Tabs } from '@mantine/core'
import { ChartLine, FolderTree, Grid3x3, Images, List, Table2 } from 'lucide-react'
import { lazy, Suspense } from 'react'
import type { TrackedRunView } from '#core/contract/tracking.ts'
import { Page } from '#renderer/ui/page.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { FilesTab } from './files/files-tab.tsx'
import { Overview } from './overview/overview.tsx'
import { RunActions } from './run-actions.tsx'
import { RunHeader } from './run-header.tsx'
import { NOTHING_OPEN, useChangeSearch, useRunSearch } from './search.ts'

const ChartsTab = lazy(() => import('./charts-tab.tsx').then((it) => ({ default: it.ChartsTab })))
const ImagesTab = lazy(() => import('./images/images-tab.tsx').then((it) => ({ default: it.ImagesTab })))
const MatrixTab = lazy(() => import('./matrix/matrix-tab.tsx').then((it) => ({ default: it.MatrixTab })))
const TablesTab = lazy(() => import('./tables/tables-tab.tsx').then((it) => ({ default: it.TablesTab })))

const TABS = [
  { tab: 'overview', title: 'Overview', icon: List, Shown: Overview },
  { tab: 'charts', title: 'Charts', icon: ChartLine, Shown: ChartsTab },
  { tab: 'files', title: 'Artifacts', icon: FolderTree, Shown: FilesTab },
  { tab: 'images', title: 'Images', icon: Images, Shown: ImagesTab },
  { tab: 'matrix', title: 'Confusion matrix', icon: Grid3x3, Shown: MatrixTab },
  { tab: 'tables', title: 'Tables', icon: Table2, Shown: TablesTab },
] as const

/** The page of a tracked run that is known. */
export function RunBody({ run }: { readonly run: TrackedRunView }) {
  const { tab = 'overview' } = useRunSearch()
  const change = useChangeSearch()
  const show = (value: string | null) => {
    const wanted = TABS.find((it) => it.tab === value)?.tab
    if (wanted !== undefined) change({ ...NOTHING_OPEN, tab: wanted === 'overview' ? undefined : wanted }, true)
  }
  return (
    <Page title={run.name} actions={<RunActions run={run} />}>
      <Stack gap="sm">
        <RunHeader run={run} />
        <Tabs value={tab} onChange={show} keepMounted={false}>
          <Tabs.List mb="sm" aria-label="Parts of the run">
            {TABS.map(({ tab: value, title, icon: Icon }) => (
              <Tabs.Tab key={value} value={value} leftSection={<Icon size={16} aria-hidden />}>
                {title}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {TABS.map(({ tab: value, title, Shown }) => (
            <Tabs.Panel key={value} value={value}>
              <Suspense fallback={<Waiting what={title.toLowerCase()} />}>
                <Shown run={run} />
              </Suspense>
            </Tabs.Panel>
          ))}
        </Tabs>
      </Stack>
    </Page>
  )
}
