import { Group, Text, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { ArrowDown, ArrowUp } from 'lucide-react'
import { useDeferredValue, useMemo } from 'react'
import { useAddressText } from '#renderer/ui/address-text.ts'
import { SaveLink } from '#renderer/ui/look/save-link.tsx'
import { nameOf } from '#renderer/ui/files/entries.ts'
import { SearchField } from '#renderer/ui/pair-table.tsx'
import { ProblemAlert } from '#renderer/ui/problem-alert.tsx'
import { VirtualTable } from '#renderer/ui/virtual/virtual-table.tsx'
import { Waiting } from '#renderer/ui/waiting.tsx'
import { fileAddress } from '../files/file-address.ts'
import { useRunFile } from '../files/run-file.tsx'
import { useChangeSearch, useRunSearch } from '../search.ts'
import { loadTable } from './load-table.ts'
import { rowsOf, type LoggedTable } from './logged-table.ts'
import classes from './tables.module.css'

type FileProps = { readonly run: string; readonly path: string; readonly size: number }

/** A table from a file, with what it says of itself. */
export function TableFile(props: FileProps) {
  const file = useRunFile(props)
  const { data, error, refetch } = useQuery({
    queryKey: ['tracked-table', props.run, props.path, props.size],
    queryFn: ({ signal }) => loadTable(file, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    structuralSharing: false,
  })
  if (data === undefined) {
    if (error === null) return <Waiting what="the table" />
    return <ProblemAlert title="The table cannot be shown" message={error.message} onRetry={() => void refetch()} />
  }
  return (
    <>
      {data.note !== '' && <Text size="sm">{data.note}</Text>}
      <Shown {...props} table={data.table} />
    </>
  )
}

function Shown({ run, path, table }: FileProps & { readonly table: LoggedTable }) {
  const { sort, down = false, find } = useRunSearch()
  const change = useChangeSearch()
  const [text, type] = useAddressText(find, (wanted) => change({ find: wanted }))
  const wanted = useDeferredValue(text)
  const order = useMemo(() => rowsOf(table, { sort, isDown: down, find: wanted }), [table, sort, down, wanted])
  const columns = useColumns(table)
  return (
    <>
      <Group gap="sm">
        <SearchField what="the rows" value={text} onChange={type} />
        <Text size="sm" role="status">
          {order.length.toLocaleString()} of {table.rows.length.toLocaleString()} rows
        </Text>
        <SaveLink href={fileAddress(run, path)} name={nameOf(path)} />
      </Group>
      <VirtualTable
        label={path}
        columns={columns}
        count={order.length}
        rowHeight={30}
        className={classes.table}
        renderRow={(at) => <Cells table={table} index={order[at] ?? 0} />}
      />
    </>
  )
}

function Cells({ table, index }: { readonly table: LoggedTable; readonly index: number }) {
  const row = table.rows[index]
  return (
    <>
      <td data-number>{index + 1}</td>
      {table.columns.map((_, at) => {
        const cell = row?.[at] ?? ''
        return (
          // oxlint-disable-next-line react/no-array-index-key -- a cell is its column
          <td key={at} data-number={table.isNumber[at]} title={cell.length > 16 ? cell.slice(0, 1_000) : undefined}>
            {cell.slice(0, 200)}
          </td>
        )
      })}
    </>
  )
}

/** Heads that order the table: up, down, then as it was. */
function useColumns(table: LoggedTable) {
  const { sort, down = false } = useRunSearch()
  const change = useChangeSearch()
  const next = (column: string) => {
    if (sort !== column) return { sort: column, down: undefined }
    return down ? { sort: undefined, down: undefined } : { sort, down: true }
  }
  return [
    { key: '#', title: '#', width: 70, isNumber: true },
    ...table.columns.map((column, at) => ({
      key: String(at),
      width: 150,
      isNumber: table.isNumber[at] ?? false,
      ...(sort === column ? { sort: down ? ('descending' as const) : ('ascending' as const) } : {}),
      title: (
        <UnstyledButton className={classes.head} onClick={() => change(next(column))} title={`Order by ${column}`}>
          {column === '' ? `(${at + 1})` : column}
          {sort === column && (down ? <ArrowDown size={14} aria-hidden /> : <ArrowUp size={14} aria-hidden />)}
        </UnstyledButton>
      ),
    })),
  ]
}
