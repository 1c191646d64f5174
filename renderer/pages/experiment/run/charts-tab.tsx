import { useMemo } from 'react'
import type { TrackedRunView } from '#core/contract/tracking.ts'
import { ChartsView } from '../charts/charts-view.tsx'
import { metricGroups } from './overview/metric-groups.ts'
import { useChangeSearch, useRunSearch } from './search.ts'

/** Charts of all metrics of a run, live; those of the machine come last. */
export function ChartsTab({ run }: { readonly run: TrackedRunView }) {
  const search = useRunSearch()
  const change = useChangeSearch()
  const runs = useMemo(() => [{ ...run, metrics: {} }], [run])
  const keys = useMemo(() => {
    const { own, system } = metricGroups(run.metrics)
    return [...own, ...system].map(({ key }) => key)
  }, [run.metrics])
  return <ChartsView runs={runs} keys={keys} search={search} change={change} />
}
