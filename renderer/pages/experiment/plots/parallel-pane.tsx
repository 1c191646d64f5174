import { Button, Group, MultiSelect, Stack, Text, useComputedColorScheme } from '@mantine/core'
import { useMemo } from 'react'
import type { TrackedRunRow } from '#core/contract/tracking.ts'
import { columnsOf, idOf, titleOf, type Column } from '../columns.ts'
import { ColumnSelect } from '../column-select.tsx'
import type { PaneProps } from '../pane.ts'
import { useKnownColumns } from '../use-columns.ts'
import { useChange, useExperimentSearch } from '../use-search.ts'
import { axisOf, isWithin, type Within } from './axes.ts'
import { axisChoices } from './choices.ts'
import { ColourScale } from './colour-scale.tsx'
import { ParallelPlot } from './parallel-plot.tsx'
import { RangeList } from './range-list.tsx'
import { ReadMore } from './read-more.tsx'

const ALL: Within = {}

/** A line for each run through all axes; a range that is dragged on an axis picks the runs that go through it. */
export function ParallelPane({ rows, columns, runs, selection }: PaneProps) {
  const { axes: ids, color, within = ALL } = useExperimentSearch()
  const change = useChange()
  const scheme = useComputedColorScheme('light')
  const shown = useMemo(() => (ids === undefined ? firstAxes(columns) : columnsOf(ids)), [ids, columns])
  const axes = useMemo(() => shown.map((column) => axisOf(column, rows)), [shown, rows])
  const [colour] = columnsOf(color === undefined ? [] : [color])
  const hue = colour ?? shown.findLast(({ kind }) => kind === 'metrics')
  // Its id stands for it.
  // oxlint-disable-next-line react/exhaustive-deps
  const hueAxis = useMemo(() => (hue === undefined ? undefined : axisOf(hue, rows)), [hue && idOf(hue), rows])
  const picked = useMemo(() => rows.filter((row) => isWithin(row, axes, within)), [rows, axes, within])
  const setWithin = (next: Within) => {
    const ranges = Object.entries(next).map(([id, [from, to]]): [string, [number, number]] => [id, [from, to]])
    change({ within: ranges.length === 0 ? undefined : Object.fromEntries(ranges) })
  }
  return (
    <Stack gap="xs">
      <Choices shown={shown} hue={hue} />
      <Group justify="space-between" mih={30}>
        <ReadMore rows={rows} runs={runs} />
        <ColourScale axis={hueAxis} scheme={scheme} />
      </Group>
      {axes.length < 2 ? (
        <Text size="sm">Choose two axes or more.</Text>
      ) : (
        <ParallelPlot {...{ rows, axes, hueAxis, within, scheme }} onWithin={setWithin} />
      )}
      <Picked
        picked={picked}
        isPicking={Object.keys(within).length > 0}
        selection={selection}
        onClear={() => setWithin({})}
      />
      <RangeList axes={axes} within={within} onWithin={setWithin} />
    </Stack>
  )
}

/** Parameters of the table, then its metrics. */
function firstAxes(columns: readonly Column[]): Column[] {
  const of = (kind: Column['kind'], most: number) => columns.filter((it) => it.kind === kind).slice(0, most)
  return [...of('params', 6), ...of('metrics', 2)]
}

function Choices({ shown, hue }: { readonly shown: readonly Column[]; readonly hue: Column | undefined }) {
  const change = useChange()
  const choices = axisChoices(useKnownColumns())
  const ids = [...new Set([...choices, ...shown].map(idOf))]
  return (
    <Group gap="sm" align="flex-end">
      <MultiSelect
        size="xs"
        flex={1}
        miw={260}
        label="Axes, from left to right"
        searchable
        limit={100}
        data={ids.map((id) => ({ value: id, label: id.slice(id.indexOf('.') + 1) }))}
        comboboxProps={{ withinPortal: false }}
        value={shown.map(idOf)}
        onChange={(wanted) => change({ axes: wanted })}
      />
      <ColumnSelect
        label="Colour by"
        columns={choices}
        value={hue}
        onChange={(column) => change({ color: column && idOf(column) })}
        textOf={titleOf}
      />
    </Group>
  )
}

type PickedProps = Pick<PaneProps, 'selection'> & {
  readonly picked: readonly TrackedRunRow[]
  readonly isPicking: boolean
  readonly onClear: () => void
}

/** The runs that go through all ranges, to be selected. */
function Picked({ picked, isPicking, selection, onClear }: PickedProps) {
  return (
    <Group gap="sm" mih={26}>
      <Text size="sm" role="status">
        {isPicking && `${picked.length.toLocaleString()} go through the ranges.`}
      </Text>
      {isPicking && (
        <>
          <Button
            size="compact-sm"
            disabled={picked.length === 0}
            onClick={() => selection.set(picked.map(({ id }) => id))}
          >
            Select them
          </Button>
          <Button size="compact-sm" variant="default" onClick={onClear}>
            Clear the ranges
          </Button>
        </>
      )}
      {selection.ids.size > 0 && <Text size="sm">{selection.ids.size.toLocaleString()} selected.</Text>}
    </Group>
  )
}
