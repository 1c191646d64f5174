import { Text } from '@mantine/core'
import { useMemo } from 'react'
import { runsText } from '../actions.ts'
import type { PaneProps } from '../pane.ts'
import { useKnownColumns } from '../use-columns.ts'
import { useChange, useExperimentSearch } from '../use-search.ts'
import { ChartsView } from './charts-view.tsx'
import { chartedRuns } from './charted-runs.ts'

/** A chart for each metric, with the selected runs in it or the first ones. */
export function ChartsPane({ rows, selection, runs }: PaneProps) {
  const search = useExperimentSearch()
  const change = useChange()
  const known = useKnownColumns()
  const charted = useMemo(() => chartedRuns(rows, selection.ids), [rows, selection.ids])
  const keys = useMemo(() => known.metrics.map(({ key }) => key), [known.metrics])
  const isSelected = charted.some(({ id }) => selection.ids.has(id))
  return (
    <ChartsView runs={charted} keys={keys} search={search} change={change}>
      <Text size="sm">
        {isSelected
          ? `The ${runsText(charted.length)} that are selected.`
          : `The first ${runsText(charted.length)} of ${runsText(runs.total ?? rows.length)}: select others in the table.`}
      </Text>
    </ChartsView>
  )
}
