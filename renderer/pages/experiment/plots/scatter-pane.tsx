import { Checkbox, Group, Stack, Text, useComputedColorScheme } from '@mantine/core'
import { useMemo } from 'react'
import { ColumnSelect } from '../column-select.tsx'
import { columnOf, idOf, titleOf, type Column } from '../columns.ts'
import type { PaneProps } from '../pane.ts'
import { useKnownColumns } from '../use-columns.ts'
import { useChange, useExperimentSearch } from '../use-search.ts'
import { axisOf, type Axis } from './axes.ts'
import { axisChoices } from './choices.ts'
import { ColourScale } from './colour-scale.tsx'
import { ReadMore } from './read-more.tsx'
import { ScatterPlot } from './scatter-plot.tsx'

/** A dot for each run, over any two columns and coloured by a third. */
export function ScatterPane({ rows, columns, runs, selection }: PaneProps) {
  const { sx, sy, sc, slog } = useExperimentSearch()
  const change = useChange()
  const scheme = useComputedColorScheme('light')
  const choices = axisChoices(useKnownColumns())
  const metrics = columns.filter(({ kind }) => kind === 'metrics')
  const params = columns.filter(({ kind }) => kind === 'params')
  const x = useAxis(sx, params[0] ?? metrics[1] ?? { kind: 'attributes', key: 'start_time' }, rows)
  const y = useAxis(sy, metrics[0], rows)
  const hue = useAxis(sc, undefined, rows)
  const isLog = { x: slog?.includes('x') === true, y: slog?.includes('y') === true }
  const setLog = (next: { x: boolean; y: boolean }) =>
    change({ slog: next.x && next.y ? 'xy' : next.x ? 'x' : next.y ? 'y' : undefined })
  const pick = (name: 'sx' | 'sy' | 'sc') => (column: Column | undefined) => change({ [name]: column && idOf(column) })
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <Choice label="X axis" value={x} choices={choices} onChange={pick('sx')} />
        <Choice label="Y axis" value={y} choices={choices} onChange={pick('sy')} />
        <Choice label="Colour by" value={hue} choices={choices} onChange={pick('sc')} canClear />
        <Checkbox size="xs" label="Log X" checked={isLog.x} onChange={() => setLog({ ...isLog, x: !isLog.x })} />
        <Checkbox size="xs" label="Log Y" checked={isLog.y} onChange={() => setLog({ ...isLog, y: !isLog.y })} />
      </Group>
      <Group justify="space-between" mih={30}>
        <ReadMore rows={rows} runs={runs} />
        <ColourScale axis={hue} scheme={scheme} />
      </Group>
      {x === undefined || y === undefined ? (
        <Text size="sm">Choose what is on the axes.</Text>
      ) : (
        <ScatterPlot {...{ rows, x, y, hue, scheme, selection }} isLogX={isLog.x} isLogY={isLog.y} />
      )}
    </Stack>
  )
}

function useAxis(id: string | undefined, otherwise: Column | undefined, rows: PaneProps['rows']): Axis | undefined {
  const wanted = id ?? (otherwise === undefined ? undefined : idOf(otherwise))
  return useMemo(() => {
    const column = wanted === undefined ? undefined : columnOf(wanted)
    return column && axisOf(column, rows)
  }, [wanted, rows])
}

type ChoiceProps = {
  readonly label: string
  readonly value: Axis | undefined
  readonly choices: readonly Column[]
  readonly onChange: (column: Column | undefined) => void
  readonly canClear?: boolean
}

function Choice({ label, value, choices, onChange, canClear = false }: ChoiceProps) {
  return (
    <Group gap={6}>
      <Text size="xs" aria-hidden>
        {label}
      </Text>
      <ColumnSelect
        label={label}
        columns={choices}
        value={value?.column}
        onChange={onChange}
        textOf={titleOf}
        canClear={canClear}
      />
    </Group>
  )
}
