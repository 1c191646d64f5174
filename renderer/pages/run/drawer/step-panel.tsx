import { Tabs } from '@mantine/core'
import { Unplug } from 'lucide-react'
import { lazy, Suspense, type ReactNode } from 'react'
import { isOnCluster } from '#renderer/data/on-cluster.ts'
import { EmptyState } from '#renderer/ui/empty-state.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { useRun } from '../run-context.ts'
import { useChangeSearch, useRunSearch } from '../run-search.ts'
import { ItemBar } from './item-bar.tsx'
import { ItemsTab } from './items-tab.tsx'
import { OverviewTab } from './overview-tab.tsx'
import classes from './drawer.module.css'

const LogTab = lazy(() => import('../log/log-tab.tsx').then((it) => ({ default: it.LogTab })))
const ResourcesTab = lazy(() => import('../usage/resources-tab.tsx').then((it) => ({ default: it.ResourcesTab })))
const OutputsTab = lazy(() => import('../look/outputs-tab.tsx').then((it) => ({ default: it.OutputsTab })))

const PodTab = lazy(() => import('../pod/pod-tab.tsx').then((it) => ({ default: it.PodTab })))

const TABS = {
  overview: 'Overview',
  items: 'Items',
  log: 'Log',
  outputs: 'Outputs',
  resources: 'Resources',
  pod: 'Pod',
} as const
type Tab = keyof typeof TABS

/** What the address opens of a step: of a fan-out the step as a whole, or one of its items. */
export function StepPanel({ step }: { readonly step: string }) {
  const { graph } = useRun()
  const { tab, item } = useRunSearch()
  const change = useChangeSearch()
  const known = graph.steps.find((it) => it.name === step)
  if (known === undefined) {
    return (
      <EmptyState icon={Unplug} title="The run has no such step">
        The pipeline of this run has no step <code>{step}</code>.
      </EmptyState>
    )
  }
  const isWhole = known.isFanOut && item === undefined
  const tabs = tabsOf({ isWhole, isInPods: isOnCluster(graph), isRecord: known.kind === 'register' })
  const shown = tabs.find((it) => it === tab) ?? 'overview'
  const index = known.isFanOut ? (item ?? null) : null
  return (
    <>
      {index !== null && <ItemBar step={step} item={index} />}
      <Tabs
        className={classes.tabs}
        value={shown}
        keepMounted={false}
        onChange={(value) => change({ tab: tabs.find((it) => it === value), line: undefined })}
      >
        <Tabs.List aria-label={`Views of ${step}`}>
          {tabs.map((it) => (
            <Tabs.Tab key={it} value={it} data-autofocus={it === shown || undefined}>
              {TABS[it]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map((it) => (
          <Tabs.Panel
            key={it}
            value={it}
            tabIndex={-1}
            className={`${classes.panel} ${it === 'log' || it === 'items' ? classes.filled : ''}`}
          >
            <Suspense fallback={<Waiting what={TABS[it].toLowerCase()} />}>{contentOf(it, step, index)}</Suspense>
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  )
}

type Shown = { readonly isWhole: boolean; readonly isInPods: boolean; readonly isRecord: boolean }

/** Of a fan-out the whole has no log of its own; pods are where a cluster plays the run; what the core does starts none. */
function tabsOf({ isWhole, isInPods, isRecord }: Shown): readonly Tab[] {
  if (isWhole) return ['overview', 'items']
  if (isRecord) return ['overview', 'outputs']
  return ['overview', 'log', 'outputs', 'resources', ...(isInPods ? (['pod'] as const) : [])]
}

function contentOf(tab: Tab, step: string, item: number | null): ReactNode {
  const key = `${step} ${item ?? ''}`
  if (tab === 'items') return <ItemsTab step={step} />
  if (tab === 'log') return <LogTab key={key} step={step} item={item} />
  if (tab === 'outputs') return <OutputsTab key={key} step={step} item={item} />
  if (tab === 'resources') return <ResourcesTab key={key} step={step} item={item} />
  if (tab === 'pod') return <PodTab key={key} step={step} item={item} />
  return <OverviewTab key={key} step={step} item={item} />
}
