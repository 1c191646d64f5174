import { Select } from '@mantine/core'
import { columnOf, idOf, KINDS, type Column } from './columns.ts'

type SelectProps = {
  readonly label: string
  readonly columns: readonly Column[]
  readonly value: Column | undefined
  /** Undefined where the choice is taken back. */
  readonly onChange: (column: Column | undefined) => void
  readonly textOf: (column: Column) => string
  /** False where something has to be chosen. */
  readonly canClear?: boolean
}

const NAMES = { attributes: 'Of the run', params: 'Parameters', metrics: 'Metrics', tags: 'Tags' }

/** A choice of one column of many, by its kind, with search. */
export function ColumnSelect({ label, columns, value, onChange, textOf, canClear = true }: SelectProps) {
  const shown = value === undefined ? columns : [...columns, value]
  const ids = new Set(shown.map(idOf))
  const data = KINDS.flatMap((kind) => {
    const items = [...ids].flatMap((id) => {
      const column = columnOf(id)
      return column?.kind === kind ? { value: id, label: textOf(column) } : []
    })
    return items.length === 0 ? [] : { group: NAMES[kind], items }
  })
  return (
    <Select
      size="xs"
      w={190}
      aria-label={label}
      placeholder={`${label}…`}
      data={data}
      limit={100}
      searchable
      clearable={canClear}
      clearButtonProps={{ 'aria-label': `Clear: ${label}` }}
      allowDeselect={canClear}
      nothingFoundMessage="Nothing has this name"
      comboboxProps={{ withinPortal: false, width: 280, position: 'bottom-start' }}
      value={value === undefined ? null : idOf(value)}
      onChange={(id) => onChange(id === null ? undefined : columnOf(id))}
    />
  )
}
