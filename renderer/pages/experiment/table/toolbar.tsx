import { Button, Group, Text } from '@mantine/core'
import { Columns3, FolderTree, Trash2 } from 'lucide-react'
import type { TrackedRunRow } from '#core/contract/tracking.ts'
import { runsText } from '../actions.ts'
import { columnOf, idOf, titleOf, type Column } from '../columns.ts'
import type { PaneProps } from '../pane.ts'
import { useKnownColumns } from '../use-columns.ts'
import { useChange, useExperimentSearch } from '../use-search.ts'
import { ColumnSelect } from '../column-select.tsx'
import { ColumnChooser } from './column-chooser.tsx'
import { SelectionBar } from './selection-bar.tsx'

type ToolbarProps = Pick<PaneProps, 'rows' | 'columns' | 'runs' | 'selection'>

/** What is done with the selected runs, or how the table is shaped where none is selected. */
export function Toolbar({ rows, columns, runs, selection }: ToolbarProps) {
  const { total } = runs
  const isPart = total !== undefined && rows.length < total
  return (
    <Group gap="xs" mih={36} justify="space-between">
      {selection.ids.size > 0 ? <SelectionBar selection={selection} /> : <Shaping rows={rows} columns={columns} />}
      <Text size="xs" c="dimmed" role="status">
        {isPart && `${rows.length.toLocaleString()} of ${runsText(total)} read`}
      </Text>
    </Group>
  )
}

function Shaping({ rows, columns }: { readonly rows: readonly TrackedRunRow[]; readonly columns: readonly Column[] }) {
  const { group, flat = false, view } = useExperimentSearch()
  const change = useChange()
  const known = useKnownColumns()
  const choices: Column[] = [
    ...['status', 'user_id', 'step', 'experiment'].map((key): Column => ({ kind: 'attributes', key })),
    ...known.params.map(({ key }): Column => ({ kind: 'params', key })),
    ...known.tags.map(({ key }): Column => ({ kind: 'tags', key })),
  ]
  const isNested = rows.some(({ parent }) => parent !== null)
  return (
    <Group gap="xs">
      <ColumnChooser columns={columns} button={{ leftSection: <Columns3 size={15} aria-hidden /> }} />
      <ColumnSelect
        label="Group by"
        columns={choices}
        value={group === undefined ? undefined : columnOf(group)}
        onChange={(column) => change({ group: column && idOf(column), open: undefined })}
        textOf={titleOf}
      />
      {isNested && group === undefined && (
        <Button
          size="xs"
          variant={flat ? 'default' : 'light'}
          leftSection={<FolderTree size={15} aria-hidden />}
          aria-pressed={!flat}
          onClick={() => change({ flat: flat ? undefined : true, open: undefined })}
        >
          Nested
        </Button>
      )}
      <Button
        size="xs"
        variant={view === 'deleted' ? 'light' : 'default'}
        leftSection={<Trash2 size={15} aria-hidden />}
        aria-pressed={view === 'deleted'}
        onClick={() => change({ view: view === 'deleted' ? undefined : 'deleted', runs: undefined })}
      >
        Trash
      </Button>
    </Group>
  )
}
